"""Tables of documents: a row for each statement."""

import datetime as dt
import json

import pytest
from fast_model import LABELS, Fast

import stance
from stance.batch import label_documents
from stance.errors import SpeakerError, TableError
from stance.jobs import DOCUMENTS, Documents, result_columns
from stance.speakers.registry import load_registry
from stance.tables import Record
from stance.tallies import ACTORS, Tally

STORY = (
    '"We condemn the raid on the border post," the European Union said on Thursday. '
    "The United States and Canada urged all sides to show restraint. Rice exports rose in spring."
)
QUIET = "Rice exports rose in spring. The bus to the airport leaves at noon."
STATEMENT = ["statement", "start", "end", "speakers", "actors", "source", "kind", "date", "confidence"]


@pytest.fixture
def label(tmp_path):
    """Label rows of JSON Lines; the counts and the rows that come of it."""

    def run(rows, *, name="out.jsonl", **options):
        source = tmp_path / "in.jsonl"
        source.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows))
        counts = label_documents(source, tmp_path / name, Fast(), **options)
        if name != "out.jsonl":
            return counts, tmp_path / name
        return counts, [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]

    return run


def test_each_statement_has_a_row_with_the_other_columns_and_all_that_is_known_of_it(label):
    counts, rows = label([{"id": 7, "text": STORY, "tags": ["x"]}], date=dt.date(2022, 3, 3))
    expected = stance.segment(STORY, date=dt.date(2022, 3, 3))
    assert len(rows) == len(expected) >= 2
    assert list(rows[0]) == ["id", "tags", *STATEMENT, *result_columns(LABELS)]
    for row, one in zip(rows, expected, strict=True):
        assert (row["id"], row["tags"], row["error"]) == (7, ["x"], None)
        assert STORY[row["start"] : row["end"]] == row["statement"] == one.text
        assert row["speakers"] == [speaker.name for speaker in one.speakers]
        assert row["actors"] == [speaker.actor for speaker in one.speakers]
        assert (row["source"], row["kind"], row["date"]) == (one.source, one.kind, str(one.date))
        assert row["confidence"] == pytest.approx(one.confidence, abs=1e-6)
        assert row["labels"] == ["long"]
    assert {"EU"} <= {actor for row in rows for actor in row["actors"]}
    assert ["US", "Canada"] in [row["actors"] for row in rows]
    assert (counts.rows, counts.errors, counts.statements, counts.none) == (1, 0, len(rows), 0)
    assert counts.labels == {"long": len(rows), "none": 0}
    assert counts.actors["EU"] == {"statements": 1, "long": 1, "none": 0}


def test_documents_that_cannot_be_read_and_those_without_statements_keep_their_place(label):
    german = (
        "Die Europäische Union verurteilt den Angriff auf den Hafen und ruft alle Seiten zur Zurückhaltung auf. " * 3
    )
    documents = [{"id": 0, "text": STORY}, {"id": 1, "text": german}, {"id": 2}, {"id": 3, "text": "..."}, "{\n"]
    counts, rows = label([*documents, {"id": 4, "text": QUIET}, {"id": 5, "text": STORY}])
    assert list(dict.fromkeys(row.get("id") for row in rows)) == [0, 1, 2, 3, None, 4, 5]
    single = [row for row in rows if row.get("id") not in (0, 5)]
    assert [row["error"] is None for row in single] == [False, False, False, False, True]
    assert "not English" in single[0]["error"]
    assert single[1]["error"] == "no text in column 'text'"
    assert all(row[name] is None for row in single for name in [*STATEMENT, "labels", "p_long"])
    assert (counts.rows, counts.errors) == (7, 4)
    assert counts.statements == len(rows) - len(single)
    assert label([{"id": 1, "text": german}], force=True)[0].errors == 0


def test_date_and_author_of_a_row_come_before_those_of_the_table(label):
    text = "We condemn the raid on the border post."
    rows = [
        {"text": text, "day": "2021-05-04T10:00:00Z", "who": "European Union"},
        {"text": text, "day": "2021-05-04", "who": ""},
        {"text": text, "day": " ", "who": None},
        {"text": text, "day": "last week", "who": "European Union"},
    ]
    options = {"date": dt.date(2022, 1, 1), "author": "Canada", "date_column": "day", "author_column": "who"}
    _, found = label(rows, **options)
    assert [row["date"] for row in found] == ["2021-05-04", "2021-05-04", "2022-01-01", None]
    assert [row["actors"] for row in found] == [["EU"], ["Canada"], ["Canada"], None]
    assert found[3]["error"] == "no date in column 'day': 'last week'"


@pytest.mark.parametrize("day", [dt.date(2021, 5, 4), dt.datetime(2021, 5, 4, 10), "2021-05-04 10:00"])
def test_days_may_be_dates_times_or_texts(day):
    job = Documents(Fast(), "text", load_registry(), date_column="day")
    assert job.question(Record({"text": "a", "day": day})) == [None, "a", "2021-05-04", None]


def test_own_speakers_and_missing_columns(label, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('[[actor]]\nid = "Atlantis"\nname = "Republic of Atlantis"\naliases = ["Atlantis"]\n')
    rows = [{"text": "Atlantis condemned the raid on the border post."}]
    counts, _ = label(rows, speakers=own)
    assert list(counts.actors) == ["Atlantis"]
    with pytest.raises(SpeakerError, match=r"none\.toml"):
        label(rows, speakers=tmp_path / "none.toml")
    with pytest.raises(TableError, match="no column 'day'"):
        label(rows, date_column="day")


def test_columns_of_the_table_are_not_overwritten(label):
    row = {"text": STORY, "source": "AP"}
    with pytest.raises(TableError, match=r"'source'; .*--prefix"):
        label([row])
    _, rows = label([row], prefix="s_")
    assert (rows[0]["source"], rows[0]["s_speakers"]) == ("AP", ["European Union"])


def test_parquet_has_numbers_for_offsets_and_lists_for_speakers(label):
    import pyarrow as pa
    from pyarrow.parquet import read_table

    _, path = label([{"id": 1, "text": QUIET}, {"id": 2, "text": STORY}], name="out.parquet")
    table = read_table(path)
    types = {name: table.schema.field(name).type for name in ("start", "speakers", "confidence", "date")}
    assert types == {
        "start": pa.int64(),
        "speakers": pa.list_(pa.string()),
        "confidence": pa.float64(),
        "date": pa.string(),
    }
    assert "text" not in table.schema.names
    _, path = label([{"id": 2, "text": STORY}], name="out.csv")
    assert path.read_text().splitlines()[1].count("European Union") >= 1


def test_statements_of_a_chunk_are_scored_together(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps({"text": STORY}) + "\n" for _ in range(DOCUMENTS + 1)))
    model = Fast()
    counts = label_documents(source, tmp_path / "out.jsonl", model)
    each = counts.statements // counts.rows
    assert [len(batch) for batch in model.batches] == [DOCUMENTS * each, each]


def test_answers_are_those_of_analyze(tmp_path, model_folder):
    model = stance.load(model_folder)
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"text": STORY}) + "\n")
    label_documents(source, tmp_path / "out.jsonl", model)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    expected = stance.analyze(STORY, model=model)
    for row, one in zip(rows, expected, strict=True):
        assert row["labels"] == list(one.labels)
        assert row["unsure"] == list(one.unsure)
        for taken in one.stances:
            assert row[f"p_{taken.label}"] == pytest.approx(taken.probability, abs=1e-5)


def test_tally_counts_joint_statements_for_each_and_does_not_grow_without_end():
    tally = Tally(LABELS)
    known = {"error": None, "labels": ["long"], "actors": ["EU", "US", "EU"]}
    tally.add([known, known | {"actors": ["US"], "labels": []}, known | {"actors": []}])
    tally.add([{"error": "bad", "labels": None, "actors": None}])
    assert list(tally.by_actor()) == ["US", "", "EU"]
    assert tally.by_actor()["US"] == {"statements": 2, "long": 1, "none": 0}
    assert (tally.rows, tally.errors, tally.statements, tally.none) == (2, 1, 3, 1)
    tally.add([known | {"actors": [str(number)]} for number in range(ACTORS)])
    assert (len(tally.by_actor()), tally.others) == (ACTORS, 3)
    tally.add([known])
    assert tally.by_actor()["EU"]["statements"] == 2
