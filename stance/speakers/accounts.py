"""Accounts of posts: whose they are by the names within them ("jdoe_office", "MFA_Norway", "NorwayInGhana")."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Generic, TypeVar

import regex

from stance.speakers.entries import Entry
from stance.speakers.mentions import Reading, read_mention
from stance.speakers.registry import Registry

T = TypeVar("T")

# The words of an account: abbreviations of states and offices, then what begins with a capital or stands between marks.
_PART = regex.compile(
    r"(?:Embassy|Mission|Government|Ministry)(?=of)|(?:MOFA|MFA|USA|UAE|EU|UK|UN|US)(?=of|in|at|au|en|_|\p{Lu}|\d|$)|\p{Lu}{2,}(?=\p{Lu}\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lu}+|\d+"
)
# "Norwayin", "Franceau": the preposition behind a state, before its host.
_HOSTED = regex.compile(r"(?P<state>\p{L}{3,}?)(?P<word>in|au|en|at|to|a)")
_IN = frozenset({"in", "au", "en", "at", "to", "a"})
_MINISTRY = frozenset({"mfa", "mofa", "minex", "mid", "diplo", "diplomatie", "diplomacy", "foreignministry"})
_EMBASSY = frozenset({"embassy", "emb", "amb", "ambassade", "embajada"})
_GOVERNMENT = frozenset({"gov", "govt", "government"})
# What else stands in the account of an institution; any other word may make it that of an outlet or a club.
_OFFICIAL = (
    _IN
    | _MINISTRY
    | _EMBASSY
    | _GOVERNMENT
    | frozenset(
        """
    of and the en fr es ar ru un eu nato osce mission delegation permanent rep state dept presidency president pm press
    office official officiel mil army defence defense mod spokesperson spox
    """.split()
    )
)
# Names of states that take the article.
_WITH_ARTICLE = frozenset("united european netherlands philippines czech dominican holy democratic central".split())
# What stands beside a last name in an account.
_TITLES = frozenset(
    """
    sec secretary pres president vp pm fm min minister amb ambassador speaker sen senator rep mp mep gov governor gen
    the real official officiel office press desk hon dr sg hr hrvp potus
    """.split()
)
# A name within that of an account is no shorter; the last name of somebody in the registry neither.
_MIN_BORNE, _MIN_LAST = 4, 4
# A last name that stands behind the first is no shorter; so many with one last name are looked through.
_MIN_WORD, _MOST = 2, 20


def parts_of(account: str) -> list[str]:
    """The words of an account without its mark."""
    return [match.group() for match in _PART.finditer(account.lstrip("@").replace("_", " "))]


def read_account(account: str, registry: Registry) -> Reading | None:
    """The institution of a state that an account names, as a mention of it; ``None`` if it names no state."""
    words: list[str] = []
    for part in parts_of(account):
        hosted = _HOSTED.fullmatch(part)
        words += [hosted["state"], hosted["word"]] if hosted and _state(hosted["state"], registry) else [part]
    places = [k for k, word in enumerate(words) if _state(word, registry)]
    if not places:
        return None
    low = [word.casefold() for word in words]
    named = [_state(words[place], registry) for place in places]
    if any(k not in places and not word.isdigit() and word not in _OFFICIAL for k, word in enumerate(low)):
        return None
    state, host = named[0], next((entry for entry in named[1:] if entry is not named[0]), None)
    name, place = _with_article(state), f" in {_with_article(host)}" if host else ""
    is_hosted = host is not None and not _IN.isdisjoint(low[places[0] : places[1]])
    if not _MINISTRY.isdisjoint(low):
        return read_mention(f"the Ministry of Foreign Affairs of {name}", registry)
    if is_hosted or not _EMBASSY.isdisjoint(low):
        mission = "Delegation" if state is not None and state.speaker.kind == "union" else "Embassy"
        return replace(read_mention(f"the {mission} of {name}{place}", registry), serves=True)
    if not _GOVERNMENT.isdisjoint(low):
        return read_mention(f"the Government of {name}", registry)
    return Reading(f"@{account.lstrip('@')}", body=state, serves=True)


def _with_article(entry: Entry | None) -> str:
    name = entry.speaker.name if entry else ""
    return f"the {name}" if name.split(" ")[0].casefold() in _WITH_ARTICLE else name


def _state(word: str, registry: Registry) -> Entry | None:
    """The state or union that a word of an account is the name of."""
    entry = registry.find(word) if len(word) > 1 and (word[0].isupper() or len(word) >= _MIN_BORNE) else None
    return entry if entry is not None and entry.speaker.kind in ("state", "union") else None


def bears(account: str, name: str) -> bool:
    """Whether an account bears a person's name: in full, or the last name set off with the first beside it or a title.

    "JaneDoe", "janedoe", "jdoe", "SecDoe", "JaneMDoe"; not "doelands".
    """
    return bool(Bearers([(name, name)]).of(account))


def _bears(joined: str, parts: Sequence[str], first: str, last: str) -> bool:
    if first + last in joined or (len(last) >= _MIN_LAST and joined == first[0] + last):
        return True
    if len(last) < _MIN_LAST:
        return False
    if joined.startswith(first) and joined.endswith(last):
        return True
    others = [part for part in parts if part != last and not part.isdigit()]
    return last in parts and bool(others) and all(other in _TITLES or first.startswith(other) for other in others)


class Bearers(Generic[T]):
    """Persons by the accounts that may bear their names.

    Args:
        named: names with what is to be found for them.
    """

    def __init__(self, named: Iterable[tuple[str, T]]) -> None:
        # By the last name, all other names and whose they are.
        self._by_last: dict[str, list[tuple[list[str], T]]] = {}
        for name, whose in named:
            *others, last = [_plain(word) for word in name.split()] or [""]
            if others and others[0] and len(last) >= _MIN_WORD:
                self._by_last.setdefault(last, []).append((others, whose))

    def of(self, account: str) -> list[T]:
        """All whose name an account bears (see :func:`bears`); of very many spelled alike the first."""
        joined, parts = _plain(account), [_plain(part) for part in parts_of(account)]
        found = []
        for last in dict.fromkeys(pieces(joined, _MIN_WORD)):
            for others, whose in self._by_last.get(last, [])[:_MOST]:
                if any(_bears(joined, parts, first, last) for first in others if first):
                    found.append(whose)
        return found


def pieces(word: str, least: int) -> Iterator[str]:
    """All parts of a word of so many letters and more; there are as many as the square of its length."""
    return (word[begin:end] for begin in range(len(word)) for end in range(begin + least, len(word) + 1))


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in letters if character.isalnum())
