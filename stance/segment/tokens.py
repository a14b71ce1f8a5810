"""Words and punctuation marks with their offsets, and the sentence they make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import regex

# A word keeps its inner apostrophes, dots and hyphens ("U.S.", "Sant'Egidio", "pro-Russian"); "@" and "#" stay with it.
_TOKEN = regex.compile(
    r"[@#]?(?:\p{L}\.){2,}|\d{1,3}(?:,\d{3})+"
    r"|[@#]?[\p{L}\p{N}]+(?:(?:['’\-‑]|\.(?!(?<=\p{Ll}\p{Ll}\.)\p{Lu}\p{Ll}))[\p{L}\p{N}]+)*|\S",
    regex.V0,
)
_POSSESSIVE = regex.compile(r"['’]s?$")
# "al-Sisi" and "d'Ivoire" are names though they begin with a small letter.
_PARTICLE = regex.compile(r"\p{Ll}{1,3}['’\-]\p{Lu}")
# A longer stretch without a stop is no sentence: rules look back over the whole of one.
MAX_SENTENCE_TOKENS = 2000
_STOPS = frozenset(".!?…")


class Token(NamedTuple):
    """One word or mark; ``low`` is the casefolded form without a possessive ending."""

    text: str
    start: int
    end: int
    low: str

    @property
    def is_word(self) -> bool:
        """Whether the token has a letter or digit."""
        return self.text[-1].isalnum() or self.text[0].isalnum() or self.text[0] in "@#"

    @property
    def is_capital(self) -> bool:
        """Whether the first letter is upper case, but for a particle before it."""
        if self.text[:1].isupper() or (self.text[:1] in "@#" and len(self.text) > 1):
            return True
        return _PARTICLE.match(self.text) is not None

    @property
    def is_possessive(self) -> bool:
        """Whether it ends in an apostrophe-s."""
        return self.text.endswith(("'s", "’s"))


class Sentence:
    """The tokens of one outer sentence.

    Args:
        tokens: words and marks, in order.
        quoted: for each token whether it stands inside a quotation (marks included).
        is_title: headlines drop articles and auxiliaries, join acts by commas and name speakers before a colon.

    Attributes:
        stop: index behind the last token before the final stop.
    """

    __slots__ = ("is_title", "quoted", "stop", "tokens")

    def __init__(self, tokens: Sequence[Token], quoted: Sequence[bool], *, is_title: bool = False) -> None:
        self.tokens, self.quoted, self.is_title = tokens, quoted, is_title
        self.stop = len(tokens)
        while self.stop and tokens[self.stop - 1].low in _STOPS and not quoted[self.stop - 1]:
            self.stop -= 1

    def low(self, index: int) -> str:
        """The casefolded token at an index, or ``""`` before the first and behind the last that counts."""
        return self.tokens[index].low if 0 <= index < self.stop else ""

    def lows(self, begin: int, end: int) -> list[str]:
        """The casefolded tokens of ``begin:end``."""
        return [token.low for token in self.tokens[begin:end]]


def tokenize(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Tokens of ``text[start:end]`` with offsets into the whole text."""
    found = []
    for match in _TOKEN.finditer(text, start, len(text) if end is None else end):
        word = match.group()
        low = _POSSESSIVE.sub("", word.casefold().replace("’", "'")) or word
        found.append(Token(word, match.start(), match.end(), low))
    return found
