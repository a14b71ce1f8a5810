"""Training of the zero-shot model: the corpus of acts, what is held out, the loss, calibration, a whole tiny run."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import tiny_model
import torch
from tiny_bert import write_config, write_rows

import stance
from stance import artefact
from stance.card import ZeroShotCard
from stance.errors import StanceError
from training import acts, zeroshot
from training.acts import DEFAULT_ACTS, read_corpus
from training.config import ContrastSettings, read_config
from training.contrast import Example, SentenceEncoder, contrast, train
from training.pool import text_sha256
from training.unseen import act_descriptions, entailed, nearest_f1, split, standardised

ZEROSHOT = read_config().zeroshot
SETTINGS = ContrastSettings(
    epochs=60,
    batch_size=8,
    learning_rate=3e-3,
    warmup=0.1,
    weight_decay=0.0,
    temperature=0.1,
    distractors=1,
    bare=0.5,
    joined=0.2,
    seed=1,
)


@pytest.fixture(scope="module")
def corpus():
    return read_corpus()


def test_the_corpus_of_acts_is_sound(capsys):
    assert acts.main([]) == 0
    assert "macro" in capsys.readouterr().out


def test_size_of_the_corpus_of_acts(corpus):
    counts = {act: sum(act in row.acts for row in corpus.acts) for act in act_descriptions()}
    assert min(counts.values()) >= 100
    assert len(corpus.types) >= 150
    assert not {*corpus.types} & {*counts, *stance.load_codebook().ids}


def test_bad_rows_of_acts_are_named(tmp_path):
    for file in DEFAULT_ACTS.glob("*.json*"):
        shutil.copy(file, tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "acts.jsonl").read_text(encoding="utf-8").split("\n") if line]
    rows[0]["labels"], rows[1]["does"], rows[2]["text"] = ["hug"], "It thanks.", rows[3]["text"]
    write_rows(tmp_path / "acts.jsonl", rows)
    with pytest.raises(StanceError) as caught:
        read_corpus(tmp_path)
    for named in (rows[0]["id"], rows[1]["id"], "text occurs twice"):
        assert named in str(caught.value)
    (tmp_path / "types.json").unlink()
    with pytest.raises(StanceError, match=r"types\.json missing"):
        read_corpus(tmp_path)


@pytest.mark.parametrize("fold", range(len(ZEROSHOT.held_out)))
def test_nothing_of_a_held_out_act_is_trained_on(corpus, fold):
    found = split(corpus, ZEROSHOT.held_out, fold, ZEROSHOT.seed, ZEROSHOT.background)
    descriptions = act_descriptions()
    held = {text for act in found.held for text in descriptions[act]}
    performed = {row.text: row.acts for row in corpus.acts}
    trained = {example.text for example in found.examples}
    assert not [text for text in trained if {*performed.get(text, ())} & {*found.held}]
    assert not {text for texts in found.described.values() for text in texts} & held
    assert not {*found.background} - trained
    assert not trained & {row.text for row in (*found.test, *found.free)}
    assert all({*row.acts} & {*found.held} for row in found.test)
    assert not any({*row.acts} & {*descriptions} for row in found.free)
    assert not any({*row.acts} & {*found.described} for row in found.free)
    assert len(found.test) > 400
    assert len(found.free) > 150


def test_folds_cover_every_act_once(corpus):
    everything = split(corpus, ZEROSHOT.held_out, None, ZEROSHOT.seed, ZEROSHOT.background)
    assert len(everything.examples) == len(corpus.acts) + len(corpus.open)
    assert not everything.held
    with pytest.raises(StanceError, match="every act once"):
        split(corpus, ZEROSHOT.held_out[:4], 0, 13, 10)


def test_the_five_stances_are_in_no_description_that_is_trained_on(corpus):
    everything = split(corpus, ZEROSHOT.held_out, None, ZEROSHOT.seed, ZEROSHOT.background)
    hypotheses = {text for label in stance.load_codebook().labels for text in label.hypotheses}
    trained = {text for texts in everything.described.values() for text in texts}
    trained |= {text for example in everything.examples for texts in example.own for text in texts}
    assert not hypotheses & trained


def test_a_pair_that_may_hold_is_no_negative():
    scores = torch.tensor([[2.0, 5.0, 0.0], [0.0, 1.0, 3.0]])
    held = torch.tensor([[True, False, False], [False, False, True]])
    spared = torch.zeros_like(held)
    spared[0, 1] = True
    moved = scores.clone()
    moved[0, 1] = -40.0
    assert contrast(scores, held, spared) == pytest.approx(contrast(moved, held, spared).item())
    assert contrast(scores, held, torch.zeros_like(held)) > contrast(scores, held, spared)


def test_every_pair_that_holds_counts_by_itself():
    scores = torch.tensor([[4.0, 1.0, 0.0]])
    held = torch.tensor([[True, True, False]])
    each = [torch.log1p(torch.exp(torch.tensor(-gap))).item() for gap in (4.0, 1.0)]
    # Back from the candidates there is a single text, so nothing to tell it from.
    assert contrast(scores, held, torch.zeros_like(held)).item() == pytest.approx(np.mean(each) / 2)


def test_training_brings_texts_to_their_descriptions():
    from tiny_bert import ROWS

    groups = {row["labels"][0]: (f"The speaker {row['text'][3:].lower()}",) for row in ROWS if row["labels"]}
    rows = [row for row in ROWS if row["labels"]]
    examples = [Example(row["text"], (), frozenset(row["labels"])) for row in rows]
    encoder = SentenceEncoder(tiny_model.encoder(), frozen=1, max_length=48)
    start = encoder.weights()
    untouched = {name: value.clone() for name, value in encoder.model.state_dict().items()}

    def reached():
        scores = standardised(encoder.embed, [row["text"] for row in rows], groups, [row["text"] for row in ROWS])
        return np.mean(list(nearest_f1(scores, [row["labels"][0] for row in rows], list(groups)).values()))

    before = reached()
    loss = train(encoder, examples, groups, SETTINGS)
    after = reached()
    assert after > 0.9 > before
    assert loss < 1
    moved = {name for name, value in encoder.model.state_dict().items() if not torch.equal(value, untouched[name])}
    assert moved <= {*start}
    assert not [name for name in start if "layer.0" in name or "embeddings" in name]
    encoder.restore(start)
    assert reached() == pytest.approx(before)


def test_nearest_f1():
    scores = np.array([[0.9, 0.1, 0.0], [0.2, 0.1, 0.7], [0.1, 0.8, 0.3]])
    assert nearest_f1(scores, ["a", "a", "b"], ["a", "b", "c"]) == {"a": pytest.approx(2 / 3), "b": 1.0}


def test_entailment_pairs(tmp_path):
    pairs = [
        {"premise": "A man sleeps.", "hypothesis": "A person rests.", "label": "entailment"},
        {"premise": "A man sleeps.", "hypothesis": "A man runs.", "label": "contradiction"},
        {"premise": "A dog barks.", "hypothesis": "A dog is old.", "label": "neutral"},
    ]
    found = entailed([write_rows(tmp_path / "nli.jsonl", pairs)])
    assert found == [Example("A man sleeps.", (("A person rests.",),), frozenset(), ("A man runs.",))]
    with pytest.raises(StanceError, match="no such file"):
        entailed([tmp_path / "absent.jsonl"])


def test_calibration_follows_the_truth():
    generator = np.random.default_rng(0)
    results = []
    for _ in range(2):
        truth = np.zeros((300, 5), dtype=bool)
        truth[np.arange(200), generator.integers(0, 5, 200)] = True
        scores = generator.normal(size=truth.shape) + 4.0 * truth
        results.append({"scores": scores.tolist(), "truth": truth.tolist()})
    found = zeroshot.calibrate(results, 0.8)
    assert found["similarity"]["scale"] == pytest.approx(4.0, rel=0.15)
    assert found["macro_f1"] > 0.85
    assert found["false_alarms"] < 0.3
    low, high = found["unsure"]
    assert low <= found["threshold"] <= high


def test_a_whole_run(tmp_path, monkeypatch, corpus):
    few = acts.ActCorpus(corpus.acts[::12], corpus.open[::12], dict.fromkeys(corpus.types, ("The speaker acts.",)))
    monkeypatch.setattr(zeroshot, "read_corpus", lambda: few)
    config = write_config(tmp_path / "config.toml", frozen_layers="1", background="20", text_length="48")
    pairs = [{"premise": "A man sleeps.", "hypothesis": "A person rests.", "label": "entailment"}] * 3
    options = [
        "--work",
        tmp_path / "work",
        "--config",
        config,
        "--base",
        tiny_model.encoder(),
        "--out",
        tmp_path / "out",
    ]
    options += ["--nli", write_rows(tmp_path / "nli.jsonl", pairs)]
    zeroshot.main([str(option) for option in options])
    model = artefact.read(tmp_path / "out", ZeroShotCard)
    assert [table["title"] for table in model.card.metrics["tables"]] == ["Acts never seen"]
    assert {name.split("/")[0] for name in model.card.data} == {"nli", "acts"}
    assert "Acts never seen" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert stance.zero_shot(["threat"], model=tmp_path / "out").predict_proba(["We condemn the raid."]).shape == (1, 1)

    def refuse(*_):
        raise AssertionError("trained again")

    monkeypatch.setattr(zeroshot, "train", refuse)
    zeroshot.main([str(option) for option in options])


def test_real_sentences_are_taught_but_for_those_of_acts_held_out(tmp_path, corpus):
    texts = ("The depot opened in May.", "Leave, or we will make you.", "Thank you for the lamps.")
    pool = write_rows(tmp_path / "pool.jsonl", [{"text": text} for text in texts])
    does = ("The speaker reports an opening.", "The speaker threatens someone.", "The speaker thanks for a gift.")
    named = ([], ["threat"], ["thanks"])
    rows = [
        {"sha256": text_sha256(text), "does": [told], "acts": performed}
        for text, told, performed in zip(texts, does, named, strict=True)
    ]
    rows.append({"sha256": text_sha256("It is elsewhere."), "does": ["The speaker waits."], "acts": []})
    real = acts.read_real(pool, write_rows(tmp_path / "does.jsonl", rows))
    assert [(row.text, row.does[0], list(row.acts)) for row in real] == list(zip(texts, does, named, strict=True))
    fold = next(number for number, held in enumerate(ZEROSHOT.held_out) if "threat" in held)
    found = split(replace(corpus, real=real), ZEROSHOT.held_out, fold, ZEROSHOT.seed, ZEROSHOT.background)
    assert texts[1] in {row.text for row in found.real}
    taught = {example.text: example.own for example in found.examples}
    assert texts[1] not in taught
    assert taught[texts[2]] == ((does[2],),)
    rows[0]["acts"] = ["hug"]
    with pytest.raises(StanceError, match="lines 1 are"):
        acts.read_real(pool, write_rows(tmp_path / "does.jsonl", rows))


def test_the_descriptions_of_real_sentences_are_sound():
    told = acts.read(acts.DEFAULT_DOES)
    assert len({row["sha256"] for row in told}) == len(told) > 1000
    assert all(text.startswith("The speaker ") for row in told for text in row["does"])
