"""The model card's figures: what a record keeps of reports and shows of them, its diagram, and the ablation."""

import json
import shutil
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import tiny_model

from stance import artefact
from stance.artefact import DIAGRAM
from stance.errors import StanceError
from stance.evaluation import Report, indicator, score
from stance.facets import score_doubt, score_groups, score_intensity
from training import card
from training.reliability import draw

LABELS = tiny_model.LABELS
ROWS = 40


def made(gold="gold.jsonl", seed=1, rows=ROWS):
    """A report with everything in it, as its JSON."""
    generator = np.random.default_rng(seed)
    truth = indicator([[LABELS[i % 5]] if i % 3 else [] for i in range(rows)], LABELS)
    chances = np.clip(np.where(truth, 0.8, 0.2) + generator.normal(0, 0.3, truth.shape), 0, 1)
    taken, names = chances >= 0.5, [str(i // 2) for i in range(rows)]
    levels = [{"concern": ("plain", "strong", "strongest")[i % 3]} for i in range(rows)]
    right = truth == taken
    return Report(
        gold,
        "tiny",
        (score(truth, taken, LABELS, name="tiny", documents=names, probabilities=chances),),
        groups=score_groups(right.all(axis=1), names, ["irony", "irony"] * (rows // 2)),
        intensity=score_intensity(levels, levels[::-1], names),
        doubt=score_doubt(right, np.abs(chances - 0.5) < 0.2, names),
    ).to_dict()


def older(report):
    """The same before there were groups, intensity, doubt and bins."""
    labels = [{key: value for key, value in label.items() if key != "reliability"} for label in
              report["systems"][0]["labels"]]  # fmt: skip
    kept = {key: value for key, value in report.items() if key not in ("groups", "intensity", "doubt")}
    return kept | {"systems": [report["systems"][0] | {"labels": labels}]}


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(tiny_model.stance_model(), tmp_path / "model")


def readme(folder):
    return (folder / "README.md").read_text(encoding="utf-8")


def shown(measure):
    return f"{100 * measure['value']:.1f} [{100 * measure['low']:.1f}, {100 * measure['high']:.1f}]"


def test_card_shows_groups_intensity_and_doubt(folder):
    report = made()
    card.add_reports(folder, [card.summary(report)])
    text = readme(folder)
    (everything, irony), (strong, _), (statements, decisions) = (report[x] for x in ("groups", "intensity", "doubt"))
    assert f"| {ROWS // 2} | {shown(everything['right'])} |" in text
    assert irony["contrast"] == "irony"
    assert "irony" not in text
    assert f"| strong | {strong['support']} | {shown(strong['precision'])} | {shown(strong['recall'])} |" in text
    assert f"| statements | {statements['doubted']} | {shown(statements['share'])} |" in text
    assert f"| label decisions | {decisions['doubted']} | {shown(decisions['share'])} |" in text


def test_record_keeps_what_the_card_shows(folder):
    report = made()
    kept = card.add_reports(folder, [card.summary(report)]).card.metrics["reports"][0]
    plain = json.loads(json.dumps(report))
    assert {key: kept[key] for key in ("groups", "intensity", "doubt")} == {
        key: plain[key] for key in ("groups", "intensity", "doubt")
    }
    assert [label["reliability"] for label in kept["labels"]] == [
        label["reliability"] for label in plain["systems"][0]["labels"]
    ]


def test_summaries_and_reports_of_before_still_render(folder):
    report = older(made())
    stored = card.summary(report)
    for key in ("groups", "intensity", "doubt"):
        del stored[key]
    for label in stored["labels"]:
        del label["reliability"]
    card.add_reports(folder, [stored, card.summary(older(made("other.jsonl")))])
    text = readme(folder)
    assert "### gold.jsonl" in text
    assert "### other.jsonl" in text
    assert "contrast groups" not in text
    assert DIAGRAM not in text
    assert not (folder / DIAGRAM).exists()


def test_diagram_is_drawn_of_the_first_report_and_linked_once(folder):
    card.add_reports(folder, [card.summary(made()), card.summary(made("other.jsonl", seed=2))])
    text = readme(folder)
    assert text.count(f"]({DIAGRAM})") == 1
    assert text.index("### gold.jsonl") < text.index(DIAGRAM) < text.index("### other.jsonl")
    drawn = (folder / DIAGRAM).read_text(encoding="utf-8")
    assert drawn == draw(made()["systems"][0]["labels"], "tiny on gold.jsonl")
    assert artefact.read(folder).card.metrics["reports"]


def test_diagram_goes_when_the_first_report_has_no_bins(folder):
    card.add_reports(folder, [card.summary(made())])
    card.add_reports(folder, [card.summary(older(made()))])
    assert not (folder / DIAGRAM).exists()
    assert DIAGRAM not in readme(folder)


def test_diagram_has_a_panel_for_each_label_and_is_reproducible():
    labels = made()["systems"][0]["labels"]
    drawn = draw(labels, "tiny on gold.jsonl")
    assert drawn == draw(labels, "tiny on gold.jsonl")
    assert drawn != draw(made(seed=2)["systems"][0]["labels"], "tiny on gold.jsonl")
    texts = [element.text for element in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert [text for text in texts if text in LABELS] == list(LABELS)
    assert texts.count("probability given") == 3  # below the last of each column
    for trace in ("<dc:date>", "matplotlib.org"):
        assert trace not in drawn


def test_diagram_takes_any_number_and_name_of_labels():
    (entry, *_) = made()["systems"][0]["labels"]
    drawn = draw([entry | {"label": f"cost $<{i}$"} for i in range(7)], "")
    assert drawn.count("cost $&lt;6$") >= 1


def test_without_matplotlib_the_folder_is_left_as_it_was(folder, monkeypatch):
    before = (readme(folder), (folder / artefact.CARD).read_bytes())
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(StanceError, match=r"diplomatic-stance\[plot\]"):
        card.add_reports(folder, [card.summary(made())])
    assert (readme(folder), (folder / artefact.CARD).read_bytes()) == before
    card.add_reports(folder, [card.summary(older(made()))])


def write(path, report):
    path.write_text(json.dumps(report), encoding="utf-8")
    return path


def test_ablation_compares_models_on_the_same_gold(folder, tmp_path, capsys):
    one, two = made(), made(seed=2)
    files = [write(tmp_path / f"{name}.json", report) for name, report in (("one", one), ("two", two))]
    arguments = ["--ablation", f"corpus only={files[0]}", "--ablation", f"real sentences, too={files[1]}"]
    card.main([str(folder), "--report", str(files[1]), *arguments])
    text = readme(folder)
    for name, report in (("corpus only", one), ("real sentences, too", two)):
        figures = [shown(report["systems"][0][key]) for key in ("macro_f1", "false_alarms", "exact")]
        assert f"| {name} | {' | '.join(figures)} |" in text
    assert f"{ROWS} statements of gold.jsonl" in text.partition("### Ablation")[2]
    card.main([str(folder), "--report", str(files[0])])
    stored = artefact.read(folder).card.metrics
    assert [model["name"] for model in stored["ablation"]["models"]] == ["corpus only", "real sentences, too"]
    assert "### Ablation" in readme(folder)
    card.main([str(folder), "--ablation", f"all={files[0]}"])
    assert [model["name"] for model in artefact.read(folder).card.metrics["ablation"]["models"]] == ["all"]
    assert "card:" in capsys.readouterr().out


@pytest.mark.parametrize("other", [made("other.jsonl"), made(rows=20)])
def test_ablation_over_different_gold_is_refused(other):
    with pytest.raises(StanceError, match="different gold"):
        card.ablation({"one": made(), "other": other})


@pytest.mark.parametrize("entries", [["FILE.json"], ["=FILE.json"], ["name="], ["a=one.json", "a=two.json"]])
def test_ablation_that_is_no_name_and_file(folder, tmp_path, monkeypatch, entries):
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        write(tmp_path / f"{name}.json", made())
    with pytest.raises(StanceError, match="no NAME=FILE of its own"):
        card.main([str(folder), *(word for entry in entries for word in ("--ablation", entry))])
    assert "### Ablation" not in readme(folder)
