"""The day of a speech quoted from, told by a post of the same speaker with the same words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import regex

from stance.segment.voices import GOES_ON
from stance.types import Statement

# So many words in a row are not said twice by chance.
_MIN_WORDS = 8

_WORD = regex.compile(r"\w+")
_Words = tuple[str, ...]


def dated_by_posts(statements: Sequence[Statement]) -> list[Statement]:
    """Give a quoted speech the day on which its speaker posted a sentence of it, where that was earlier.

    A story quotes a declaration at length and shows the post in which its author announced it: what the story says
    under its own date was said on the day of the post. A speech is a statement in direct speech with those that go
    on from it; a sentence counts from eight words on.
    """
    posts = {
        (words, speaker.id): statement.date
        for statement in statements
        if statement.kind == "post" and statement.date and len(words := _words(statement)) >= _MIN_WORDS
        for speaker in statement.speakers
    }
    dated = list(statements)
    for speech in _speeches(statements) if posts else ():
        days = {
            day
            for place in speech
            for speaker in statements[place].speakers
            if (day := posts.get((_words(statements[place]), speaker.id)))
        }
        for place in speech if len(days) == 1 else ():
            own, day = statements[place].date, min(days)
            dated[place] = replace(statements[place], date=day if own is None else min(own, day))
    return dated


def _speeches(statements: Sequence[Statement]) -> list[list[int]]:
    """Places of the statements in direct speech, each opening with those that go on from it, others in between."""
    speeches: list[list[int]] = []
    for place, statement in enumerate(statements):
        if statement.kind != "direct":
            continue
        before = statements[speeches[-1][-1]] if speeches else None
        if before and statement.reason == GOES_ON and statement.speakers == before.speakers:
            speeches[-1].append(place)
        else:
            speeches.append([place])
    return speeches


def _words(statement: Statement) -> _Words:
    return tuple(word.casefold() for word in _WORD.findall(statement.text))
