"""Model folders: what is written reads back, and every kind of damage is refused by name."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import tiny_model
from safetensors.numpy import load_file, save_file

from stance import artefact, card, loading
from stance.artefact import CARD, CONFIG, GRAPH, TOKENIZER, WEIGHTS
from stance.errors import ModelError


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(tiny_model.stance_model(), tmp_path / "model"))


def edit(file, change):
    data = json.loads(file.read_text(encoding="utf-8"))
    change(data)
    file.write_text(json.dumps(data), encoding="utf-8")


def reseal(folder, *names):
    """Make the sums right again, so that what is behind them is looked at."""

    def change(data):
        for name in names:
            data["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()

    edit(folder / CARD, change)


def refusal(folder):
    with pytest.raises(ModelError) as caught:
        artefact.read(folder)
    message = str(caught.value)
    assert str(folder) in message
    assert "\n" not in message
    return message


def test_what_is_written_reads_back(folder):
    model = artefact.read(folder)
    assert model.card.name == "tiny"
    assert model.card.codebook.ids == tiny_model.LABELS
    assert list(model.card.thresholds) == tiny_model.THRESHOLDS
    assert [list(pair) for pair in model.card.unsure] == tiny_model.UNSURE
    assert model.card.calibration.temperature == tuple(tiny_model.CALIBRATION["temperature"])
    assert model.card.data == {"corpus/a.jsonl": {"rows": 40, "sha256": "0" * 64}}
    assert json.loads((folder / CARD).read_text(encoding="utf-8")) == model.card.to_dict()
    assert artefact.write(folder, dataclasses.replace(model.card, files={})) == model


def test_a_moved_folder_is_the_same_model(folder, tmp_path):
    moved = folder.rename(tmp_path / "elsewhere")
    assert artefact.read(moved).card == artefact.read(tiny_model.stance_model()).card


@pytest.mark.parametrize("name", [CONFIG, WEIGHTS, TOKENIZER, GRAPH, "tokenizer_config.json"])
def test_altered_byte(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[-2] ^= 1
    (folder / name).write_bytes(content)
    assert f"{name} was altered" in refusal(folder)


@pytest.mark.parametrize("name", [CONFIG, WEIGHTS, TOKENIZER, GRAPH, "tokenizer_config.json"])
def test_missing_file(folder, name):
    (folder / name).unlink()
    assert f"{name} is missing" in refusal(folder)


def test_every_damaged_file_is_named(folder):
    (folder / TOKENIZER).unlink()
    (folder / CONFIG).write_text("{}", encoding="utf-8")
    (folder / "extra.txt").write_text("more", encoding="utf-8")
    message = refusal(folder)
    for offender in ("tokenizer.json is missing", "config.json was altered", "extra.txt is not listed"):
        assert offender in message


@pytest.mark.parametrize("name", ["pytorch_model.bin", "modeling.py", "onnx/model.onnx.data", "head.pkl"])
def test_files_beyond_the_format(folder, name):
    (folder / name).write_bytes(b"x")
    assert f"{name} is not listed" in refusal(folder)
    edit(folder / CARD, lambda data: data["files"].update({name: ""}))
    reseal(folder, name)
    assert f"{name} is no safetensors, JSON, ONNX or text file" in refusal(folder)


def test_model_card_and_hidden_files_are_free(folder):
    (folder / "README.md").write_text("# Another text\n", encoding="utf-8")
    (folder / ".gitattributes").write_text("*.onnx binary\n", encoding="utf-8")
    artefact.read(folder)


# But the gate, which a model need not have.
KEYS = [field.name for field in dataclasses.fields(card.Card) if field.name != "gate"]


@pytest.mark.parametrize("key", ["format", "task", "codebook_fingerprint", *KEYS])
def test_missing_key(folder, key):
    edit(folder / CARD, lambda data: data.pop(key))
    assert f"{key} is missing" in refusal(folder)


def test_every_bad_key_is_named(folder):
    def change(data):
        data.update(colour="blue", task="sentiment", max_length="long", stride=-1, data=[], thresholds=[0.5, 2.0])
        data["unsure"][1] = [0.9, 0.1]
        data["calibration"]["temperature"][0] = 0
        data["files"]["../outside.json"] = "0" * 64
        del data["metrics"]

    edit(folder / CARD, change)
    message = refusal(folder)
    named = [
        "'colour'",
        "task is",
        "max_length is",
        "stride is",
        "data is",
        "thresholds is",
        "thresholds has 2 entries",
    ]
    named += ["unsure is", "calibration is", "files is", "metrics is missing"]
    assert [name for name in named if name not in message] == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda d: d.update(format=2), "format 2 is newer"),
        (lambda d: d.update(format=0), "format is not 1"),
        (lambda d: d.update(format="1"), "format is not 1"),
        (lambda d: d.update(codebook_fingerprint="0" * 64), "codebook_fingerprint is not that of the codebook"),
        (lambda d: d["codebook"]["labels"][0].update(definition="Other."), "codebook_fingerprint is not"),
        (lambda d: d["codebook"]["labels"].pop(), "codebook_fingerprint is not"),
        (lambda d: d["codebook"]["labels"][0].pop("title"), "title is missing"),
        (lambda d: d["thresholds"].pop(), "thresholds has 4 entries for 5 labels"),
        (lambda d: d["unsure"].append([0, 1]), "unsure has 6 entries for 5 labels"),
        (lambda d: d["calibration"]["bias"].pop(), "bias has 4 entries for 5 labels"),
        (lambda d: d["calibration"].update(scale=1), "calibration is not"),
        (lambda d: d["files"].update({CONFIG: "abc"}), "files is not"),
        (lambda d: d["files"].update({"/etc/passwd": "0" * 64}), "files is not"),
        (lambda d: d["files"].pop(GRAPH), f"{GRAPH} is not listed"),
        (lambda d: d["initialisers"].update(x={"tensor": "y"}), "initialisers is not"),
        (lambda d: d["initialisers"].update(x={"tensor": "y", "transpose": False, "dtype": "float32"}), "no tensor y"),
        (lambda d: d.update(max_length=512), "less than the max_length of 512"),
        (lambda d: d.update(stride=20), "stride is more than half"),
        (lambda d: d.update(max_length=True), "max_length is not"),
    ],
)
def test_record_that_does_not_fit(folder, change, named):
    edit(folder / CARD, change)
    assert named in refusal(folder)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"format": 1, "format": 1}', '{"format": NaN}', "\ufeff{}"])
def test_record_that_is_no_sound_json(folder, content):
    (folder / CARD).write_text(content, encoding="utf-8")
    assert CARD in refusal(folder)


def test_record_in_another_encoding(folder):
    (folder / CARD).write_bytes('{"name": "é"}'.encode("latin-1"))
    assert "UTF-8" in refusal(folder)


@pytest.mark.parametrize("name", ["classifier.weight", "classifier.bias"])
def test_missing_head(folder, name):
    tensors = load_file(folder / WEIGHTS)
    del tensors[name]
    save_file(tensors, folder / WEIGHTS)
    reseal(folder, WEIGHTS)
    assert f"the head is missing: no {name}" in refusal(folder)


def test_head_of_another_size(folder):
    tensors = load_file(folder / WEIGHTS)
    tensors["classifier.weight"] = np.ascontiguousarray(tensors["classifier.weight"][:4])
    save_file(tensors, folder / WEIGHTS)
    reseal(folder, WEIGHTS)
    assert "the head classifier.weight has the shape [4, 32] for 5 labels" in refusal(folder)


def test_no_safetensors(folder):
    (folder / WEIGHTS).write_bytes(b"\x80\x04K\x01.")
    reseal(folder, WEIGHTS)
    assert "no safetensors file" in refusal(folder)


def swap(config):
    config["id2label"]["0"], config["id2label"]["1"] = config["id2label"]["1"], config["id2label"]["0"]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (swap, "id2label"),
        (lambda c: c["id2label"].pop("4"), "id2label"),
        (lambda c: c["label2id"].update(concern=0), "label2id"),
        (lambda c: c.update(problem_type="single_label_classification"), "problem_type"),
        (lambda c: c.update(architectures=["BertModel"]), "architectures"),
        (lambda c: c.update(dtype="float16"), "dtype"),
    ],
)
def test_configuration_that_does_not_fit_the_codebook(folder, change, key):
    edit(folder / CONFIG, change)
    reseal(folder, CONFIG)
    assert f"for {key}" in refusal(folder)


@pytest.mark.parametrize("name", [WEIGHTS, "README.md", CARD])
def test_link_that_leaves_the_folder(folder, tmp_path, name):
    (folder / name).rename(tmp_path / "outside")
    (folder / name).symlink_to(tmp_path / "outside")
    assert f"{name} is a link that leaves the folder" in refusal(folder)


def test_linked_folder_inside(folder, tmp_path):
    (folder / "onnx").rename(tmp_path / "onnx")
    (folder / "onnx").symlink_to(tmp_path / "onnx", target_is_directory=True)
    assert "onnx is a link that leaves the folder" in refusal(folder)


def test_link_within_the_folder_is_fine(folder):
    (folder / TOKENIZER).rename(folder / "words.json")
    (folder / TOKENIZER).symlink_to("words.json")
    edit(folder / CARD, lambda data: data["files"].update({"words.json": data["files"][TOKENIZER]}))
    artefact.read(folder)


def test_no_folder(tmp_path):
    assert "no such folder" in refusal(tmp_path / "absent")
    assert f"{CARD} cannot be read" in refusal(tmp_path)


def test_a_refused_folder_is_never_loaded(folder):
    (folder / CONFIG).unlink()
    for backend in ("auto", "onnx", "torch"):
        with pytest.raises(ModelError, match=r"config\.json is missing"):
            loading.load(folder, backend=backend)


def test_a_graph_that_onnx_runtime_cannot_load(folder):
    graph = onnx.load(folder / GRAPH, load_external_data=False)
    graph.graph.node[-1].input[0] = "nowhere"
    (folder / GRAPH).write_bytes(graph.SerializeToString())
    reseal(folder, GRAPH)
    with pytest.raises(ModelError, match="ONNX Runtime cannot load the graph"):
        loading.load(folder)


def test_a_tokenizer_that_is_none(folder):
    (folder / TOKENIZER).write_text("{}", encoding="utf-8")
    reseal(folder, TOKENIZER)
    with pytest.raises(ModelError, match="no tokenizer"):
        loading.load(folder)


def test_a_record_that_is_a_link_into_nowhere(folder):
    (folder / CARD).unlink()
    (folder / CARD).symlink_to("absent.json")
    with pytest.raises(ModelError, match="cannot be read"):
        loading.load(folder)


def test_shipped_names(tmp_path, monkeypatch):
    shelf = tmp_path / "shelf"
    shutil.copytree(tiny_model.stance_model(), shelf / "small")
    monkeypatch.setattr(artefact, "SHELVES", (tmp_path / "absent", shelf))
    assert artefact.shipped() == ("small",)
    assert artefact.resolve("small") == shelf / "small"
    for name in ("large", "../shelf/small", str(shelf / "small"), ".", ""):
        with pytest.raises(ModelError, match="small"):
            artefact.resolve(name)


def test_a_shipped_name_wins_over_a_folder_of_that_name(tmp_path, monkeypatch):
    shutil.copytree(tiny_model.stance_model(), tmp_path / "shelf" / "small")
    monkeypatch.setattr(artefact, "SHELVES", (tmp_path / "shelf",))
    (tmp_path / "small").mkdir()
    monkeypatch.chdir(tmp_path)
    assert loading.load("small").name == "tiny"
    with pytest.raises(ModelError):
        loading.load("./small")


def test_reading_imports_neither_torch_nor_onnx_runtime():
    code = f"import sys; from stance import artefact; artefact.read({str(tiny_model.stance_model())!r}); "
    code += "sys.exit(any(name in sys.modules for name in ('torch', 'onnxruntime', 'transformers')))"
    assert subprocess.run([sys.executable, "-c", code], check=False, env=os.environ).returncode == 0


def test_audit_takes_any_json():
    for data in (None, 3, "text", [], [1], {"format": []}, {"codebook": 1}, {"unsure": [1]}, {"calibration": []}):
        assert card.audit(data)
