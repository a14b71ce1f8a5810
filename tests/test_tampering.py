"""Tampered model folders: every one is refused, for what was done to it, by both backends, soon, and never loaded."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import tiny_model
from conftest import ROOT
from safetensors.numpy import load_file, save_file
from tampered import MODERATE, NESTED, WAYS, content, flipped, grown, header, piped, seal, table
from tiny_zeroshot import zero_shot_model

from stance import artefact, graph_audit, intake, loading
from stance.artefact import BACKGROUND, CARD, CONFIG, GRAPH, TOKENIZER, WEIGHTS
from stance.errors import ModelError
from stance.intake import Limits
from stance.segment.tagger_folder import FEATURES, RECORD, read_tagger
from stance.segment.tagger_folder import WEIGHTS as TAGGER_WEIGHTS

# Processor time, as other processes may keep the machine busy.
SECONDS = 2.0
SHIPPED = ROOT / "models"


def forbid(*arguments, **keywords):
    raise AssertionError("a refused folder was loaded")


@pytest.fixture
def nothing_is_loaded(monkeypatch):
    """Every way from the files of a folder to something that runs ends the test."""
    import onnxruntime
    import tokenizers
    import transformers

    # Made before, as making them loads much.
    tiny_model.stance_model(), zero_shot_model()
    monkeypatch.setattr(onnxruntime, "InferenceSession", forbid)
    monkeypatch.setattr(tokenizers.Tokenizer, "from_file", forbid, raising=False)
    for kind in ("AutoTokenizer", "AutoModel", "AutoModelForSequenceClassification"):
        monkeypatch.setattr(getattr(transformers, kind), "from_pretrained", forbid)


@pytest.fixture
def room(tmp_path):
    """A folder that is gone after the test: some hold a copy of a whole model, and pytest keeps what it gives."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def copy(model, room):
    return Path(shutil.copytree(model, room / "model"))


def refusal(folder, backend="auto"):
    start = time.process_time()
    with pytest.raises(ModelError) as caught:
        loading.load(folder, backend=backend)
    assert time.process_time() - start < SECONDS
    message = str(caught.value)
    assert "\n" not in message
    assert str(folder) in message
    return caught


def test_there_are_enough_ways():
    assert len(WAYS) >= 50


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.usefixtures("nothing_is_loaded")
def test_tampered_folder_is_refused_by_both_backends(name, room):
    way, folder = WAYS[name], copy(tiny_model.stance_model(), room)
    way.change(folder)
    if way.sealed:
        seal(folder)
    for backend in ("onnx", "torch"):
        assert refusal(folder, backend).match(f"(?s).*(?:{way.said})")


def test_a_folder_that_is_only_sealed_anew_is_loaded(room):
    folder = copy(tiny_model.stance_model(), room)
    seal(folder)
    assert loading.load(folder).labels == tiny_model.LABELS


def test_every_offender_of_a_kind_is_named(room):
    folder = copy(tiny_model.stance_model(), room)
    for way in ("a weight of NaN", "labels swapped", "code for the tokenizer", "a token below nothing", "a function"):
        WAYS[way].change(folder)
    seal(folder)
    for way in ("a weight of NaN", "labels swapped", "code for the tokenizer", "a token below nothing", "a function"):
        assert refusal(folder).match(f"(?s).*{WAYS[way].said}")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (content(BACKGROUND, header(2**40)), "header is cut short"),
        (lambda f: save_file({"background": np.full((2, 32), np.nan, np.float32)}, f / BACKGROUND), "no numbers"),
        (lambda f: save_file({"background": np.zeros((2, 32), np.int64)}, f / BACKGROUND), "stored as I64"),
        (table(CARD, lambda d: d["similarity"].update(scale=-1)), "similarity is not"),
        (WAYS["a graph in an operator"].change, "is refused"),
        (WAYS["another output"].change, "not embeddings"),
    ],
)
@pytest.mark.usefixtures("nothing_is_loaded")
def test_tampered_zero_shot_folder_is_refused(change, said, room):
    folder = copy(zero_shot_model(), room)
    change(folder)
    seal(folder)
    for backend in ("onnx", "torch"):
        assert refusal(folder, backend).match(f"(?s).*{said}")


# -- the folders that ship --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["stance-en", "stance-zeroshot-en"])
@pytest.mark.parametrize(
    ("change", "sealed", "said"),
    [
        (flipped(WEIGHTS, -5), False, "model.safetensors was altered"),
        (flipped(GRAPH, -5), False, "onnx/model.onnx was altered"),
        (WAYS["an operator that is not allowed"].change, True, "not allowed: Loop"),
        (WAYS["weights from another file"].change, True, "read from '/etc/passwd'"),
        (table(CONFIG, lambda c: c.update(num_hidden_layers=5)), True, "5 layers, the weights 6"),
        (table(TOKENIZER, lambda t: t["model"]["vocab"].update(zzz=30522)), True, "up to number 30522"),
    ],
)
@pytest.mark.usefixtures("nothing_is_loaded")
def test_tampered_shipped_folder_is_refused(model, change, sealed, said, room):
    folder = copy(SHIPPED / model, room)
    change(folder)
    if sealed:
        seal(folder)
    assert refusal(folder).match(f"(?s).*{said}")


def reseal_tagger(folder):
    import hashlib

    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (TAGGER_WEIGHTS, FEATURES)}
    table(RECORD, lambda d: d.update(files=sums))(folder)


def unsound(folder):
    tensors = load_file(folder / TAGGER_WEIGHTS)
    tensors["state"][0, 0] = np.inf
    save_file(tensors, folder / TAGGER_WEIGHTS)


@pytest.mark.parametrize(
    ("change", "sealed", "said"),
    [
        (flipped(TAGGER_WEIGHTS, -5), False, "attribution.safetensors was altered"),
        (flipped(FEATURES, 5), False, "features.txt was altered"),
        (content(TAGGER_WEIGHTS, header(2**62)), True, "header is cut short"),
        (unsound, True, "values in state that are no numbers"),
        (lambda f: save_file({"state": np.zeros((2, 7), np.float32)}, f / TAGGER_WEIGHTS), True, "holds state, not"),
        (content(RECORD, NESTED), False, "nested more than"),
        (grown(RECORD, 2**31), False, "larger than 4 MiB"),
        (piped(TAGGER_WEIGHTS), False, "is not a file"),
        (table(RECORD, lambda d: d["decisions"].update(add="high")), True, "no sound decisions"),
    ],
)
def test_tampered_tagger_is_refused(change, sealed, said, room):
    folder = copy(SHIPPED / "attribution-en", room)
    change(folder)
    if sealed:
        reseal_tagger(folder)
    start = time.process_time()
    with pytest.raises(ModelError, match=said):
        read_tagger(folder)
    assert time.process_time() - start < SECONDS


# -- plain transformers folders ---------------------------------------------------------------------------------------


def only_pickle(folder):
    (folder / WEIGHTS).rename(folder / "pytorch_model.bin")


def index(names):
    def do(folder):
        (folder / WEIGHTS).unlink()
        weights = {f"w{number}": name for number, name in enumerate(names)}
        (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weights}))

    return do


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (only_pickle, "pytorch_model.bin, nothing is read"),
        (content(WEIGHTS, header(2**62)), "header is cut short"),
        (lambda f: (content(WEIGHTS, header(9 * 2**20))(f), grown(WEIGHTS, 2**24)(f)), "a header of 9 MiB"),
        (content(WEIGHTS, b"\x80\x04K\x01."), "is no safetensors file"),
        (table(CONFIG, lambda c: c.update(auto_map={"AutoModel": "m.M"})), "config.json asks for code"),
        (table("tokenizer_config.json", lambda c: c.update(auto_map={"a": "b"})), "tokenizer_config.json asks"),
        (table(CONFIG, lambda c: c.update(_attn_implementation="a/b")), "_attn_implementation"),
        (content(CONFIG, NESTED), "config.json is not sound JSON"),
        (content(CONFIG, MODERATE.encode()), "nested more than 32 deep"),
        (grown(CONFIG, 2**31), "config.json is larger than 1 MiB"),
        (grown(TOKENIZER, 2**31), "tokenizer.json is larger than 64 MiB"),
        (content("adapter_config.json", b"{}"), "adapter_config.json names weights"),
        (index(["../outside.safetensors", "part.bin"]), r"\.\./outside\.safetensors, part\.bin"),
        (index([]), "there is no model.safetensors"),
        (piped(WEIGHTS), "not a file"),
    ],
)
@pytest.mark.usefixtures("nothing_is_loaded")
def test_tampered_plain_folder_is_refused(change, said, room):
    folder = copy(tiny_model.plain_model(), room)
    change(folder)
    assert refusal(folder).match(f"(?s).*{said}")


def test_a_pickle_beside_safetensors_is_never_opened(room):
    import torch

    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(room / "sprung"),)

    folder = copy(tiny_model.plain_model(), room)
    torch.save(Trap(), folder / "pytorch_model.bin")
    assert loading.load(folder).predict_proba(["We condemn the raid."]).shape == (1, 5)
    assert not (room / "sprung").exists()


# -- the parts --------------------------------------------------------------------------------------------------------


def test_limits_are_the_callers_to_set(room):
    folder = tiny_model.stance_model()
    for limits, said in (
        (Limits(record=100), "stance.json is larger than 100 bytes"),
        (Limits(json=10), "config.json is larger than 10 bytes"),
        (Limits(header=64), "a header of"),
        (Limits(weights=100), "model.safetensors is larger than"),
        (Limits(graph=100), "onnx/model.onnx is larger than"),
        (Limits(tokenizer=100), "tokenizer.json is larger than"),
        (Limits(depth=2), "nested more than 2 deep"),
        (Limits(files=3), "more than 3 files"),
        (Limits(nodes=3), "operators, more than 3"),
    ):
        with pytest.raises(ModelError, match=said):
            artefact.read(folder, limits=limits)


def test_not_finite_agrees_with_numpy_on_every_half(room):
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    unsound = ~np.isfinite(halves)
    save_file({"all": halves, "sound": halves[~unsound], "none": halves[:0]}, room / "x")
    assert intake.not_finite(room / "x") == ["all"]
    save_file({f"{i}": halves[unsound][i : i + 1] for i in range(0, 2048, 64)}, room / "x")
    assert len(intake.not_finite(room / "x")) == 32


def test_graphs_cut_short_or_scrambled_never_do_worse_than_being_refused():
    data = (tiny_model.stance_model() / GRAPH).read_bytes()
    random = np.random.default_rng(7)
    for _ in range(150):
        damaged = bytearray(data[: random.integers(1, len(data))] if random.random() < 0.3 else data)
        for place in random.integers(0, len(damaged), 3):
            damaged[place] = random.integers(0, 256)
        for problem in graph_audit.audit(bytes(damaged), {}, "logits"):
            assert isinstance(problem, str)
