"""Resolution of mentions within a document: names, offices, institutions, descriptions, pronouns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import regex

from stance.speakers.names import (
    HONORIFICS,
    TITLES,
    Reading,
    head_word,
    person_in,
    read_mention,
    strip_article,
    words_of,
)
from stance.speakers.registry import Entry, Registry
from stance.types import Speaker

_HE, _SHE, _IT, _THEY, _WE = {"he"}, {"she"}, {"it"}, {"they"}, {"we", "i"}
_PERSONAL = _HE | _SHE | _IT | _THEY | _WE
_FEMALE = regex.compile(
    r"(?i)\b(mrs|ms|spokeswoman|chairwoman|congresswoman|queen|princess|baroness|lady|sister|mother|wife|daughter|woman)\b"
)
_MALE = regex.compile(
    r"(?i)\b(mr|spokesman|chairman|congressman|king|prince|lord|sir|brother|father|husband|son|pope|patriarch|man)\b"
)
DOCUMENT_NOUNS = frozenset(
    """statement declaration report communique communiqué resolution letter document readout release message text memo memorandum post tweet note
    filing measure bill law""".split()
)
_LASTING = frozenset("report resolution measure bill law document letter study survey record declaration".split())
_PERSON_NOUNS = TITLES | {
    "man",
    "woman",
    "lawyer",
    "doctor",
    "spokesman",
    "spokeswoman",
    "leader",
    "politician",
    "boxer",
    "pontiff",
    "monarch",
}
_STATE_NOUNS = {"country", "nation", "republic", "state", "kingdom", "government", "side"}
_UNION_NOUNS = {
    "bloc",
    "union",
    "alliance",
    "organisation",
    "organization",
    "group",
    "agency",
    "body",
    "watchdog",
    "grouping",
    "league",
    "charity",
}
_MISSION_NOUNS = {"mission", "delegation", "embassy", "team"}
_PLURALS = {"people", "police", "others", "some", "many", "both"}


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name a speaker, with their offset; ``signed`` marks the author of a post or the label of a turn."""

    text: str
    start: int
    signed: bool = False
    handle: str | None = None


@dataclass(slots=True)
class Entity:
    """One speaker of a document while it is read: everything that was said to name it."""

    name: str
    entry: Entry | None = None
    kind: str = "other"
    state: str | None = None
    titles: set[str] = field(default_factory=set)
    heads: set[str] = field(default_factory=set)
    gender: str | None = None
    spelled: str | None = None
    dated: Speaker | None = None
    last_seen: tuple[int, int] = (-1, 0)

    @property
    def is_person(self) -> bool:
        """Whether "he" or "she" can stand for it."""
        return self.kind in ("person", "office")

    @property
    def is_plural(self) -> bool:
        """Whether "they" stands for it in its own right."""
        if self.is_person or self.entry is not None:
            return False
        words = [w.casefold() for w in words_of(self.name)]
        heads = {words[0], head_word(self.name)} if words else set()
        return any(
            w in _PLURALS or w.endswith("men") or (w.endswith("s") and not w.endswith(("ss", "us"))) for w in heads
        )

    def speaker(self) -> Speaker:
        """The speaker it stands for."""
        if self.entry is not None:
            speaker = self.dated or self.entry.speaker
            return replace(speaker, name=self.spelled) if self.spelled else speaker
        slug = regex.sub(r"[^\p{L}\p{N}]+", "-", self.name.casefold()).strip("-") or "unnamed"
        return Speaker(slug, self.name, self.kind, self.state, self.state or self.name)


class Resolver:
    """Discourse state of one document; mentions are resolved in reading order.

    Args:
        registry: known actors.
        text: the document; names in it are collected before anything is resolved.
        date: its date: decides who holds an office.
        author: who speaks in the first person.
    """

    def __init__(
        self, registry: Registry, text: str, *, date: dt.date | None = None, author: str | None = None
    ) -> None:
        self.registry, self.text, self.date, self._author = registry, text, date, author
        self.entities: list[Entity] = []
        self.by_name: dict[str, Entity] = {}
        self.clock = 0
        self.full_names = _full_names(text, registry)
        self.topic = _topic(text, registry)
        # Reports and laws keep their issuer through a document; "the statement" is always the latest one.
        self.documents: dict[str, Entity] = {}
        self._certainty: dict[tuple[str, int], float] = {}

    # -- public -----------------------------------------------------------------------------------------------------

    def resolve(self, mention: Mention) -> tuple[Entity, ...]:
        """The entities a mention stands for; empty if the document does not tell."""
        found, sure = self._resolve(mention)
        for entity in found:
            entity.last_seen = (self.clock, 3)
        self._certainty[(mention.text, mention.start)] = sure
        return tuple(found)

    def certainty(self, mention: Mention) -> float:
        """How sure the last resolution of a mention was, in [0, 1]."""
        return self._certainty.get((mention.text, mention.start), 0.0)

    def author(self) -> tuple[Entity, ...]:
        """The author of the document as an entity, where one was given."""
        return (self._named(read_mention(self._author, self.registry)),) if self._author else ()

    def notice(self, text: str) -> None:
        """Remember who is mentioned in a sentence: its first name is its likely subject."""
        weight = 2
        for name, entry in _names_in(text, self.registry):
            known = self._lookup(name, entry)
            if known is None:
                known = self._make(
                    Reading(name, entry=entry, person=name if entry is None or entry.speaker.kind == "person" else None)
                )
            if known.last_seen[0] < self.clock:
                known.last_seen = (self.clock, weight)
            weight = 1
        self.clock += 1

    # -- kinds of mentions ------------------------------------------------------------------------------------------

    def _resolve(self, mention: Mention) -> tuple[list[Entity], float]:
        if mention.signed:
            return self._signed(mention)
        low = mention.text.casefold().strip()
        if low in _PERSONAL:
            entity = self._pronoun(low, mention)
            return ([entity] if entity else []), 0.8
        if low in {"who", "which"}:
            antecedent = self._antecedent(mention.start)
            return self._resolve(antecedent) if antecedent else ([], 0.0)
        joint = self._joint(mention)
        if joint:
            return joint, 0.95
        reading = read_mention(mention.text, self.registry)
        if reading.entry is not None or reading.person is not None:
            return [self._named(reading)], 1.0
        if reading.head in DOCUMENT_NOUNS:
            issuer = self.documents.get(reading.head) or self._issuer(mention, reading) or self._named(reading)
            if reading.head in _LASTING:
                self.documents[reading.head] = issuer
            return [issuer], 0.85
        described = self._described(reading)
        if described is not None:
            return [described], 0.85
        return [self._named(reading)], 0.9

    def _signed(self, mention: Mention) -> tuple[list[Entity], float]:
        name = mention.text.strip()
        if regex.fullmatch(r"(?i)question|q|reporter|journalist|moderator|operator|a", name):
            return [], 0.0
        if mention.handle and (entry := self.registry.find(mention.handle.lstrip("@")) or self.registry.find(name)):
            return [self._entry(entry)], 1.0
        if mention.handle and (persons := self.registry.persons(mention.handle.lstrip("@"))):
            return [self._entry(persons[0])], 1.0
        if name.isupper():
            name = name.title()
        reading = read_mention(name, self.registry)
        if reading.entry is None and reading.person is None and not reading.state:
            words = [w for w in words_of(name) if w.casefold() not in HONORIFICS]
            reading = Reading(" ".join(words) or name, person=" ".join(words) if mention.handle is None else None)
        return [self._named(reading)], 1.0

    def _joint(self, mention: Mention) -> list[Entity]:
        """ "Germany, France and Italy", "Putin and Burkhalter": every part must be a name of its own."""
        if " and " not in mention.text:
            return []
        parts = [p.strip() for p in regex.split(r",\s*(?:and\s+)?|\s+and\s+", mention.text) if p.strip()]
        readings = [read_mention(part, self.registry) for part in parts]
        if not all(
            r.entry is not None or (r.person is not None and len(p.split()) <= 4)
            for r, p in zip(readings, parts, strict=True)
        ):
            return []
        return [self._named(reading) for reading in readings]

    def _pronoun(self, low: str, mention: Mention) -> Entity | None:
        if low in _WE:
            author = self.author()
            return author[0] if author else None
        seen = sorted((e for e in self.entities if e.last_seen[0] >= 0), key=lambda e: e.last_seen, reverse=True)
        recent = [e for e in seen if self.clock - e.last_seen[0] <= 6]
        if low in _HE | _SHE:
            wanted = "m" if low in _HE else "f"
            return next(
                (
                    e
                    for e in sorted(
                        recent,
                        key=lambda e: (e.last_seen[1] == 3 and self.clock - e.last_seen[0] <= 3, e.last_seen),
                        reverse=True,
                    )
                    if e.is_person and (e.gender or wanted) == wanted
                ),
                None,
            )
        if low in _IT:
            things = [e for e in recent if not e.is_person and not e.is_plural and e.last_seen[1] > 1]
            # A speaker before a mere mention: what "it" says, it mostly began to say some sentences ago.
            return next((e for e in things if e.last_seen[1] == 3), things[0] if things else None)
        plural = next((e for e in recent if e.is_plural and e.last_seen[1] > 1), None)
        return plural or next((e for e in recent if not e.is_person and e.last_seen[1] > 1), None)

    def _antecedent(self, start: int) -> Mention | None:
        """The noun phrase before a relative pronoun."""
        before = regex.search(r"([^.;:\"“”()\n]{2,160}?)[,\s]*$", self.text[max(0, start - 160) : start])
        if before is None:
            return None
        words = before.group(1)
        cut = max(
            (
                m.end()
                for m in regex.finditer(
                    r",\s+|\b(?:to|of|by|with|and|was|is|for|from|met|told|that|as)\s+(?=\p{Lu}|the\s)", words
                )
            ),
            default=0,
        )
        phrase = words[cut:].strip()
        return Mention(phrase, start - len(phrase)) if phrase else None

    def _issuer(self, mention: Mention, reading: Reading) -> Entity | None:
        """Who a statement, report or declaration belongs to: "by X", "X's", "the X statement", else who spoke last."""
        text = strip_article(mention.text)
        if match := regex.search(r"\b(?:by|from)\s+(.+?)(?:\s+on (?:behalf|the)\b|\s+on\s|$)", text):
            return self._named(read_mention(match.group(1), self.registry))
        if match := regex.search(r"^.*?\bof\s+(?:the\s+)?(\p{Lu}.+)$", text):
            return self._named(read_mention(match.group(1), self.registry))
        if match := regex.search(r"\bon (?:the )?(.+?)['’]s (?:web ?site|website|page|account|channel|blog)", text):
            described = self._described(read_mention(f"the {match.group(1)}", self.registry))
            return described or self._named(read_mention(match.group(1), self.registry))
        before = regex.sub(
            r"(?i)\s*\b(?:joint|separate|written|official|final|mission)?\s*\w+$", "", text.split(" of ")[0]
        )
        if (
            before
            and (inner := read_mention(regex.sub(r"['’]s?$", "", before), self.registry))
            and (inner.entry or inner.state)
        ):
            return self._named(inner)
        issuer = regex.search(
            r"(?i)\b(?:statement|declaration|report|communiqu[eé]|resolution|letter|document|readout|release|message)\b"
            r"\s+(?:of|by|from|issued by|released by|published by)\s+(?:the\s+)?((?:\p{L}[\p{L}.'’-]*\s?){1,8})",
            self.text[max(0, mention.start - 900) : mention.start],
        )
        if issuer and not regex.match(r"(?i)(?:a|an|its|his|her|their)\b", issuer.group(1)):
            named = regex.match(
                r"(?:\p{Lu}[\p{L}.'’-]*)(?:\s+(?:(?:of|for|the|policy|foreign|affairs|department|ministry|office)\b|\p{Lu}[\p{L}.'’-]*))*",
                issuer.group(1),
            )
            if named:
                return self._named(read_mention(named.group().strip(), self.registry))
        if not reading.is_definite:
            return None
        seen = sorted((e for e in self.entities if e.last_seen[1] == 3), key=lambda e: e.last_seen, reverse=True)
        return next((e for e in seen if not e.is_person), seen[0] if seen else None)

    def _described(self, reading: Reading) -> Entity | None:
        """ "the ministry", "the Ukrainian president", "diplomats": somebody already known, or an office-holder."""
        if reading.office and reading.state:
            return self._holder(reading)
        if reading.ministry and reading.state:
            return None
        seen = sorted((e for e in self.entities if e.last_seen[0] >= 0), key=lambda e: e.last_seen, reverse=True)
        head = reading.head
        if not head or (not reading.is_definite and not (head.endswith("s") and " " not in reading.text)):
            return None
        modifiers = {w.casefold() for w in words_of(reading.text)} - {head}
        if reading.state:
            seen = [e for e in seen if e.state == reading.state or (e.entry and e.entry.speaker.actor == reading.state)]
        for entity in seen:
            if reading.office and not set(reading.office.split()) <= entity.titles:
                continue
            if head in entity.heads or head in entity.titles:
                if (
                    not modifiers
                    or modifiers & {w.casefold() for w in words_of(entity.name)} | entity.titles
                    or reading.state
                ):
                    return entity
        if head in _PERSON_NOUNS:
            if reading.office and not reading.state and self.topic:
                return self._holder(Reading(reading.text, state=self.topic, office=reading.office, head=head))
            return None
        if head in _MISSION_NOUNS:
            return next((e for e in seen if e.heads & _MISSION_NOUNS), None)
        if head in _UNION_NOUNS:
            kinds = {"union"} if head in {"bloc", "union"} else {"union", "organisation", "ngo", "group"}
            return next((e for e in seen if (e.entry.speaker.kind if e.entry else e.kind) in kinds), None)
        if head in _STATE_NOUNS and not modifiers:
            return next((e for e in seen if (e.entry.speaker.kind if e.entry else e.kind) == "state"), None)
        return None

    def _holder(self, reading: Reading) -> Entity | None:
        """Who holds an office: somebody of the document first, else the registry by the document's date."""
        assert reading.office is not None
        of = reading.state or ""
        for entity in sorted(self.entities, key=lambda e: e.last_seen, reverse=True):
            offices = entity.entry.offices if entity.entry else ()
            actor = (entity.entry.speaker.parent, entity.entry.speaker.actor) if entity.entry else (entity.state,)
            if any(o.title == reading.office for o in offices) and of in (
                *actor,
                *(o.of for o in offices if o.title == reading.office),
            ):
                return entity
            if not offices and set(reading.office.split()) <= entity.titles and of in actor and entity.is_person:
                return entity
        named = [
            e
            for name in self.full_names.values()
            if (e := self.registry.find(name)) and any(o.title == reading.office and o.of == of for o in e.offices)
        ]
        holder = named[0] if named else self.registry.holder(reading.office, of, self.date) if self.date else None
        return self._entry(holder) if holder else None

    # -- entities ---------------------------------------------------------------------------------------------------

    def _named(self, reading: Reading) -> Entity:
        """The entity of a reading, made if it is new, enriched if it is known."""
        name = reading.person or reading.text
        if reading.person and reading.entry is None:
            name = (
                self.full_names.get(reading.person.split()[-1].casefold(), reading.person)
                if " " not in reading.person
                else reading.person
            )
            full = self.registry.find(name)
            if full is not None and full.speaker.kind == "person":
                reading = Reading(
                    reading.text, entry=full, person=name, titles=reading.titles, state=reading.state, head=reading.head
                )
        known = self._lookup(name, reading.entry)
        if known is None and reading.ministry and reading.state:
            known = self.by_name.get(f"{reading.state}:{reading.ministry}")
        entity = known or self._make(reading, name)
        entity.titles.update(reading.titles)
        entity.heads.update({reading.head} if reading.head else set())
        if (
            reading.person is None
            and entity.entry is None
            and len(reading.text) > len(entity.name)
            and reading.ministry
        ):
            entity.name = reading.text
        if reading.person is not None and entity.entry is None and len(name.split()) > len(entity.name.split()):
            entity.name = name
        if entity.state is None and reading.state and entity.entry is None:
            entity.state = reading.state
        if _FEMALE.search(reading.text):
            entity.gender = "f"
        elif _MALE.search(reading.text):
            entity.gender = "m"
        return entity

    def _spelled(self, entry: Entry) -> str | None:
        """The fullest name of a registered person or body that the document itself uses, or ``None`` to keep the registry's."""
        if entry.speaker.kind in ("state", "union") or entry.speaker.name in self.text:
            return None
        used = [name for name in entry.aliases if (" " in name or entry.speaker.kind != "person") and name in self.text]
        return max(used, key=len, default=None)

    def _entry(self, entry: Entry) -> Entity:
        return self._lookup(entry.speaker.name, entry) or self._make(Reading(entry.speaker.name, entry=entry))

    def _lookup(self, name: str, entry: Entry | None) -> Entity | None:
        if entry is not None:
            return self.by_name.get(f"id:{entry.speaker.id}")
        low = name.casefold()
        return self.by_name.get(low) or (
            self.by_name.get(low.split()[-1]) if " " in low and low.split()[-1] in self.full_names else None
        )

    def _make(self, reading: Reading, name: str | None = None) -> Entity:
        entry = reading.entry
        kind = entry.speaker.kind if entry else "person" if reading.person else "body" if reading.ministry else "other"
        if not entry and not reading.person and (reading.office or reading.head in _PERSON_NOUNS):
            kind = "office"
        entity = Entity(
            entry.speaker.name if entry else name or reading.text, entry, kind, None if entry else reading.state
        )
        entity.gender = entry.gender if entry else None
        if entry:
            entity.spelled = self._spelled(entry)
            entity.dated = self.registry.at(entry, self.date)
            entity.heads.update(w.casefold() for w in words_of(entry.speaker.name))
            entity.titles.update(w for office in entry.offices for w in office.title.split())
            self.by_name[f"id:{entry.speaker.id}"] = entity
        else:
            self.by_name[entity.name.casefold()] = entity
            if reading.person:
                self.by_name.setdefault(entity.name.split()[-1].casefold(), entity)
            if reading.ministry and reading.state:
                self.by_name[f"{reading.state}:{reading.ministry}"] = entity
            elif reading.ministry and self.topic:
                entity.state = self.topic
        self.entities.append(entity)
        return entity


_RUN = regex.compile(
    r"\p{Lu}[\p{L}.'’\-]*(?:\s+(?:(?:von|van|der|den|de|da|di|bin|al|la|le|el)\s+)*\p{Lu}[\p{L}.'’\-]*)+"
)


def _full_names(text: str, registry: Registry) -> dict[str, str]:
    """Last names to the longest personal name that ends in them, over the whole document."""
    found: dict[str, str] = {}
    for match in _RUN.finditer(text):
        name = person_in(match.group(), registry)
        if name is None or " " not in name:
            continue
        last = name.split()[-1].casefold()
        if len(name) > len(found.get(last, "")) and len(name.split()) <= 4:
            found[last] = name
    return found


def _names_in(text: str, registry: Registry) -> list[tuple[str, Entry | None]]:
    """Persons and registered actors named in a stretch of text, in order."""
    found: list[tuple[str, Entry | None]] = []
    for match in regex.finditer(
        r"\p{Lu}[\p{L}.'’\-]*(?:\s+(?:(?:of|the|for|von|van|der|de|bin|al)\s+)*\p{Lu}[\p{L}.'’\-]*)*", text
    ):
        run = strip_article(regex.sub(r"['’]s?$", "", match.group()))
        entry = registry.find(run)
        if entry is not None:
            found.append((run, entry))
            continue
        name = person_in(run, registry)
        if name is None:
            continue
        known = registry.find(name)
        sharers = registry.persons(name)
        if known is not None and known.speaker.kind == "person":
            found.append((name, known))
        elif len(sharers) == 1:
            found.append((name, sharers[0]))
        elif " " in name:
            found.append((name, None))
    return found


def _topic(text: str, registry: Registry) -> str | None:
    """The state a document is mostly about: the one whose names and demonyms occur most often."""
    counts: dict[str, int] = {}
    for match in regex.finditer(r"\p{Lu}[\p{L}.\-]+", text):
        word = match.group()
        entry = registry.find(word)
        actor = registry.actor_of(word) or (entry.speaker.id if entry and entry.speaker.kind == "state" else None)
        if actor:
            counts[actor] = counts.get(actor, 0) + 1
    return max(counts, key=lambda actor: counts[actor]) if counts else None
