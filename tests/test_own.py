"""Training on labels of one's own: examples in any form, folds, calibration, and a folder that opens everywhere."""

from __future__ import annotations

import dataclasses
import json
import logging

import numpy as np
import pytest
import tiny_model
from sklearn.metrics import roc_auc_score
from tiny_bert import LABELS, ROWS

import stance
from stance import artefact, codebook, export
from stance.card import Card
from stance.errors import ModelError, StanceError
from stance.examples import codebook_of, read
from stance.own import Recipe, deal, fit, judge, passes

TEXTS = [row["text"] for row in ROWS]
SETS = [row["labels"] for row in ROWS]
RECIPE = Recipe(epochs=20, learning_rate=3e-3, folds=2, max_length=32)
NAMES = ["Demand for release", "None of that"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own") / "mine"
    model = stance.train(TEXTS, SETS, out=folder, base=tiny_model.encoder(), recipe=RECIPE)
    return folder, model


def test_learns_the_examples(trained):
    _, model = trained
    scores = model.predict_proba(TEXTS)
    wanted = read(TEXTS, SETS).targets
    assert model.labels == tuple(sorted(LABELS))
    # Held-out sentences mean nothing to a random encoder, so calibration draws all scores together; their order stays.
    assert roc_auc_score(wanted, scores, average="macro") > 0.9


def test_folder_is_a_stance_model(trained):
    folder, model = trained
    card = artefact.read(folder, Card).card
    assert card.name == "mine"
    assert card.data["examples"]["rows"] == len(TEXTS)
    assert card.metrics["recipe"]["base"] == tiny_model.encoder().name
    assert str(tiny_model.encoder()) not in (folder / artefact.CARD).read_text(encoding="utf-8")
    assert len(set(card.thresholds)) == 1
    again = stance.load(folder)
    assert np.array_equal(again.predict_proba(TEXTS), model.predict_proba(TEXTS))
    assert [verdict.stances for verdict in again.classify(TEXTS)] == model.label(TEXTS)
    for label, threshold in zip(card.codebook.labels, card.thresholds, strict=True):
        assert f"| `{label.id}` | {label.definition} | {threshold:.2f} |" in (folder / "README.md").read_text()


def test_folder_opens_in_plain_transformers(trained):
    from transformers import pipeline

    folder, model = trained
    pipe = pipeline("text-classification", model=str(folder), top_k=None)
    theirs = [{entry["label"]: entry["score"] for entry in entries} for entries in pipe(TEXTS)]
    rows = np.array([[row[label] for label in model.labels] for row in theirs])
    assert np.abs(rows - model.predict_proba(TEXTS)).max() < 1e-4


def test_saved_model_gives_the_logits_that_were_tuned(tmp_path):
    from stance import _tuning

    start = _tuning.open_encoder(tiny_model.encoder())
    tuned = _tuning.tune(start, TEXTS, read(TEXTS, SETS).targets.astype(float), RECIPE, 3)
    _tuning.save(tuned, LABELS, tmp_path)
    chances = stance.load(tmp_path).predict_proba(TEXTS)
    # Tuning runs in bfloat16 where the processor is fast in it.
    logits = _tuning.logits(tuned, TEXTS, 64)
    assert np.abs(np.log(chances / (1 - chances)) - logits).max() < 0.05 * np.abs(logits).max()


def test_tuning_leaves_the_encoder_alone_and_repeats_itself():
    from stance import _tuning

    start = _tuning.open_encoder(tiny_model.encoder())
    before = {name: value.clone() for name, value in start.encoder.state_dict().items()}
    targets = read(TEXTS, SETS).targets.astype(float)
    one, two = (_tuning.tune(start, TEXTS, targets, RECIPE, 2) for _ in range(2))
    other = _tuning.tune(start, TEXTS, targets, dataclasses.replace(RECIPE, seed=5), 2)
    assert all(before[name].equal(value) for name, value in start.encoder.state_dict().items())
    assert np.array_equal(one.weights, two.weights)
    assert not np.array_equal(one.weights, other.weights)
    layer = "encoder.layer.1.output.dense.weight"
    assert not one.encoder.state_dict()[layer].equal(before[layer])
    below = "encoder.layer.0.output.dense.weight"
    assert one.encoder.state_dict()[below].equal(before[below])
    words = "embeddings.word_embeddings.weight"
    assert one.encoder.state_dict()[words].equal(before[words])


def test_examples_come_in_many_forms():
    from datasets import ClassLabel, Dataset, Features, Sequence, Value

    wanted = read(TEXTS, SETS)
    columns = Dataset.from_dict({"text": TEXTS, "labels": SETS})
    numbered = Features({"text": Value("string"), "labels": Sequence(ClassLabel(names=list(LABELS)))})
    numbers = [[LABELS.index(name) for name in names] for names in SETS]
    forms = [
        read(tuple(TEXTS), tuple(tuple(names) for names in SETS)),
        read(np.array(TEXTS), [set(names) for names in SETS]),
        read(TEXTS, [names[0] if names else None for names in SETS]),
        read(columns),
        read(Dataset.from_dict({"text": TEXTS, "labels": numbers}, features=numbered)),
    ]
    for form in forms:
        assert form.names == wanted.names == tuple(sorted(LABELS))
        assert form.texts == TEXTS
        assert np.array_equal(form.targets, wanted.targets)


def test_datasets_go_in_and_come_out(tmp_path):
    from datasets import Dataset

    rows = Dataset.from_dict({"text": TEXTS, "labels": SETS})
    short = dataclasses.replace(RECIPE, epochs=1)
    model = stance.train(rows, out=tmp_path / "m", base=tiny_model.encoder(), recipe=short)
    labelled = rows.map(model.map_batch, batched=True)
    assert labelled["stance_labels"][:] == [";".join(x.label for x in found) for found in model.label(TEXTS)]


def test_single_labels_of_a_dataset():
    from datasets import ClassLabel, Dataset, Features, Value

    features = Features({"text": Value("string"), "labels": ClassLabel(names=["no", "yes"])})
    rows = Dataset.from_dict({"text": TEXTS[:4], "labels": [0, 1, 1, 0]}, features=features)
    assert read(rows).targets.tolist() == [[True, False], [False, True], [False, True], [True, False]]


@pytest.mark.parametrize(
    ("texts", "labels", "named"),
    [
        (TEXTS[:2], None, "no labels"),
        (TEXTS[:2], [["a"]], "2 texts and labels of 1"),
        (TEXTS[:2], "ab", "labels is a str"),
        (TEXTS[:2], [["a"], [3]], r"labels\[1\]: 3"),
        (TEXTS[:2], [["a"], [" "]], r"labels\[1\]: ' '"),
        (TEXTS[:2], [["a"], 3], r"labels\[1\]: 3"),
        (TEXTS[:2], [[], None], "no example has a label"),
        ([TEXTS[0], " "], [["a"], []], r"texts\[1\]"),
        ("text", ["a"], "list of texts"),
    ],
)
def test_bad_examples_are_named(texts, labels, named):
    with pytest.raises(StanceError, match=named):
        read(texts, labels)


def test_datasets_without_the_columns_are_refused():
    from datasets import Dataset

    rows = Dataset.from_dict({"sentence": TEXTS[:2], "labels": [["a"], []]})
    with pytest.raises(StanceError, match=r"no column 'text'.*sentence, labels"):
        read(rows)
    with pytest.raises(StanceError, match="beside a dataset"):
        read(rows, [["a"], []])


def test_names_become_ids():
    book = codebook_of([*NAMES, "осуждение", "3 days"], None)
    assert book.ids == ("demand-for-release", "none-of-that", "label-3", "label-3-days")
    assert [label.title for label in book.labels] == [*NAMES, "осуждение", "3 days"]
    assert codebook.audit(book.to_dict()) == []
    with pytest.raises(StanceError, match="'a b', 'A-B'"):
        codebook_of(["a b", "A-B"])


def test_descriptions_name_and_order_the_labels():
    said = {"welcome": "The speaker welcomes something.", "threat": ["One.", "Two."]}
    examples = read(TEXTS[:2], [["threat"], ["welcome"]], said)
    assert examples.names == ("welcome", "threat")
    assert [label.hypotheses for label in examples.codebook.labels] == [(said["welcome"],), ("One.", "Two.")]
    book = codebook.load()
    assert read(TEXTS[:2], [["concern"], []], book).codebook is book
    with pytest.raises(StanceError, match="no description of 'denial'"):
        read(TEXTS[:2], [["threat"], ["denial"]], said)


@pytest.mark.parametrize(
    ("labels", "named"),
    [
        ([["a"], ["b"], ["b"], []], "'a' has 1"),
        ([["a"], ["a"], ["a"], ["a"]], "all examples have 'a'"),
    ],
)
def test_labels_that_cannot_be_learnt_are_named(tmp_path, labels, named):
    with pytest.raises(StanceError, match=named):
        stance.train(TEXTS[:4], labels, out=tmp_path / "m", base=tiny_model.encoder())
    assert not (tmp_path / "m").exists()


def test_few_examples_are_warned_of(tmp_path, caplog):
    with caplog.at_level(logging.WARNING, logger="stance"):
        fit(read(TEXTS, SETS), tiny_model.encoder(), dataclasses.replace(RECIPE, epochs=1), tmp_path)
    assert "fewer than 8 examples of 'concern' (6)" in caplog.text


def test_other_encoders_and_missing_libraries_are_refused(tmp_path, monkeypatch):
    import tiny_nli

    with pytest.raises(ModelError, match="kind bart"):
        stance.train(TEXTS, SETS, out=tmp_path / "m", base=tiny_nli.nli_model("bart", "entailment", "other"))
    with pytest.raises(ModelError):
        stance.train(TEXTS, SETS, out=tmp_path / "m", base="no-such-encoder")
    found = export.importlib.util.find_spec
    monkeypatch.setattr(export.importlib.util, "find_spec", lambda name: None if name == "onnxscript" else found(name))
    with pytest.raises(StanceError, match=r"onnxscript, needed .*pip install 'diplomatic-stance\[train\]'"):
        stance.train(TEXTS, SETS, out=tmp_path / "m", base=tiny_model.encoder())
    assert not (tmp_path / "m").exists()


def test_settings_out_of_range_are_all_named():
    with pytest.raises(StanceError, match="learning_rate, epochs, folds, certainty, device"):
        Recipe(learning_rate=0, epochs=0, folds=1, certainty=0.5, device="tpu")


def test_more_examples_are_seen_fewer_times():
    counts = [passes(count) for count in (5, 50, 100, 500, 5000)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] >= 1


def test_folds_share_out_every_label_and_keep_equal_texts_together():
    examples = read([*TEXTS, *TEXTS[:6]], [*SETS, *SETS[:6]])
    folds = deal(examples, RECIPE)
    assert (folds[:6] == folds[len(TEXTS) :]).all()
    for column in examples.targets[: len(TEXTS)].T:
        parts = np.bincount(folds[: len(TEXTS)][column], minlength=2)
        assert abs(parts[0] - parts[1]) <= 2


def test_calibration_is_shared_where_examples_are_few():
    generator = np.random.default_rng(0)
    truth = generator.random((3000, 2)) < [0.3, 0.1]
    scores = np.where(truth, 1.0, -1.0) * [4.0, 1.0] + generator.normal(size=truth.shape) * [4.0, 1.0]
    temperatures, _, thresholds, bounds = judge(scores, truth, RECIPE)
    assert temperatures[0] > 2 * temperatures[1]
    assert len(set(thresholds)) == 1
    assert all(low <= threshold <= high for threshold, (low, high) in zip(thresholds, bounds, strict=True))
    few, _, _, _ = judge(scores[:200], truth[:200], RECIPE)
    assert few[0] == few[1]


def test_from_many_examples_on_one_fold_is_scored(tmp_path, monkeypatch):
    from stance import _tuning

    counts = []
    tune = _tuning.tune

    def counted(start, texts, *rest):
        counts.append(len(texts))
        return tune(start, texts, *rest)

    monkeypatch.setattr(_tuning, "tune", counted)
    quick = dataclasses.replace(RECIPE, epochs=1)
    examples = read(TEXTS, SETS)
    fit(examples, tiny_model.encoder(), quick, tmp_path / "a")
    fit(examples, tiny_model.encoder(), dataclasses.replace(quick, alone=len(TEXTS)), tmp_path / "b")
    assert counts == [20, 20, 40, 20, 40]


def test_record_holds_the_recipe_and_no_texts(trained):
    folder, _ = trained
    record = json.loads((folder / artefact.CARD).read_text(encoding="utf-8"))
    assert record["metrics"]["recipe"]["epochs"] == 20
    assert not any(text in json.dumps(record) for text in TEXTS)
