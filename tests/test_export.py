"""Export: what was fine-tuned comes out calibrated, small and alike in every runtime; the card repeats the record."""

from __future__ import annotations

import dataclasses
import json
import shutil

import numpy as np
import pytest
import tiny_model
from safetensors.numpy import load_file, save_file
from tiny_bert import ROWS

from stance import artefact, loading
from stance.errors import ModelError, StanceError
from stance.evaluation import Report, indicator, score
from stance.export import HALF_MAX, PARITY, parity
from training import card
from training.average import average
from training.export import export


@pytest.fixture(scope="module")
def model():
    return artefact.read(tiny_model.stance_model())


def attempt(out, source=None, **changes):
    given = {
        "calibration": tiny_model.CALIBRATION,
        "thresholds": tiny_model.THRESHOLDS,
        "unsure": tiny_model.UNSURE,
        "name": "tiny",
        "data": {},
        "metrics": {},
        "max_length": 24,
        "stride": 6,
    }
    return export(source or tiny_model.plain_model(), out_dir=out, **(given | changes))


def test_onnx_agrees_with_torch(model):
    assert parity(model) < PARITY


def test_matrices_are_stored_once_and_in_fp16(model):
    from onnx import TensorProto, load

    graph = load(model.path / artefact.GRAPH, load_external_data=False).graph
    inside = [np.prod(x.dims) for x in graph.initializer if x.data_location != TensorProto.EXTERNAL]
    assert max(inside, default=0) < 1024
    tensors = load_file(model.path / artefact.WEIGHTS)
    halves = {name for name, tensor in tensors.items() if tensor.dtype == np.float16}
    assert halves == {name for name, tensor in tensors.items() if tensor.ndim == 2} - set(artefact.HEAD)


def test_the_graph_tells_nothing_of_the_machine_it_was_made_on(model):
    content = (model.path / artefact.GRAPH).read_bytes()
    for trace in (b"site-packages", b".py", str(artefact.__file__).encode()[:12]):
        assert trace not in content


def test_tokenizer_neither_cuts_nor_pads(model):
    tokenizer = json.loads((model.path / artefact.TOKENIZER).read_text(encoding="utf-8"))
    assert tokenizer["truncation"] is None
    assert tokenizer["padding"] is None
    configuration = json.loads((model.path / "tokenizer_config.json").read_text(encoding="utf-8"))
    assert configuration["model_max_length"] == tiny_model.MAX_LENGTH


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"calibration": {"temperature": [1.0] * 4, "bias": [0.0] * 5}}, "4 temperatures"),
        ({"calibration": {"temperature": [1.0] * 4 + [0.0], "bias": [0.0] * 5}}, "not above 0"),
        ({"calibration": {"temperature": [1.0] * 5, "bias": [0.0] * 4 + [float("nan")]}}, "no number"),
        ({"max_length": 500}, "takes 64 tokens"),
    ],
)
def test_numbers_that_do_not_fit(tmp_path, changes, named):
    with pytest.raises(StanceError, match=named):
        attempt(tmp_path / "out", **changes)
    assert not (tmp_path / "out").exists()


def test_refused_export_leaves_the_old_folder_alone(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old.txt").write_text("old", encoding="utf-8")
    with pytest.raises(StanceError):
        attempt(tmp_path / "out", thresholds=[0.5, 0.5])
    assert (tmp_path / "out" / "old.txt").read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_labels_of_another_codebook_are_refused(tmp_path):
    book = dataclasses.replace(
        artefact.read(tiny_model.stance_model()).card.codebook,
        labels=artefact.read(tiny_model.stance_model()).card.codebook.labels[::-1],
    )
    with pytest.raises(ModelError, match="those of the codebook"):
        attempt(tmp_path / "out", book=book)


def test_nothing_to_export(tmp_path):
    with pytest.raises(ModelError, match="no fine-tuned model here"):
        attempt(tmp_path / "out", source=tmp_path)


def test_weights_beyond_fp16_are_refused(tmp_path):
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    plain = AutoModelForSequenceClassification.from_pretrained(tiny_model.plain_model())
    plain.bert.pooler.dense.weight.data[0, 0] = 2 * HALF_MAX
    plain.save_pretrained(tmp_path / "large")
    AutoTokenizer.from_pretrained(tiny_model.plain_model()).save_pretrained(tmp_path / "large")
    with pytest.raises(ModelError, match=r"bert\.pooler\.dense\.weight has values beyond fp16"):
        attempt(tmp_path / "out", source=tmp_path / "large")


@pytest.fixture
def report():
    labels = tiny_model.LABELS
    truth = indicator([row["labels"] for row in ROWS], labels)
    scores = score(truth, np.roll(truth, 1, axis=0), labels, name="tiny", draws=20)
    return Report("gold.jsonl", "tiny", (scores,), (dataclasses.replace(scores, name="part"),)).to_dict()


def test_card_says_what_the_record_says(model):
    text = card.render(model.card)
    for label, threshold in zip(model.card.codebook.labels, model.card.thresholds, strict=True):
        assert f"| `{label.id}` | {label.definition} | {threshold:.2f} |" in text
    assert "| `corpus/a.jsonl` | 40 |" in text
    assert "## Evaluation" not in text
    assert "{" not in text.replace("{name}", "")
    assert (model.path / "README.md").read_text(encoding="utf-8") == text


def test_reports_are_added_to_record_and_card(tmp_path, report):
    import shutil

    folder = shutil.copytree(tiny_model.stance_model(), tmp_path / "model")
    before = loading.load(folder).predict_proba(["We condemn the raid."])
    old = card.summary(report, "An old note.")
    card.add_reports(folder, [old])
    renewed = card.add_reports(folder, [card.summary(report, "Trained without these documents.")])
    assert [entry["note"] for entry in renewed.card.metrics["reports"]] == ["Trained without these documents."]
    text = (folder / "README.md").read_text(encoding="utf-8")
    macro = report["systems"][0]["macro_f1"]
    shown = f"{100 * macro['value']:.1f} [{100 * macro['low']:.1f}, {100 * macro['high']:.1f}]"
    assert text.count(shown) >= 2
    assert "### gold.jsonl" in text
    assert "Trained without these documents." in text
    assert "An old note." not in text
    assert np.array_equal(loading.load(folder).predict_proba(["We condemn the raid."]), before)


@pytest.mark.parametrize("content", ["{}", "[]", '{"systems": []}', "no json"])
def test_what_is_no_report_is_refused(tmp_path, content):
    (tmp_path / "report.json").write_text(content, encoding="utf-8")
    with pytest.raises(StanceError):
        card.main([str(tiny_model.stance_model()), "--report", str(tmp_path / "report.json")])


def test_an_average_is_the_mean_of_weights_before_calibration(tmp_path, model_folder):
    plain = load_file(model_folder / "model.safetensors")
    other = tmp_path / "other"
    shutil.copytree(model_folder, other)
    (other / "stance.json").unlink()
    save_file({name: 3 * value for name, value in plain.items()}, other / "model.safetensors")
    mean = load_file(average([model_folder, other], tmp_path / "mean") / "model.safetensors")
    assert {str(value.dtype) for value in mean.values()} == {"float32"}
    # The tiny model's temperatures are 1 and its biases 0.
    assert all(np.allclose(mean[name], 2 * value.astype(np.float32), atol=1e-2) for name, value in plain.items())
    save_file({name: value[:1] for name, value in plain.items()}, other / "model.safetensors")
    with pytest.raises(StanceError, match="of another shape"):
        average([model_folder, other], tmp_path / "mean")
    with pytest.raises(StanceError, match="at least two"):
        average([other], tmp_path / "mean")
