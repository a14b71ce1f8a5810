"""Labels of speaker turns: "Mr. DOE (Norway)", "The PRESIDENT (interpretation from French)", "J.D."."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import regex

from stance.speakers.accounts import Bearers, read_account
from stance.speakers.entities import Cast, Entity, Found
from stance.speakers.entries import Entry
from stance.speakers.mentions import Reading, read_mention
from stance.speakers.names import body_in, words_of
from stance.speakers.scan import names_in
from stance.speakers.vocabulary import VOCABULARY

_BRACKET = regex.compile(r"\(((?:[^()\n]|\([^()\n]*\))*+)\)?")
_LANGUAGE = regex.compile(r"(?i)\s*(?:spoke|speaking|continued|interpretation|interpreted|translated|in)\b.*")
_HONORIFIC = regex.compile(r"(?i)(?:mr|mrs|ms|miss|dr|sir|dame|lord|baroness|mme|sr|sra|hon|h\.e)\b")
_INITIALS = regex.compile(r"(?:\p{Lu}\.\s?){1,4}|\p{Lu}{1,3}")
# "…, on behalf of the Union", "I speak for the Nordic countries": whose words these are as well.
_FOR = regex.compile(r"(?i)\b(?:on behalf of|in the name of|(?:speak|speaking) for)\s+([^.;:!?\n]{2,60})")
# Who presides, by the head or the notes of a record: "Ms. Doe, of Guyana, the President, was in the Chair".
_PRESIDES = regex.compile(
    r"(?P<name>(?:(?:Mr|Mrs|Ms|Miss|Dr|Sir)\.?\s)\p{Lu}[^\s,;:.()]+(?:\s\p{Lu}[^\s,;:.()]+){0,3})"
    r"(?:\s\((?P<of>[^()\n]{2,50})\)|,\s(?:of|from)\s(?P<of>[^,\n]{2,50}))?"
    r"(?:,\s(?P<role>[^,\n]{3,40}))?,?\s(?:(?:took|was in|is in|in) the [Cc]hair|presid(?:ed|ing)\b)"
)
# Whom a text says that it interviewed, and how far behind that the name may stand.
_ASKED = regex.compile(
    r"(?i)\b(?:interview(?:ed|s)?|conversation|q ?& ?a|questions? (?:to|for)|(?:spoke|speaks|spoken|talks?|talked|sat"
    r"|sits) (?:down )?(?:to|with)|speaking (?:to|with)|answers? of|asked|guest is|joined by)\b"
)
_MAX_ASKED = 120
_CHAIRS = frozenset({"president", "chair", "chairman", "chairwoman", "chairperson", "presidente", "presidenta"})
# How much of a document may introduce an interview, in characters.
_REACH = 1500
# Capitals of up to this length are left alone ("EU", "UN", "OSCE").
_MAX_ABBREVIATION = 4


@dataclass(frozen=True, slots=True)
class Label:
    """A label taken apart: the words before its brackets, and what they say besides the language spoken."""

    head: str
    notes: tuple[str, ...]


def read_label(text: str) -> Label:
    """Take a label apart."""
    text = text.replace("[", "(").replace("]", ")")
    head = _without_capitals(_BRACKET.sub(" ", text).strip(" ,"))
    notes = (match[1].strip() for match in _BRACKET.finditer(text))
    return Label(head, tuple(note for note in notes if note and not _LANGUAGE.fullmatch(note)))


class Labels:
    """Resolves the labels of one document."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        # Who was once named behind an office: "The President (Mr. Doe)".
        self._holders: dict[str, Found] = {}

        # The persons of whom the document spoke before its first label.
        self._introduced: list[Entity] | None = None

    def resolve(self, text: str, about: str = "") -> Found:
        """Whoever speaks under a label.

        Args:
            text: the label.
            about: what it says behind the name.
        """
        label = read_label(text)
        if about and not _FOR.match(about):
            label = replace(label, notes=(*label.notes, about))
        if self._introduced is None:
            self._introduced = [entity for entity in self.cast.entities if entity.kind == "person"]
        initials = self._initials(text) if _INITIALS.fullmatch(text.strip()) else None
        if initials is not None:
            return Found(initials, "the label of a turn: initials")
        named = None if _HONORIFIC.match(label.head) else self._in_brackets(label)
        role = label.head.casefold()
        if named is not None:
            self._holders[role] = Found(named, "the label of a turn: named behind the office")
        if role in self._holders:
            return self._holders[role]
        reading = self._read(replace(label, head=self._first_named([label.head]) or label.head))
        if reading.person is not None or reading.entry is not None:
            return Found(self.cast.named(reading), "the label of a turn")
        known = self._listed(reading.text) or self._presiding(reading) or self._titled(reading) or self._only(reading)
        reason = "the label of a turn: the holder of the office in the document" if known else "the label of a turn"
        self._holders[role] = Found(known or self.cast.named(reading), reason)
        return self._holders[role]

    def represented(self, text: str) -> set[str]:
        """Ids of the actors on whose behalf somebody speaks by the words of a label or speech."""
        bodies = (body_in(match[1], self.cast.registry) for match in _FOR.finditer(text))
        return {body[0].speaker.actor for body in bodies if body and body[0].speaker.actor}

    def owner(self, account: str) -> Entity | None:
        """The only person of the document whose last name, or first name set off, an account bears ("jdoe_office").

        Somebody of the registry has to be borne in full.
        """
        found = self.cast.lookup.borne(account)
        if len(found) == 1:
            return self.cast.named(read_mention(found.pop(), self.cast.registry))
        known = self._registered.of(account) if not found else []
        return self.cast.registered(known[0]) if len(known) == 1 else None

    def institution(self, account: str, name: str) -> Entity | None:
        """The institution of a state that an account names, where the name beside it tells no person and no state."""
        reading = read_mention(name, self.cast.registry) if name.lstrip("@") != account else None
        if reading is not None and (reading.entry or reading.person or reading.body):
            return None
        account_reading = read_account(account, self.cast.registry)
        if account_reading is None:
            return None
        if reading is not None:
            return self.cast.named(replace(reading, body=account_reading.body, serves=True))
        return self.cast.named(account_reading)

    @cached_property
    def _registered(self) -> Bearers[Entry]:
        """Persons of the registry by their names."""
        persons = [entry for entry in self.cast.registry.entries.values() if entry.speaker.kind == "person"]
        return Bearers((entry.speaker.name, entry) for entry in persons)

    def asked(self) -> Entity | None:
        """Who is interviewed, by the introduction: "In an interview with …"."""
        text = self.cast.text
        for match in _ASKED.finditer(text, 0, _REACH):
            for found in names_in(text[match.end() : match.end() + _MAX_ASKED], self.cast.registry):
                if found.entry is None or found.entry.speaker.kind == "person":
                    return self.cast.mentioned(found.name, found.entry)
        return None

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

    def _first_named(self, words: list[str]) -> str | None:
        """The only name of the document that begins with the only word of a label."""
        full = self.cast.lookup.beginning(words[0])
        return full[0] if len(full) == 1 else None

    def _in_brackets(self, label: Label) -> Entity | None:
        """The person named behind an office, with the state: "The President (Ms. Doe, Norway)"."""
        for note in label.notes:
            name, _, of = note.partition(" (" if " (" in note else ",")
            of = of.rstrip(")")
            if _HONORIFIC.match(name):
                of = of.strip() or label.head
                return self.cast.named(self._read(Label(_without_capitals(name), (of,))))
        return None

    def _listed(self, role: str) -> Entity | None:
        """The person whom the head of the document names for an office: "President: Ms. Doe (Norway)"."""
        name = self.cast.lookup.listed(role)
        if name is not None and _HONORIFIC.match(name):
            return self.cast.named(self._read(read_label(name.rstrip(" ."))))
        named = self.cast.lookup.holding(role)
        return self.cast.named(self._read(Label(_without_capitals(named[0]), (named[1],)))) if named else None

    def _presiding(self, reading: Reading) -> Entity | None:
        """Who was in the chair, by the notes of a record."""
        if not _CHAIRS.intersection(reading.titles) or reading.body:
            return None
        match = self._presides
        return self.cast.named(self._read(Label(match["name"], (match["of"] or "",)))) if match else None

    @cached_property
    def _presides(self) -> regex.Match[str] | None:
        return _PRESIDES.search(self.cast.text)

    def _titled(self, reading: Reading) -> Entity | None:
        """The only person of the document with the titles of a label."""
        wanted = [titles for titles in (reading.titles, frozenset((reading.office or "").split())) if titles]
        found = [e for titles in dict.fromkeys(wanted) for e in self.cast.titled(titles) if e.is_person]
        found = list(dict.fromkeys(found))
        found = [e for e in found if e.kind == "person" and reading.state in (None, e.actor)] or found
        return found[0] if len(found) == 1 else None

    def _only(self, reading: Reading) -> Entity | None:
        """The only person whom a document introduces, for an office that a label names alone."""
        is_office = VOCABULARY.is_person(reading.head) and not _CHAIRS.intersection(reading.titles)
        persons = self._introduced or []
        return persons[0] if is_office and len(persons) == 1 and reading.state in (None, persons[0].actor) else None

    def _initials(self, text: str) -> Entity | None:
        """The only person of the document with the initials of a label."""
        wanted = "".join(letter for letter in text if letter.isalpha())
        names = self.cast.lookup.initialled(wanted)
        if len(names) == 1:
            return self.cast.named(Reading(names[0], person=names[0]))
        name = text.strip()
        explained = self.cast.abbreviations.get(wanted)
        if explained is not None:
            full = _without_capitals(explained)
            return self.cast.named(Reading(full, person=full))
        return self.cast.named(Reading(name, person=name)) if "." in name else None


def _without_capitals(name: str) -> str:
    """Names in capitals as they are written elsewhere; abbreviations stay."""
    words = name.split()
    if not name.isupper() and not _HONORIFIC.match(name):
        return name
    return " ".join(
        word.title() if word.isupper() and (len(word) > _MAX_ABBREVIATION or name.isupper() or i) else word
        for i, word in enumerate(words)
    )
