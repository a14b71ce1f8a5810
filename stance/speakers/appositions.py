"""Names between commas beside a description: "its spokesman, Jan Doe,", "Jan Doe, a lawyer for the family,"."""

from __future__ import annotations

from dataclasses import replace

import regex

from stance.speakers.mentions import Mention, Reading, read_mention
from stance.speakers.registry import Registry
from stance.speakers.vocabulary import VOCABULARY

_DEFINITE = regex.compile(r"(?i)(?:the|its|his|her|their)\s|.{2,40}['’]s?\s")
_BEHIND = regex.compile(r",\s((?:\p{Lu}[\p{L}.'’\-]*+\s?(?:(?:al|bin|de|van|von|der)\s)?){2,4}+)(?<!\s)[,.;]")
# A name that opens a clause; how what is said of it behind a comma may begin.
_BEFORE = regex.compile(
    r"(?:^|[.!?;:\"“”\n]\s*|,\s(?:and|but|while)\s)"
    r"((?:\p{Lu}[\p{L}.'’\-]*+\s?(?:(?:ag|al|bin|de|van|von|der)\s)?){1,6}+)(?<!\s),\s+(?:\d+,\s+)?$"
)
_APPOSITION = regex.compile(r"(?:an?|the|its|his|her|their)\s|\p{Ll}++\s")
_REACH = 80


def name_behind(text: str, mention: Mention, reading: Reading, registry: Registry) -> Reading | None:
    """The reading of a description ("its spokesman") with the name that follows it.

    Args:
        text: the document.
        mention: the description.
        reading: of it.
        registry: known actors.
    """
    if not VOCABULARY.is_person(reading.head) or not _DEFINITE.match(mention.text):
        return None
    behind = _BEHIND.match(text, mention.start + len(mention.text))
    named = read_mention(f"{mention.text}, {behind[1]}", registry) if behind else None
    return named if named and named.person else None


def name_before(text: str, mention: Mention, reading: Reading, registry: Registry) -> Reading | None:
    """The reading of a description ("a lawyer for the family") with the name before it that opens the clause.

    Args:
        text: the document.
        mention: the description.
        reading: of it.
        registry: known actors.
    """
    found = _BEFORE.search(text, max(0, mention.start - _REACH), mention.start)
    if found is None or not _APPOSITION.match(mention.text) or VOCABULARY.is_group(reading.head):
        return None
    named = read_mention(found[1], registry)
    if named.person is None or not (" " in named.person or named.entry or named.titles):
        return None
    titles = named.titles | reading.titles
    return replace(named, titles=titles, body=named.body or reading.body, serves=reading.serves)
