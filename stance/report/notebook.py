"""How documents and statements show themselves in a notebook: small HTML in the colours of the report, without script.

Notebooks have pages of their own, light or dark, and often drop style sheets: everything is styled in place, with tints
that let the page through and text in its colour.
"""

from __future__ import annotations

from markupsafe import Markup

from stance.report import looks
from stance.report.pieces import cut
from stance.types import Analysis, Statement

_SOFT = "opacity:.75;font-size:.85em"
_CHIP = (
    "border:1px solid currentColor;border-radius:3px;padding:0 .3em;font-size:.72em;font-weight:600;white-space:nowrap"
)
# One notebook holds many cells: of a long document it is the statements that matter.
LONGEST_TEXT = 20_000


def statement(found: Statement) -> str:
    """One statement: the words, who speaks, when, and the stances with their probabilities."""
    return str(
        Markup('<div style="line-height:1.7;max-width:60em">{}<br>{}</div>').format(_words(found), _about(found))
    )


def analysis(found: Analysis) -> str:
    """A document: its text with the statements marked, and below a table of them."""
    head = Markup("<b>{}</b>").format(found.document.id or "document")
    rows = Markup("").join(_row(one) for one in found)
    heads = Markup("").join(Markup('<th style="text-align:left">{}</th>').format(name) for name in _HEADS)
    table = Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(heads, rows)
    return str(
        Markup('<div style="line-height:1.7;max-width:60em"><p>{}</p>{}{}</div>').format(head, _text(found), table)
    )


_HEADS = ("speaker", "actor", "stances", "date", "statement")


def _text(found: Analysis) -> Markup:
    if len(found.document.text) > LONGEST_TEXT:
        return Markup("")
    parts = Markup("").join(
        _marked(piece.text, [found.statements[place] for place in piece.inside])
        for piece in cut(found.document.text, found.statements)
    )
    return Markup('<div style="white-space:pre-wrap;unicode-bidi:isolate">{}</div>').format(parts)


def _marked(text: str, inside: list[Statement]) -> Markup:
    """A stretch of text in the look of the statements that cover it."""
    if not inside:
        return Markup("{}").format(text)
    shown = looks.merged(map(looks.look, inside))
    who = "; ".join(speaker.name for one in inside for speaker in one.speakers) or "speaker not told"
    title = f"{who}: {', '.join(shade.words for shade in shown) or 'no stance'}"
    return Markup('<span style="{}" title="{}">{}</span>').format(_style(shown), title, text)


def _style(shown: looks.Look) -> str:
    if not shown:
        return "border-bottom:1px solid rgb(128 128 128 / .7)"
    colours = looks.palette(shade.label for shade in shown)
    written = [" ".join(map(str, colours[shade.label][0])) for shade in shown]
    properties = {"border-radius": "2px", **looks.css(shown, written)}
    return ";".join(f"{name}:{value}" for name, value in properties.items())


def _words(found: Statement) -> Markup:
    return _marked(found.text, [found])


def _chips(found: Statement) -> Markup:
    """The stances and labels in doubt, each with its probability where it is known."""
    if found.stances is None:
        return Markup("not classified")
    chances = {stance.label: f" {stance.probability:.2f}" for stance in found.stances}
    chips = [
        Markup('<span style="{}">{}{}</span>').format(_CHIP, shade.words, chances.get(shade.label, ""))
        for shade in looks.look(found)
    ]
    return Markup(" ").join(chips) if chips else Markup("no stance")


def _about(found: Statement) -> Markup:
    who = "; ".join(speaker.name for speaker in found.speakers) or "speaker not told"
    actors = ", ".join(dict.fromkeys(speaker.actor for speaker in found.speakers))
    said = [
        f"for {actors}" if actors else "",
        f"“{found.source}”" if found.source else "",
        found.kind,
        str(found.date or ""),
    ]
    about = ", ".join(part for part in said if part)
    return Markup('{} <b>{}</b> <span style="{}">{}</span>').format(_chips(found), who, _SOFT, about)


def _row(found: Statement) -> Markup:
    cells = (
        "; ".join(speaker.name for speaker in found.speakers) or "—",
        ", ".join(dict.fromkeys(speaker.actor for speaker in found.speakers)) or "—",
        _chips(found),
        str(found.date or "—"),
        _words(found),
    )
    return Markup("<tr>{}</tr>").format(
        Markup("").join(
            Markup('<td style="text-align:left;vertical-align:top;overflow-wrap:anywhere">{}</td>').format(cell)
            for cell in cells
        )
    )
