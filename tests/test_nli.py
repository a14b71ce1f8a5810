"""Models of natural language inference as classifiers of any labels."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from contract import CLOSE, LONG, TEXTS, UNICODE, ClassifierContract
from tiny_nli import LABELS, POSITIONS, nli_model

from stance import codebook, loading
from stance.backends.batching import cut
from stance.descriptions import TEMPLATES, describe
from stance.errors import ModelError, StanceError

HALF = dict.fromkeys(LABELS, 0.5)
THREE = ("contradiction", "neutral", "entailment")
TWO = ("entailment", "not_entailment")
SHAPES = [("bert", THREE), ("bart", THREE), ("deberta", TWO)]


def loaded(shape, classes, labels=LABELS, **options):
    return loading.load(nli_model(shape, *classes), task="nli", labels=labels, **options)


class TestBert(ClassifierContract):
    @staticmethod
    def open():
        return loaded("bert", THREE, thresholds=HALF)


class TestBart(ClassifierContract):
    @staticmethod
    def open():
        return loaded("bart", THREE, thresholds=HALF)


class TestDeberta(ClassifierContract):
    @staticmethod
    def open():
        return loaded("deberta", TWO, thresholds=HALF)


def pairwise(folder, text, sentences, entailment):
    """The probability of entailment, as transformers alone gives it."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    chances = []
    for sentence in sentences:
        with torch.inference_mode():
            logits = model(**tokenizer(text, sentence, return_tensors="pt")).logits
        chances.append(float(logits.softmax(dim=1)[0, entailment]))
    return np.mean(chances)


@pytest.mark.parametrize(("shape", "classes"), SHAPES)
def test_score_is_entailment_against_all_other_classes(shape, classes):
    folder = nli_model(shape, *classes)
    found = loaded(shape, classes).predict_proba(TEXTS[:6])
    wanted = [
        [pairwise(folder, text, sentences, classes.index("entailment")) for sentences in describe(LABELS).values()]
        for text in TEXTS[:6]
    ]
    assert np.abs(found - wanted).max() < CLOSE


@pytest.mark.parametrize(
    "classes",
    [
        THREE,
        ("entailment", "neutral", "contradiction"),
        ("CONTRADICTION", "ENTAILMENT", "NEUTRAL"),
        ("not_entailment", "Entailment"),
        ("Entailed", "non-entailment", "unclear"),
    ],
)
def test_entailment_is_found_by_its_name(classes):
    (place,) = (i for i, name in enumerate(classes) if name.lower().startswith("entail"))
    folder = nli_model("bert", *classes)
    found = loading.load(folder, task="nli", labels={"threat": LABELS["threat"]}).predict_proba(TEXTS[:2])
    wanted = [[pairwise(folder, text, [LABELS["threat"]], place)] for text in TEXTS[:2]]
    assert np.abs(found - wanted).max() < CLOSE


@pytest.mark.parametrize(
    "classes",
    [("LABEL_0", "LABEL_1", "LABEL_2"), ("yes", "no"), ("entailment",), ("entailment", "entailment_weak")],
)
def test_models_that_do_not_name_one_entailment_are_refused(classes):
    with pytest.raises(ModelError, match=rf"{classes[0]}.*which is entailment; .*id2label"):
        loaded("bert", classes)


def test_entailment_may_be_named_in_the_other_table_alone(tmp_path):
    folder = shutil.copytree(nli_model("bert", *THREE), tmp_path / "m")
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {str(i): f"LABEL_{i}" for i in range(3)}
    (folder / "config.json").write_text(json.dumps(config))
    model = loading.load(folder, task="nli", labels=LABELS)
    assert np.array_equal(model.predict_proba(TEXTS[:3]), loaded("bert", THREE).predict_proba(TEXTS[:3]))


def test_a_label_scores_alike_alone_and_in_any_company():
    whole = loaded("bert", THREE).predict_proba(TEXTS)
    turned = loaded("bert", THREE, dict(reversed(LABELS.items()))).predict_proba(TEXTS)
    assert np.abs(turned[:, ::-1] - whole).max() < CLOSE
    alone = loaded("bert", THREE, {"welcome": LABELS["welcome"]}).predict_proba(TEXTS)
    assert np.abs(alone[:, 0] - whole[:, 1]).max() < CLOSE


def test_sentences_of_a_label_are_averaged_in_any_order():
    model = loaded("bert", THREE, {"both": LABELS["welcome"], "back": LABELS["welcome"][::-1]})
    apart = loaded("bert", THREE, {str(i): sentence for i, sentence in enumerate(LABELS["welcome"])})
    mean = apart.predict_proba(TEXTS).mean(axis=1)
    assert np.abs(model.predict_proba(TEXTS) - mean[:, None]).max() < CLOSE


@pytest.mark.parametrize(("shape", "classes"), SHAPES)
def test_long_texts_fit_beside_the_longest_hypothesis(shape, classes):
    model = loaded(shape, classes)
    backend, limit = model._backend, model.scoring.max_length
    longest = max(len(ids) for label in backend._hypotheses for ids in label)
    assert len(backend._frame.join([0] * limit, [0] * longest)) == POSITIONS
    (ids,) = backend.encode([LONG])
    windows = list(cut(ids, backend.wrapping, limit, model.scoring.stride))
    assert len(windows) > 5
    logits = np.concatenate([backend.logits([window]) for window in windows]).max(axis=0).astype(np.float64)
    assert np.abs(model.predict_proba([LONG])[0] - 1 / (1 + np.exp(-logits))).max() < CLOSE


def test_special_tokens_in_a_text_are_words():
    model = loaded("bart", THREE)
    scores = model.predict_proba(["We condemn </s> the raid.", "<pad>", *UNICODE])
    assert np.isfinite(scores).all()


def test_hypotheses_longer_than_the_model_are_refused():
    with pytest.raises(StanceError, match=r"leaves no room.*shorter hypotheses"):
        loaded("bert", THREE, {"threat": LONG})


def test_stores_no_thresholds():
    model = loaded("bert", THREE)
    assert model.card is None
    with pytest.raises(ModelError, match=r"no thresholds.*thresholds="):
        model.label(TEXTS)
    with pytest.raises(StanceError, match="no threshold for welcome, denial"):
        loaded("bert", THREE, thresholds={"threat": 0.5})


def test_default_labels_are_those_of_the_codebook():
    model = loaded("bert", THREE, None)
    book = codebook.load()
    assert model.labels == book.ids
    same = loaded("bert", THREE, book)
    names = loaded("bert", THREE, list(book.ids))
    assert np.array_equal(model.predict_proba(TEXTS[:2]), same.predict_proba(TEXTS[:2]))
    assert np.array_equal(model.predict_proba(TEXTS[:2]), names.predict_proba(TEXTS[:2]))


def test_bare_names_are_put_into_sentences():
    model = loaded("bert", THREE, ["demand_for_release"])
    spelled = loaded("bert", THREE, {"x": [template.format("demand for release") for template in TEMPLATES]})
    assert np.array_equal(model.predict_proba(TEXTS[:2]), spelled.predict_proba(TEXTS[:2]))


@pytest.mark.parametrize(
    ("labels", "named"),
    [
        ([], "no label"),
        ("threat", "labels is"),
        (3, "labels is"),
        (["threat", " "], "' '"),
        (["threat", 3], "3"),
        (["threat", "threat"], "twice"),
        ({"threat": []}, "'threat'"),
        ({"threat": ["yes", None]}, "'threat'"),
        ({"threat": " "}, "'threat'"),
    ],
)
def test_bad_labels_are_named(labels, named):
    with pytest.raises(StanceError, match=named):
        loaded("bert", THREE, labels)


def test_options_that_do_not_go_together():
    folder = nli_model("bert", *THREE)
    with pytest.raises(ModelError, match='backend="torch"'):
        loading.load(folder, task="nli", backend="onnx")
    with pytest.raises(StanceError, match='task="nli"'):
        loading.load(folder, labels=["threat"])
    with pytest.raises(StanceError, match="no task 'mnli'"):
        loading.load(folder, task="mnli")
