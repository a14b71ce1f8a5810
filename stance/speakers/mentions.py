"""Reading a mention: the person, office, institution and state that its words name."""

from __future__ import annotations

from dataclasses import dataclass, replace

import regex

from stance.speakers.entries import Entry
from stance.speakers.names import (
    body_in,
    core_words,
    lower_words,
    person_in,
    strip_article,
    without_possessive,
    words_of,
)
from stance.speakers.registry import Registry
from stance.speakers.vocabulary import VOCABULARY

_DEFINITE = regex.compile(r"(?i)\s*(?:the|this|that|these|its|his|her|their)\b")
_ARTICLE = regex.compile(r"(?i)\s*the\s")
_INDEFINITE = regex.compile(r"(?i)\s*(?:an?|some|several|many|one)\b")
_EPITHET = regex.compile(r"^(?i:\S+-(?:member|nation|strong|led|based|country|backed))\s+")
# They tell since when an office is held, or how.
_TRANSIENT = regex.compile(r"\b(?:new|newly elected|re-elected|current|long-serving|longtime|outgoing|embattled)\s+")
_LEADER = regex.compile(r"\S+ leader|leader of (?:the )?\S+")
_FORMER = regex.compile(r"(?i)\b(?:former|ex)[\s-]+")
_MEMBER = regex.compile(r"(.+?) (?:of|from) ")
_MINISTRY = regex.compile(r"(?i)\bministry (?:of|for) (?:the )?(\w+)|(\w+) ministry\b")
_OF = regex.compile(r"(.+?) of (?:the )?(.+)")
_CLAUSE = regex.compile(
    r"(?i),\s+(?:its|his|her|their|an?|who|which|whose|where|now|once|already|himself)\s|\s(?:who|which)\s"
)
# The longest title, in words.
_MAX_TITLE = 6


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name a speaker, with their offset.

    Attributes:
        text: the words.
        start: offset in the document.
        signed: whether they are the signature of a post or the label of a turn.
        handle: account name of a post, with its "@".
        before: what its sentence says before it, outside quotations: there may stand whose office "his office" is.
        about: what the label of a turn says behind the name ("on behalf of the Union").
    """

    text: str
    start: int
    signed: bool = False
    handle: str | None = None
    before: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mention says by itself, before the discourse is asked.

    Attributes:
        text: the mention without article.
        entry: registry entry that the whole mention, or the name in it, is.
        person: name of a person in it, without titles.
        titles: words of office before or behind the name, in common spelling.
        words: words beside the name of that body, casefolded.
        body: the state, union or body named in it ("Kazakh president" gives Kazakhstan).
        office: title in common form, where the mention is an office-holder without a name.
        former: title in common form that somebody without a name held before.
        organ: kind of a state institution ("foreign-ministry"), where it is one.
        serves: whether it speaks for the state or body named; ``None`` if the words do not tell.
        gender: ``m`` or ``f`` where a word tells.
        head: last word of the core noun phrase, casefolded ("delegation", "ministry").
        is_definite: whether it begins with "the", "this" or a possessive pronoun.
        is_made: whether its text was put together from a short name and the state it is of.
    """

    text: str
    entry: Entry | None = None
    person: str | None = None
    words: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    body: Entry | None = None
    office: str | None = None
    former: str | None = None
    organ: str | None = None
    serves: bool | None = None
    gender: str | None = None
    head: str = ""
    is_definite: bool = False
    is_made: bool = False

    @property
    def state(self) -> str | None:
        """Id of the actor named in it."""
        return self.body.speaker.actor if self.body else None


def read_mention(mention: str, registry: Registry) -> Reading:
    """Take a mention apart with the registry's names and the vocabulary's word lists."""
    text = without_possessive(strip_article(mention))
    words = lower_words(text)
    head = core_words(text)[-1:]
    is_definite = _DEFINITE.match(mention) is not None
    bare = Reading(text, gender=VOCABULARY.gender(words), head="".join(head), is_definite=is_definite)
    whole = registry.find(text) or registry.find(_EPITHET.sub("", text))
    if whole is not None:
        return replace(bare, entry=whole, body=whole)
    core, _, apposition = (part.strip(" ,") for part in text.partition(","))
    known = registry.find(core)
    if known is not None:  # "Norway, a member of the council"
        return replace(bare, text=core, entry=known, body=known)
    body, named = body_in(core, registry) or body_in(apposition, registry) or (None, "")
    titles = frozenset(VOCABULARY.spelled(word) for word in _describing(text) if VOCABULARY.is_descriptor(word))
    beside = lower_words(_EPITHET.sub("", text.replace(named, " ", 1).strip() if named else text))
    reading = replace(bare, body=body, words=frozenset(beside), titles=titles, serves=_serves(beside, body))
    name = _person(core, apposition, registry)
    if name == core and _ARTICLE.match(mention):
        name = None  # "the Guardian", "the Elders", "the Open Doors Project"
    if name and VOCABULARY.institutions.intersection(core_words(apposition)[-1:]):
        reading, name = replace(reading, text=core), None  # "Doe & Sons, a Dutch firm"
    if name:
        return replace(reading, entry=_known_person(name, reading.state, registry), person=name)
    reading = replace(reading, text=_without_clause(reading.text))
    may_hold = reading.serves is not False and not _INDEFINITE.match(mention)
    is_organ = (body is not None or reading.is_definite) and not VOCABULARY.is_person(reading.head)
    organ = _organ(core.replace(named, " ", 1)) if is_organ else None
    former = _office(_FORMER.sub("", core), registry) if _FORMER.search(core) else None
    return replace(reading, office=_office(core, registry) if may_hold else None, former=former, organ=organ)


def _without_clause(text: str) -> str:
    """A description without the clause that tells what he or she or it did: "the mission, its roof gone"."""
    end = _CLAUSE.search(text)
    return text[: end.start()] if end and end.start() else text


def _describing(text: str) -> list[str]:
    """The words of a mention but for those of somebody else's office: "a spokeswoman for the president"."""
    words: list[str] = []
    for part in text.split(","):
        core = core_words(part)
        head = VOCABULARY.spelled("".join(core[-1:]))
        words += core if head in VOCABULARY.deputies else lower_words(part)
    return words


def _person(core: str, apposition: str, registry: Registry) -> str | None:
    """The personal name in a phrase: at its end, in its apposition, or before "of" ("Jane Doe of the embassy")."""
    name = person_in(core, registry) or person_in(apposition, registry, is_apposition=True)
    if name is not None:
        return name
    member = _MEMBER.match(apposition)
    if member is not None and (name := person_in(member[1], registry, is_apposition=True)) and " " in name:
        return name
    begin = _MEMBER.match(core)
    words = words_of(begin[1]) if begin else []
    is_named = len(words) > 1 and all(word[:1].isupper() or word in VOCABULARY.particles for word in words)
    return person_in(begin[1], registry) if begin and is_named else None


def _known_person(name: str, state: str | None, registry: Registry) -> Entry | None:
    """The registered person of a full name, or of a surname that only one has, or one of the state named."""
    known = registry.find(name)
    if known is not None:
        return known if known.speaker.kind == "person" else None
    sharers = registry.persons(name) if " " not in name else ()
    if len(sharers) == 1:
        return sharers[0]
    return next((entry for entry in sharers if entry.speaker.actor == state), None)


def _office(core: str, registry: Registry) -> str | None:
    """The longest title in a phrase that says no more than that somebody holds it."""
    low = _TRANSIENT.sub("", VOCABULARY.spelled(core))
    inverted = _OF.fullmatch(low)
    phrases = [lower_words(low), lower_words(f"{inverted[2]} {inverted[1]}") if inverted else []]
    for length in range(_MAX_TITLE, 0, -1):
        for words in phrases:
            for start in range(len(words) - length + 1):
                title = " ".join(words[start : start + length])
                others = words[:start] + words[start + length :]
                if _is_office(title, registry) and not VOCABULARY.deputies.intersection(others):
                    return None if title == "leader" and not _LEADER.fullmatch(low) else VOCABULARY.office(title)
    return None


def _is_office(title: str, registry: Registry) -> bool:
    return title in VOCABULARY.offices or title in registry.titles


def _organ(core: str) -> str | None:
    """Kind of the state institution in a phrase: one of the vocabulary's, or any other ministry by its field."""
    known = next((kind for kind, pattern in VOCABULARY.organs.items() if pattern.search(core)), None)
    ministry = None if known else _MINISTRY.search(core)
    return f"{(ministry[1] or ministry[2]).casefold()}-ministry" if ministry else known


def _serves(words: list[str], body: Entry | None) -> bool | None:
    """Whether somebody speaks for the state or body that describes them, by the words beside its name."""
    if body is not None and body.speaker.kind not in ("state", "union"):
        return VOCABULARY.outsiders.isdisjoint(words)
    if not VOCABULARY.own_voices.isdisjoint(words):
        return False
    return True if not VOCABULARY.servants.isdisjoint(words) else None
