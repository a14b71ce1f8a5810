"""Resolution of mentions within a document: names, offices, institutions, descriptions, pronouns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import regex

from stance.speakers.appositions import name_before, name_behind
from stance.speakers.descriptions import Descriptions
from stance.speakers.discourse import Discourse, Weight
from stance.speakers.entities import Cast, Entity, Found
from stance.speakers.entries import Entry
from stance.speakers.introductions import Introductions
from stance.speakers.issuers import Issuers
from stance.speakers.labels import Labels
from stance.speakers.mentions import Mention, Reading, read_mention
from stance.speakers.names import core_words, strip_article, without_possessive
from stance.speakers.registry import Registry
from stance.speakers.scan import names_in
from stance.speakers.shared import with_shared
from stance.speakers.vocabulary import VOCABULARY

_FIRST_PERSON, _THIRD_PERSON, _RELATIVE = {"we", "i"}, {"he", "she", "it", "they"}, {"who", "which"}
# Turn labels that name nobody.
_ROLE = regex.compile(r"(?i)question|q|reporter|journalist|moderator|operator")
# Those of whoever was asked.
_ANSWER = {"", "a", "answer"}
_JOINT = regex.compile(r",\s*(?:and\s+)?|\s+and\s+")
_POSSESSIVE = regex.compile(r"(?i)(his|her|its|their)\s+(.+)")
_OWNERS = {"his": "he", "her": "she", "its": "it", "their": "they"}
# A word with a capital that no start of a sentence explains.
_WITHIN_SENTENCE = regex.compile(r"[\p{Ll},]\s(\p{Lu}[\p{L}'’\-]*+)")
# The last words before a relative pronoun, and where in them the noun phrase may begin.
_BEFORE_RELATIVE = regex.compile(r"([^.;:\"“”()\n]{2,160}?)[,\s]*$")
_PHRASE_START = regex.compile(r",\s+|\b(?:to|of|by|with|and|was|is|for|from|met|told|that|as)\s+(?=\p{Lu}|the\s)")
_MAX_ANTECEDENT = 160
_MAX_JOINT_NAME = 4
# Shorter ones are initials.
_MIN_LAST = 3
# Who may be listed without "and".
_ACTORS = ("state", "union", "organisation", "group")
# How sure a resolution is by its kind; that the text names nobody may also be a reading missed.
NAMED, JOINT, DESCRIBED, UNKNOWN, NOBODY = 1.0, 0.95, 0.85, 0.9, 0.5


@dataclass(frozen=True, slots=True)
class Resolution:
    """Whom a mention stands for.

    Attributes:
        entities: nobody if the document does not tell.
        certainty: how sure that is, in [0, 1].
        reason: in a few words, how that was found out ("a name", "pronoun: the last man who spoke").
    """

    entities: tuple[Entity, ...]
    certainty: float
    reason: str


def _of(found: Found, certainty: float) -> Resolution:
    return Resolution((found.entity,), certainty, found.reason)


_UNTOLD = Resolution((), NOBODY, "the text names nobody")


class Resolver:
    """Discourse state of one document; mentions are resolved in reading order.

    Args:
        registry: known actors.
        text: the document.
        date: its date: decides who holds an office.
        author: who speaks in the first person.
    """

    def __init__(
        self, registry: Registry, text: str, *, date: dt.date | None = None, author: str | None = None
    ) -> None:
        registry = with_shared(registry, text)
        self._registry, self._text, self._author = registry, text, author
        self._cast = Cast(registry, text, date)
        self.first_names = frozenset(name.split()[0] for name in self._cast.full_names.values())
        self._capitalised = frozenset(_WITHIN_SENTENCE.findall(text))
        self._discourse = Discourse()
        self._descriptions = Descriptions(self._cast, self._discourse)
        self._interviewed: Resolution | None = None
        self._labels = Labels(self._cast)
        self._introductions = Introductions(self._cast)
        self._issuers = Issuers(self._cast, self._discourse, self._descriptions)
        for entity in self.author():  # "the ministry" is the one that writes, until another is named
            if not entity.is_person:
                self._discourse.see(entity, Weight.FIRST)

    def resolve(self, mention: Mention) -> Resolution:
        """Whom a mention stands for."""
        is_named = any(character.isalnum() for character in without_possessive(strip_article(mention.text)))
        found = self._signed(mention) if mention.signed else self._resolve(mention) if is_named else _UNTOLD
        self._discourse.speak(found.entities)
        return found

    def author(self) -> tuple[Entity, ...]:
        """The author of the document as an entity, where one was given."""
        if not self._author:
            return ()
        joint = self._joint(Mention(self._author, 0))
        return joint.entities if joint else (self._cast.named(self._signatory(self._author)),)

    def _signatory(self, author: str) -> Reading:
        """An author's name: of somebody known, of a person, else the whole of it, as it was given on purpose."""
        reading = read_mention(author, self._registry)
        core = core_words(author)
        is_institution = any(VOCABULARY.is_institution(word) for word in core)
        if reading.entry is None and reading.person is not None and is_institution:
            return replace(reading, text=author.strip(), person=None)
        return reading

    def represented(self, text: str) -> set[str]:
        """Ids of the actors on whose behalf somebody speaks, by what a label or a speech says."""
        return self._labels.represented(text)

    def notice(self, text: str, subject: Mention | None = None) -> None:
        """Remember who is mentioned in a sentence, and close it.

        Args:
            text: the sentence outside quotations; without a subject its first name is its likely one.
            subject: the noun phrase that its verb is said of, where it can speak.
        """
        is_pronoun = subject is None or subject.text.casefold() in _FIRST_PERSON | _THIRD_PERSON | _RELATIVE
        if subject is not None and not is_pronoun and self._is_somebody(subject.text):
            for entity in self._resolve(subject).entities:
                self._discourse.see(entity, Weight.SUBJECT)
        self._see(text)
        self._discourse.next_sentence()

    def _is_somebody(self, text: str) -> bool:
        """Whether a subject of one word is a name, not a noun that opens its sentence ("Smoke rose over the port")."""
        if " " in text or text.casefold() in self._cast.full_names or self._registry.find(text):
            return True
        if self._registry.actor_of(text) or self._registry.persons(text):
            return True
        return text in self._capitalised

    def _see(self, text: str) -> None:
        weight = Weight.FIRST
        for found in names_in(text, self._registry, self._cast.full_names):
            entity = self._cast.mentioned(found.name, found.entry)
            if found.described:
                self._cast.describe(entity, read_mention(found.described, self._registry))
            self._discourse.see(entity, weight)
            weight = Weight.MENTIONED

    def _resolve(self, mention: Mention) -> Resolution:
        low = mention.text.casefold().strip()
        if low.startswith("@") and " " not in low:
            return self._signed(replace(mention, handle=mention.text.strip()))
        if low in _FIRST_PERSON:
            author = self.author()
            return Resolution(author, DESCRIBED, "the document's author") if author else _UNTOLD
        if low in _THIRD_PERSON:
            entities, certainty = self._discourse.pronoun(low)
            return Resolution(entities, certainty, f"pronoun: {self._antecedents(low, entities)}")
        if low in _RELATIVE:
            antecedent = self._antecedent(mention.start)
            return self._resolve(antecedent) if antecedent else _UNTOLD
        return self._joint(mention) or self._noun_phrase(mention)

    def _antecedents(self, pronoun: str, entities: tuple[Entity, ...]) -> str:
        """Who a pronoun stands for, in words."""
        if not entities:
            return "nobody it could stand for"
        if len(entities) > 1:
            return "the last who spoke together"
        noun = {"he": "man", "she": "woman", "it": "body or state"}.get(pronoun, "group or body")
        return f"the last {noun} who spoke" if self._discourse.has_spoken(entities[0]) else f"the last {noun} named"

    def _noun_phrase(self, mention: Mention) -> Resolution:
        reading = self._owned(mention, read_mention(mention.text, self._registry))
        if reading.entry is None and reading.person is None:
            behind = name_behind(self._text, mention, reading, self._registry)
            named = name_before(self._text, mention, reading, self._registry)
            reading = self._owned(mention, behind) if behind else named or reading
        if reading.entry is not None or reading.person is not None:
            return self._name(reading)
        if reading.head in VOCABULARY.documents:
            return _of(self._issuers.resolve(mention, reading), DESCRIBED)
        issuing = self._issuers.issuing(mention, reading, self.author())
        if issuing is not None:
            return _of(issuing, DESCRIBED)
        several = self._descriptions.several(reading) if reading.is_definite else ()
        if several:
            return Resolution(several, DESCRIBED, "description: the last so many of that title")
        described = self._descriptions.resolve(reading)
        if described is None or (
            reading.office and not reading.state and not self._discourse.is_near(described.entity)
        ):
            described = self._introductions.resolve(mention, reading) or described
        if described is not None:
            return _of(described, DESCRIBED)
        return Resolution((self._cast.named(reading),), UNKNOWN, "a description, not named elsewhere")

    def _name(self, reading: Reading) -> Resolution:
        """Somebody called by name."""
        entity = self._cast.named(reading)
        called = reading.person or reading.text
        if reading.entry is None and entity.entry is None and called != entity.name:
            return Resolution((entity,), NAMED, "named in full elsewhere in the document")
        return Resolution((entity,), NAMED, "a name in the registry" if entity.entry else "a name in the document")

    def _owned(self, mention: Mention, reading: Reading) -> Reading:
        """A reading of "his office", "her spokesman Jan Doe" with the owner's name and actor in it."""
        match = _POSSESSIVE.match(mention.text)
        if match is None or reading.entry is not None or reading.head in VOCABULARY.documents:
            return reading
        self._see(mention.before)
        owners, _ = self._discourse.pronoun(_OWNERS[match[1].casefold()])
        if len(owners) != 1:
            return reading
        owner = owners[0]
        ministry = None if reading.person else self._descriptions.institutions.of(owner, match[2])
        if ministry is not None:
            return ministry
        if owner.name.endswith(f"'s {match[2]}"):  # the second time somebody is called so
            return Reading(owner.name)
        text = reading.text if reading.person else f"{owner.name}'s {match[2]}"
        actor = self._registry.entries.get(owner.actor or "")
        return replace(reading, text=text, body=reading.body or actor, is_definite=False)

    def _signed(self, mention: Mention) -> Resolution:
        """The author of a post or turn: by account, by name, else whatever the words say."""
        name = mention.text.strip()
        if name.casefold() in _ANSWER:
            return self._interviewee()
        if _ROLE.fullmatch(name):
            return Resolution((), NOBODY, "a role without a name")
        if mention.handle:
            account = mention.handle.lstrip("@")
            entry = self._of_account(account, name)
            if entry is not None:
                return Resolution((self._cast.registered(entry),), NAMED, "an account in the registry")
            owner = self._labels.owner(account) if name.lstrip("@") == account else None
            owner = owner or self._labels.institution(account, name)
            entity = owner or self._cast.named(read_mention(name, self._registry))
            reason = "an account that bears a name of the document" if owner else "the signature of a post"
            return Resolution((entity,), DESCRIBED if owner else NAMED, reason)
        if "_" in name:
            return Resolution((self._cast.named(Reading(name, person=name)),), NAMED, "an account")
        return _of(self._labels.resolve(name, mention.about), NAMED)

    def _of_account(self, account: str, name: str) -> Entry | None:
        """Somebody of the registry by account or name; a person named beside an office's account has left it since."""
        persons = self._registry.persons(account)
        entry = self._registry.find(account) or self._registry.find(name) or (persons[0] if persons else None)
        person = read_mention(name, self._registry).person if name.lstrip("@") != account else None
        last = person.split()[-1] if person else ""
        if entry is None or len(last) < _MIN_LAST or entry.speaker.kind != "person":
            return entry
        return entry if last in entry.speaker.name.split() else self._registry.find(name)

    def _interviewee(self) -> Resolution:
        """Who answers under "A:": whom the text says it asked, or the only one it named before its first answer."""
        if self._interviewed is None:
            persons = [entity for entity in self._discourse.latest() if entity.kind == "person"]
            asked = persons[0] if len(persons) == 1 else self._labels.asked() or self._first(persons)
            self._interviewed = Resolution((asked,), DESCRIBED, "the person interviewed") if asked else _UNTOLD
        return self._interviewed

    def _first(self, persons: list[Entity]) -> Entity | None:
        """The first person that an interview names, at the head of a paragraph, where nobody behind is described."""
        order = sorted(persons, key=lambda entity: entity.number)
        if not order or any(entity.body or entity.titles for entity in order[1:]):
            return None
        return order[0] if regex.search(rf"(?m)^[^\w\n]*+{regex.escape(order[0].name)}\b", self._text) else None

    def _joint(self, mention: Mention) -> Resolution | None:
        """ "Germany, France and Italy", "Doe and Roe": every part must be a name of its own."""
        if " and " not in mention.text:
            return self._listed(mention.text)
        parts = [part.strip() for part in _JOINT.split(mention.text) if part.strip()]
        readings = [read_mention(part, self._registry) for part in parts]
        for part, reading in zip(parts, readings, strict=True):
            is_name = reading.person is not None and len(part.split()) <= _MAX_JOINT_NAME
            if is_name and reading is not readings[0] and VOCABULARY.is_title("".join(part.casefold().split()[1:2])):
                is_name = len(parts[0].split()) > 2  # "Fisheries and Ports Minister Jan Doe" is one person
            if reading.entry is None and not is_name:
                return None
        return Resolution(tuple(self._cast.named(reading) for reading in readings), JOINT, "several names")

    def _listed(self, text: str) -> Resolution | None:
        """ "EU, Norway" at the head of a headline: actors of their own, no capital with its state."""
        parts = [part.strip() for part in text.split(",")]
        named = [self._registry.find(part) for part in parts] if len(parts) > 1 else []
        entries = [entry for entry in named if entry is not None and entry.speaker.kind in _ACTORS]
        is_place = any(part in entry.shared for part in parts for entry in entries)  # "Brussels, Belgium"
        if not entries or len({entry.speaker.actor for entry in entries}) < len(parts) or is_place:
            return None
        return Resolution(tuple(self._cast.registered(entry) for entry in entries), JOINT, "several names")

    def _antecedent(self, start: int) -> Mention | None:
        """The noun phrase before a relative pronoun."""
        before = _BEFORE_RELATIVE.search(self._text[max(0, start - _MAX_ANTECEDENT) : start])
        if before is None:
            return None
        words = before[1]
        phrase = words[max((match.end() for match in _PHRASE_START.finditer(words)), default=0) :].strip()
        # Between a mark of a list and "who" there is nobody.
        return Mention(phrase, start - len(phrase)) if any(map(str.isalnum, phrase)) else None
