import json
from dataclasses import dataclass

import numpy as np
import pytest

from stance.assessment import assess, write_report
from stance.baselines import keywords, majority, tfidf_logistic
from stance.errors import EvaluationError, StanceError
from stance.evaluation import calibration_error, indicator, reliability, score
from stance.gold import read_gold
from stance.matching import match_statements, same_speaker, score_statements
from stance.types import Speaker, Stance, Statement

LABELS = ("condemnation", "concern", "restraint", "sovereignty", "condolence")
GOLD = [["condemnation"], ["condemnation", "concern"], [], [], ["concern"], []]
TAKEN = [["condemnation"], ["condemnation"], ["restraint"], [], ["concern"], []]


def matrix(rows):
    return indicator(rows, LABELS)


def scores(**options):
    return score(matrix(GOLD), matrix(TAKEN), LABELS, **options)


def by_label(result):
    return {entry.label: entry for entry in result.labels}


def test_figures_by_hand():
    result = scores(draws=0)
    rows = by_label(result)
    assert (rows["condemnation"].precision, rows["condemnation"].recall, rows["condemnation"].f1.value) == (1, 1, 1)
    assert (rows["concern"].precision, rows["concern"].recall, rows["concern"].support) == (1, 0.5, 2)
    assert rows["concern"].f1.value == pytest.approx(2 / 3)
    assert result.macro_f1.value == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert result.micro_f1.value == pytest.approx(2 * 3 / (4 + 4))
    assert result.exact.value == pytest.approx(4 / 6)
    assert (result.label_free, result.false_alarms.value) == (3, pytest.approx(1 / 3))
    assert result.any_label_accuracy.value == pytest.approx(5 / 6)


def test_false_alarms_of_a_label_absent_from_the_gold_count():
    rows = by_label(scores(draws=0))
    assert rows["restraint"].f1.value == 0
    assert (rows["restraint"].support, rows["restraint"].predicted) == (0, 1)
    assert rows["sovereignty"].f1.value is None


def test_without_label_free_statements_false_alarms_are_undefined():
    result = score(matrix([["concern"]]), matrix([["concern"]]), LABELS)
    assert result.false_alarms.value is None
    assert result.false_alarms.low is None


def test_intervals_are_seeded_and_hold_the_figure():
    generator = np.random.default_rng(1)
    truth, taken = generator.random((50, 5)) < 0.3, generator.random((50, 5)) < 0.3
    one, two, other = (score(truth, taken, LABELS, seed=seed) for seed in (1, 1, 2))
    assert one == two
    assert one != other
    assert one.macro_f1.low < one.macro_f1.value < one.macro_f1.high


def test_bootstrap_agrees_with_drawing_documents_one_by_one():
    generator = np.random.default_rng(0)
    truth, taken = generator.random((60, 5)) < 0.3, generator.random((60, 5)) < 0.3
    documents = [f"d{i % 12}" for i in range(60)]
    result = score(truth, taken, LABELS, documents=documents, draws=4000)
    sample = []
    for _ in range(2000):
        picked = generator.integers(0, 12, 12)
        rows = np.concatenate([np.flatnonzero(np.arange(60) % 12 == k) for k in picked])
        sample.append((truth[rows] == taken[rows]).all(axis=1).mean())
    assert [result.exact.low, result.exact.high] == pytest.approx(np.percentile(sample, [2.5, 97.5]), abs=0.02)


def test_one_document_has_no_spread():
    result = scores(documents=["same"] * 6)
    assert result.documents == 1
    assert result.exact.low == result.exact.high == result.exact.value


def test_agrees_with_sklearn():
    from sklearn.metrics import precision_recall_fscore_support

    generator = np.random.default_rng(3)
    truth, taken = generator.random((80, 5)) < 0.4, generator.random((80, 5)) < 0.4
    precision, recall, f1, support = precision_recall_fscore_support(truth, taken)
    result = score(truth, taken, LABELS, draws=0)
    assert [entry.precision for entry in result.labels] == pytest.approx(precision)
    assert [entry.recall for entry in result.labels] == pytest.approx(recall)
    assert [entry.f1.value for entry in result.labels] == pytest.approx(f1)
    assert [entry.support for entry in result.labels] == support.tolist()


def test_calibration_error():
    assert calibration_error([True, False], [1.0, 0.0]) == 0
    assert calibration_error([False, False], [1.0, 0.0]) == pytest.approx(0.5)
    # One bin: mean probability 0.75, half of them true.
    assert calibration_error([True, False], [0.75, 0.75]) == pytest.approx(0.25)


def test_reliability_bins_hold_all_statements_and_their_calibration_error():
    generator = np.random.default_rng(5)
    chances = np.append(generator.random(200), [0.0, 0.1, 1.0])
    truth = generator.random(203) < chances**2
    bins = reliability(truth, chances)
    assert [(entry.low, entry.high) for entry in bins] == [(i / 10, (i + 1) / 10) for i in range(10)]
    assert sum(entry.count for entry in bins) == 203
    for entry in bins:
        inside = (chances >= entry.low) & ((chances < entry.high) | (entry.high == 1))
        assert entry.count == inside.sum()
        assert (entry.probability, entry.truth) == pytest.approx((chances[inside].mean(), truth[inside].mean()))
    gap = sum(entry.count * abs(entry.probability - entry.truth) for entry in bins) / 203
    assert calibration_error(truth, chances) == pytest.approx(gap)


def test_an_empty_bin_has_no_shares():
    first, second, *_ = reliability([True, False], [0.05, 0.05])
    assert (first.count, first.probability, first.truth) == (2, pytest.approx(0.05), 0.5)
    assert (second.count, second.probability, second.truth) == (0, None, None)


def test_bins_are_those_of_each_label_and_only_where_there_are_probabilities():
    chances = np.where(matrix(TAKEN), 0.95, 0.15)
    rows = by_label(scores(probabilities=chances, draws=0))
    assert [(entry.count, entry.truth) for entry in rows["concern"].reliability if entry.count] == [(5, 0.2), (1, 1)]
    assert by_label(scores(draws=0))["concern"].reliability == ()


def test_bad_input_to_score():
    with pytest.raises(EvaluationError, match="unknown to the model: anger"):
        indicator([["anger"]], LABELS)
    with pytest.raises(EvaluationError, match="do not fit"):
        score(np.zeros((2, 5)), np.zeros((3, 5)), LABELS)
    with pytest.raises(EvaluationError, match="do not fit"):
        score(np.zeros((0, 5)), np.zeros((0, 5)), LABELS)
    with pytest.raises(EvaluationError, match="1 documents for 2 rows"):
        score(np.zeros((2, 5)), np.zeros((2, 5)), LABELS, documents=["a"])


@dataclass(frozen=True)
class Wanted:
    start: int
    end: int
    speaker: str | None = None
    aliases: tuple[str, ...] = ()
    actor: str | None = None
    labels: tuple[str, ...] = ()


TEXT = 'The mayor said: "We mourn the dead of the quay." She also "asks both crews to go home at once".'
FIRST, SECOND = "We mourn the dead of the quay.", "asks both crews to go home at once"
MAYOR = Speaker("ada-lund", "Mayor Ada Lund", "person", None, "ada-lund")


def found(words, speakers=(), labels=(), widen=0):
    start = TEXT.index(words) - widen
    end = start + len(words) + 2 * widen
    stances = tuple(Stance(label, 0.9, "plain") for label in labels)
    return Statement(TEXT[start:end], start, end, speakers=speakers, stances=stances)


def wanted(words, **fields):
    start = TEXT.index(words)
    return Wanted(start, start + len(words), **fields)


def test_quotation_marks_do_not_matter_to_the_match():
    assert match_statements(TEXT, [wanted(FIRST)], [found(FIRST, widen=1)], threshold=1.0) == [(0, 0)]


def test_match_is_one_to_one_and_takes_the_best():
    gold = [wanted(FIRST), wanted(SECOND)]
    predicted = [found("mourn the dead of the quay"), found(FIRST), found("go home at once")]
    assert match_statements(TEXT, gold, predicted) == [(0, 1), (1, 2)]
    assert match_statements(TEXT, gold, [found("home at once")]) == []
    assert match_statements(TEXT, gold, []) == []


@pytest.mark.parametrize(
    ("gold", "speakers", "right"),
    [
        (Wanted(0, 1, "Ada Lund"), (MAYOR,), True),
        (Wanted(0, 1, "the Mayor Ada Lund"), (MAYOR,), True),
        (Wanted(0, 1, "city hall", ("Ada Lund",)), (MAYOR,), True),
        (Wanted(0, 1, "city hall"), (MAYOR,), False),
        (Wanted(0, 1, "ADÁ LUND"), (MAYOR,), True),
        (Wanted(0, 1, "Ada Lundgren"), (MAYOR,), False),
        (Wanted(0, 1, "Ada Lund"), (), False),
        (Wanted(0, 1, None), (), True),
        (Wanted(0, 1, None), (MAYOR,), False),
    ],
)
def test_same_speaker(gold, speakers, right):
    assert same_speaker(Statement("x", 0, 1, speakers=speakers), gold) is right


def test_figures_of_the_whole_path():
    gold = [
        wanted(FIRST, speaker="Ada Lund", actor="ada-lund", labels=("condolence",)),
        wanted(SECOND, speaker="Ada Lund", actor="ada-lund", labels=("restraint",)),
    ]
    predicted = [found(FIRST, (MAYOR,), ("condolence",)), found(SECOND, (), ("restraint",)), found("The mayor said")]
    result = score_statements([(TEXT, gold, predicted)])
    assert (result.gold, result.predicted, result.found) == (2, 3, 2)
    assert (result.precision, result.recall, result.f1) == (pytest.approx(2 / 3), 1, pytest.approx(0.8))
    assert (result.speaker, result.actor, result.exact_labels, result.complete) == (0.5, 0.5, 1, 0.5)


def test_gold_without_an_actor_is_left_out_of_the_share_of_actors():
    gold = [wanted(FIRST, speaker="Ada Lund", actor="ada-lund"), wanted(SECOND, speaker="Ada Lund")]
    result = score_statements([(TEXT, gold, [found(FIRST, (MAYOR,)), found(SECOND, (MAYOR,))])])
    assert (result.speaker, result.actor) == (1, 1)
    assert score_statements([(TEXT, gold[1:], [found(SECOND, ())])]).actor is None


def test_baselines():
    assert majority([[1, 0], [1, 0], [0, 0]], 2).tolist() == [[True, False], [True, False]]
    taken = keywords(["We DEPLORE the raid and urge restraint.", "The bus is late.", "A scornful remark"], LABELS)
    assert taken.tolist() == [[True, False, True, False, False], [False] * 5, [False] * 5]
    with pytest.raises(EvaluationError, match="no keyword list for threat"):
        keywords(["x"], ["threat"])
    texts = ["we mourn the lost crew", "we mourn the pilot", "the bus is late", "the bus is full"] * 3
    targets = [[True, False], [True, False], [False, False], [False, False]] * 3
    chances = tfidf_logistic(texts, targets, ["we mourn", "a bus"])
    assert chances[0, 0] > 0.5 > chances[1, 0]
    assert chances[:, 1].tolist() == [0, 0]


class WordModel:
    """Takes the label whose name is in the text."""

    name, labels = "words", LABELS

    def map_batch(self, batch, column="text"):
        texts = batch[column]
        chances = {f"p_{label}": [float(label in text) for text in texts] for label in LABELS}
        taken = [[label for label in LABELS if label in text] for text in texts]
        return {
            "stance_labels": [";".join(names) for names in taken],
            "stance_intensities": [";".join("strongest" for _ in names) for names in taken],
            "stance_unsure": ["concern" if "perhaps" in text else "" for text in texts],
            "stance_error": [""] * len(texts),
            **chances,
        }


def lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_report_on_a_corpus_leaves_out_its_training_rows(tmp_path):
    rows = [
        {"id": "a", "text": "with concern", "labels": ["concern"], "split": "test", "case": "plain"},
        {"id": "b", "text": "a topic of concern", "labels": [], "split": "test", "case": "topic", "group": "g"},
        {"id": "c", "text": "nothing", "labels": [], "split": "test", "case": "topic", "group": "g"},
        {"id": "d", "text": "of no account", "labels": ["condolence"], "split": "train", "case": "plain"},
    ]
    path = lines(tmp_path / "corpus.jsonl", rows)
    report = assess(path, WordModel(), by="case", train=[path])
    model = report.systems[0]
    assert (model.rows, model.documents, model.false_alarms.value) == (3, 2, 0.5)
    assert [(part.name, part.rows) for part in report.parts] == [("plain", 1), ("topic", 2)]
    assert report.notes[0] == "Majority and TF-IDF are fitted on 1 training row."
    assert [system.name for system in report.systems] == ["words", "keyword list", "majority"]
    assert "Left out: TF-IDF" in report.notes[1]
    assert report.statements is None


def test_training_rows_of_a_text_or_document_in_the_gold_are_not_learnt(tmp_path):
    gold = lines(tmp_path / "gold.jsonl", [{"text": "we mourn", "labels": [], "doc": "d"}])
    more = [{"text": f"{text} {i}", "labels": labels} for i in range(3) for text, labels in
            (("we mourn the crew", ["condolence"]), ("the bus is late", []))]  # fmt: skip
    leaks = [{"text": "we mourn", "labels": ["condolence"]}, {"text": "we wept", "labels": [], "doc": "d"}]
    train = lines(tmp_path / "train.jsonl", [*leaks, *more])
    report = assess(gold, WordModel(), train=[train])
    assert [system.name for system in report.systems] == [
        "words",
        "keyword list",
        "majority",
        "TF-IDF regression",
    ]
    assert "6 training rows" in report.notes[0]


def test_report_on_documents_and_its_files(tmp_path):
    rows = [
        {"doc": "quay", "start": TEXT.index(words), "end": TEXT.index(words) + len(words), "text": words,
         "speaker": "Ada Lund", "aliases": [], "actor": "ada-lund", "labels": labels}
        for words, labels in ((FIRST, ["condolence"]), (SECOND, ["restraint"]))
    ]  # fmt: skip
    (tmp_path / "quay.txt").write_text(TEXT, encoding="utf-8")
    path = lines(tmp_path / "gold.jsonl", rows)
    seen = []

    def analyze(document):
        seen.append(document.id)
        return [found(FIRST, (MAYOR,), ("condolence",))]

    report = assess(path, WordModel(), analyze=analyze)
    assert seen == ["quay"]
    assert (report.statements.recall, report.statements.complete) == (0.5, 0.5)
    json_path, markdown_path = write_report(report, tmp_path / "out")
    stored = json.loads(json_path.read_text(encoding="utf-8"))
    assert stored["statements"]["found"] == 1
    assert stored["systems"][0]["labels"][4]["support"] == 1
    markdown = markdown_path.read_text(encoding="utf-8")
    assert "| words | 2 |" in markdown
    assert "of all | 50.0 |" in markdown
    assert "keyword list" in markdown


def test_offsets_count_from_behind_the_byte_order_mark_as_in_the_analysis(tmp_path):
    from stance.reading import read_document

    (tmp_path / "quay.txt").write_bytes(b"\xef\xbb\xbf" + TEXT.replace(" She", "\r\nShe").encode())
    document = read_document(tmp_path / "quay.txt")
    start = document.text.index(SECOND)
    row = {"doc": "quay", "start": start, "end": start + len(SECOND), "text": SECOND, "labels": []}
    seen = []
    assess(
        lines(tmp_path / "gold.jsonl", [row]),
        WordModel(),
        baselines=False,
        analyze=lambda text: seen.append(text) or [],
    )
    assert seen == [document]


def faceted(path):
    """Two groups, one of them all right; a label the model does not take; one row in doubt."""
    return lines(path, [
        {"text": "a concern", "labels": ["concern"], "intensity": {"concern": "strongest"},
         "group": "a", "contrast": "x"},
        {"text": "a day", "labels": [], "intensity": {}, "group": "a", "contrast": "x"},
        {"text": "we firmly condemn the raid", "labels": ["condemnation"],
         "intensity": {"condemnation": "strong", "restraint": "strongest"}, "group": "b", "contrast": "y"},
        {"text": "perhaps a bus", "labels": [], "group": "b", "contrast": "y"},
    ])  # fmt: skip


def test_report_has_contrast_groups_intensity_and_doubt(tmp_path):
    report = assess(faceted(tmp_path / "gold.jsonl"), WordModel(), baselines=False)
    assert [(entry.contrast, entry.groups, entry.right.value) for entry in report.groups] == [
        (None, 2, 0.5),
        ("x", 1, 1),
        ("y", 1, 0),
    ]
    # The model's own word for what it took; for what it did not take, what the wording says.
    assert [(entry.level, entry.support, entry.predicted, entry.f1.value) for entry in report.intensity] == [
        ("strong", 1, 1, 1),
        ("strongest", 1, 1, 1),
    ]
    statements, decisions = report.doubt
    assert (statements.doubted, statements.share.value) == (1, 0.25)
    assert (statements.right_sure.value, statements.right_doubted.value) == (pytest.approx(2 / 3), 1)
    assert (decisions.doubted, decisions.share.value) == (1, 1 / 20)
    assert (decisions.right_sure.value, decisions.right_doubted.value) == (pytest.approx(18 / 19), 1)


def test_gold_without_groups_and_intensity_has_no_figures_of_them(tmp_path):
    report = assess(lines(tmp_path / "g.jsonl", [{"text": "x", "labels": [], "group": None}]), WordModel())
    assert (report.groups, report.intensity) == ((), ())
    (markdown,) = [path for path in write_report(report, tmp_path) if path.suffix == ".md"]
    assert "Contrast" not in markdown.read_text(encoding="utf-8")
    assert "Intensity" not in markdown.read_text(encoding="utf-8")


def test_further_figures_are_in_json_markdown_and_on_the_terminal(tmp_path):
    from rich.console import Console

    from stance.scorecard import to_rich

    report = assess(faceted(tmp_path / "gold.jsonl"), WordModel(), baselines=False)
    json_path, markdown_path = write_report(report, tmp_path)
    stored = json.loads(json_path.read_text(encoding="utf-8"))
    assert [entry["contrast"] for entry in stored["groups"]] == [None, "x", "y"]
    assert stored["doubt"][1]["of"] == "label decisions"
    assert stored["systems"][0]["labels"][1]["reliability"][9] == {
        "low": 0.9,
        "high": 1.0,
        "count": 1,
        "probability": 1.0,
        "truth": 1.0,
    }
    markdown = markdown_path.read_text(encoding="utf-8")
    assert "| all | 2 | 50.0 [0.0, 100.0] |" in markdown
    assert "| y | 1 | 0.0 [0.0, 0.0] |" in markdown
    assert "| strongest | 1 | 1 | 100.0" in markdown
    assert "| statements | 1 | 25.0" in markdown
    console = Console(width=80, record=True, file=(tmp_path / "screen").open("w"))
    console.print(to_rich(report))
    shown = console.export_text().splitlines()
    assert [line.split() for line in shown if line.startswith("all ")] == [["all", "2", "50.0", "(0–100)"]]
    assert not [line for line in shown if line.startswith(("x ", "y "))]
    assert [line for line in shown if line.startswith("label decisions")]
    assert max(map(len, shown)) <= 80


def test_intensity_of_training_rows_is_not_looked_at(tmp_path):
    gold = lines(tmp_path / "gold.jsonl", [{"text": "x", "labels": []}])
    train = lines(tmp_path / "train.jsonl", [{"text": "y", "labels": [], "intensity": "none"}])
    assert assess(gold, WordModel(), train=[train]).systems[0].rows == 1


def test_report_renders_for_a_terminal(tmp_path):
    from rich.console import Console

    from stance.scorecard import to_rich

    report = assess(lines(tmp_path / "g.jsonl", [{"text": "with concern", "labels": ["concern"]}]), WordModel())
    console = Console(width=80, record=True, file=(tmp_path / "screen").open("w"))
    console.print(to_rich(report))
    shown = console.export_text()
    assert "words on g.jsonl" in shown
    assert "100.0 (100–100)" in shown


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no gold statements"),
        ("{", "line 1: not JSON"),
        ('{"text": " ", "labels": []}', "with a text"),
        ('\n{"text": "x", "labels": "concern"}', "line 2: labels is not a list"),
        ('{"text": "x", "labels": [], "start": 3}', "a span needs"),
        ('{"text": "x", "labels": [], "split": "train"}', "no gold statements"),
        ('{"text": "x", "labels": ["concern"], "intensity": "strong"}', "line 1: intensity is no table"),
        ('{"text": "x", "labels": ["concern"], "intensity": {"concern": "mild"}}', "line 1: intensity is no table"),
    ],
)
def test_bad_gold_files(tmp_path, content, message):
    path = tmp_path / "gold.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(EvaluationError, match=message):
        read_gold(path)


def test_files_that_are_not_utf8_are_refused(tmp_path):
    gold = lines(tmp_path / "gold.jsonl", [{"text": "x", "labels": []}])
    (tmp_path / "latin.jsonl").write_bytes(b'{"text": "caf\xe9", "labels": []}\n')
    with pytest.raises(EvaluationError, match=r"latin\.jsonl: not UTF-8"):
        read_gold(tmp_path / "latin.jsonl")
    with pytest.raises(EvaluationError, match=r"latin\.jsonl: not UTF-8"):
        assess(gold, WordModel(), train=[tmp_path / "latin.jsonl"])


def test_reports_are_not_written_into_a_file(tmp_path):
    path = lines(tmp_path / "gold.jsonl", [{"text": "x", "labels": []}])
    with pytest.raises(StanceError, match=r"gold\.jsonl: this is not a folder"):
        write_report(assess(path, WordModel(), baselines=False), path)


def test_missing_gold_and_documents_and_wrong_spans(tmp_path):
    with pytest.raises(EvaluationError, match="no such gold file"):
        read_gold(tmp_path / "none.jsonl")
    row = {"doc": "quay", "start": 0, "end": 3, "text": "The", "labels": []}
    path = lines(tmp_path / "gold.jsonl", [row])
    with pytest.raises(EvaluationError, match="cannot read this document"):
        assess(path, WordModel(), analyze=lambda _: [])
    (tmp_path / "quay.txt").write_text("A mayor", encoding="utf-8")
    with pytest.raises(EvaluationError, match="1 spans do not fit, the first at 0"):
        assess(path, WordModel(), analyze=lambda _: [])
