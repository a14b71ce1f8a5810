import csv
import json

import numpy as np
import pytest
from tiny_bert import ROWS

import stance
from stance.batch import label_table
from stance.errors import StanceError, TableError
from stance.jobs import CHUNK, result_columns
from stance.tallies import Counts
from stance.types import Stance, Verdict


class Recorder:
    """A model that takes ``long`` for texts of more than ten letters, and keeps what it was asked."""

    labels = ("long", "none")
    fingerprint = "recorder"

    def __init__(self):
        self.batches = []

    def map_batch(self, batch, column="text"):
        self.batches.append(list(batch[column]))
        long = [len(text) > 10 for text in batch[column]]
        return {
            "stance_labels": ["long" * yes for yes in long],
            "stance_intensities": ["strong" * yes for yes in long],
            "stance_unsure": ["" if yes else "long;none" for yes in long],
            "p_long": [0.123456789 + 0.8 * yes for yes in long],
            "p_none": [0.5] * len(long),
            "stance_error": [""] * len(long),
        }


def lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_results_stand_behind_the_columns_of_the_table(tmp_path):
    source = lines(tmp_path / "in.jsonl", [{"id": 1, "text": "a longer text", "x": [1]}, {"id": 2, "text": "short"}])
    counts = label_table(source, tmp_path / "out.jsonl", Recorder())
    first, second = read(tmp_path / "out.jsonl")
    assert list(first) == ["id", "text", "x", *result_columns(Recorder.labels)]
    assert first == {
        "id": 1,
        "text": "a longer text",
        "x": [1],
        "labels": ["long"],
        "intensity": ["strong"],
        "unsure": [],
        "p_long": 0.923457,
        "p_none": 0.5,
        "error": None,
    }
    assert (second["labels"], second["unsure"], second["error"]) == ([], ["long", "none"], None)
    assert counts == Counts(rows=2, errors=0, none=1, labels={"long": 1, "none": 0})


def test_bad_rows_keep_their_place_with_their_error(tmp_path):
    source = tmp_path / "in.jsonl"
    rows = ['{"text": "a longer text"}', '{"text": " \\n"}', '{"other": 1}', '{"text": null}', '{"text": 7}', "{"]
    source.write_text("\n".join([*rows, '{"text": "\\ud800"}', '{"text": "short"}']))
    model = Recorder()
    counts = label_table(source, tmp_path / "out.jsonl", model)
    found = read(tmp_path / "out.jsonl")
    assert [row["error"] for row in found] == [
        None,
        "blank text",
        "no text in column 'text'",
        "no text in column 'text'",
        "not a text but int",
        found[5]["error"],
        "not Unicode (half of a surrogate pair)",
        None,
    ]
    assert found[5]["error"].startswith("not JSON")
    assert all(row["labels"] is None and row["p_long"] is None for row in found[1:7])
    assert found[2]["other"] == 1
    assert model.batches == [["a longer text", "short"]]
    assert (counts.rows, counts.errors, counts.none, counts.labels["long"]) == (8, 6, 1, 1)


def test_csv_cells_of_bad_rows_are_empty(tmp_path):
    (tmp_path / "in.csv").write_text("id,text\n1,a longer text\n2,\n3\n")
    label_table(tmp_path / "in.csv", tmp_path / "out.csv", Recorder())
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    assert rows[0] == {
        "id": "1",
        "text": "a longer text",
        "labels": "long",
        "intensity": "strong",
        "unsure": "",
        "p_long": "0.923457",
        "p_none": "0.5",
        "error": "",
    }
    assert (rows[1]["p_long"], rows[1]["error"]) == ("", "blank text")
    assert rows[2]["error"] == "1 cells for 2 columns"


def test_chunks_begin_at_fixed_rows_whatever_is_wrong_with_them(tmp_path):
    rows = [{"text": f"t{i}"} if i % 3 else {"text": None} for i in range(2 * CHUNK + 5)]
    model, done = Recorder(), []
    source = lines(tmp_path / "in.jsonl", rows)
    counts = label_table(source, tmp_path / "out.jsonl", model, progress=lambda *numbers: done.append(numbers))
    chunks = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
    assert model.batches == [[row["text"] for row in chunk if row["text"]] for chunk in chunks]
    assert [rows for rows, _ in done] == [CHUNK, 2 * CHUNK, 2 * CHUNK + 5]
    assert done[-1] == (len(rows), len(rows))
    assert all(total == pytest.approx(len(rows), rel=0.1) for _, total in done)
    assert counts.rows == len(rows)
    assert [row["text"] for row in read(tmp_path / "out.jsonl")] == [row["text"] for row in rows]


def test_missing_column_is_named_with_those_there_are(tmp_path):
    source = lines(tmp_path / "in.jsonl", [{"id": 1, "body": "a"}])
    with pytest.raises(TableError, match=r"in\.jsonl: no column 'text'; .*'id', 'body'"):
        label_table(source, tmp_path / "out.jsonl", Recorder())
    assert not (tmp_path / "out.jsonl").exists()
    assert label_table(source, tmp_path / "out.jsonl", Recorder(), column="body").rows == 1


def test_results_never_overwrite_columns_of_the_table(tmp_path):
    source = lines(tmp_path / "in.jsonl", [{"text": "a longer text", "labels": ["mine"], "error": ""}])
    with pytest.raises(TableError, match=r"'labels', 'error'; .*--prefix"):
        label_table(source, tmp_path / "out.jsonl", Recorder())
    label_table(source, source, Recorder(), prefix="s_")
    (row,) = read(source)
    assert (row["labels"], row["s_labels"], row["s_p_long"]) == (["mine"], ["long"], 0.923457)
    late = lines(tmp_path / "late.jsonl", [{"text": "a"}] * 1000 + [{"text": "b", "error": "mine"}])
    with pytest.raises(TableError, match="'error'"):
        label_table(late, tmp_path / "out.jsonl", Recorder())


def test_format_of_the_output_is_told_by_its_name_or_is_that_of_the_input(tmp_path):
    source = tmp_path / "table.txt"
    source.write_text("text\na longer text\n")
    with pytest.raises(StanceError, match="--format"):
        label_table(source, tmp_path / "out.txt", Recorder())
    label_table(source, tmp_path / "out.txt", Recorder(), format="csv")
    assert (tmp_path / "out.txt").read_text().startswith("text,labels,")
    label_table(source, tmp_path / "out.parquet", Recorder(), format="csv")
    from pyarrow.parquet import read_table

    (row,) = read_table(tmp_path / "out.parquet").to_pylist()
    assert (row["labels"], row["p_none"], row["error"]) == (["long"], 0.5, None)


def test_empty_table_gives_an_empty_table(tmp_path):
    (tmp_path / "in.csv").write_text("id,text\n")
    assert label_table(tmp_path / "in.csv", tmp_path / "out.csv", Recorder()).rows == 0
    assert (tmp_path / "out.csv").read_text().startswith("id,text,labels")


def test_table_says_what_the_model_says(tmp_path, model_folder):
    model = stance.load(model_folder)
    texts = [row["text"] for row in ROWS]
    # The same texts again, and bad rows between them: neither changes anything.
    source = lines(tmp_path / "in.jsonl", [{"text": text} for text in [*texts, "", *texts[::-1], "  "]])
    label_table(source, tmp_path / "out.jsonl", model)
    found = read(tmp_path / "out.jsonl")
    found = [*found[:40], *found[80:40:-1]]
    expected = model.classify(texts) * 2
    chances = np.array([[row[f"p_{label}"] for label in model.labels] for row in found])
    assert np.abs(chances - np.tile(model.predict_proba(texts), (2, 1))).max() < 1e-5
    for row, verdict, text in zip(found, expected, texts * 2, strict=True):
        assert row["text"] == text
        stances = tuple(
            Stance(label, row[f"p_{label}"], how) for label, how in zip(row["labels"], row["intensity"], strict=True)
        )
        rounded = tuple(Stance(s.label, pytest.approx(s.probability, abs=1e-5), s.intensity) for s in verdict.stances)
        assert Verdict(stances, tuple(row["unsure"])) == Verdict(rounded, verdict.unsure)


def test_output_is_the_same_bytes_every_time(tmp_path, model_folder):
    source = lines(tmp_path / "in.jsonl", ROWS)
    for name in ("a.csv", "b.csv"):
        label_table(source, tmp_path / name, stance.load(model_folder), prefix="s_")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
