"""Manifests: what a run puts on record, what a later one finds changed, and that nothing half written stays."""

from __future__ import annotations

import json
import re
import shutil

import pytest

import stance
from stance import manifest
from stance.errors import StanceError

ROWS = "id,text\n1,We condemn the raid on the border post.\n2,\n3,The bus to the airport leaves at noon.\n"
STORY = '"We condemn the raid on the border post," the European Union said.\n'


@pytest.fixture
def room(tmp_path, model_folder):
    """A table, a story and a model that may be changed."""
    (tmp_path / "in.csv").write_text(ROWS)
    (tmp_path / "story.txt").write_text(STORY)
    shutil.copytree(model_folder, tmp_path / "model")
    return tmp_path


def entries(data):
    return [entry["path"] for key in ("inputs", "outputs") for entry in data[key]]


@pytest.fixture
def labelled(room, command):
    """The manifest of a table that was labelled."""
    path = room / "run.json"
    done = command("label", room / "in.csv", "-o", room / "out.csv", "-m", room / "model", "--manifest", path)
    assert done == 1
    return path


@pytest.fixture
def command(capsys):
    """The command line in this process; gives the exit status."""
    from stance.cli import app

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            app([str(argument) for argument in arguments])
        return ended.value.code

    return run


def test_a_labelled_table_is_on_record(labelled, room):
    data = json.loads(labelled.read_text(encoding="utf-8"))
    model = stance.load(room / "model")
    assert manifest.read(labelled) == data
    assert (data["command"], data["stance"], data["format"]) == ("label", stance.__version__, 1)
    assert entries(data) == ["in.csv", "out.csv"]
    assert data["inputs"][0]["bytes"] == len(ROWS)
    assert re.fullmatch("[0-9a-f]{64}", data["outputs"][0]["sha256"])
    assert data["model"]["fingerprint"] == model.fingerprint
    assert data["model"]["codebook"] == model.card.codebook.fingerprint
    assert data["model"]["files"] == model.card.files
    assert (data["counts"]["rows"], data["counts"]["errors"]) == (3, 1)
    assert [error["where"] for error in data["errors"]] == ["row 2"]
    assert data["errors"][0]["what"]
    assert data["options"]["column"] == "text"
    assert set(data["seconds"]) == {"load", "run", "total"}
    assert {"numpy", "onnxruntime", "tokenizers"} <= set(data["packages"])


def test_the_same_run_verifies_from_anywhere(labelled, room, command, capsys, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    capsys.readouterr()
    assert command("verify", labelled) == 0
    assert capsys.readouterr().out == "the same: 2 files, the model\n"
    assert command("verify", labelled, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"same": True, "differences": [], "notes": []}


def test_every_difference_is_told(labelled, room, command, capsys):
    (room / "in.csv").write_text(ROWS.replace("noon", "nine"))
    (room / "out.csv").write_text("other\n")
    record = json.loads((room / "model" / "stance.json").read_text(encoding="utf-8"))
    record["thresholds"][0] = 0.6
    (room / "model" / "stance.json").write_text(json.dumps(record), encoding="utf-8")
    capsys.readouterr()
    assert command("verify", labelled) == 1
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 3
    assert told[0] == "differs: input in.csv: was altered"
    assert told[1].startswith("differs: output out.csv: has 6 bytes, had ")
    assert "its fingerprint differs: other thresholds" in told[2]


def test_missing_files_and_models_are_differences(labelled, room):
    (room / "in.csv").unlink()
    shutil.rmtree(room / "model")
    differences, _ = manifest.verify(labelled)
    assert differences[0] == "input in.csv: is missing"
    assert "cannot be loaded" in differences[1]


def test_another_model_is_a_difference(labelled, room, model_folder):
    assert manifest.verify(labelled, stance.load(model_folder)) == ([], [])
    other = stance.load(model_folder, thresholds={"concern": 0.9})
    differences, _ = manifest.verify(labelled, other)
    assert len(differences) == 1
    assert "fingerprint" in differences[0]


def test_versions_are_notes(labelled):
    data = json.loads(labelled.read_text(encoding="utf-8"))
    data["packages"]["numpy"] = "0.1"
    data["library"] = "0" * 64
    labelled.write_text(json.dumps(data))
    differences, notes = manifest.verify(labelled)
    assert differences == []
    assert any(note.startswith("numpy was 0.1, is ") for note in notes)
    assert any(note.startswith("library was ") for note in notes)


def test_analyses_and_reports_are_on_record(room, command):
    (room / "empty.txt").write_text("")
    for name, out in (("analyze", "out.jsonl"), ("report", "out.html")):
        path = room / f"{name}.json"
        files = (room / "story.txt", room / "empty.txt")
        assert command(name, *files, "-m", room / "model", "-o", room / out, "--manifest", path) == 1
        data = manifest.read(path)
        assert entries(data) == ["story.txt", out]
        assert data["counts"] == {"documents": 1, "statements": 1, "errors": 1}
        assert [error["what"] for error in data["errors"]] == ["the document is empty"]
        assert manifest.verify(path) == ([], [])


def test_streams_are_on_record_without_sums(room, command):
    path = room / "run.json"
    assert command("analyze", room / "story.txt", "-m", room / "model", "--manifest", path) == 0
    assert manifest.read(path)["outputs"] == [{"path": "-", "bytes": None, "sha256": None}]
    differences, notes = manifest.verify(path)
    assert (differences, len(notes)) == ([], 1)


def test_a_failed_run_leaves_the_manifest_before(labelled, room, command):
    before = labelled.read_bytes()
    arguments = ("label", room / "in.csv", "-o", room / "out.csv", "-m", room / "model", "--column", "none")
    assert command(*arguments, "--manifest", labelled) == 1
    assert labelled.read_bytes() == before
    assert sorted(path.name for path in room.iterdir()) == ["in.csv", "model", "out.csv", "run.json", "story.txt"]


def test_a_manifest_does_not_take_the_place_of_the_output(room, command):
    arguments = ("label", room / "in.csv", "-o", room / "out.csv", "-m", room / "model")
    assert command(*arguments, "--manifest", room / "." / "out.csv") == 2
    assert not (room / "out.csv").exists()


def test_runs_of_ones_own_are_on_record(room):
    with stance.manifest.recorded(room / "own.json", "my script", {"how": 1}) as run:
        run.input(room / "in.csv")
        for row in range(manifest.ERRORS + 5):
            run.error(f"row {row}", "no text")
        run.output(room / "result.txt")
        run.counts({"rows": 105})
        (room / "result.txt").write_text("done")
    data = manifest.read(room / "own.json")
    assert (len(data["errors"]), data["errors_left_out"], data["model"]) == (manifest.ERRORS, 5, None)
    assert manifest.verify(room / "own.json") == ([], [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no manifest"),
        ("[]", "not a table"),
        ('{"format": 2}', "its format is 2"),
        ('{"format": 1}', "command is missing; .*inputs is missing"),
        ('{"format": NaN}', "NaN is no number"),
        ("[" * 10_000, "nested more than"),
    ],
)
def test_what_is_no_manifest_is_refused(text, said, tmp_path):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(StanceError, match=said):
        manifest.verify(tmp_path / "run.json")


def test_entries_that_are_none_are_refused(labelled):
    data = json.loads(labelled.read_text(encoding="utf-8"))
    for change in (
        {"inputs": [{"path": 1}]},
        {"outputs": [{}]},
        {"model": {}},
        {"inputs": [{"path": "x", "bytes": 1}]},
    ):
        labelled.write_text(json.dumps(data | change))
        with pytest.raises(StanceError, match="no manifest that is read here"):
            manifest.verify(labelled)
