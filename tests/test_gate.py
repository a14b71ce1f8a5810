"""The gate before the encoder: what it answers, that nothing but the text decides, and how it is fitted and checked."""

import json
import shutil
from pathlib import Path

import click.testing
import numpy as np
import onnx
import onnxruntime
import pytest
import tiny_gate
import tiny_model
from contract import ClassifierContract
from onnx import helper

import stance
from stance import artefact, loading, manifest
from stance.audit import sha256_of
from stance.backends.gate import Gate
from stance.backends.onnx import OnnxBackend
from stance.card import Card
from stance.cli import app
from stance.errors import ModelError, StanceError
from training import gate_fit
from training.gate import losses, lost

SHUT, OPEN = "the talks began in the old town hall", "we condemn the raid"
FRESH = tiny_gate.texts(1000)[tiny_gate.COUNT :]


@pytest.fixture(scope="module")
def folder():
    return tiny_gate.gated_model()


@pytest.fixture(scope="module")
def model(folder):
    return loading.load(folder)


@pytest.fixture(scope="module")
def whole(folder):
    return loading.load(folder, gate=False)


class TestContract(ClassifierContract):
    distinct = 0.2

    @staticmethod
    def open():
        return loading.load(tiny_gate.gated_model())


def test_the_gate_answers_with_its_bounds_and_the_encoder_for_the_rest(model, whole):
    shut = model.gated(FRESH)
    assert 0.2 < shut.mean() < 0.9
    assert not whole.has_gate
    assert not whole.gated(FRESH).any()
    scores = model.predict_proba(FRESH)
    assert np.allclose(scores[shut], model.card.gate.bounds, atol=1e-6)
    assert np.abs(scores[~shut] - whole.predict_proba(FRESH)[~shut]).max() < 1e-5
    verdicts = np.array([bool(verdict.stances or verdict.unsure) for verdict in model.classify(FRESH)])
    assert not verdicts[shut].any()


def test_it_has_learned_what_must_not_be_lost(model):
    strong = tiny_gate.logits(FRESH).max(axis=1) > 0
    assert model.gated(FRESH)[strong].mean() <= 0.15
    assert model.gated(FRESH)[~strong].mean() > 0.5


def test_decisions_hang_on_the_text_alone(model):
    shut = model.gated(FRESH)
    order = np.random.default_rng(0).permutation(len(FRESH))
    assert (model.gated([FRESH[i] for i in order]) == shut[order]).all()
    assert [bool(model.gated([text])[0]) for text in FRESH[:60]] == shut[:60].tolist()


def test_near_the_point_of_decision_a_text_is_scored_alone(folder, monkeypatch):
    """With the point on the score of a text in company, which rounding moves, it is still decided as alone."""
    read = artefact.read(folder, Card)
    inputs = OnnxBackend(*read.graph, read.card.initialisers).encode(FRESH[:40])
    gate = Gate(folder / artefact.GATE, folder / artefact.WEIGHTS, read.card.gate)
    alone = [float(gate.scores([ids])[0]) for ids in inputs]
    plain = Gate.scores

    def rounded(self, batch):
        return plain(self, batch) + (1e-4 if len(batch) > 1 else 0.0)

    monkeypatch.setattr(Gate, "scores", rounded)
    for number in (3, 17):
        gate._least = alone[number] + 5e-5
        assert gate.closed(inputs)[number]
        assert gate.closed([inputs[number]])[0]
        gate._least = alone[number]
        assert not gate.closed(inputs)[number]


def test_long_texts_go_through_the_encoder(model, whole):
    long = " ".join([SHUT] * 6)
    assert model.gated([SHUT])[0]
    assert not model.gated([long])[0]
    assert np.abs(model.predict_proba([long]) - whole.predict_proba([long])).max() < 1e-5


def test_both_backends_decide_alike(model, folder):
    other = loading.load(folder, backend="torch")
    assert other.has_gate
    assert (other.gated(FRESH) == model.gated(FRESH)).all()
    assert np.abs(other.predict_proba(FRESH) - model.predict_proba(FRESH)).max() < 1e-4


def test_transformers_gives_what_is_behind_the_gate(whole, folder):
    from transformers import pipeline

    found = pipeline("text-classification", model=str(folder), top_k=None)([SHUT, OPEN])
    plain = [[{row["label"]: row["score"] for row in rows}[label] for label in whole.labels] for rows in found]
    assert np.abs(np.array(plain) - whole.predict_proba([SHUT, OPEN])).max() < 1e-4


def test_batches_tables_and_documents_use_it(model, whole):
    columns = model.map_batch({"text": [SHUT, OPEN]})
    assert columns["p_concern"][0] == pytest.approx(model.card.gate.bounds[1], abs=1e-6)
    assert columns["stance_labels"][0] == columns["stance_unsure"][0] == ""
    text = "The talks began in the old town hall on Monday. We condemn the raid, the ministry said."
    for classifier in (model, whole):
        statements = stance.analyze(text, model=classifier, force=True).statements
        expected = classifier.classify([statement.text for statement in statements])
        assert [statement.stances for statement in statements] == [verdict.stances for verdict in expected]


def test_fingerprints_and_copies_tell_whether_it_is_on(model, whole):
    import pickle

    assert model.fingerprint != whole.fingerprint
    for classifier in (model, whole):
        copy = pickle.loads(pickle.dumps(classifier))
        assert copy.has_gate == classifier.has_gate
        assert copy.fingerprint == classifier.fingerprint


def test_lower_thresholds_leave_it_out(folder):
    assert loading.load(folder, thresholds={"concern": 0.9}).has_gate
    assert not loading.load(folder, thresholds={"concern": 0.1}).has_gate


def test_a_folder_without_one_is_as_before():
    model = loading.load(tiny_model.stance_model())
    assert not model.has_gate
    assert "gate" not in model.card.to_dict()


@pytest.mark.parametrize("options", [[], ["--no-gate"]])
def test_command_line(folder, model, whole, options):
    done = click.testing.CliRunner().invoke(
        app, ["label", "-", "--format", "jsonl", "-m", str(folder), *options], input=json.dumps({"text": SHUT}) + "\n"
    )
    classifier = whole if options else model
    assert json.loads(done.stdout)["p_concern"] == pytest.approx(classifier.predict_proba([SHUT])[0, 1], abs=1e-5)


def altered(folder, tmp_path, change):
    copy = shutil.copytree(folder, tmp_path / "copy")
    card = json.loads((copy / artefact.CARD).read_text())
    change(card)
    (copy / artefact.CARD).write_text(json.dumps(card))
    return copy


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda card: card.pop("gate"), "tells nothing of a gate"),
        (lambda card: card.update(gate=3), "gate is not a table"),
        (lambda card: card["gate"].update(extra=1), "gate is not a table"),
        (lambda card: card["gate"].update(least="low"), "least is not a number"),
        (lambda card: card["gate"].update(held=2), "held is not a number"),
        (lambda card: card["gate"].update(bounds=[0.1]), "bounds has 1 entries for 5 labels"),
        (lambda card: card["gate"].update(bounds=[0.0] * 5), "bounds is not a list"),
        (lambda card: card["gate"].update(bounds=[0.35] * 5), "its answer would not be none"),
        (lambda card: card["gate"].update(words={"tensor": "x"}), "words is not a table"),
        (lambda card: card["gate"]["words"].update(tensor="nowhere"), "no tensor nowhere"),
        (lambda card: card["gate"]["words"].update(tensor="bert.pooler.dense.weight"), "its words are bert.pooler"),
        (lambda card: card["gate"].update(data=[]), "data is not a table"),
        (lambda card: card["files"].pop("onnx/gate.onnx"), "gate.onnx is not listed"),
        (lambda card: card["files"].update({"onnx/gate.onnx": "0" * 64}), "gate.onnx was altered"),
    ],
)
def test_what_is_refused(folder, tmp_path, change, told):
    with pytest.raises(ModelError, match=told):
        loading.load(altered(folder, tmp_path, change))


def test_a_missing_graph_and_one_of_something_else_are_refused(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    shutil.copy(copy / artefact.GRAPH, copy / artefact.GATE)
    card = json.loads((copy / artefact.CARD).read_text())
    card["files"][artefact.GATE] = card["files"][artefact.GRAPH]
    (copy / artefact.CARD).write_text(json.dumps(card))
    with pytest.raises(ModelError):
        loading.load(copy)
    (copy / artefact.GATE).unlink()
    with pytest.raises(ModelError, match="is missing"):
        loading.load(copy)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda proto: proto.graph.node.append(helper.make_node("Loop", ["a"], ["b"])), "not allowed: Loop"),
        (lambda proto: setattr(proto.graph.output[0], "name", "other"), "its outputs are other, not score"),
        (lambda proto: proto.graph.initializer[0].dims.append(9**9), "the weights have"),
    ],
)
def test_its_graph_is_looked_through_like_the_other(folder, tmp_path, monkeypatch, change, told):
    def sealed_anew(card):
        file = tmp_path / "copy" / artefact.GATE
        proto = onnx.load_from_string(file.read_bytes())
        change(proto)
        file.write_bytes(proto.SerializeToString())
        card["files"][artefact.GATE] = sha256_of(file)

    copy = altered(folder, tmp_path, sealed_anew)
    monkeypatch.setattr(onnxruntime, "InferenceSession", None)
    with pytest.raises(ModelError, match=f"{artefact.GATE}: .*{told}"):
        loading.load(copy)


def test_it_is_on_record(folder, tmp_path, monkeypatch):
    """A run without the gate is verified without it, and differs from one with it."""
    monkeypatch.chdir(tmp_path)
    Path("in.jsonl").write_text(json.dumps({"text": SHUT}) + "\n")
    for name, options in (("with", []), ("without", ["--no-gate"])):
        files = ["in.jsonl", "-o", f"{name}.jsonl", "--manifest", f"{name}.json"]
        done = click.testing.CliRunner().invoke(app, ["label", *files, "-m", str(folder), *options])
        assert done.exit_code == 0, done.stderr
        assert manifest.read(f"{name}.json")["model"]["gate"] == (name == "with")
        assert manifest.verify(f"{name}.json")[0] == []
    differences, _ = manifest.verify("without.json", loading.load(folder))
    assert ["gate" in what for what in differences] == [True]


def test_a_server_is_started_with_or_without_it(folder):
    pytest.importorskip("pydantic", reason="the extra serve is not installed")
    from stance.serve.shelf import Shelf

    for gate in (True, False):
        assert Shelf(str(folder), gate=gate).get().has_gate == gate


def test_record_tells_what_it_was_made_of(model, folder):
    gate = model.card.gate
    rows = tiny_gate.COUNT - 2 * tiny_gate.HOLD_OUT
    assert [gate.data[part]["rows"] for part in ("fitted", "set", "measured")] == [rows, *[tiny_gate.HOLD_OUT] * 2]
    assert gate.data["set"]["sha256"] != gate.data["measured"]["sha256"]
    assert gate.metrics["rows"] == tiny_gate.HOLD_OUT
    assert 0 < gate.metrics["passed"] < 1
    assert "gate" in (folder / "README.md").read_text()
    assert (folder / artefact.GATE).stat().st_size < 100_000


def test_fitting_twice_gives_the_same_file(folder, tmp_path):
    from training.gate import build

    copy = shutil.copytree(folder, tmp_path / "again")
    texts = tiny_gate.texts()
    build(copy, texts, tiny_gate.logits(texts), {"name": "made up"}, tiny_gate.settings())
    assert artefact.read(copy, Card).card.files == artefact.read(folder, Card).card.files


def test_too_few_texts_are_refused(folder):
    from training.gate import build

    texts = tiny_gate.texts()[:200]
    with pytest.raises(StanceError, match="give more texts"):
        build(folder, texts, tiny_gate.logits(texts), {}, tiny_gate.settings())


def test_point_keeps_all_but_a_share_of_the_strong_stances():
    scores = np.arange(10, dtype=np.float32)
    chances = np.zeros((10, 2))
    chances[[2, 4, 6, 8], 0] = 0.95
    chances[8, 1] = 0.99
    assert gate_fit.point(scores, chances, 0.9, 0.0) == 2
    assert gate_fit.point(scores, chances, 0.9, 0.2) == 4
    assert gate_fit.point(scores, chances, 0.9, 0.79) == 8
    assert gate_fit.point(scores, np.zeros((10, 2)), 0.9, 0.0) == 9


def test_curve_tells_what_passes():
    scores = np.arange(10, dtype=np.float32)
    chances = np.zeros((10, 2))
    chances[[2, 4, 6, 8], 0] = 0.95
    assert gate_fit.curve(scores, chances, 0.9, [0.0, 0.25]) == [(0.0, 0.8), (0.25, 0.6)]


def test_bounds_are_kept_by_the_share():
    chances = np.random.default_rng(0).random((1000, 3))
    found = gate_fit.bounds(chances, 0.95)
    assert ((chances <= found).mean(axis=0) >= 0.95).all()
    assert ((chances <= found).mean(axis=0) < 0.96).all()


def test_losses_are_counted_by_stance(model):
    chances = np.array([[0.95, 0.95, 0, 0, 0], [0.92, 0, 0, 0, 0], [0.01] * 5, [0.99, 0, 0, 0, 0]])
    closed = np.array([True, False, True, False])
    found = losses(closed, chances, np.array([5, 5, 10, 20]), model.card, 0.9)
    assert found["strong_stances"] == {"all": 4, "lost": 2}
    assert (found["passed"], found["passed_tokens"]) == (0.5, 0.625)
    assert lost(closed, chances, 0.9) == [(0, 0, 0.95), (0, 1, 0.95)]
