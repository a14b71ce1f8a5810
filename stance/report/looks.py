"""How stances look wherever people see them: a colour for each label, a weight for each intensity, dots for doubt.

The colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people with the common kinds of colour
blindness tell apart; on a dark page they are lighter. Colour never stands alone: the label is written beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stance.types import INTENSITIES, Intensity, Statement

# Red, green and blue, 0 to 255, on a light page and on a dark one.
RGB = tuple[int, int, int]
_KNOWN: dict[str, tuple[RGB, RGB]] = {
    "condemnation": ((213, 94, 0), (255, 128, 48)),
    "concern": ((230, 159, 0), (245, 190, 65)),
    "restraint": ((0, 114, 178), (86, 170, 235)),
    "sovereignty": ((0, 158, 115), (40, 190, 145)),
    "condolence": ((204, 121, 167), (225, 150, 195)),
}
_OTHERS: tuple[tuple[RGB, RGB], ...] = (
    ((86, 180, 233), (120, 200, 245)),
    ((176, 164, 20), (240, 228, 66)),
    ((110, 110, 110), (170, 170, 170)),
)

MARKS: dict[Intensity, str] = {"plain": "", "strong": " +", "strongest": " ++"}
TINTS: dict[Intensity, float] = {"plain": 0.16, "strong": 0.32, "strongest": 0.42}
LINES: dict[Intensity, int] = {"plain": 2, "strong": 3, "strongest": 5}
WEIGHTS: dict[Intensity, int] = {"plain": 400, "strong": 600, "strongest": 700}
# Width of the dots under a statement with a label in doubt, in pixels.
DOTS = 2


@dataclass(frozen=True, slots=True)
class Shade:
    """One label of a statement as it is shown: ``intensity`` is ``None`` for a label in doubt that is not taken."""

    label: str
    intensity: Intensity | None
    unsure: bool

    @property
    def words(self) -> str:
        """The label with its marks: ``+`` and ``++`` for wording, ``?`` for doubt."""
        return self.label + (MARKS[self.intensity] if self.intensity else "") + (" ?" if self.unsure else "")


# What a statement looks like: its stances, then its other labels in doubt.
Look = tuple[Shade, ...]


def palette(labels: Iterable[str]) -> dict[str, tuple[RGB, RGB]]:
    """A colour for each label, on a light and on a dark page; beyond eight labels colours come again."""
    names = list(dict.fromkeys(labels))
    free = [pair for label, pair in _KNOWN.items() if label not in names]
    others = iter([*_OTHERS, *free] * (len(names) // 3 + 1))
    return {label: _KNOWN.get(label) or next(others) for label in names}


def look(statement: Statement) -> Look:
    """The look of a statement; nothing for one without stances, or not classified."""
    taken = [Shade(s.label, s.intensity, s.label in statement.unsure) for s in statement.stances or ()]
    doubted = [Shade(label, None, True) for label in statement.unsure if label not in statement.labels]
    return (*taken, *doubted)


def strongest(shown: Look) -> Intensity:
    """The strongest wording in a look."""
    return max((shade.intensity or "plain" for shade in shown), key=INTENSITIES.index, default="plain")


def merged(looks: Iterable[Look]) -> Look:
    """The look of what several statements share: each label once, at its strongest wording."""
    best: dict[str, Shade] = {}
    for shade in (shade for shown in looks for shade in shown):
        best[shade.label] = max(best.get(shade.label, shade), shade, key=_rank)
    return tuple(best.values())


def _rank(shade: Shade) -> int:
    return -1 if shade.intensity is None else INTENSITIES.index(shade.intensity)


def css(shown: Look, colours: Sequence[str]) -> dict[str, str]:
    """Properties that draw a look around inline text: bands of tint, lines for what is sure, dots for what is not.

    Args:
        shown: at least one label.
        colours: for each, red, green and blue with spaces between, or a ``var()`` that holds them.
    """
    share = 100 / len(shown)
    bands = ", ".join(
        f"rgb({colour} / {TINTS[shade.intensity] if shade.intensity else 0}) {share * n:.0f}% {share * (n + 1):.0f}%"
        for n, (shade, colour) in enumerate(zip(shown, colours, strict=True))
    )
    depth, lines = 0, []
    for shade, colour in zip(shown, colours, strict=True):
        if shade.intensity and not shade.unsure:
            depth += LINES[shade.intensity]
            lines.append(f"inset 0 -{depth}px 0 rgb({colour})")
    found = {"background-image": f"linear-gradient({bands})", "padding-bottom": f"{depth}px"}
    if lines:
        found["box-shadow"] = ", ".join(lines)
    dotted = [colour for shade, colour in zip(shown, colours, strict=True) if shade.unsure]
    found["border-bottom"] = f"{DOTS}px dotted rgb({dotted[0]})" if dotted else "0"
    if WEIGHTS[strongest(shown)] > WEIGHTS["plain"]:
        found["font-weight"] = str(WEIGHTS[strongest(shown)])
    return found
