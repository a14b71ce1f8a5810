"""What is looked up in a document again and again, read from it once: so no document takes longer than its length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

import regex

from stance.speakers.accounts import Bearers, pieces

_NAME = regex.compile(r"\p{Lu}\p{L}*+(?:['’\-]\p{L}++)*+")
_PART = regex.compile(r"\p{L}++")
_POSSESSIVE = regex.compile(r"['’]s?$")
# "Doe, 67", "Doe (aged 67)".
_AGED = regex.compile(r"(?<![\p{L}'’\-])([\p{L}'’\-]++)\W{1,3}(?:aged )?(\d{1,3})\b")
# "President: Ms. Doe (Norway)", on a line of its own.
_ROLE = regex.compile(r"(?m)^[^\S\n]*+([^\n:]++):[^\S\n]*+([^\n:]++)$")
# "Jane Doe, Prime Minister of Norway" on a line of its own in the head of a transcript.
_LISTED = regex.compile(
    r"(?m)^[^\S\n]*+(?:[•*▪·–—-]\s*)?(?P<name>\p{Lu}[^\n:,()–—]{3,45}?)\s*(?:,|\(|–|—|-\s)\s*(?P<role>[^\n:.]{4,80})\)?$"
)
_WORD = regex.compile(r"\w++")
# So many of those whose role has a word in common are looked through.
_MOST = 200
# How much of a document may be its heading, in lines and characters.
_HEADING, _MAX_HEADING = 2, 2000
# A name within that of an account is no shorter.
MIN_BORNE = 4


class Lookup:
    """The names and lines of a document by what is asked for.

    Args:
        text: the document.
        full_names: last names, casefolded, to the fullest name in it.
    """

    def __init__(self, text: str, full_names: Mapping[str, str]) -> None:
        self._text, self._full_names = text, full_names

    def first(self, name: str) -> int:
        """The offset of the first word that is, or has in it, a name of one word; the length of the text for none."""
        return self._first.get(name, len(self._text))

    @cached_property
    def _first(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for match in _NAME.finditer(self._text):
            word = match.group()
            found.setdefault(word, match.start())
            if not word.isalpha():
                for part in (_POSSESSIVE.sub("", word), *_PART.findall(word)):
                    found.setdefault(part, match.start())
        return found

    def has_age(self, last: str, age: str) -> bool:
        """Whether the document gives somebody of a last name an age."""
        return (last, age) in self._ages

    @cached_property
    def _ages(self) -> frozenset[tuple[str, str]]:
        return frozenset((match[1], match[2]) for match in _AGED.finditer(self._text))

    def listed(self, role: str) -> str | None:
        """What the first line that begins with a role and a colon has behind it."""
        return self._roles.get(role.casefold())

    @cached_property
    def _roles(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for match in _ROLE.finditer(self._text):
            found.setdefault(match[1].strip().casefold(), match[2])
        return found

    def holding(self, role: str) -> tuple[str, str] | None:
        """The only name that a line lists with a role in which these words stand, and that role.

        Of a word that very many roles have the first are looked through.
        """
        lines = [self._by_word.get(word.casefold(), []) for word in _WORD.findall(role)]
        is_role = regex.compile(rf"(?i)\b{regex.escape(role)}\b")
        few = min(lines, key=len, default=[])[:_MOST]
        named = {name: whole for name, whole in few if is_role.search(whole) is not None}
        return named.popitem() if len(named) == 1 else None

    @cached_property
    def _by_word(self) -> dict[str, list[tuple[str, str]]]:
        """Names and roles that lines list, by the words of the role."""
        found: dict[str, list[tuple[str, str]]] = {}
        for match in _LISTED.finditer(self._text):
            for word in dict.fromkeys(word.casefold() for word in _WORD.findall(match["role"])):
                found.setdefault(word, []).append((match["name"], match["role"]))
        return found

    @cached_property
    def heading(self) -> str:
        """The first lines of the document."""
        return " ".join(self._text.lstrip()[:_MAX_HEADING].partition("\n\n")[0].splitlines()[:_HEADING])

    def beginning(self, word: str) -> list[str]:
        """Full names whose first word this is."""
        return self._by_first.get(word, [])

    @cached_property
    def _by_first(self) -> dict[str, list[str]]:
        return _grouped((name.split()[0], name) for name in self._full_names.values())

    def initialled(self, initials: str) -> list[str]:
        """Full names whose words begin with these letters, or one of whose words begins with the only one."""
        return self._by_initials.get(initials, [])

    @cached_property
    def _by_initials(self) -> dict[str, list[str]]:
        spelled = [("".join(word[0] for word in name.split()), name) for name in self._full_names.values()]
        return _grouped((key, name) for letters, name in spelled for key in {letters, *letters})

    def borne(self, account: str) -> set[str]:
        """Full names of which an account bears the last word, or the first set off, or as persons are called by
        accounts; of many at least two."""
        parts = account.casefold().split("_")
        joined = "".join(parts)
        named = [self._full_names.get(part) for part in parts]
        named += [self._full_names.get(piece) for piece in pieces(joined, MIN_BORNE)]
        named += [self._whole.get(piece) for piece in pieces(joined, 1)]
        firsts = (self._by_low_first.get(part, [])[:2] for part in parts if len(part) >= MIN_BORNE)
        found = {name for name in named if name} | {name for names in firsts for name in names}
        return found | set(self._bearers.of(account))

    @cached_property
    def _bearers(self) -> Bearers[str]:
        return Bearers((name, name) for name in self._full_names.values())

    @cached_property
    def _by_low_first(self) -> dict[str, list[str]]:
        return _grouped((name.casefold().split()[0], name) for name in self._full_names.values())

    @cached_property
    def _whole(self) -> dict[str, str]:
        return {name.casefold().split()[0] + last: name for last, name in self._full_names.items()}


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for key, name in pairs:
        found[key].append(name)
    return found
