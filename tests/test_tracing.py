"""How stances come up and grow over time, on made statements and on the seeds."""

import datetime as dt
from itertools import permutations
from pathlib import Path

import pytest

import stance
from stance.errors import SpeakerError
from stance.types import Analysis, Document, Speaker, Stance, Statement

SEEDS = Path(__file__).parents[1] / "seeds"
NORWAY = Speaker("norway", "Norway", "state", None, "Norway")
DOE = Speaker("jens-doe", "Jens Doe", "person", "Norway", "Norway")
SWEDEN = Speaker("sweden", "Sweden", "state", None, "Sweden")


def said(day, *stances, speakers=(NORWAY,), unsure=(), text="words"):
    date = dt.date(2022, 3, day) if day else None
    taken = tuple(Stance(label, 0.9, intensity) for label, intensity in stances)
    return Statement(text, 0, len(text), speakers, date=date, stances=taken, unsure=unsure)


def analysis(*statements, name="a"):
    return Analysis(Document(name, "words"), statements)


def changes(*statements, speaker="Norway"):
    found = stance.trace(analysis(*statements), speaker)
    return [(one.kind, one.date.day, one.stance, one.intensity, one.since and one.since.day) for one in found.changes]


def test_rows_are_by_day_stance_and_wording():
    first = said(1, ("concern", "plain"))
    both = said(1, ("concern", "plain"), ("restraint", "strong"))
    later = said(4, ("concern", "strong"))
    undated = said(None, ("concern", "plain"))
    found = stance.trace([analysis(undated, later), analysis(first, both, name="b")], "Norway")
    assert [(row.date and row.date.day, row.stance, row.intensity, row.count) for row in found.rows] == [
        (1, "concern", "plain", 2),
        (1, "restraint", "strong", 1),
        (4, "concern", "strong", 1),
        (None, "concern", "plain", 1),
    ]
    assert [(one.document, one.statement) for one in found.rows[0].evidence] == [("b", first), ("b", both)]
    frame = found.to_frame()
    assert list(frame.columns) == ["date", "stance", "intensity", "count", "evidence", "change"]
    assert list(frame["change"]) == ["first", "first", "stronger", ""]
    assert frame["evidence"][0] == ["words", "words"]


def test_strengthening_is_beyond_all_days_before():
    assert changes(
        said(1, ("concern", "plain")),
        said(2, ("concern", "strong")),
        said(3, ("concern", "plain")),
        said(4, ("concern", "strong")),
        said(5, ("concern", "strongest")),
    ) == [
        ("first", 1, "concern", "plain", None),
        ("stronger", 2, "concern", "strong", 1),
        ("stronger", 5, "concern", "strongest", 2),
    ]


def test_of_one_day_the_strongest_wording_counts():
    strong, plain = said(1, ("concern", "strong")), said(1, ("concern", "plain"))
    assert changes(strong, plain) == changes(plain, strong) == [("first", 1, "concern", "strong", None)]


@pytest.mark.parametrize(
    ("concern", "condemnation", "since"),
    [((1,), (2,), 1), ((1, 3), (4,), 3), ((1,), (1,), None), ((2,), (1,), None), ((1, 2), (2, 3), 1), ((), (1,), None)],
)
def test_condemnation_behind_concern_is_an_escalation(concern, condemnation, since):
    statements = [said(day, ("concern", "plain")) for day in concern]
    statements += [said(day, ("condemnation", "plain")) for day in condemnation]
    found = [one for one in changes(*statements) if one[0] == "escalation"]
    assert found == ([("escalation", condemnation[0], "condemnation", "plain", since)] if since else [])


def test_doubt_and_days_not_known_bring_no_change():
    assert changes(said(None, ("concern", "plain")), said(2, unsure=("concern",))) == []


def test_order_of_documents_does_not_matter():
    parts = [
        analysis(said(1, ("concern", "plain"))),
        analysis(said(2, ("condemnation", "strong"), ("restraint", "plain"))),
        analysis(said(1, ("restraint", "strong"))),
    ]
    assert len({stance.trace(order, "Norway").changes for order in permutations(parts)}) == 1


def test_a_speaker_is_an_actor_an_id_or_a_name():
    statements = [said(1, ("concern", "plain")), said(2, ("restraint", "plain"), speakers=(DOE, SWEDEN))]
    assert [one[2] for one in changes(*statements)] == ["concern", "restraint"]
    for name in ("Jens Doe", "jens-doe", "Sweden"):
        assert [one[2] for one in changes(*statements, speaker=name)] == ["restraint"]
    with pytest.raises(SpeakerError, match=r"'Denmark'.*Norway, Sweden"):
        changes(*statements, speaker="Denmark")
    with pytest.raises(SpeakerError, match="nobody"):
        stance.trace([], "Norway")


@pytest.fixture(scope="module")
def union():
    """The course of the EU in the seeds; two of their datelines give no year, which a day of publication settles."""
    texts = [Document(path.stem, path.read_bytes().decode("utf-8")) for path in sorted(SEEDS.glob("*.txt"))]
    return stance.trace(stance.analyze_all(texts, date="2022-01-10"), "EU")


def test_seeds_show_the_union_from_restraint_to_condemnation(union):
    first = {}
    for change in union.changes:
        if change.kind == "first":
            first.setdefault(change.date.day, set()).add(change.stance)
    assert first == {5: {"restraint"}, 7: {"concern"}, 8: {"condemnation", "condolence", "sovereignty"}}
    (worry,) = [one.statement for change in union.changes if change.stance == "concern" for one in change.evidence]
    assert worry.speaker.name == "Ursula von der Leyen"
    (risen,) = [change for change in union.changes if change.kind == "escalation"]
    assert (risen.since, risen.date) == (dt.date(2022, 1, 7), dt.date(2022, 1, 8))
    assert risen.intensity == "strong"


def test_seeds_end_with_the_condolences_of_the_delegation(union):
    last = [row for row in union.rows if row.date == dt.date(2022, 1, 10) and row.stance == "condolence"]
    names = {one.statement.speaker.name for row in last for one in row.evidence}
    assert names == {"Delegation of the European Union to Kazakhstan"}
    assert {row.date for row in union.rows} == {dt.date(2022, 1, day) for day in (5, 7, 8, 10)}
