"""Pictures: that they show the numbers they are given, leave nothing behind, and are written all or not at all."""

import datetime as dt
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from conftest import ROOT
from test_evaluation import WordModel, lines

import stance
from stance import plot
from stance.errors import DocumentError, EvaluationError, SpeakerError, StanceError
from stance.evaluation import reliability as in_bins
from stance.outcome import Outcome
from stance.report.looks import palette
from stance.types import Analysis, Document, Speaker, Stance, Statement

LABELS = ("condemnation", "concern", "restraint", "sovereignty", "condolence")
PORT, ISLE = (Speaker(name.lower(), name, "state", None, name) for name in ("Port", "Isle"))
ENVOY = Speaker("envoy", "Ada Lund", "person", "Port", "Port")
DAY = dt.date(2022, 3, 1)


def said(speakers, labels, day=DAY, intensity="plain"):
    stances = None if labels is None else tuple(Stance(label, 0.9, intensity) for label in labels)
    return Statement("words", 0, 5, tuple(speakers), stances=stances, date=day)


def read(*statements):
    return Analysis(Document("d"), tuple(statements))


STORY = read(
    said([PORT], ["concern"]),
    said([ENVOY], ["condemnation", "condolence"], DAY + dt.timedelta(3), "strong"),
    said([PORT, ISLE], ["concern"], DAY + dt.timedelta(3)),
    said([ISLE], []),
    said([], [], None),
    said([ISLE], None),
)


def outcome(rows=200, labels=LABELS, seed=1, **more):
    generator = np.random.default_rng(seed)
    truth = generator.random((rows, len(labels))) < 0.3
    chances = np.clip(np.where(truth, 0.7, 0.2) + generator.normal(0, 0.2, truth.shape), 0, 1)
    count = len(labels)
    given = {"thresholds": [0.5] * count, "unsure": [(0.3, 0.7)] * count, "model": "m", "gold": "g.jsonl"} | more
    return Outcome(labels, truth, chances, **given)


def numbers(ax, columns):
    """The numbers of a table of cells, by the name of the row without its count."""
    texts = [0 if text.get_text() == "·" else int(text.get_text().replace(",", "")) for text in ax.texts
             if text.get_text() == "·" or text.get_text().replace(",", "").isdigit()]  # fmt: skip
    rows = [label.get_text() for label in ax.get_yticklabels()]
    return {row: texts[n * columns : (n + 1) * columns] for n, row in enumerate(rows)}


def colour(ax, row, column):
    return tuple(np.asarray(ax.collections[0].get_array())[row, column])


def words(ax):
    return " | ".join(text.get_text() for text in ax.texts)


def fits(ax):
    """Whether, as drawn, no names of ticks lie over each other, and nothing sticks out of the figure."""
    figure = ax.figure
    renderer = figure.canvas.get_renderer()
    figure.draw(renderer)
    for labels in (ax.get_xticklabels(), ax.get_yticklabels()):
        boxes = [label.get_window_extent(renderer) for label in labels if label.get_text()]
        assert not any(one.overlaps(other) for one, other in pairwise(boxes))
    box, whole = figure.get_tightbbox(renderer), figure.bbox_inches
    return box.x0 >= -0.02 and box.y0 >= -0.02 and box.x1 <= whole.x1 + 0.02 and box.y1 <= whole.y1 + 0.02


def test_heatmap_counts_statements_by_actor_and_by_speaker():
    ax = plot.heatmap(STORY)
    assert [label.get_text() for label in ax.get_xticklabels()] == [*LABELS, "none"]
    assert numbers(ax, 6) == {
        "Port  3": [1, 2, 0, 0, 1, 0],
        "Isle  2": [0, 1, 0, 0, 0, 1],
        "(not told)  1": [0, 0, 0, 0, 0, 1],
    }
    # The statement that was not classified is left out.
    assert "3 actors, 5 statements in 1 document" in words(ax)
    apart = numbers(plot.heatmap(STORY, by="speaker"), 6)
    assert apart["Ada Lund  1"] == [1, 0, 0, 0, 1, 0]
    assert apart["Port  2"] == [0, 2, 0, 0, 0, 0]
    assert list(apart)[-1] == "(not told)  1"


def test_heatmap_has_the_colours_of_the_report_fuller_for_more():
    ax = plot.heatmap(STORY)
    light = [part / 255 for part in palette(LABELS)["concern"][0]]
    more, fewer = np.array(colour(ax, 0, 1)), np.array(colour(ax, 1, 1))
    assert np.allclose((1 - more) / (1 - np.array(light)), 0.95, atol=0.01)
    assert (more <= fewer).all()
    assert not np.allclose(more, fewer)
    assert colour(ax, 0, 2) == (1, 1, 1)


@pytest.mark.parametrize("count", [1, 45])
def test_heatmap_of_any_number_of_speakers_has_no_overlaps(count):
    names = [f"Ministry of the Exterior of the Republic {n}" if n % 5 == 1 else f"Isle {n}" for n in range(count)]
    people = [Speaker(str(n), name, "state", None, name) for n, name in enumerate(names)]
    ax = plot.heatmap(read(*(said([one], LABELS[: n % 4]) for n, one in enumerate(people))))
    assert len(ax.get_yticks()) == min(count, 30)
    assert fits(ax)
    assert ("30 of 45 actors" in words(ax)) == (count == 45)
    assert "Ministry of the Exterior of the R…" in {t.get_text().rpartition("  ")[0] for t in ax.get_yticklabels()} or (
        count == 1
    )


def test_many_labels_stand_upright_and_other_labels_come_behind_the_five():
    own = tuple(f"label of one's own {n}" for n in range(12))
    ax = plot.heatmap(read(said([PORT], own), said([PORT], ["concern"])))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["concern", *own, "none"]
    assert {label.get_rotation() for label in ax.get_xticklabels()} == {90}
    assert fits(ax)


def test_timeline_marks_days_numbers_and_the_turn():
    ax = plot.timeline(STORY, "Port")
    marks = [tuple(mark.get_offsets()[0]) for mark in ax.collections if len(mark.get_offsets())]
    first = min(x for x, _ in marks)
    rows = [label.get_text() for label in ax.get_yticklabels()]
    assert rows == list(LABELS)
    assert sorted((x - first, rows[int(y)]) for x, y in marks) == [
        (0, "concern"), (3, "concern"), (3, "condemnation"), (3, "condolence"),
    ]  # fmt: skip
    (arrow,) = [text for text in ax.texts if getattr(text, "arrow_patch", None) is not None]
    assert (arrow.xyann[1], arrow.xy[1]) == (rows.index("concern"), rows.index("condemnation"))
    assert arrow.xyann[0] < arrow.xy[0]
    sizes = {rows[int(mark.get_offsets()[0][1])]: mark.get_sizes()[0] for mark in ax.collections if
             len(mark.get_offsets())}  # fmt: skip
    assert sizes["condemnation"] > sizes["concern"]
    assert "4 stances; 1 to 4 March 2022" in words(ax)
    assert fits(ax)
    assert not [text for text in plot.timeline(STORY, "Isle").texts if getattr(text, "arrow_patch", None) is not None]


def test_timeline_counts_what_falls_on_a_mark_and_what_has_no_day():
    days = [said([PORT], ["concern"], DAY + dt.timedelta(n)) for n in range(120)]
    ax = plot.timeline(read(*days, said([PORT], ["restraint"], None)), "Port")
    assert [text.get_text() for text in ax.texts if text.get_text().isdigit()] == ["3"] * 40
    assert "120 stances; 1 March to 28 June 2022; a mark stands for 3 days; 1 more on no known day" in words(ax)
    assert fits(ax)


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(DocumentError, match="no classified statements"):
        plot.heatmap([read(said([PORT], None))])
    with pytest.raises(DocumentError, match="no stance on a known day"):
        plot.timeline(read(said([PORT], ["concern"], None)), "Port")
    with pytest.raises(SpeakerError, match="those who speak are Isle, Port"):
        plot.timeline(STORY, "Moon")
    with pytest.raises(StanceError, match="no label 'joy'"):
        plot.heatmap(STORY, labels=["joy"])
    with pytest.raises(EvaluationError, match="no label 'joy'"):
        outcome().column("joy")
    with pytest.raises(EvaluationError, match="not known which labels are taken"):
        plot.confusion(outcome(thresholds=None, unsure=None))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"truth": np.zeros((0, 2)), "chances": np.zeros((0, 2))}, "do not fit 2 labels"),
        ({"chances": np.zeros((3, 1))}, "do not fit 2 labels"),
        ({"chances": np.full((3, 2), 1.5)}, "outside 0 to 1"),
        ({"chances": np.full((3, 2), np.nan)}, "outside 0 to 1"),
        ({"thresholds": [0.5]}, "thresholds or bounds"),
    ],
)
def test_outcomes_that_do_not_fit_are_refused(changed, message):
    sound = {"labels": ("a", "b"), "truth": np.zeros((3, 2)), "chances": np.zeros((3, 2))}
    assert len(Outcome(**sound)) == 3
    with pytest.raises(EvaluationError, match=message):
        Outcome(**(sound | changed))


def test_reliability_shows_the_bins():
    given = outcome()
    bins = in_bins(given.truth[:, 1], given.chances[:, 1])
    filled = [part for part in bins if part.count]
    alone = plot.reliability(given, labels=["concern"])
    curve = next(line for line in alone.lines if line.get_marker() == "o")
    assert np.allclose(curve.get_xydata(), [(part.probability, part.truth) for part in filled])
    assert [text.get_text() for text in alone.texts if text.get_text().isdigit()] == [str(p.count) for p in filled]
    (low, high) = next(line for line in alone.lines if line.get_linewidth() == 4).get_ydata()
    assert low <= filled[0].truth <= high
    everything = plot.reliability(given)
    assert len(everything.get_legend().get_texts()) == len(LABELS)
    assert len({line.get_marker() for line in everything.lines if line.get_marker() != "None"}) == len(LABELS)
    same = plot.reliability({label: in_bins(given.truth[:, n], given.chances[:, n]) for n, label in enumerate(LABELS)})
    assert plot.svg(same.figure) == plot.svg(everything.figure)


def test_precision_recall_marks_the_threshold():
    truth = np.array([[1], [1], [0], [0], [1]], dtype=bool)
    chances = np.array([[0.9], [0.8], [0.7], [0.2], [0.1]])
    ax = plot.precision_recall(Outcome(("a",), truth, chances, thresholds=[0.6]))
    (mark,) = [line for line in ax.lines if line.get_marker() == "o"]
    assert np.allclose(mark.get_xydata(), [(2 / 3, 2 / 3)])
    assert "from 0.60 on" in words(ax)
    unmarked = plot.precision_recall(Outcome(("a",), truth, chances))
    assert not [line for line in unmarked.lines if line.get_marker() == "o"]
    assert "no text has it" in words(plot.precision_recall(Outcome(("a",), ~truth & truth, chances)))


def test_confusion_by_hand():
    truth = [[1, 0, 0], [1, 0, 0], [0, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 0]]
    taken = [[1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 0], [1, 0, 0], [0, 0, 0]]
    given = Outcome(("a", "b", "c"), truth, np.zeros((6, 3)), taken=taken)
    assert numbers(plot.confusion(given), 4) == {
        "a": [2, 0, 1, 0],
        "b": [0, 0, 0, 2],
        "c": [0, 0, 0, 0],
        "none": [0, 0, 1, 1],
    }


def test_distributions_show_all_texts_on_both_sides():
    given = outcome(rows=80, labels=("a",))
    ax = plot.distributions(given)
    heights = np.array([bar.get_height() for bar in ax.patches])
    above, below = heights[:20], heights[20:]
    assert (above <= 0).all()  # the axis points down
    assert (below >= 0).all()
    counts, _ = np.histogram(given.chances[given.truth[:, 0], 0], np.linspace(0, 1, 21))
    share = np.sqrt(counts / counts.sum())
    assert np.allclose(above / above.min(), share / share.max())
    assert f"with {counts.sum()}, without {80 - counts.sum()}" in ax.get_yticklabels()[0].get_text()


@pytest.mark.parametrize("count", [1, 12])
def test_pictures_of_any_number_of_labels_fit(count):
    given = outcome(labels=tuple(f"label {n}" for n in range(count)))
    drawn = [plot.confusion(given), plot.distributions(given), plot.reliability(given), plot.precision_recall(given)]
    for ax in drawn:
        assert fits(ax)


def test_given_axes_are_drawn_into_and_pyplot_learns_nothing():
    code = """
import sys
from matplotlib.figure import Figure
from test_plot import *
figure = Figure()
left, right = figure.subplots(1, 2)
assert plot.heatmap(STORY, ax=left) is left
assert plot.confusion(outcome(), ax=right) is right
plot.album(outcome(), [STORY])
import matplotlib
before = dict(matplotlib.rcParamsDefault)
assert "matplotlib.pyplot" not in sys.modules
assert all(matplotlib.rcParams[key] == value for key, value in before.items() if not key.startswith("backend"))
"""
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": ""}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_names_are_text_and_no_formulas():
    odd = Speaker("odd", "A$x^2$ <b>&\n", "state", None, "A$x^2$ <b>&\n")
    picture = plot.svg(plot.heatmap(read(said([odd], ["concern"]))).figure, "a <title>")
    texts = [element.text for element in ET.fromstring(picture).iter() if element.text]
    assert "A$x^2$ <b>&  1" in texts
    assert "a <title>" in texts


def test_without_matplotlib_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    for draw in (lambda: plot.heatmap(STORY), lambda: plot.confusion(outcome()), lambda: plot.album(outcome())):
        with pytest.raises(StanceError, match=r"pip install 'diplomatic-stance\[plot\]'"):
            draw()


def test_album_has_everything_and_the_same_bytes():
    given = outcome()
    found = plot.album(given, [STORY])
    assert list(found) == ["reliability", "precision-recall", "confusion", "distributions", "speakers", "timeline"]
    assert found == plot.album(given, [STORY])
    assert list(plot.album(given)) == list(found)[:4]
    assert b"Stances of Port" in found["timeline"]
    assert all(b"m on g.jsonl" in picture for picture in found.values())
    for picture in found.values():
        assert ET.fromstring(picture).tag.endswith("svg")


def test_pictures_are_written_all_or_none(tmp_path):
    (tmp_path / "b.svg").write_text("old")
    (tmp_path / "c.svg").mkdir()
    with pytest.raises(StanceError, match=r"c\.svg: this is a folder"):
        plot.write({"a": b"new", "b": b"new", "c": b"new"}, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.svg", "c.svg"]
    assert (tmp_path / "b.svg").read_text() == "old"
    assert plot.write({"a": b"new", "b": b"new"}, tmp_path) == [tmp_path / "a.svg", tmp_path / "b.svg"]
    assert (tmp_path / "b.svg").read_text() == "new"


def test_evaluation_keeps_the_answers_and_not_in_its_json(tmp_path):
    from stance.assessment import assess

    path = lines(tmp_path / "g.jsonl", [{"text": "with concern", "labels": ["concern"]}, {"text": "x", "labels": []}])
    report = assess(path, WordModel(), baselines=False)
    assert report.outcome.taken.tolist() == [[False, True, False, False, False], [False] * 5]
    assert (report.outcome.thresholds, report.outcome.gold) == (None, "g.jsonl")
    assert "outcome" not in report.to_dict()
    json.dumps(report.to_dict())


def test_command_draws_all_pictures_of_a_gold_file(run_stance, model_folder, tmp_path):
    text = "The European Union condemned the raid on the border post on March 3, 2022."
    act = "condemned the raid on the border post"
    (tmp_path / "story.txt").write_text(text)
    start = text.index(act)
    row = {"doc": "story", "start": start, "end": start + len(act), "text": act, "labels": ["condemnation"]}
    gold = lines(tmp_path / "gold.jsonl", [row])
    out = tmp_path / "pictures"
    done = run_stance("evaluate", gold, "-m", model_folder, "--no-baselines", "--plots", out)
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in out.iterdir())
    assert {f"tiny-gold-{name}.svg" for name in ("reliability", "precision-recall", "confusion", "distributions")} <= {
        *names
    }
    assert all(str(out / name) in done.stderr for name in names)
    loaded = stance.load(model_folder)
    assert (loaded.scoring.thresholds, loaded.scoring.unsure) == ((0.5,) * 5, ((0.3, 0.7),) * 5)
    bad = run_stance("evaluate", gold, tmp_path / "none.jsonl", "-m", model_folder, "--plots", tmp_path / "none")
    assert bad.returncode == 1
    assert list((tmp_path / "none").iterdir()) == []
