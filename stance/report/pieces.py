"""A text cut where statements begin and end, so that any of them can be marked in it: apart, side by side or nested."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from stance.types import Statement


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text with the same statements all along.

    Attributes:
        text: as it stands in the document.
        inside: places of the statements that cover it, the innermost last; empty between statements.
        opening: those of them that begin here.
        closing: those of them that end here.
    """

    text: str
    inside: tuple[int, ...] = ()
    opening: tuple[int, ...] = ()
    closing: tuple[int, ...] = ()


def cut(text: str, statements: Sequence[Statement]) -> Iterator[Piece]:
    """The text in pieces, which joined are the text again; those of a statement joined are its text.

    Args:
        text: of the document.
        statements: with offsets into it; they may overlap in any way.
    """
    edges = sorted({0, len(text), *(s.start for s in statements), *(s.end for s in statements)})
    # The shorter of two statements that begin together is the inner one.
    order = sorted(range(len(statements)), key=lambda n: (statements[n].start, -statements[n].end))
    waiting, inside = iter([*order, None]), list[int]()
    upcoming = next(waiting)
    for start, end in pairwise(edges):
        inside = [n for n in inside if statements[n].end > start]
        while upcoming is not None and statements[upcoming].start <= start:
            if statements[upcoming].end > start:
                inside.append(upcoming)
            upcoming = next(waiting)
        yield Piece(
            text[start:end],
            tuple(inside),
            tuple(n for n in inside if statements[n].start == start),
            tuple(n for n in inside if statements[n].end == end),
        )
