"""Mends what typesetting did to a text, and leads offsets of the mended text back to the text as it came."""

from __future__ import annotations

from array import array
from dataclasses import replace

import regex

from stance.types import Statement

# What is mended; links and accounts are passed over. A look-behind of few characters, so that all is linear.
_FLAW = regex.compile(
    r"""(?x) (?P<keep>(?:https?://|www\.|[@\#])\S++)
    # a word broken at the end of a line; by a soft hyphen anywhere
    | (?<=\p{L}) (?P<broken>-[\ \t]*+\r?\n[\ \t\r\n]*+ | \u00ad\s*+) (?=\p{Ll})
    | (?P<blank>[\u00a0\u202f\u2009])
    # a sentence broken by an empty line; the end of a line is no title's
    | (?<=\p{Ll}{2}) (?P<torn>\ *+\n\s*+) (?=\p{Ll}{2,}[\ ,.])
    | (?<=\ (?:the|an?|of|to|in|for|with|by|at|on|from|his|her|its|their|our)) (?P<ragged>\ *+\r?\n\s*+) (?=\p{L})
    # a space before a comma or stop, but not in French texts, where marks and colons have one
    | (?<=[\p{L}\p{N}»”’)]) (?P<loose>\ ) (?=[,.](?:\s|$|[\p{Lu}"“”]))
    # none behind it
    | (?<=\p{L}{2}[”"»’'‘)]?[,;]|\p{Ll}{2}[”"»’'‘)]?[.!?]|\p{Ll}[.!?][”»]) (?P<tight>) (?=\p{Lu}[\p{L}.’'\ ]|\p{Lu}$)
    | (?<=\p{L}{2}[,;]) (?P<joined>) (?=\p{Ll})
    # the space on one side of a quotation mark
    | (?<=[.!?]) (?P<mark>") (?=\p{Lu})
    | (?<=\b(?:Mr|Ms|Dr|St|Lt|Gen|Col)\.) (?P<title>) (?=\p{Lu})"""
)
_INSERTED, _SPACED = ("tight", "joined", "title", "mark"), ("blank", "torn", "ragged")
# An unbroken line is longer than this.
_MIN_LINE = 40


class Typeset:
    """A text as it should have been set.

    Attributes:
        original: the text as it came.
        text: the mended text.
    """

    def __init__(self, text: str) -> None:
        self.original = text
        pieces: list[str] = []
        # For each code point of the mended text its offset in the original.
        self._places = array("q")
        done = 0
        # How many straight marks stand in the paragraph up to the last one that was looked at.
        self._counted, self._marks = 0, 0
        for match in _FLAW.finditer(text):
            flaw = match.lastgroup or ""
            if flaw == "keep" or (flaw == "torn" and not _is_torn(text, match.start(), match.group())):
                continue
            begin = match.start()
            if flaw == "mark" and self._closes(begin):
                begin += 1
            self._copy(pieces, done, begin)
            done = begin if flaw == "mark" else match.end()
            if flaw in _INSERTED or flaw in _SPACED:
                pieces.append(" ")
                self._places.append(min(begin, len(text) - 1))
        self._copy(pieces, done, len(text))
        self.text = "".join(pieces)

    def restored(self, statement: Statement) -> Statement:
        """A statement of the mended text as one of the original."""
        start, end = self._places[statement.start], self._places[statement.end - 1] + 1
        source, source_start = statement.source, statement.source_start
        if source and source_start is not None:
            last = self._places[source_start + len(source) - 1]
            source_start = self._places[source_start]
            source = self.original[source_start : last + 1]
        return replace(
            statement,
            text=self.original[start:end],
            start=start,
            end=end,
            source=source,
            source_start=source_start,
        )

    def _closes(self, place: int) -> bool:
        """Whether the straight mark at a place is one that closes: the paragraph has an odd number of them before."""
        line = self.original.rfind("\n", self._counted, place)
        self._marks = self.original.count('"', max(line, self._counted), place) + (self._marks if line < 0 else 0)
        self._counted = place
        return self._marks % 2 == 1

    def _copy(self, pieces: list[str], start: int, end: int) -> None:
        pieces.append(self.original[start:end])
        self._places.extend(range(start, end))


def _is_torn(text: str, start: int, gap: str) -> bool:
    """Whether a line break that ends in the middle of a sentence is to be closed: an empty line behind a long one."""
    return gap.count("\n") > 1 and start >= _MIN_LINE and "\n" not in text[max(0, start - _MIN_LINE) : start]
