"""Refusal of texts in other languages than English: the rules and the models know only that one."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

import regex

from stance.errors import DocumentError
from stance.segment.cues import LEXICON
from stance.types import Document

# Enough for a guess; a megabyte is not worth reading for it.
MAX_CHARACTERS = 4000
# From this many letters on, a text mostly in another script than the Latin one is refused.
MIN_FOREIGN = 8
# With fewer letters, what is no name is too little for a guess.
MIN_LETTERS = 12
# Log-probability by which another language must lead before a text is refused; short English ones reach 15.
MARGIN = 20.0

# Share of the commonest English words that makes a text English; the identifier (0.7 s to load) is asked only below it.
ENOUGH = 1 / 8
# A text of fewer letters needs two different ones, since "in" and "was" are German, too, or a reporting verb.
SHORT = 80

_DECLARED = frozenset({"en", "eng", "english"})
# Words without capitals, for names tip the guess, and no links, hashtags or handles.
_PLAIN_WORD = regex.compile(r"(?<!\S)[^\w\s#@]*([\p{Ll}\p{Lo}\p{M}'’-]+)[^\w\s]*(?!\S)")
# Parts of names.
_PARTICLES = frozenset("von der van de da do dos di del la le i y".split())
_LATIN = regex.compile(r"\p{Latin}")


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE)


def _guess(sample: str) -> tuple[str, float]:
    """The likeliest language but English, and by how much its log-probability is above that of English."""
    ranked = [(str(code), float(score)) for code, score in _identifier().rank(sample)]
    code, score = next(entry for entry in ranked if entry[0] != "en")
    return code, score - dict(ranked)["en"]


def _letters(text: str) -> int:
    return sum(character.isalpha() for character in text)


def _is_plainly_english(sample: str, letters: int) -> bool:
    words = sample.casefold().split()
    common = [word for word in words if word in LEXICON.english]
    if letters >= SHORT or len(set(common)) > 1:
        return len(common) >= ENOUGH * len(words)
    # Base forms ("note", "accuse") are words of other languages, too.
    return any(word in LEXICON.verbs and word.endswith(("s", "ed")) for word in words)


def _foreign(text: str) -> str | None:
    """The language of a text that is plainly not English."""
    # Compatibility forms make letters of those that posts use for bold.
    sample = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])
    letters = _letters(sample)
    if letters < MIN_FOREIGN or _is_plainly_english(sample, letters):
        return None
    if 2 * len(_LATIN.findall(sample)) < letters:
        return _guess(sample)[0]
    words = " ".join(word for word in _PLAIN_WORD.findall(sample) if word not in _PARTICLES)
    if _letters(words) < MIN_LETTERS:
        return None
    language, lead = _guess(words)
    return language if lead >= MARGIN else None


def require_english(document: Document) -> None:
    """Raise a :class:`DocumentError` if the text is plainly not English; ``document.language`` overrules the guess.

    English is declared by its name or its codes, with a region or without: ``English``, ``en``, ``eng``, ``en_GB``.
    """
    if document.language is None:
        language = _foreign(document.text)
        if language is None:
            return
    else:
        language = document.language.strip().casefold()
        if language.replace("_", "-").partition("-")[0] in _DECLARED:
            return
    raise DocumentError(
        f"the text is not English (it looks like {language!r})",
        where=document.id or None,
        remedy="translate it, or force the analysis (force=True, --force) at your own risk",
    )
