"""Reading a mention: the person, office, institution and state that its words name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import regex

from stance.speakers.registry import Entry, Registry

_WORD = regex.compile(r"@?(?:\p{L}\.){2,}|@?[\p{L}\p{N}]+(?:['’.\-‑&][\p{L}\p{N}]+)*['’]?s?")
_PARTICLES = frozenset("von van der den de da di dos del la le al bin ibn ben ter abu el bint".split())
HONORIFICS = frozenset("mr mrs ms dr sir madam lord lady baroness prof st sheikh hajji comrade citizen".split())
# Titles a person carries before the name. They describe the person, and stand for the office when alone.
TITLES = frozenset(
    """president premier chancellor secretary minister ambassador envoy representative commissioner chairman chairwoman chair chairperson spokesman
    spokeswoman spokesperson general gen colonel col major maj lieutenant lt captain capt sergeant admiral adm commander governor gov senator sen congressman
    congresswoman rep mayor judge justice prosecutor deputy vice prime foreign defence defense interior chief head director leader king queen prince princess
    pope patriarch cardinal archbishop bishop rabbi imam ayatollah emir sultan emperor speaker whip lawmaker mp professor analyst lawyer activist journalist
    former ex acting opposition separatist rebel state high special permanent press attorney economist historian businessman oligarch tycoon
    undersecretary under-secretary secretary-general diplomat official coordinator rapporteur expert pm fm delegate member counsel adviser advisor aide
    finance energy economy justice health trade boxer singer author writer correspondent reporter editor general-secretary ceo founder owner""".split()
)
# Nouns that end or make up the name of an institution.
INSTITUTIONS = frozenset(
    """ministry department office council commission committee parliament assembly congress senate house court tribunal agency service services bureau union
    organisation organization organisations party front movement group groups bank fund institute institution centre center university foundation embassy consulate mission delegation
    army force forces navy police guard battalion brigade corps command administration government cabinet presidency secretariat authority authorities board
    alliance league association federation confederation society church company corporation network news times post agency mfa watch directorate
    team contact initiative chamber duma rada bundestag knesset kremlin pentagon opposition republic battalion institution presidency staff""".split()
)
# Groups of people: their name is what the text calls them.
_PEOPLE = frozenset(
    "officials diplomats soldiers lawmakers leaders protesters rebels separatists ministers activists residents investigators experts troops".split()
)

OFFICES = {
    "president": "president",
    "prime minister": "prime minister",
    "premier": "prime minister",
    "pm": "prime minister",
    "foreign minister": "foreign minister",
    "foreign secretary": "foreign minister",
    "secretary of state": "secretary of state",
    "minister of foreign affairs": "foreign minister",
    "chancellor": "chancellor",
    "defence minister": "defence minister",
    "defense minister": "defence minister",
    "secretary-general": "secretary general",
    "secretary general": "secretary general",
    "high representative": "high representative",
    "foreign policy chief": "high representative",
    "supreme leader": "supreme leader",
    "king": "king",
    "pope": "pope",
    "leader": "president",
}
_MINISTRIES = (
    (
        regex.compile(
            r"(?i)\b(mfa|foreign (ministry|office)|ministry (of|for) (foreign|external) affairs|external affairs ministry)\b"
        ),
        "foreign-ministry",
    ),
    (regex.compile(r"(?i)\b(defen[cs]e ministry|ministry of defen[cs]e|defen[cs]e department)\b"), "defence-ministry"),
    (
        regex.compile(r"(?i)\b(interior ministry|ministry of (the )?interior|ministry of internal affairs)\b"),
        "interior-ministry",
    ),
    (regex.compile(r"(?i)\b(government|authorities|cabinet)\b"), "government"),
    (regex.compile(r"(?i)\b(presidential (office|administration|press service)|presidency)\b"), "presidency"),
    (regex.compile(r"(?i)\b(embassy)\b"), "embassy"),
    (regex.compile(r"(?i)\b(parliament)\b"), "parliament"),
    (regex.compile(r"(?i)\b(army|military|armed forces)\b"), "military"),
    (regex.compile(r"(?i)\b(diplomats)\b"), "diplomats"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mention says by itself, before the discourse is asked.

    Attributes:
        text: the mention without article.
        entry: registry entry that the whole mention, or the name in it, is.
        person: name of a person in it, without titles.
        titles: words of office before or behind the name, casefolded.
        state: actor id named in it ("Kazakh president" gives ``Kazakhstan``).
        office: canonical title of an office-holder, where the mention is one without a name.
        ministry: canonical kind of a state institution ("foreign-ministry"), where it is one.
        head: last word of the core noun phrase, casefolded ("delegation", "ministry").
        is_definite: whether it begins with "the", "this" or a possessive pronoun.
    """

    text: str
    entry: Entry | None = None
    person: str | None = None
    titles: tuple[str, ...] = ()
    state: str | None = None
    office: str | None = None
    ministry: str | None = None
    head: str = ""
    is_definite: bool = False


def words_of(text: str) -> list[str]:
    """Words of a name, possessive endings removed."""
    return [regex.sub(r"['’]s?$", "", match.group()) for match in _WORD.finditer(text)]


def strip_article(text: str) -> str:
    """Without a leading article or determiner and surrounding punctuation."""
    return regex.sub(r"^(?i:(?:the|a|an|this|that|these|both)\s+)", "", text.strip(" \t\n,.;:—–-")).strip()


def read_mention(mention: str, registry: Registry) -> Reading:
    """Take a mention apart with the registry's names and the word lists above."""
    text = strip_article(mention)
    is_definite = regex.match(r"(?i)\s*(?:the|this|that|these|its|his|her|their)\b", mention) is not None
    whole = registry.find(text) or registry.find(
        regex.sub(r"^(?i:\S+-(?:member|nation|strong|led|based|country|backed))\s+", "", text)
    )
    head = head_word(text)
    if whole is not None:
        return Reading(text, entry=whole, head=head, is_definite=is_definite, state=whole.speaker.actor)
    core, apposition = _split_apposition(text)
    state = _state_in(core, registry) or (_state_in(apposition, registry) if apposition else None)
    base = Reading(text, state=state, head=head, is_definite=is_definite, titles=_titles(text))
    for part in (core, apposition):
        if not part:
            continue
        name = person_in(part, registry, is_apposition=part is apposition)
        if name:
            known = registry.find(name)
            entry = known if known and known.speaker.kind == "person" else None
            if entry is None and " " not in name:
                sharers = registry.persons(name)
                entry = (
                    sharers[0] if len(sharers) == 1 else next((e for e in sharers if e.speaker.actor == state), None)
                )
            return replace(base, entry=entry, person=name)
    return replace(base, office=_office(core), ministry=_ministry(core) if state or is_definite else None)


def head_word(text: str) -> str:
    """Last word of a noun phrase before "of", "for", "to", "in", a comma or a relative clause."""
    core = regex.split(r",|\s(?:of|for|to|in|on|at|from|who|which|with|by|near)\s", text, maxsplit=1)[0]
    words = words_of(core)
    return words[-1].casefold() if words else ""


def _split_apposition(text: str) -> tuple[str, str]:
    core, _, rest = text.partition(",")
    return core.strip(), rest.strip(" ,")


def _state_in(text: str, registry: Registry) -> str | None:
    """The first state, union or people named in a phrase, longest names first."""
    raw, words = [match.group() for match in _WORD.finditer(text)], words_of(text)
    for start in range(len(words)):
        for length in range(min(5, len(words) - start), 0, -1):
            piece = " ".join([*raw[start : start + length - 1], words[start + length - 1]])
            if not (piece[:1].isupper() or piece[:1] == "@"):
                continue
            if length == 1 and (actor := registry.actor_of(piece)):
                return actor
            entry = registry.find(piece)
            if entry is not None and entry.speaker.kind != "person":
                return entry.speaker.actor
    return None


def _titles(text: str) -> tuple[str, ...]:
    return tuple(word for w in words_of(text) if (word := w.casefold()) in TITLES)


def _office(core: str) -> str | None:
    low = core.casefold()
    found = [(low.find(title), title) for title in OFFICES if regex.search(rf"\b{title}\b", low)]
    if not found:
        return None
    title = max(found, key=lambda pair: len(pair[1]))[1]
    if title == "leader" and not regex.fullmatch(r"(?:\S+ leader|leader of (?:the )?\S+)", low):
        return None  # of a party, a battalion, an opposition
    # "spokesman for the president", "deputy foreign minister" are other people.
    if regex.search(rf"\b(?:deputy|vice|former|ex|spokes\w+|adviser|aide|office|wife|son|daughter|team)\b", low):
        return None
    return OFFICES[title]


def _ministry(core: str) -> str | None:
    for pattern, kind in _MINISTRIES:
        if pattern.search(core):
            return kind
    return None


def person_in(part: str, registry: Registry, *, is_apposition: bool = False) -> str | None:
    """The personal name at the end of a phrase (or at its start, before "of", in an apposition), without titles."""
    words = words_of(part)
    if is_apposition and words and words[0].casefold() in {"the", "a", "an"}:
        return None
    run: list[str] = []
    for index in range(len(words) - 1, -1, -1):
        word = words[index]
        if not _is_name_word(word) and not (run and word.casefold() in _PARTICLES):
            break
        run.insert(0, word)
    while run and run[0].casefold() in _PARTICLES and run[0].islower() and len(run) < 3:
        run.pop(0)
    before = words[: len(words) - len(run)]
    if not run:
        return None
    kept = _drop_descriptors(run, registry)
    if not kept:
        return None
    role_before = bool(len(kept) < len(run) or any(w.casefold() in TITLES | HONORIFICS for w in before[-4:]))
    if before and before[-1].casefold() in {"for", "to", "by", "with"}:
        return None
    if before and before[-1].casefold() in {"of", "the", "and", "in", "at"} and len(kept) == len(run):
        return None
    name = " ".join(kept)
    if len(kept) == 1:
        known = registry.persons(name)
        entry = registry.find(name)
        if entry is not None and entry.speaker.kind != "person":
            return None
        if registry.actor_of(name) or kept[0].isupper() and len(kept[0]) <= 5:
            return None
        return name if known or role_before or not before else None
    entry = registry.find(name)
    return None if entry is not None and entry.speaker.kind != "person" else name


def _is_name_word(word: str) -> bool:
    return word[:1].isupper() and not word.isdigit()


def _drop_descriptors(run: Sequence[str], registry: Registry) -> list[str]:
    """A run of capitalised words without titles, states and institutions before the name."""
    last = -1
    for index, word in enumerate(run):
        low = word.casefold().rstrip(".")
        is_descriptor = low in TITLES or low in HONORIFICS or low in INSTITUTIONS or low in _PEOPLE
        entry = registry.find(word)
        is_place = registry.actor_of(word) is not None or (entry is not None and entry.speaker.kind != "person")
        if (
            is_descriptor
            or (is_place and index + 1 < len(run))
            or (word.isupper() and len(word) <= 5 and "." not in word and index + 1 < len(run))
        ):
            last = index
    kept = list(run[last + 1 :])
    if last >= 0 and not kept:
        return []
    return kept if len(kept) <= 5 else []
