"""Labels of speaker turns: "Mr. DOE (Norway)", "The PRESIDENT (interpretation from French)", "J.D."."""

from __future__ import annotations

from dataclasses import dataclass, replace

import regex

from stance.speakers.entities import Cast, Entity, Found
from stance.speakers.mentions import Reading, read_mention
from stance.speakers.names import words_of
from stance.speakers.vocabulary import VOCABULARY

_BRACKET = regex.compile(r"\(([^()\n]*)\)?")
_LANGUAGE = regex.compile(r"(?i)\s*(?:spoke|speaking|continued|interpretation|interpreted|translated|in)\b.*")
_HONORIFIC = regex.compile(r"(?i)(?:mr|mrs|ms|dr|sir|dame|lord|baroness|h\.e)\b")
_INITIALS = regex.compile(r"(?:\p{Lu}\.\s?){2,4}")
# Capitals of up to this length are left alone ("EU", "UN", "OSCE").
_MAX_ABBREVIATION = 4


@dataclass(frozen=True, slots=True)
class Label:
    """A label taken apart: the words before its brackets, and what they say besides the language spoken."""

    head: str
    notes: tuple[str, ...]


def read_label(text: str) -> Label:
    """Take a label apart."""
    head = _without_capitals(_BRACKET.sub(" ", text).strip(" ,"))
    notes = (match[1].strip() for match in _BRACKET.finditer(text))
    return Label(head, tuple(note for note in notes if note and not _LANGUAGE.fullmatch(note)))


class Labels:
    """Resolves the labels of one document."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        # Who was once named behind an office: "The President (Mr. Doe)".
        self._holders: dict[str, Found] = {}

    def resolve(self, text: str) -> Found:
        """Whoever speaks under a label."""
        label = read_label(text)
        if _INITIALS.fullmatch(label.head):
            return Found(self._initials(label), "the label of a turn: initials")
        named = None if _HONORIFIC.match(label.head) else self._in_brackets(label)
        role = label.head.casefold()
        if named is not None:
            self._holders[role] = Found(named, "the label of a turn: named behind the office")
        if role in self._holders:
            return self._holders[role]
        reading = self._read(label)
        if reading.person is not None or reading.entry is not None:
            return Found(self.cast.named(reading), "the label of a turn")
        known = self._listed(reading.text) or self._titled(reading)
        reason = "the label of a turn: the holder of the office in the document" if known else "the label of a turn"
        self._holders[role] = Found(known or self.cast.named(reading), reason)
        return self._holders[role]

    def _read(self, label: Label) -> Reading:
        """Name and state or body of a label; without a title, its words are a name if they name nobody known."""
        registry = self.cast.registry
        reading = read_mention(label.head, registry)
        if not reading.entry and not reading.person and not reading.state and not reading.office and not reading.titles:
            words = [word for word in words_of(label.head) if word.casefold() not in VOCABULARY.honorifics]
            bare = " ".join(words) or label.head
            reading = replace(reading, text=bare, person=bare)
        for note in label.notes if reading.person and reading.entry is None else ():
            about = read_mention(note, registry)
            if about.entry is not None and about.entry.speaker.kind != "person":
                return replace(reading, body=about.entry, serves=True)
            described = read_mention(f"{label.head}, {note}", registry)
            if described.person:
                return described
        return reading

    def _in_brackets(self, label: Label) -> Entity | None:
        """The person named behind an office, with the state: "The President (Ms. Doe, Norway)"."""
        for note in label.notes:
            name, _, of = note.partition(",")
            if _HONORIFIC.match(name):
                return self.cast.named(self._read(Label(_without_capitals(name), (of.strip(),))))
        return None

    def _listed(self, role: str) -> Entity | None:
        """The person whom the head of the document names for an office: "President: Ms. Doe (Norway)"."""
        line = regex.search(rf"(?im)^[^\S\n]*{regex.escape(role)}[^\S\n]*:[^\S\n]*([^\n:]++)$", self.cast.text)
        if line is None or not _HONORIFIC.match(line[1]):
            return None
        return self.cast.named(self._read(read_label(line[1].rstrip(" ."))))

    def _titled(self, reading: Reading) -> Entity | None:
        """The only person of the document with the titles of a label."""
        words = reading.titles
        found = [entity for entity in self.cast.entities if entity.is_person and words and words <= entity.titles]
        return found[0] if len(found) == 1 else None

    def _initials(self, label: Label) -> Entity:
        """The only person of the document with the initials of a label."""
        wanted = [letter for letter in label.head if letter.isalpha()]
        names = [name for name in self.cast.full_names.values() if [word[0] for word in name.split()] == wanted]
        name = names[0] if len(names) == 1 else label.head
        return self.cast.named(Reading(name, person=name))


def _without_capitals(name: str) -> str:
    """Names in capitals as they are written elsewhere; abbreviations stay."""
    words = name.split()
    if not name.isupper() and not _HONORIFIC.match(name):
        return name
    return " ".join(
        word.title() if word.isupper() and (len(word) > _MAX_ABBREVIATION or name.isupper() or i) else word
        for i, word in enumerate(words)
    )
