"""The classifier on tiny random models: the contract for each backend, agreement, loading, windows, thresholds."""

from __future__ import annotations

import itertools
import json
import os
import pickle
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tiny_model
from contract import CLOSE, LONG, TEXTS, UNICODE, ClassifierContract

from stance import loading
from stance.backends import torch as torch_backend
from stance.backends.base import Wrapping
from stance.backends.batching import cut
from stance.errors import ModelError, StanceError

ROOT = Path(__file__).parents[1]
AGREE = 1e-4
HALF = dict.fromkeys(tiny_model.LABELS, 0.5)


class TestOnnx(ClassifierContract):
    @staticmethod
    def open():
        return loading.load(tiny_model.stance_model())


class TestTorch(ClassifierContract):
    @staticmethod
    def open():
        return loading.load(tiny_model.stance_model(), backend="torch")


class TestPlainTransformers(ClassifierContract):
    @staticmethod
    def open():
        return loading.load(tiny_model.plain_model(), thresholds=HALF)


class TestOneLabelOnly(ClassifierContract):
    """A plain model whose labels exclude each other."""

    @staticmethod
    def open():
        folder = tiny_model.plain_model("single_label_classification")
        return loading.load(folder, thresholds=HALF)

    def test_probabilities_sum_to_one(self, model):
        assert model.predict_proba(TEXTS).sum(axis=1) == pytest.approx(1)


@pytest.fixture(scope="module")
def onnx():
    return loading.load(tiny_model.stance_model())


@pytest.fixture
def offline(monkeypatch):
    """Any connection is an error that nothing catches on purpose."""

    class TouchedTheNetwork(BaseException):
        pass

    def refuse(*_):
        raise TouchedTheNetwork

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_onnx_and_torch_agree(onnx):
    reference = loading.load(tiny_model.stance_model(), backend="torch")
    texts = [*TEXTS, *UNICODE, LONG]
    assert np.abs(onnx.predict_proba(texts) - reference.predict_proba(texts)).max() < AGREE


def test_the_folder_works_in_a_transformers_pipeline(onnx):
    from transformers import pipeline

    pipe = pipeline("text-classification", model=str(tiny_model.stance_model()), top_k=None)
    scores = [{entry["label"]: entry["score"] for entry in entries} for entries in pipe(TEXTS)]
    theirs = np.array([[row[label] for label in onnx.labels] for row in scores])
    assert np.abs(theirs - onnx.predict_proba(TEXTS)).max() < AGREE


def test_calibration_is_part_of_the_weights(onnx):
    raw = loading.load(tiny_model.plain_model()).predict_proba(TEXTS)
    logits = np.log(raw / (1 - raw))
    wanted = logits / tiny_model.CALIBRATION["temperature"] + tiny_model.CALIBRATION["bias"]
    # Not closer, because the exported weights are rounded to fp16.
    assert np.abs(onnx.predict_proba(TEXTS) - 1 / (1 + np.exp(-wanted))).max() < 0.02


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_change_nothing(onnx, threads):
    other = loading.load(tiny_model.stance_model(), threads=threads)
    assert np.abs(other.predict_proba(TEXTS) - onnx.predict_proba(TEXTS)).max() < CLOSE


def test_a_long_text_gets_the_best_of_its_windows(onnx):
    backend, scoring = onnx._backend, onnx.scoring
    (ids,) = backend.encode([LONG])
    windows = list(cut(ids, backend.wrapping, scoring.max_length, scoring.stride))
    assert len(windows) > 10
    logits = np.concatenate([backend.logits([window]) for window in windows]).max(axis=0).astype(np.float64)
    assert np.abs(onnx.predict_proba([LONG])[0] - 1 / (1 + np.exp(-logits))).max() < CLOSE


@pytest.mark.parametrize("length", range(1, 60))
def test_windows_lose_nothing(length):
    ids = [101, *range(1, length + 1), 102]
    windows = list(cut(ids, Wrapping(1, 1), 12, 4))
    assert all(len(window) <= 12 and window[0] == 101 and window[-1] == 102 for window in windows)
    assert sorted({i for window in windows for i in window[1:-1]}) == list(range(1, length + 1))
    bodies = [window[1:-1] for window in windows]
    assert all(a[-4:] == b[:4] for a, b in itertools.pairwise(bodies))
    assert all(len(body) == 10 for body in bodies[:-1])


def test_default_path_imports_no_heavy_package():
    code = (
        "import sys; from stance import loading; "
        f"m = loading.load({str(tiny_model.stance_model())!r}); m.label(['We condemn the raid.']); "
        "print([n for n in ('torch', 'transformers', 'pandas', 'sklearn', 'datasets') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["no-such-model", "org/name", "../models", "./nothing", "/nowhere/at/all", ""])
@pytest.mark.parametrize("backend", ["auto", "torch"])
def test_a_wrong_name_is_an_error_without_the_network(offline, name, backend):
    with pytest.raises(ModelError):
        loading.load(name, backend=backend)


@pytest.mark.usefixtures("offline")
def test_right_paths_need_no_network():
    for backend in ("onnx", "torch"):
        loading.load(tiny_model.stance_model(), backend=backend).label(TEXTS[:2])
    loading.load(tiny_model.plain_model()).predict_proba(TEXTS[:2])


def test_no_name_is_not_the_current_directory(monkeypatch):
    monkeypatch.chdir(tiny_model.stance_model())
    for name in ("", " "):
        with pytest.raises(ModelError, match="name of the model is empty"):
            loading.load(name)


def test_unreachable_hub_is_given_up_at_once_and_in_silence(monkeypatch, capfd, caplog):
    asked = []

    def refuse(host, *_, **__):
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(ModelError, match=r"^hub:nosuch/model: .*check the name and the connection$"):
        loading.load("hub:nosuch/model")
    # Once for the model, and once by huggingface_hub for the name it gives itself; repeated requests would be ten.
    assert len(asked) <= 2
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_only_hub_names_may_touch_the_network():
    assert torch_backend.resolve("hub:org/name") == ("org/name", False)
    assert torch_backend.resolve("org/name")[1]
    assert Path(torch_backend.resolve("org/name")[0]).is_absolute()


def test_hub_model(monkeypatch):
    asked = []

    def resolve(source):
        asked.append(source)
        return str(tiny_model.plain_model()), False

    monkeypatch.setattr(torch_backend, "resolve", resolve)
    model = loading.load("hub:org/name", thresholds=HALF)
    local = loading.load(tiny_model.plain_model(), thresholds=HALF)
    assert asked[0] == "hub:org/name"
    assert model.name == "hub:org/name"
    assert np.array_equal(model.predict_proba(TEXTS), local.predict_proba(TEXTS))


def test_plain_model_stores_no_thresholds():
    model = loading.load(tiny_model.plain_model())
    assert model.card is None
    for call in (model.label, model.classify):
        with pytest.raises(ModelError, match=r"no stance\.json in the folder.*thresholds="):
            call(TEXTS)


def test_plain_model_has_no_onnx():
    with pytest.raises(ModelError, match='backend="torch"'):
        loading.load(tiny_model.plain_model(), backend="onnx")


def test_encoder_without_a_head_is_refused():
    with pytest.raises(ModelError, match=r"classifier\.weight"):
        loading.load(tiny_model.encoder())


def test_pickled_weights_are_refused(tmp_path):
    import torch

    shutil.copytree(tiny_model.plain_model(), tmp_path / "m")
    (tmp_path / "m" / "model.safetensors").unlink()
    torch.save({}, tmp_path / "m" / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"there is no model\.safetensors \(of pytorch_model\.bin, nothing is read"):
        loading.load(tmp_path / "m")


def test_damaged_weights_are_refused(tmp_path):
    shutil.copytree(tiny_model.plain_model(), tmp_path / "m")
    content = (tmp_path / "m" / "model.safetensors").read_bytes()
    (tmp_path / "m" / "model.safetensors").write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match="is no safetensors file"):
        loading.load(tmp_path / "m")


def test_loading_writes_nothing_on_the_terminal(capfd):
    for folder in (tiny_model.stance_model(), tiny_model.plain_model()):
        loading.load(folder, backend="torch").predict_proba(TEXTS[:2])
    loading.load(tiny_model.stance_model()).predict_proba(TEXTS[:2])
    assert capfd.readouterr() == ("", "")


def test_copies_of_a_model_from_a_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tiny_model.stance_model().parent)
    packed = pickle.dumps(loading.load("./tiny"))
    monkeypatch.chdir(tmp_path)
    assert pickle.loads(packed).name == "tiny"


def test_regression_is_refused(tmp_path):
    shutil.copytree(tiny_model.plain_model(), tmp_path / "m")
    config = json.loads((tmp_path / "m" / "config.json").read_text())
    (tmp_path / "m" / "config.json").write_text(json.dumps(config | {"problem_type": "regression"}))
    with pytest.raises(ModelError, match="regression"):
        loading.load(tmp_path / "m")


def test_given_thresholds_replace_stored_ones():
    model = loading.load(tiny_model.stance_model(), thresholds={"concern": 0.0, "restraint": 1.0})
    assert model.scoring.thresholds == (0.5, 0.0, 1.0, 0.5, 0.3)
    assert all("concern" in [stance.label for stance in stances] for stances in model.label(TEXTS))


@pytest.mark.parametrize(
    ("thresholds", "named"),
    [
        ({"colour": 0.5}, "'colour'"),
        ({"concern": 1.5}, "1.5"),
        ({"concern": float("nan")}, "nan"),
        ({"concern": "0"}, "'0'"),
    ],
)
def test_bad_thresholds_are_named(thresholds, named):
    with pytest.raises(StanceError, match=named):
        loading.load(tiny_model.stance_model(), thresholds=thresholds)


def test_plain_model_needs_all_thresholds():
    with pytest.raises(StanceError, match="condolence"):
        loading.load(tiny_model.plain_model(), thresholds={"concern": 0.5})


@pytest.mark.parametrize("options", [{"backend": "tensorflow"}, {"threads": 0}])
def test_bad_options(options):
    with pytest.raises(StanceError):
        loading.load(tiny_model.stance_model(), **options)


def test_datasets_map(onnx):
    from datasets import Dataset

    # The first batch holds nothing that can be labelled, and must not set the types.
    rows = Dataset.from_dict({"text": [None, " ", None, *TEXTS[:5]]})
    labelled = rows.map(onnx.map_batch, batched=True, batch_size=3)
    assert labelled["text"][:] == rows["text"][:]
    expected = [";".join(stance.label for stance in stances) for stances in onnx.label(TEXTS[:5])]
    assert labelled["stance_labels"][3:] == expected
    assert any(expected)
    assert [bool(error) for error in labelled["stance_error"]] == [True] * 3 + [False] * 5


def test_label_dataset_gives_the_columns_of_a_table(onnx, tmp_path):
    from datasets import Dataset

    from stance.batch import label_dataset, label_table

    rows = Dataset.from_dict({"id": [1, 2, 3, *range(5)], "text": [None, " ", None, *TEXTS[:5]]})
    labelled = label_dataset(rows, onnx, prefix="s_")
    rows.to_parquet(tmp_path / "in.parquet")
    label_table(tmp_path / "in.parquet", tmp_path / "out.parquet", onnx, prefix="s_")
    table = Dataset.from_parquet(str(tmp_path / "out.parquet"), cache_dir=str(tmp_path / "cache"))
    assert labelled.column_names == table.column_names
    assert labelled.to_list() == table.to_list()
    # Types do not hang on what the rows hold.
    assert label_dataset(rows.select([0, 1]), onnx, prefix="s_").features == labelled.features
    for column, prefix in (("body", ""), ("text", "")):
        with pytest.raises(StanceError, match="column"):
            label_dataset(labelled.rename_column("s_labels", "labels"), onnx, column=column, prefix=prefix)


def test_fingerprint_follows_what_answers_hang_on(tmp_path):
    folder, plain = tiny_model.stance_model(), tiny_model.plain_model()
    moved = shutil.copytree(folder, tmp_path / "moved")
    low = dict.fromkeys(tiny_model.LABELS, 0.1)
    found = {
        "onnx": loading.load(folder).fingerprint,
        "torch": loading.load(folder, backend="torch").fingerprint,
        "low": loading.load(folder, thresholds=low).fingerprint,
        "plain": loading.load(plain, thresholds=low).fingerprint,
        "softmax": loading.load(tiny_model.plain_model("single_label_classification"), thresholds=low).fingerprint,
    }
    assert len(set(found.values())) == len(found)
    assert loading.load(moved, threads=1).fingerprint == found["onnx"]
    other = shutil.copytree(plain, tmp_path / "plain")
    assert loading.load(other, thresholds=low).fingerprint == found["plain"]
    from safetensors.numpy import load_file, save_file

    weights = load_file(other / "model.safetensors")
    weights["classifier.bias"][0] += 1e-3
    save_file(weights, other / "model.safetensors", metadata={"format": "pt"})
    assert loading.load(other, thresholds=low).fingerprint != found["plain"]


def test_threads_follow_the_environment(monkeypatch):
    from stance.backends.onnx import default_threads

    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert default_threads() == 3
    for value in ("0", "many", ""):
        monkeypatch.setenv("OMP_NUM_THREADS", value)
        assert 1 <= default_threads() <= (os.cpu_count() or 1)
