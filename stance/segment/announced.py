"""Who is named in a transcript before the first turn of theirs, an operator's announcement apart."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

import regex

from stance.segment.labels import Label

_OPERATOR = regex.compile(r"(?i)[\s*_]*+(?:the )?(?:operator|moderator|host|chair\w*)\b[^\n:]{0,40}:")
_LINE = regex.compile(r"(?m)^(?=.)")
_WORD = regex.compile(r"\b\p{Lu}")


def introduced(text: str, labels: Sequence[Label]) -> set[int]:
    """The offsets of labels whose words the text has before, unless an operator's line has them last.

    All are looked up in one pass over the text.
    """
    if not labels:
        return set()
    places = _places(text, {label.who for label in labels})
    lines = [match.start() for match in _LINE.finditer(text)]
    found = set()
    for label in labels:
        told = places[label.who]
        place = bisect_right(told, label.start - len(label.who)) - 1
        if place >= 0 and not _OPERATOR.match(text, lines[bisect_right(lines, told[place]) - 1]):
            found.add(label.start)
    return found


def _places(text: str, names: set[str]) -> dict[str, list[int]]:
    """Where words of the text begin with some names, in order."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for name in names:
        lengths[name[0]].add(len(name))
    places: dict[str, list[int]] = defaultdict(list)
    for match in _WORD.finditer(text):
        start = match.start()
        for length in lengths.get(match.group(), ()):
            if (name := text[start : start + length]) in names:
                places[name].append(start)
    return places
