"""Zero-shot classifiers on a tiny random encoder: the contract, labels in every form, independence, the folder."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import tiny_model
from contract import TEXTS, ClassifierContract
from safetensors.numpy import load_file, save_file
from tiny_zeroshot import BACKGROUND, THRESHOLD, UNSURE, zero_shot_model

import stance
from stance import artefact, zeroshot
from stance.artefact import BACKGROUND as BANK_FILE
from stance.artefact import CARD, CONFIG, WEIGHTS
from stance.backends.base import Similarity
from stance.backends.similarity import directions, embed
from stance.card import Card, ZeroShotCard
from stance.codebook import Codebook
from stance.descriptions import TEMPLATES, describe
from stance.errors import ModelError, StanceError

LABELS = {
    "raid": "We condemn the raid on the border post.",
    "grief": [
        "We share the grief of the widow.",
        "The nation mourns the pilot.",
        "Our thoughts are with the families.",
    ],
    "bus": "The bus leaves at noon.",
}


def opened(labels=LABELS, **options):
    return stance.zero_shot(labels, model=zero_shot_model(), **options)


class TestOwnLabels(ClassifierContract):
    @staticmethod
    def open():
        return opened()


class TestTorch(ClassifierContract):
    @staticmethod
    def open():
        return opened(backend="torch")


class TestStored(ClassifierContract):
    """The labels that the folder has when none are given."""

    @staticmethod
    def open():
        return stance.load(zero_shot_model())


def test_backends_agree():
    assert np.abs(opened().predict_proba(TEXTS) - opened(backend="torch").predict_proba(TEXTS)).max() < 1e-4


def test_scores_are_what_the_definition_says():
    model = artefact.read(zero_shot_model(), ZeroShotCard)
    encoder = zeroshot.open_encoder(model)
    bank, texts = (embed(encoder, rows, tiny_model.MAX_LENGTH).astype(float) for rows in (BACKGROUND, TEXTS[:5]))
    described = embed(encoder, LABELS["grief"], tiny_model.MAX_LENGTH).astype(float)
    usual = (bank @ described.T).mean(axis=1)
    z = ((texts @ described.T).mean(axis=1) - usual.mean()) / usual.std()
    expected = 1 / (1 + np.exp(-(1.5 * z - 0.5)))
    # The bank is stored in fp16.
    assert opened().predict_proba(TEXTS[:5])[:, 1] == pytest.approx(expected, abs=5e-3)


def test_neither_order_nor_company_of_labels_changes_a_score():
    scores = opened().predict_proba(TEXTS)
    for names in (["bus", "raid", "grief"], ["grief", "bus"], ["raid"]):
        columns = [list(LABELS).index(name) for name in names]
        again = opened({name: LABELS[name] for name in names}).predict_proba(TEXTS)
        assert np.abs(again - scores[:, columns]).max() < 1e-6


def test_order_of_descriptions_changes_nothing():
    turned = opened({"grief": LABELS["grief"][::-1]}).predict_proba(TEXTS)
    assert np.abs(turned[:, 0] - opened().predict_proba(TEXTS)[:, 1]).max() < 1e-6


def test_one_pass_of_the_encoder_a_text(monkeypatch):
    model = opened({f"label {i}": f"The speaker mourns {i}." for i in range(40)})
    rows = []
    encoder = model._backend._encoder
    run = encoder.embeddings
    monkeypatch.setattr(encoder, "embeddings", lambda batch: rows.append(len(batch)) or run(batch))
    assert model.predict_proba(TEXTS).shape == (len(TEXTS), 40)
    assert sum(rows) == len(TEXTS)


def test_descriptions_are_encoded_once(monkeypatch):
    opened()
    asked = []
    monkeypatch.setattr(
        zeroshot, "embed", lambda encoder, texts, length: asked.extend(texts) or embed(encoder, texts, length)
    )
    opened(LABELS | {"new": "The envoy voiced alarm."})
    assert asked == ["The envoy voiced alarm."]


def test_none_of_these():
    for model in (opened(), stance.load(zero_shot_model())):
        assert model.predict_none(TEXTS) == pytest.approx(1 - model.predict_proba(TEXTS).max(axis=1))
        assert model.predict_none([]).shape == (0,)
    exclusive = stance.load(tiny_model.plain_model("single_label_classification"))
    with pytest.raises(StanceError, match="exclude each other"):
        exclusive.predict_none(TEXTS)


def test_thresholds_are_stored_and_can_be_replaced():
    assert opened().scoring.thresholds == (THRESHOLD,) * 3
    assert opened().scoring.unsure == (UNSURE,) * 3
    assert opened(thresholds={"bus": 0.1}).scoring.thresholds == (THRESHOLD, THRESHOLD, 0.1)
    assert stance.load(zero_shot_model(), thresholds={"concern": 0.2}).scoring.thresholds[1] == 0.2
    with pytest.raises(StanceError, match="no label 'train'"):
        opened(thresholds={"train": 0.5})


def test_labels_in_every_form():
    acts, stances = stance.load_codebook("acts"), stance.load_codebook()
    assert describe(["threat", "condolence"]) == {
        "threat": (*acts.labels[0].hypotheses, acts.labels[0].definition),
        "condolence": (*stances.labels[-1].hypotheses, stances.labels[-1].definition),
    }
    assert describe(["nuclear_test"]) == {"nuclear_test": tuple(text.format("nuclear test") for text in TEMPLATES)}
    assert describe({"a": "One.", "b": ["Two.", "Three."]}) == {"a": ("One.",), "b": ("Two.", "Three.")}
    assert describe(acts) == describe(acts.ids)
    assert opened(stances).labels == stance.load(zero_shot_model()).labels == stances.ids
    assert isinstance(acts, Codebook)
    assert len(acts.ids) == 25
    assert not {*acts.ids} & {*stances.ids}


def test_every_bad_label_is_named():
    with pytest.raises(StanceError) as caught:
        describe({"": "Text.", "b": [], "c": " ", "d": 3, "e": ["Same.", "Same."]})
    for named in ("'' is no name", "'b'", "'c'", "'d'", "a description of 'e' occurs twice"):
        assert named in str(caught.value)
    with pytest.raises(StanceError, match=r"the label 3 is no name; the label 'a' occurs twice"):
        describe(["a", "a", 3])


@pytest.mark.parametrize("bad", ["threat", b"threat", 3, None, {"threat", "aid"}])
def test_what_is_no_set_of_labels(bad):
    with pytest.raises(StanceError, match="labels is a"):
        describe(bad)


@pytest.mark.parametrize("none", [[], {}])
def test_no_label(none):
    with pytest.raises(StanceError, match="there is no label"):
        describe(none)


def test_descriptions_are_never_cut():
    with pytest.raises(StanceError, match="tokens, the model takes 24"):
        opened({"long": " ".join(TEXTS)})


def test_wrong_arguments():
    with pytest.raises(StanceError, match="no backend 'jax'"):
        opened(backend="jax")
    with pytest.raises(StanceError, match="threads is 0"):
        opened(threads=0)
    with pytest.raises(ModelError, match="it is a multi-label model, not a zero-shot one"):
        stance.zero_shot(LABELS, model=tiny_model.stance_model())
    with pytest.raises(ModelError, match="no such model"):
        stance.zero_shot(LABELS, model="no-such-model")


def test_a_plain_encoder_for_others():
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = (kind.from_pretrained(zero_shot_model()) for kind in (AutoTokenizer, AutoModel))
    inputs = tokenizer(TEXTS[:4], padding=True, return_tensors="pt")
    with torch.inference_mode():
        states = model(**inputs).last_hidden_state * inputs["attention_mask"][:, :, None]
    plain = torch.nn.functional.normalize(states.sum(dim=1), dim=1).numpy()
    ours = embed(zeroshot.open_encoder(artefact.read(zero_shot_model(), ZeroShotCard)), TEXTS[:4], 24)
    assert np.abs(plain - ours).max() < 1e-4


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(zero_shot_model(), tmp_path / "model"))


def edit(file, change):
    data = json.loads(file.read_text(encoding="utf-8"))
    change(data)
    file.write_text(json.dumps(data), encoding="utf-8")


def reseal(folder, name):
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    edit(folder / CARD, lambda data: data["files"].update({name: digest}))


def test_what_is_written_reads_back(folder):
    model = artefact.read(folder)
    assert model.card.similarity == Similarity(1.5, -0.5)
    assert json.loads((folder / CARD).read_text(encoding="utf-8")) == model.card.to_dict()
    assert artefact.write(folder, model.card) == model
    assert artefact.read(folder, ZeroShotCard) == model
    with pytest.raises(ModelError, match="it is a zero-shot model, not a multi-label one"):
        artefact.read(folder, Card)


def test_every_bad_key_is_named(folder):
    def change(data):
        data.update(threshold=2, unsure=[0.7, 0.4], thresholds=[0.5], similarity={"scale": 0, "bias": 0})

    edit(folder / CARD, change)
    with pytest.raises(ModelError) as caught:
        artefact.read(folder)
    for named in ("'thresholds' is not a known key", "threshold is not", "unsure is not", "similarity is not"):
        assert named in str(caught.value)


def test_background_that_does_not_fit(folder):
    bank = load_file(folder / BANK_FILE)["background"]
    for tensors, named in (
        ({"background": bank[:, :8]}, "not two or more rows of 32"),
        ({"background": bank[:1]}, "not two or more rows of 32"),
        ({"other": bank}, "holds other, not background alone"),
    ):
        save_file({name: np.ascontiguousarray(rows) for name, rows in tensors.items()}, folder / BANK_FILE)
        reseal(folder, BANK_FILE)
        with pytest.raises(ModelError, match=named):
            artefact.read(folder)
    (folder / BANK_FILE).unlink()
    with pytest.raises(ModelError, match=f"{BANK_FILE} is missing"):
        artefact.read(folder)


def test_altered_weights_and_configuration(folder):
    edit(folder / CONFIG, lambda data: data.update(architectures=["BertForSequenceClassification"]))
    with (folder / WEIGHTS).open("ab") as weights:
        weights.write(b"x")
    with pytest.raises(ModelError) as caught:
        artefact.read(folder)
    assert f"{CONFIG} was altered" in str(caught.value)
    assert f"{WEIGHTS} was altered" in str(caught.value)


def test_directions_do_not_hang_on_the_length_of_the_bank():
    generator = np.random.default_rng(0)
    bank, described = generator.normal(size=(50, 8)), generator.normal(size=(2, 8)).astype(np.float32)
    once = directions([described], bank, Similarity(2.0, 1.0))
    twice = directions([described], np.tile(bank, (2, 1)), Similarity(2.0, 1.0))
    assert all(np.allclose(a, b) for a, b in zip(once, twice, strict=True))
    assert np.abs(bank @ once[0] + once[1] - 1.0).mean() < 4
    assert (bank @ once[0] + once[1]).mean() == pytest.approx(1.0)
