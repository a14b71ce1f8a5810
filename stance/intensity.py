"""How strongly a stance is worded: plain, strong or strongest, by the words that strengthen its own act."""

from __future__ import annotations

import functools
import itertools
import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from stance.types import INTENSITIES, Intensity

TABLE = Path(__file__).with_name("intensity.toml")

# How many words a strengthening word may stand before the act ("strong bipartisan support"), and behind it.
BEFORE, BEHIND = 4, 2
# How many words may lie between an act and a phrase at the end of its clause ("in the strongest terms").
TAIL = 40
# A carrier ("support") speaks for a label when the label's topic follows within so many words; so far reaches an
# adverb with "that" behind it ("strongly that").
REACH = 20

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:['-][^\W_]+)*|[^\w\s]")
_LEVELS: tuple[Intensity, ...] = INTENSITIES[1:]
_BREAK = frozenset('.;:!?()—–"“”')
# Words that end the reach of a strengthener in front of its act ("a strong response in support of"), unless they come
# first ("steadfast in our support").
_JOINTS = frozenset("about among and as at between because by for from in into on that to which who with".split())
_AND = frozenset(("and", "but", "while"))


@dataclass(frozen=True, slots=True)
class _Cues:
    """The table as patterns over a text of words with single blanks; the last four by label, of which none has all."""

    labels: Set[str]
    words: Mapping[Intensity, re.Pattern[str]]
    phrases: Mapping[Intensity, re.Pattern[str]]
    adjacent: Mapping[Intensity, re.Pattern[str]]
    sizes: Mapping[Intensity, re.Pattern[str]]
    acts: Mapping[str, re.Pattern[str]]
    verdicts: Mapping[str, re.Pattern[str]]
    topics: Mapping[str, re.Pattern[str]]
    carriers: Mapping[str, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class _Hit:
    """Words ``first`` to ``last`` of a text."""

    first: int
    last: int


_Hits = Mapping[str, Sequence[_Hit]]


def intensity(text: str, label: str) -> Intensity:
    """Strength of the wording of one label's act in a text that takes that label.

    A strengthening word counts for the act that is nearest to it, so that "deeply regret the deaths and condemn the
    raid" is a strong condolence and a plain condemnation. The words are data, in ``intensity.toml``.

    Args:
        text: the statement.
        label: a label of the shipped codebook; for any other the answer is ``plain``.
    """
    cues = _cues()
    if label not in cues.labels:
        return "plain"
    words = _TOKEN.findall(text.lower().replace("’", "'"))
    line = " ".join(words)
    starts = list(itertools.accumulate((len(word) + 1 for word in words), initial=0))

    def find(pattern: re.Pattern[str]) -> list[_Hit]:
        spans = (match.span() for match in pattern.finditer(line))
        return [_Hit(bisect_right(starts, start) - 1, bisect_right(starts, end - 1) - 1) for start, end in spans]

    acts = {name: find(pattern) for name, pattern in cues.acts.items()}
    verdicts = {name: find(pattern) for name, pattern in cues.verdicts.items()}
    topics = {name: find(pattern) for name, pattern in cues.topics.items()}
    carriers = _leading({name: find(pattern) for name, pattern in cues.carriers.items()}, topics, acts, words)
    stances = [*itertools.chain(*acts.values(), *carriers.values())]
    near = _Index([*stances, *itertools.chain(*verdicts.values())], words)
    # Topics ("sovereignty") are what an act is about: a phrase at the end of the clause speaks of the act.
    about = {*itertools.chain(*topics.values())}
    far = _Index([hit for hit in stances if hit not in about], words)
    own = {*acts.get(label, ()), *carriers.get(label, ())}
    judged = own.union(verdicts.get(label, ()))
    heads = {hit.first for hit in itertools.chain(stances, find(cues.words["strong"]))}
    for level in reversed(_LEVELS):
        strengtheners = find(cues.words[level])
        strengtheners += [hit for hit in find(cues.adjacent[level]) if hit.last + 1 in heads]
        for hit in strengtheners:
            if judged & (_ahead(hit, near, words) or _behind(hit, near, words)):
                return level
        for hit in find(cues.sizes[level]):
            if own & _ahead(hit, near, words):
                return level
        for hit in find(cues.phrases[level]) + [hit for hit in strengtheners if _closes(hit, words)]:
            if own & (far.before(hit, TAIL, within_clause=False) or far.after(hit, BEFORE)):
                return level
    return "plain"


class _Index:
    """Hits by their place, to find those next to another one."""

    def __init__(self, hits: Sequence[_Hit], words: Sequence[str]) -> None:
        self._words = words
        self.firsts: dict[int, set[_Hit]] = {}
        self.lasts: dict[int, set[_Hit]] = {}
        for hit in hits:
            self.firsts.setdefault(hit.first, set()).add(hit)
            self.lasts.setdefault(hit.last, set()).add(hit)

    def after(self, hit: _Hit, reach: int, *, stops: Set[str] = frozenset()) -> set[_Hit]:
        """The nearest hits that begin within so many words behind this one, in its clause and before such a word."""
        for place in range(hit.last + 1, min(hit.last + 1 + reach, len(self._words))):
            if place in self.firsts:
                return self.firsts[place]
            if self._words[place] in _BREAK or (self._words[place] in stops and place > hit.last + 1):
                break
        return set()

    def before(self, hit: _Hit, reach: int, *, within_clause: bool = True) -> set[_Hit]:
        """The nearest hits that end within so many words before this one."""
        for place in range(hit.first - 1, max(hit.first - 1 - reach, -1), -1):
            if place in self.lasts:
                return self.lasts[place]
            if within_clause and self._words[place] in _BREAK:
                break
        return set()


def _leading(carriers: _Hits, topics: _Hits, acts: _Hits, words: Sequence[str]) -> _Hits:
    """The carriers that have a topic of their label behind them.

    The search ends where a new act is joined on ("support the unity of … and call for calm"), once a topic was met.
    """
    themes = {name: {hit.first for hit in hits} for name, hits in topics.items()}
    others = set[int]().union(*themes.values())
    openers = {hit.first for hit in itertools.chain(*acts.values(), *carriers.values())}

    def leads(carrier: _Hit, own: Set[int]) -> bool:
        done = False
        for place in range(carrier.last + 1, min(carrier.last + 1 + REACH, len(words))):
            if place in own:
                return True
            if words[place] in _BREAK or (done and words[place] in _AND and openers & {place + 1, place + 2}):
                return False
            done = done or place in others
        return False

    return {name: [hit for hit in hits if leads(hit, themes[name])] for name, hits in carriers.items()}


def _ahead(hit: _Hit, near: _Index, words: Sequence[str]) -> set[_Hit]:
    """What a strengthener stands before; "strongly that" opens a clause, all of which it strengthens."""
    if _is_adverb(hit, words) and words[hit.last + 1 : hit.last + 2] == ["that"]:
        return near.after(hit, REACH)
    return near.after(hit, BEFORE, stops=_JOINTS)


def _behind(hit: _Hit, near: _Index, words: Sequence[str]) -> set[_Hit]:
    """What an adverb stands behind."""
    return near.before(hit, BEHIND) if _is_adverb(hit, words) else set()


def _closes(hit: _Hit, words: Sequence[str]) -> bool:
    """An adverb at the end of its clause."""
    ends = hit.last + 1 == len(words) or words[hit.last + 1] in _BREAK
    return ends and _is_adverb(hit, words)


def _is_adverb(hit: _Hit, words: Sequence[str]) -> bool:
    return words[hit.last].endswith("ly")


@functools.cache
def _cues() -> _Cues:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    labels: dict[str, dict[str, list[str]]] = table["labels"]

    def by_label(key: str) -> dict[str, re.Pattern[str]]:
        return {name: _pattern(entry[key]) for name, entry in labels.items() if key in entry}

    return _Cues(
        labels=labels.keys(),
        words={level: _pattern(table[level]["words"]) for level in _LEVELS},
        phrases={level: _pattern(table[level]["phrases"]) for level in _LEVELS},
        adjacent={level: _pattern(table[level]["adjacent"]) for level in _LEVELS},
        sizes={level: _pattern(table[level]["sizes"]) for level in _LEVELS},
        acts=by_label("acts"),
        verdicts=by_label("verdicts"),
        topics=by_label("topics"),
        carriers=by_label("carriers"),
    )


def _pattern(entries: Sequence[str]) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(entry).replace(r"\*", r"\S*") for entry in entries)
    return re.compile(rf"(?<!\S)(?:{alternatives})(?!\S)")
