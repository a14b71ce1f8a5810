"""Refusal of texts in other languages than English: the rules and the models know only that one."""

from __future__ import annotations

from functools import cache
from typing import Any

from stance.errors import DocumentError
from stance.segment.cues import LEXICON
from stance.types import Document

# Shorter texts are too little for a reliable guess, and names of places tip it.
MIN_LETTERS = 80
# Enough for a guess; a megabyte is not worth reading for it.
MAX_CHARACTERS = 4000
# Log-probability by which another language must lead before a text is refused.
MARGIN = 25.0

# Share of the commonest English words that makes a text English; the identifier (0.7 s to load) is asked only below it.
ENOUGH = 1 / 8


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE)


def _is_plainly_english(sample: str) -> bool:
    words = sample.casefold().split()
    return sum(word in LEXICON.english for word in words) >= ENOUGH * len(words)


def require_english(document: Document) -> None:
    """Raise a :class:`DocumentError` if the text is plainly not English; ``document.language`` overrules the guess."""
    if document.language is not None:
        language = document.language.casefold()
        if language.partition("-")[0] == "en":
            return
    else:
        sample = document.text[:MAX_CHARACTERS]
        if sum(character.isalpha() for character in sample) < MIN_LETTERS or _is_plainly_english(sample):
            return
        ranked = _identifier().rank(sample)
        language = str(ranked[0][0])
        english = next((float(score) for code, score in ranked if code == "en"), float("-inf"))
        if language == "en" or float(ranked[0][1]) - english < MARGIN:
            return
    raise DocumentError(
        f"the text is not English (it looks like {language!r})",
        where=document.id or None,
        remedy="translate it, or force the analysis (force=True, --force) at your own risk",
    )
