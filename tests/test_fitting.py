import dataclasses
import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from tiny_bert import LABELS, ROWS, make_encoder

from stance.errors import ModelError, StanceError
from stance.fitting import FitSettings, fine_tune, predict_logits, resolve_base

TEXTS = [row["text"] for row in ROWS]
TARGETS = np.array([[label in row["labels"] for label in LABELS] for row in ROWS], dtype=float)
SETTINGS = FitSettings(epochs=3, batch_size=8, learning_rate=3e-3, head_factor=2, dropout=0.0, max_length=32)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return make_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def fitted(encoder, tmp_path_factory):
    settings = dataclasses.replace(SETTINGS, epochs=30)
    return fine_tune(encoder, TEXTS, TARGETS, LABELS, settings, tmp_path_factory.mktemp("fitted"))


def weights(folder):
    from safetensors.numpy import load_file

    return load_file(folder / "model.safetensors")


def test_module_imports_no_torch():
    code = "import sys, stance.fitting; sys.exit(any(m in sys.modules for m in ('torch', 'transformers')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_learns_the_training_rows_and_saves_a_plain_transformers_folder(fitted):
    logits = predict_logits(fitted, TEXTS)
    assert logits.shape == TARGETS.shape
    assert ((logits > 0) == TARGETS).mean() > 0.97
    config = json.loads((fitted / "config.json").read_text())
    assert config["problem_type"] == "multi_label_classification"
    assert tuple(config["id2label"].values()) == LABELS
    assert not (fitted / "checkpoints").exists()


def test_logits_do_not_depend_on_batch_or_order(fitted):
    whole = predict_logits(fitted, TEXTS, batch_size=40)
    single = predict_logits(fitted, TEXTS[::-1], batch_size=1)[::-1]
    assert np.abs(whole - single).max() < 1e-4
    assert predict_logits(fitted, []).shape == (0, len(LABELS))


def test_same_seed_same_weights_and_another_seed_others(encoder, tmp_path):
    settings = dataclasses.replace(SETTINGS, epochs=1, dropout=0.2)
    runs = [
        weights(fine_tune(encoder, TEXTS, TARGETS, LABELS, dataclasses.replace(settings, seed=seed), tmp_path / str(i)))
        for i, seed in enumerate((1, 1, 2))
    ]
    assert all(np.array_equal(runs[0][name], runs[1][name]) for name in runs[0])
    assert not np.array_equal(runs[0]["classifier.weight"], runs[2]["classifier.weight"])


def test_frozen_embeddings_stay(encoder, tmp_path):
    name = "bert.embeddings.word_embeddings.weight"
    before = weights(encoder)["embeddings.word_embeddings.weight"]
    settings = dataclasses.replace(SETTINGS, epochs=1)
    free = fine_tune(encoder, TEXTS, TARGETS, LABELS, settings, tmp_path / "free")
    frozen = dataclasses.replace(settings, freeze_embeddings=True)
    held = fine_tune(encoder, TEXTS, TARGETS, LABELS, frozen, tmp_path / "held")
    assert np.array_equal(weights(held)[name], before)
    assert not np.array_equal(weights(free)[name], before)


def test_rows_of_weight_zero_teach_nothing(encoder, tmp_path):
    settings = dataclasses.replace(SETTINGS, epochs=1, batch_size=len(TEXTS), weight_decay=0.0)
    keep = np.arange(len(TEXTS)) % 2 == 0
    lies = np.where(keep[:, None], TARGETS, 1 - TARGETS)
    runs = [
        weights(fine_tune(encoder, TEXTS, rows, LABELS, settings, tmp_path / name, keep.astype(float)))
        for name, rows in (("true", TARGETS), ("false", lies))
    ]
    assert all(np.array_equal(runs[0][name], runs[1][name]) for name in runs[0])


def test_finished_run_is_kept_and_changed_data_start_anew(encoder, tmp_path):
    settings = dataclasses.replace(SETTINGS, epochs=1)
    out = fine_tune(encoder, TEXTS, TARGETS, LABELS, settings, tmp_path / "m")
    stamp = (out / "model.safetensors").stat().st_mtime_ns
    fine_tune(encoder, TEXTS, TARGETS, LABELS, settings, out)
    assert (out / "model.safetensors").stat().st_mtime_ns == stamp
    fine_tune(encoder, TEXTS[1:], TARGETS[1:], LABELS, settings, out)
    assert (out / "model.safetensors").stat().st_mtime_ns != stamp


def test_interrupted_run_goes_on_from_its_checkpoint_to_the_same_weights(encoder, tmp_path, monkeypatch):
    from transformers import TrainerCallback

    from stance import _trainer

    whole = fine_tune(encoder, TEXTS, TARGETS, LABELS, SETTINGS, tmp_path / "whole")

    class Interrupt(TrainerCallback):
        def on_epoch_begin(self, args, state, control, **_):
            if state.epoch and state.epoch >= 2:
                raise KeyboardInterrupt

    original, starts = _trainer.Trainer, []

    def interrupted(**options):
        return original(callbacks=[Interrupt()], **options)

    class Watch(TrainerCallback):
        def on_train_begin(self, args, state, control, **_):
            starts.append(state.global_step)

    monkeypatch.setattr(_trainer, "Trainer", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fine_tune(encoder, TEXTS, TARGETS, LABELS, SETTINGS, tmp_path / "cut")
    assert not (tmp_path / "cut" / "model.safetensors").exists()
    monkeypatch.setattr(_trainer, "Trainer", lambda **options: original(callbacks=[Watch()], **options))
    resumed = fine_tune(encoder, TEXTS, TARGETS, LABELS, SETTINGS, tmp_path / "cut")
    assert starts == [10]
    one, two = weights(whole), weights(resumed)
    assert all(np.allclose(one[name], two[name], atol=1e-6) for name in one)


def test_layerwise_rates(encoder):
    from transformers import AutoModelForSequenceClassification

    from stance._trainer import parameter_groups

    model = AutoModelForSequenceClassification.from_pretrained(encoder, num_labels=5)
    settings = FitSettings(learning_rate=1.0, head_factor=5.0, layer_decay=0.5, weight_decay=0.1)
    groups = parameter_groups(model, settings)
    rate = {id(p): (group["lr"], group["weight_decay"]) for group in groups for p in group["params"]}
    named = {name: rate[id(p)] for name, p in model.named_parameters()}
    assert named["classifier.weight"] == (5.0, 0.1)
    assert named["bert.pooler.dense.bias"] == (5.0, 0.0)
    assert named["bert.encoder.layer.1.output.dense.weight"] == (1.0, 0.1)
    assert named["bert.encoder.layer.0.output.dense.weight"] == (0.5, 0.1)
    assert named["bert.embeddings.word_embeddings.weight"] == (0.25, 0.1)
    assert named["bert.embeddings.LayerNorm.weight"] == (0.25, 0.0)


def test_loss_is_the_weighted_mean_of_binary_cross_entropies():
    import torch

    from stance._trainer import _weighted_bce

    logits = torch.tensor([[0.0, 2.0], [1.0, -1.0]])
    labels = torch.tensor([[1.0, 0.25, 1.0], [0.0, 0.0, 3.0]])
    chances = 1 / (1 + np.exp(-logits.numpy()))
    targets = labels[:, :2].numpy()
    entropy = -(targets * np.log(chances) + (1 - targets) * np.log(1 - chances)).mean(axis=1)
    expected = (entropy * [1.0, 3.0]).mean()
    assert float(_weighted_bce(SimpleNamespace(logits=logits), labels)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("texts", "targets", "row_weights", "message"),
    [
        ([], np.zeros((0, 5)), None, "no rows"),
        (TEXTS[:2], np.zeros((2, 4)), None, r"\(2, 4\)"),
        (TEXTS[:2], np.full((2, 5), 1.5), None, r"\[0, 1\]"),
        (TEXTS[:2], np.full((2, 5), np.nan), None, r"\[0, 1\]"),
        (TEXTS[:2], np.zeros((2, 5)), [1.0], "weights"),
        (TEXTS[:2], np.zeros((2, 5)), [1.0, -1.0], "at least 0"),
    ],
)
def test_bad_data_are_refused(encoder, tmp_path, texts, targets, row_weights, message):
    with pytest.raises(StanceError, match=message):
        fine_tune(encoder, texts, targets, LABELS, SETTINGS, tmp_path, row_weights)


def test_bad_settings_name_every_offender():
    with pytest.raises(StanceError, match=r"epochs, dropout, layer_decay, device"):
        FitSettings(epochs=0, dropout=1.0, layer_decay=0.0, device="tpu")


def test_only_hub_names_may_touch_the_network(tmp_path, encoder):
    assert resolve_base("hub:org/name") == ("org/name", False)
    assert resolve_base(encoder) == (str(encoder), True)
    for wrong in ("sentence-transformers/all-MiniLM-L6-v2", tmp_path):
        with pytest.raises(ModelError, match="no encoder here"):
            resolve_base(wrong)
