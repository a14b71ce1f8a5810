"""What can be given to a classifier: lists of texts, none of them blank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stance.errors import StanceError


def checked(texts: Sequence[str]) -> list[str]:
    """The texts as a list.

    Raises:
        StanceError: not a sequence, or an entry that is no text, blank, or not Unicode; the message names its index.
    """
    one_dimensional = getattr(texts, "ndim", 1) == 1
    if isinstance(texts, str | bytes | Mapping) or not hasattr(texts, "__len__") or not one_dimensional:
        raise StanceError(f"texts is a {type(texts).__name__}", remedy="give a list of texts")
    entries = list(texts)
    for index, text in enumerate(entries):
        if (error := problem(text)) is not None:
            raise StanceError(error, where=f"texts[{index}]", remedy="leave it out or correct it")
    return entries


def problem(text: Any) -> str | None:
    """Why an entry cannot be labelled, or ``None`` when it can."""
    if not isinstance(text, str):
        return f"not a text but {type(text).__name__}"
    if not text.strip():
        return "blank text"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "not Unicode (half of a surrogate pair)"
    return None
