"""Pictures of analyses and of evaluations, drawn with matplotlib (``pip install 'diplomatic-stance[plot]'``).

Each function draws into one ``Axes`` and returns it: the one given as ``ax``, or that of a new figure, ``ax.figure``,
which pyplot does not know of and which needs no display. Colours are those of the report; a name, a mark or a number
always stands beside them.

- Of analyses: :func:`heatmap` (who takes which stance how often), :func:`timeline` (when one speaker does).
- Of an evaluation (:class:`stance.outcome.Outcome`): :func:`reliability`, :func:`precision_recall`, :func:`confusion`,
  :func:`distributions`; :func:`panels` draws one of the first two for each label side by side.
- :func:`svg` is a figure as the bytes of an SVG file: the same figure gives the same bytes.
"""

from stance.plot.canvas import need_matplotlib
from stance.plot.curves import precision_recall, reliability
from stance.plot.errors import confusion, distributions
from stance.plot.files import album, looks_alike, svg, write
from stance.plot.panels import panels
from stance.plot.speakers import heatmap, timeline

__all__ = [
    "album",
    "confusion",
    "distributions",
    "heatmap",
    "looks_alike",
    "need_matplotlib",
    "panels",
    "precision_recall",
    "reliability",
    "svg",
    "timeline",
    "write",
]
