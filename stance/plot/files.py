"""Pictures as files: the album of an evaluation, as SVG, complete or not at all."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from stance.outcome import Outcome
from stance.output import complete, folder_for, writing
from stance.plot.canvas import DIM, NORMAL, need_matplotlib, plain
from stance.plot.curves import precision_recall, reliability
from stance.plot.errors import confusion, distributions
from stance.plot.panels import panels
from stance.plot.speakers import heatmap, timeline
from stance.report.register import Register
from stance.types import Analysis

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

# Nothing random, no date and no version of the library; letters stay letters, which can be searched and read aloud.
_STYLE: dict[str, Any] = {"svg.hashsalt": "stance", "svg.fonttype": "none", "figure.facecolor": "white"}
_METADATA: dict[str, Any] = {"Date": None, "Creator": None}


@contextmanager
def looks_alike() -> Iterator[None]:
    """Draw as matplotlib does by default, whatever the user has set: what is drawn within has the same bytes anywhere.

    Raises:
        StanceError: matplotlib is not installed.
    """
    need_matplotlib()
    from matplotlib import style

    with style.context(["default", _STYLE]):
        yield


def svg(figure: Figure | SubFigure, title: str = "") -> bytes:
    """A figure as an SVG file, which names ``title`` as its own; the same figure gives the same bytes."""
    from matplotlib import style

    buffer = io.StringIO()
    with style.context(_STYLE):
        figure.figure.savefig(buffer, format="svg", metadata=_METADATA | {"Title": title})
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines()).encode()


def album(outcome: Outcome, analyses: Sequence[Analysis] = ()) -> dict[str, bytes]:
    """All pictures of an evaluation as SVG files, by their names without suffix.

    ``reliability`` and ``precision-recall`` with a panel a label, ``confusion`` and ``distributions``; where documents
    were analysed and somebody takes a stance in them, ``speakers`` and, if days are known, ``timeline``: that of the
    actor who takes most stances on known days.

    Args:
        outcome: what the model gave the gold statements, with the labels taken.
        analyses: the documents as the model read them.

    Raises:
        StanceError: matplotlib is not installed; the outcome does not say which labels are taken.
    """
    on = f"{outcome.model} on {outcome.gold}"
    with looks_alike():
        found = {
            "reliability": panels(reliability, outcome, title=f"Reliability: {on}"),
            "precision-recall": panels(precision_recall, outcome, title=f"Precision and recall: {on}"),
        }
        alone = {"confusion": confusion(outcome), "distributions": distributions(outcome)}
        if any(statement.labels for analysis in analyses for statement in analysis):
            alone["speakers"] = heatmap(analyses, labels=outcome.labels)
            if busiest := _busiest(analyses):
                alone["timeline"] = timeline(analyses, busiest, labels=outcome.labels)
        for name, ax in alone.items():
            figure = cast("Figure", ax.figure)
            figure.suptitle(plain(on, 60), fontsize=NORMAL, color=DIM, x=0.01, ha="left")
            found[name] = figure
        return {name: svg(figure, f"{name}: {on}") for name, figure in found.items()}


def write(pictures: Mapping[str, bytes], folder: str | Path) -> list[Path]:
    """Write ``NAME.svg`` for each picture: all of them, or on an error none. Returns their paths.

    Raises:
        StanceError: the folder is a file or cannot be written, or the disk is full.
    """
    home = folder_for(folder)
    paths = [home / f"{name}.svg" for name in pictures]
    with ExitStack() as stack:
        streams = [stack.enter_context(complete(path)) for path in paths]
        for path, stream, content in zip(paths, streams, pictures.values(), strict=True):
            with writing(path):
                stream.write(content)
                stream.flush()
    return paths


def _busiest(analyses: Sequence[Analysis]) -> str | None:
    """The actor who takes most stances on known days; of several the one who has most in all."""
    register = Register(analyses, ())
    dated = {
        actor.name: sum(len(register.statements[n].labels) for n in actor.said if register.statements[n].date)
        for actor in register.actors
        if actor.speakers
    }
    best = max(dated, key=lambda name: dated[name], default=None)
    return best if best is not None and dated[best] else None
