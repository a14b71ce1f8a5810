"""Names that follow a description: "The ousted president denied it. “…,” Jan Doe told reporters."."""

from __future__ import annotations

from dataclasses import replace

import regex

from stance.speakers.entities import Cast, Entity, Found
from stance.speakers.mentions import Mention, Reading
from stance.speakers.names import person_in
from stance.speakers.vocabulary import VOCABULARY

# How far behind the description the name may stand.
_REACH = 420
# Where a sentence or the clause behind a quotation or semicolon begins with a name.
_CAPITAL = r"\p{Lu}[\p{L}'’\-]++"
_OPENING = regex.compile(
    rf"(?:[.!?][\"”’]?\s++|[,.!?][\"”]\s++|;\s++)(?:(?:But|And|Yet)\s)?(?:(?:Mr|Ms|Mrs|Dr)\.?\s)?"
    rf"(?P<name>{_CAPITAL}(?:\s(?:(?:al|bin|de|van|von|der)\s)*{_CAPITAL}){{0,3}})(?P<behind>[^.!?\"“”\n]{{0,24}})"
)
# The same in the paragraph behind that of the description, which ends with its sentence.
_NEXT = regex.compile(
    rf"[^\n.!?]*+[.!?][\"”’]?+[^\S\n]*+\n\s*+(?P<name>{_CAPITAL}(?:\s(?:(?:al|bin|de|van|von|der)\s)*{_CAPITAL}){{0,3}})"
    r"(?P<behind>[^.!?\"“”\n]{0,24})"
)
# A name of one word is one only before a verb that persons are the subject of.
_VERB = regex.compile(
    r"\s(?:(?:also|later|then|himself|herself|has|had)\s)*+"
    r"(?:sa(?:ys|id)|tells|told|add(?:s|ed)|wr(?:ites|ote)|spoke|warn(?:s|ed)|call(?:s|ed)|insist(?:s|ed)|den(?:ies|ied))\b"
)
_DEFINITE = regex.compile(r"(?i)(?:the|his|her|its|their)\s|[^,]{2,40}['’]s?\s")


class Introductions:
    """Finds who a description stands for in what a document says next."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    def resolve(self, mention: Mention, reading: Reading) -> Found | None:
        """The person whose name opens one of the next sentences and was not told before."""
        is_person = VOCABULARY.is_person(reading.head) and not VOCABULARY.is_group(reading.head)
        if not is_person or not _DEFINITE.match(mention.text):
            return None
        text, end = self.cast.text, mention.start + len(mention.text)
        paragraph = text.find("\n", end, end + _REACH)
        reach = paragraph if paragraph >= 0 else min(end + _REACH, len(text))
        found = list(_OPENING.finditer(text, end, reach))
        follows = _NEXT.match(text, end, end + _REACH)
        for match in [*found, follows] if follows else found:
            name = person_in(match["name"], self.cast.registry)
            if name is None:
                continue
            is_bare = name == match["name"] and not match["behind"].startswith(",")
            if not is_bare or not self._is_new(name, mention.start):
                return None
            if " " not in name and not _VERB.match(match["behind"]):
                continue
            entity = self._introduce(name, reading)
            return Found(entity, "description: named in the next sentences") if entity else None
        return None

    def _is_new(self, name: str, start: int) -> bool:
        """Whether the document did not name somebody so before the description."""
        last = name.rpartition(" ")[2]
        return self.cast.lookup.first(last) >= start

    def _introduce(self, name: str, reading: Reading) -> Entity | None:
        """The person of a name with what the description tells, if the two can be one."""
        full = self.cast.full_names.get(name.casefold(), name)
        entry = self.cast.registry.find(full)
        gender = (entry.gender if entry else None) or VOCABULARY.gender_of_name(full)
        if reading.gender and gender not in (None, reading.gender):
            return None
        if entry is not None and (
            entry.speaker.kind != "person" or (reading.state and entry.speaker.actor != reading.state)
        ):
            return None
        return self.cast.named(replace(reading, text=full, person=full, entry=entry, office=None, organ=None))
