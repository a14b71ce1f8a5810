"""Contrast groups, intensity and doubt, each figure against a count by hand; and the bootstrap under them."""

import numpy as np
import pytest

from stance.bootstrap import Bootstrap, measure
from stance.facets import score_doubt, score_groups, score_intensity


def test_one_wrong_member_spoils_a_group():
    right = [True, True, False, True, True, False]
    groups = ["a", "a", "b", "b", "c", None]
    (everything,) = score_groups(right, groups, [None] * 6)
    assert (everything.contrast, everything.groups, everything.right.value) == (None, 3, pytest.approx(2 / 3))


def test_contrasts_are_scored_apart():
    right = [True, True, False, True, True]
    groups, contrasts = ["a", "a", "b", "b", "c"], ["irony", "irony", "irony", None, "thanks"]
    found = score_groups(right, groups, contrasts)
    assert [(entry.contrast, entry.groups, entry.right.value) for entry in found] == [
        (None, 3, pytest.approx(2 / 3)),
        ("irony", 2, 0.5),
        ("thanks", 1, 1),
    ]


def test_interval_of_groups_is_over_groups_not_rows():
    """Twenty rows of each of ten groups are ten units: the interval is as wide as that of ten rows."""
    right = [number % 2 == 0 for number in range(10) for _ in range(20)]
    groups = [str(number) for number in range(10) for _ in range(20)]
    many = score_groups(right, groups, [None] * 200)[0].right
    ten = Bootstrap([str(number) for number in range(10)]).ratio([number % 2 == 0 for number in range(10)], [1] * 10)
    assert many == ten
    assert (many.low, many.high) == (pytest.approx(0.2, abs=0.11), pytest.approx(0.8, abs=0.11))


def test_without_groups_there_is_nothing():
    assert score_groups([True, False], [None, None], ["irony", None]) == ()


def test_intensity_by_hand():
    gold = [{"concern": "strong", "restraint": "plain"}, {"concern": "strong"}, {"condolence": "strongest"}, {}]
    given = [{"concern": "strong", "restraint": "strong"}, {"concern": "plain"}, {"condolence": "strongest"}, {}]
    strong, strongest = score_intensity(gold, given, ["a", "b", "c", "d"])
    assert (strong.level, strong.support, strong.predicted) == ("strong", 2, 2)
    assert (strong.precision.value, strong.recall.value, strong.f1.value) == (0.5, 0.5, 0.5)
    # At worst a draw of the second statement alone, at best of the first: one hit, two given, one wanted.
    assert (strong.f1.low, strong.f1.high) == (0, pytest.approx(2 / 3))
    assert (strongest.level, strongest.support, strongest.f1.value) == ("strongest", 1, 1)


def test_intensity_agrees_with_sklearn():
    from sklearn.metrics import precision_recall_fscore_support

    levels = np.array(["plain", "strong", "strongest"])
    gold, given = (levels[np.random.default_rng(seed).integers(0, 3, 60)].tolist() for seed in (1, 2))
    rows = ([{"concern": level} for level in column] for column in (gold, given))
    found = score_intensity(*rows, [str(i) for i in range(60)], draws=0)
    wanted = precision_recall_fscore_support(gold, given, labels=["strong", "strongest"])
    shares = [[getattr(entry, key).value for entry in found] for key in ("precision", "recall", "f1")]
    assert np.allclose(shares, wanted[:3])
    assert [entry.support for entry in found] == wanted[3].tolist()


def test_without_a_level_in_gold_and_answer_its_figures_are_undefined():
    strong, _ = score_intensity([{"concern": "plain"}], [{"concern": "plain"}], ["a"])
    assert (strong.support, strong.f1.value, strong.f1.low) == (0, None, None)
    assert score_intensity([{}, {}], [{}, {}], ["a", "b"]) == ()


def test_doubt_by_hand():
    right = [[True, True], [True, False], [False, True], [True, True]]
    unsure = [[False, False], [False, True], [False, True], [True, True]]
    statements, decisions = score_doubt(right, unsure, ["a", "b", "c", "d"])
    assert (statements.of, statements.doubted, statements.share.value) == ("statements", 3, 0.75)
    assert (statements.right_sure.value, statements.right_doubted.value) == (1, pytest.approx(1 / 3))
    assert (decisions.of, decisions.doubted, decisions.share.value) == ("label decisions", 4, 0.5)
    assert (decisions.right_sure.value, decisions.right_doubted.value) == (0.75, 0.75)
    assert statements.share.low < statements.share.value < statements.share.high


def test_without_doubt_there_is_no_share_of_those_in_doubt():
    for entry in score_doubt([[True], [False]], [[False], [False]], ["a", "b"]):
        assert (entry.doubted, entry.share.value, entry.right_sure.value) == (0, 0, 0.5)
        assert (entry.right_doubted.value, entry.right_doubted.low) == (None, None)


def test_ratio_draws_whole_units():
    """Two units with the shares 0 and 1: a draw has 0, 1 or both, however many rows they have."""
    part, whole = [0] * 30 + [1] * 30, [1] * 60
    by_unit = Bootstrap(["a"] * 30 + ["b"] * 30).ratio(part, whole)
    assert (by_unit.value, by_unit.low, by_unit.high) == (0.5, 0, 1)
    by_row = Bootstrap([str(i) for i in range(60)]).ratio(part, whole)
    assert by_row.low == pytest.approx(0.37, abs=0.03)


def test_undefined_draws_do_not_count():
    assert measure(np.array([0.5, np.nan, 0.5, np.nan])) == measure(np.array([0.5, 0.5]))
    assert measure(np.array([0.5, np.nan])).low is None
    assert Bootstrap(["a", "b"], draws=0).ratio([1, 0], [1, 1]) == measure(np.array([0.5]))
