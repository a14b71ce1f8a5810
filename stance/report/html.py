"""A report of any number of documents: one HTML file with everything in it, or the parts of a page that has more.

Text reaches the page through the escaping of Jinja or as JSON, never as markup. A content-security policy lets the page
run its own style and script, known by their hashes, and nothing else; it reaches for no other file and no network.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

import stance
from stance.card import Card, ZeroShotCard
from stance.report import looks
from stance.report.limits import FIGURES, limits
from stance.report.pieces import Piece, cut
from stance.report.register import NOBODY, Register, Voice
from stance.report.timeline import LEFT, RIGHT, ROW, WIDTH, Scale, Timeline, day_words, days_words, draw
from stance.tracing import Change, Evidence, course
from stance.types import Analysis, Statement

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Fragment:
    """What :func:`render` shows, as parts of a page that has the report's style and script in files.

    Attributes:
        markup: totals, table, time lines, texts and the model's limits; all text is escaped.
        style: rules of the colours and looks that occur, besides those of ``report.css``.
        data: what ``attachReport`` of ``report.js`` reads, JSON-ready.
    """

    markup: str
    style: str
    data: dict[str, Any]


def render(
    analyses: Iterable[Analysis], *, labels: Sequence[str], model: str, card: Card | ZeroShotCard | None = None
) -> str:
    """The page for some documents, in their order.

    Args:
        analyses: documents with their statements, classified or not.
        labels: of the model, in its order; others that statements have come behind.
        model: what the model is called, where it has no card.
        card: the model's record, from which the figures at the foot come.
    """
    shown, colours = _shown(list(analyses), labels, model, card)
    style, script = source("report.css") + colours, source("report.js") + source("start.js")
    hashes = {"style": _hash(style), "script": _hash(script)}
    page = _environment().get_template("report.html.j2")
    return page.render(shown, style=Markup(style), script=Markup(script), hashes=hashes)


def fragment(
    analyses: Iterable[Analysis], *, labels: Sequence[str], model: str, card: Card | ZeroShotCard | None = None
) -> Fragment:
    """The same, to be put into another page; arguments as in :func:`render`."""
    shown, colours = _shown(list(analyses), labels, model, card)
    markup = _environment().get_template("fragment.html.j2").render(shown)
    return Fragment(markup, colours, shown["register"].data())


@cache
def source(name: str) -> str:
    """The text of one of the files that pages are made of: ``report.css``, ``report.js``."""
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _shown(
    analyses: Sequence[Analysis], labels: Sequence[str], model: str, card: Card | ZeroShotCard | None
) -> tuple[dict[str, Any], str]:
    """What the templates show, and the rules of its colours and looks."""
    register = Register(analyses, labels)
    sheet = _Sheet(register.labels)
    documents = [_document(analysis, register.firsts[number], sheet) for number, analysis in enumerate(analyses)]
    dates = [statement.date for statement in register.statements]
    shown = {
        "documents": documents,
        "register": register,
        "total": register.total(),
        "lines": list(_lines(register)),
        "days": days_words(dates),
        "undated": dates.count(None),
        "limits": limits(model, card),
        "figures": tuple(FIGURES.values()),
        "drawing": {"width": WIDTH, "left": LEFT, "right": WIDTH - RIGHT, "row": ROW},
        "version": stance.__version__,
    }
    return shown, sheet.css()


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
        pages = [
            "".join(f"--c{n}:{_rgb(pair[page])};" for n, pair in enumerate(self.colours.values())) for page in (0, 1)
        ]
        rules = [f":root{{{pages[0]}}}", f"@media screen and (prefers-color-scheme:dark){{:root{{{pages[1]}}}}}"]
        rules += [f".f{number}{{--c:var(--c{number})}}" for number in self.numbers.values()]
        for shown, name in self.names.items():
            properties = looks.css(shown, [f"var(--c{self.numbers[shade.label]})" for shade in shown])
            rules.append(f".s.{name}{{{';'.join(f'{key}:{value}' for key, value in properties.items())}}}")
        return "\n".join(rules) + "\n"


def _document(analysis: Analysis, first: int, sheet: _Sheet) -> dict[str, Any]:
    """What the template shows of a document; ``first`` is the number of its first statement."""
    pieces = cut(analysis.document.text, analysis.statements)
    return {
        "name": analysis.document.id or "document",
        "source": analysis.document.source,
        "days": days_words(statement.date for statement in analysis),
        "count": len(analysis),
        "text": Markup("".join(_piece(piece, analysis.statements, first, sheet) for piece in pieces)),
    }


def _piece(piece: Piece, statements: Sequence[Statement], first: int, sheet: _Sheet) -> str:
    """A stretch of text, as a link to itself where statements cover it; several that begin with it are all its targets.

    The link has the numbers of its statements in ``data-s`` where its ``id`` does not say it, ``data-w`` with who
    speaks where one begins, ``data-l`` with its stances where one ends.
    """
    if not piece.inside:
        return _text(piece.text)
    shown = looks.merged(looks.look(statements[place]) for place in piece.inside)
    attributes = {
        "href": f"#s{first + piece.inside[-1]}",
        "class": f"s {sheet.name(shown)}" if shown else "s",
    }
    if piece.opening:
        own = statements[piece.opening[-1]]
        attributes["id"] = f"s{first + piece.opening[-1]}"
        attributes["data-w"] = ", ".join(dict.fromkeys(one.actor for one in own.speakers)) or NOBODY
    closed = [shade.words for place in reversed(piece.closing) for shade in looks.look(statements[place])]
    if closed:
        attributes["data-l"] = ", ".join(closed)
    if len(piece.inside) > 1 or not piece.opening:
        attributes["data-s"] = " ".join(str(first + place) for place in piece.inside)
    targets = "".join(f'<span id="s{first + place}"></span>' for place in piece.opening[:-1])
    written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"{targets}<a{written}>{_text(piece.text)}</a>"


def _text(text: str) -> str:
    """Text escaped for a page, as it is; what HTML cannot hold becomes the replacement character."""
    # A parser would make line feeds of carriage returns.
    return str(escape(text.translate(_FORBIDDEN))).replace("\r", "&#13;")


def _lines(register: Register) -> Iterator[dict[str, Any]]:
    """The time line of each actor that takes a stance on a known day, all on one scale."""
    days = [statement.date for statement in register.statements if statement.date and statement.labels]
    scale = Scale.over(days) if days else None
    for actor in register.actors:
        numbers = register.evidence(actor)
        found = course(actor.name, numbers)
        if scale and any(row.date for row in found.rows):
            yield _line(actor, numbers, draw(found, scale, register.labels), register)


def _line(actor: Voice, numbers: Mapping[Evidence, int], drawn: Timeline, register: Register) -> dict[str, Any]:
    """What the template shows of a time line: marks and changes, each with the number of its first statement."""

    def link(stance: str, evidence: Iterable[Evidence]) -> dict[str, int]:
        return {"label": register.labels.index(stance), "first": min(numbers[one] for one in evidence)}

    marks = [{"mark": mark, **link(mark.stance, mark.evidence)} for mark in drawn.marks]
    days = groupby(drawn.changes, key=lambda change: change.date)
    changes = [
        (day_words(day), [{"words": _words(one), **link(one.stance, one.evidence)} for one in several])
        for day, several in days
    ]
    return {"actor": actor, "drawn": drawn, "marks": marks, "changes": changes}


def _words(change: Change) -> str:
    """A change in words, without its day."""
    strength = "" if change.intensity == "plain" else f" ({change.intensity})"
    if change.kind == "escalation" and change.since:
        return f"{change.stance} follows the concern of {day_words(change.since)}"
    return f"first {change.stance}{strength}" if change.kind == "first" else f"{change.stance} grows {change.intensity}"


_FORBIDDEN = dict.fromkeys([0, *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")


def _rgb(colour: looks.RGB) -> str:
    return " ".join(map(str, colour))


def _hash(source: str) -> str:
    return f"sha256-{b64encode(sha256(source.encode()).digest()).decode()}"


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
