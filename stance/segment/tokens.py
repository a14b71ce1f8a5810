"""Words and punctuation marks with their offsets."""

from __future__ import annotations

from typing import NamedTuple

import regex

# A word keeps its inner apostrophes, dots and hyphens ("U.S.", "Sant'Egidio", "pro-Russian"); "@" and "#" stay with the name.
_TOKEN = regex.compile(r"[@#]?(?:\p{L}\.){2,}|[@#]?[\p{L}\p{N}]+(?:['’.\-‑][\p{L}\p{N}]+)*|\S", regex.V0)
_POSSESSIVE = regex.compile(r"['’]s?$")


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
        """Whether the first letter is upper case."""
        return self.text[:1].isupper() or (self.text[:1] in "@#" and len(self.text) > 1)

    @property
    def is_possessive(self) -> bool:
        """Whether it ends in an apostrophe-s."""
        return self.text.endswith(("'s", "’s"))


def tokenize(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Tokens of ``text[start:end]`` with offsets into the whole text."""
    found = []
    for match in _TOKEN.finditer(text, start, len(text) if end is None else end):
        word = match.group()
        low = _POSSESSIVE.sub("", word.casefold().replace("’", "'")) or word
        found.append(Token(word, match.start(), match.end(), low))
    return found
