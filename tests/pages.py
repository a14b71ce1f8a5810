"""Pages taken apart by the parser of the standard library, and made statements to fill them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from html.parser import HTMLParser

from stance.types import Analysis, Document, Speaker, Stance, Statement

LABELS = ("condemnation", "concern", "restraint", "sovereignty", "condolence")
VOID = {"meta", "link", "br", "hr", "input", "img", "line", "circle", "path"}
NORWAY = Speaker("norway", "Norway", "state", None, "Norway")
DOE = Speaker("jens-doe", "Jens Doe", "person", "Norway", "Norway")
SWEDEN = Speaker("sweden", "Sweden", "state", None, "Sweden")


@dataclass
class Element:
    """A tag with its attributes, what is in it, and its text."""

    tag: str
    attributes: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(one if isinstance(one, str) else one.text for one in self.inside)

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    def all(self, tag: str = "", name: str = "") -> list[Element]:
        """Every element within, of a tag, of a class, in order."""
        found = []
        for one in self.inside:
            if isinstance(one, Element):
                if tag in ("", one.tag) and (not name or name in one.classes):
                    found.append(one)
                found += one.all(tag, name)
        return found

    def by_id(self, name: str) -> Element:
        (found,) = [one for one in self.all() if one.attributes.get("id") == name]
        return found


class Page(HTMLParser):
    """The tree of a page; a tag that is closed out of order fails."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]
        self.feed(source)
        self.close()
        assert self.open == [self.root]

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        assert len(names) == len(set(names)), attributes
        element = Element(tag, {name: value or "" for name, value in attributes})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attributes):
        self.open[-1].inside.append(Element(tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag

    def handle_data(self, data):
        self.open[-1].inside.append(data)


def parse(source: str) -> Element:
    return Page(source).root


def statement(text, words, *stances, start=None, speakers=(NORWAY,), day=4, **more):
    """A statement of a text; stances are labels, or pairs with an intensity; no day is no date."""
    begin = text.index(words) if start is None else start
    taken = tuple(Stance(one, 0.9, "plain") if isinstance(one, str) else Stance(one[0], 0.9, one[1]) for one in stances)
    date = dt.date(2022, 3, day) if day else None
    return Statement(words, begin, begin + len(words), speakers, date=date, **{"stances": taken, **more})


TEXT = "Norway condemned the raid and mourned the dead.\r\nSweden urged calm. “It was <b>wrong</b> & sad,” Doe said.\n"
FIRST = Analysis(
    Document("first", TEXT),
    (
        statement(TEXT, "condemned the raid", ("condemnation", "strong"), day=4),
        statement(TEXT, "mourned the dead", "condolence", unsure=("condolence",)),
        statement(TEXT, "urged calm", "restraint", speakers=(SWEDEN,), source="Sweden", source_start=48),
        statement(TEXT, "It was <b>wrong</b> & sad", unsure=("concern",), speakers=(DOE,), kind="direct", day=5),
    ),
)
OTHER = "Both worry. Someone left."
SECOND = Analysis(
    Document("second", OTHER, source="Town <i>News</i>"),
    (
        statement(OTHER, "worry", ("concern", "strongest"), "condemnation", speakers=(NORWAY, SWEDEN), day=2),
        statement(OTHER, "Someone left", speakers=(), day=0, stances=None),
    ),
)
