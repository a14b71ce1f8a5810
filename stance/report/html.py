"""A report: one HTML file with everything in it, for any number of documents.

Text reaches the page through the escaping of Jinja or as JSON, never as markup. A content-security policy lets the page
run its own style and script, known by their hashes, and nothing else; it reaches for no other file and no network.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

import stance
from stance.card import Card
from stance.report import looks
from stance.report.limits import FIGURES, limits
from stance.report.pieces import Piece, cut
from stance.report.register import NOBODY, Register, Voice
from stance.report.timeline import LEFT, RIGHT, ROW, WIDTH, Scale, day_words, days_words, draw
from stance.tracing import course
from stance.types import Analysis, Statement

_TEMPLATES = Path(__file__).parent / "templates"


def render(analyses: Iterable[Analysis], *, labels: Sequence[str], model: str, card: Card | None = None) -> str:
    """The page for some documents, in their order.

    Args:
        analyses: documents with their statements, classified or not.
        labels: of the model, in its order; others that statements have come behind.
        model: what the model is called, where it has no card.
        card: the model's record, from which the figures at the foot come.
    """
    read = list(analyses)
    register = Register(read, labels)
    sheet = _Sheet(register.labels)
    documents = [_document(analysis, register.firsts[number], sheet) for number, analysis in enumerate(read)]
    style, script = _source("report.css") + sheet.css(), _source("report.js")
    dates = [statement.date for statement in register.statements]
    return _environment().get_template("report.html.j2").render(
        documents=documents,
        register=register,
        lines=list(_lines(register)),
        style=Markup(style),
        script=Markup(script),
        hashes={"style": _hash(style), "script": _hash(script)},
        days=days_words(dates),
        undated=dates.count(None),
        limits=limits(model, card),
        figures=tuple(FIGURES.values()),
        drawing={"width": WIDTH, "left": LEFT, "right": WIDTH - RIGHT, "row": ROW},
        version=stance.__version__,
    )


class _Sheet:
    """The classes of the looks that occur, named as they come up."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.numbers = {label: number for number, label in enumerate(labels)}
        self.colours = looks.palette(labels)
        self.names: dict[looks.Look, str] = {}

    def name(self, shown: looks.Look) -> str:
        """The class of a look."""
        return self.names.setdefault(shown, f"k{len(self.names)}")

    def css(self) -> str:
        """Colours as custom properties, for a light and a dark page, and the rules of the looks."""
        pages = ["".join(f"--c{n}:{_rgb(pair[page])};" for n, pair in enumerate(self.colours.values())) for page in (0, 1)]
        rules = [f":root{{{pages[0]}}}", f"@media screen and (prefers-color-scheme:dark){{:root{{{pages[1]}}}}}"]
        rules += [f".f{number}{{--c:var(--c{number})}}" for number in self.numbers.values()]
        for shown, name in self.names.items():
            properties = looks.css(shown, [f"var(--c{self.numbers[shade.label]})" for shade in shown])
            rules.append(f".{name}{{{';'.join(f'{key}:{value}' for key, value in properties.items())}}}")
        return "\n".join(rules) + "\n"


def _document(analysis: Analysis, first: int, sheet: _Sheet) -> dict[str, Any]:
    """What the template shows of a document; ``first`` is the number of its first statement."""
    pieces = cut(analysis.document.text, analysis.statements)
    return {
        "name": called(analysis),
        "source": analysis.document.source,
        "days": days_words(statement.date for statement in analysis),
        "count": len(analysis),
        "text": Markup("").join(_piece(piece, analysis.statements, first, sheet) for piece in pieces),
    }


def _piece(piece: Piece, statements: Sequence[Statement], first: int, sheet: _Sheet) -> Markup:
    """A stretch of text, as a link to itself where statements cover it; its number is that of the innermost."""
    if not piece.inside:
        return _text(piece.text)
    shown = looks.merged(looks.look(statements[place]) for place in piece.inside)
    *outer, own = [place for place in piece.inside if place in piece.opening] or [None]
    numbers = [first + place for place in piece.inside]
    names = ["s", *([sheet.name(shown)] if shown else [])]
    attributes = {"id": f"s{first + own}" if own is not None else None, "href": f"#s{numbers[-1]}", "class": " ".join(names)}
    if own is not None:
        attributes["data-w"] = ", ".join(dict.fromkeys(one.actor for one in statements[own].speakers)) or NOBODY
    if piece.closing:
        closed = [shade.words for place in reversed(piece.closing) for shade in looks.look(statements[place])]
        attributes["data-l"] = ", ".join(closed) or None
    if numbers != [first + own if own is not None else None]:
        attributes["data-s"] = " ".join(map(str, numbers))
    written = Markup("").join(Markup(' {}="{}"').format(Markup(key), value) for key, value in attributes.items() if value)
    targets = Markup("").join(Markup('<span id="s{}"></span>').format(first + place) for place in outer if place is not None)
    return Markup("{}<a{}>{}</a>").format(targets, written, _text(piece.text))


def _text(text: str) -> Markup:
    """Text for a page, character by character as it is; what HTML cannot hold becomes the replacement character."""
    # A parser would make line feeds of carriage returns.
    return Markup(str(escape(text.translate(_FORBIDDEN))).replace("\r", "&#13;"))


def called(analysis: Analysis) -> str:
    """What a document is called."""
    return analysis.document.id or "document"


def _lines(register: Register) -> Iterator[dict[str, Any]]:
    """The time line of each actor that takes a stance on a known day, all on one scale."""
    days = [statement.date for statement in register.statements if statement.date and statement.labels]
    scale = Scale.over(days) if days else None
    for actor in register.actors:
        numbers = register.evidence(actor)
        found = course(actor.name, numbers)
        if scale and any(row.date for row in found.rows):
            yield _line(actor, numbers, draw(found, scale, register.labels), register)


def _line(actor: Voice, numbers: Any, drawn: Any, register: Register) -> dict[str, Any]:
    marks = [
        {
            "mark": mark,
            "label": register.labels.index(mark.stance),
            "first": min(numbers[one] for one in mark.evidence),
        }
        for mark in drawn.marks
    ]
    changes = [
        {
            "change": change,
            "day": day_words(change.date),
            "since": change.since and day_words(change.since),
            "first": min(numbers[one] for one in change.evidence),
        }
        for change in drawn.changes
    ]
    return {"actor": actor, "drawn": drawn, "marks": marks, "changes": changes}


_FORBIDDEN = dict.fromkeys([0, *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")


def _rgb(colour: looks.RGB) -> str:
    return " ".join(map(str, colour))


def _hash(source: str) -> str:
    return f"sha256-{b64encode(sha256(source.encode()).digest()).decode()}"


@cache
def _source(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
