"""Labels of one's own, in any of the forms they may be given, and the descriptions behind each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from stance import codebook
from stance.codebook import Codebook
from stance.errors import StanceError

# What a name is turned into when nothing else describes it.
TEMPLATES = ("The speaker expresses {}.", "The statement is about {}.")


def describe(labels: Sequence[str] | Mapping[str, str | Sequence[str]] | Codebook) -> dict[str, tuple[str, ...]]:
    """Descriptions by label, in the order given.

    A name alone takes the hypotheses of the label of that id in a shipped codebook (the five stances, the 25 acts); any
    other is put into :data:`TEMPLATES`, with spaces for ``_`` and ``-``.

    Args:
        labels: names; or name → description or descriptions; or a codebook.

    Raises:
        StanceError: no labels, or names and descriptions that are blank, repeated or no texts; all are listed.
    """
    if isinstance(labels, Codebook):
        return {label.id: label.hypotheses for label in labels.labels}
    if isinstance(labels, Mapping):
        given = [(name, (value,) if isinstance(value, str) else value) for name, value in labels.items()]
    elif isinstance(labels, Sequence) and not isinstance(labels, str | bytes):
        given = [(name, _of_name(name)) for name in labels]
    else:
        remedy = "give a list of names, a mapping from names to descriptions, or a codebook"
        raise StanceError(f"labels is a {type(labels).__name__}", remedy=remedy)
    names = [name for name, _ in given]
    problems = [] if names else ["there is no label"]
    problems += [f"the label {name!r} is no name" for name in names if not _text(name)]
    problems += [f"the label {name!r} occurs twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    for name, texts in given:
        if not isinstance(texts, Sequence) or not texts or not all(map(_text, texts)):
            problems.append(f"the description of {name!r} is not a text or a list of texts")
        elif len(set(texts)) < len(texts):
            problems.append(f"a description of {name!r} occurs twice")
    if problems:
        remedy = 'give names, or descriptions such as {"threat": "The speaker threatens someone."}'
        raise StanceError("; ".join(problems), where="labels", remedy=remedy)
    return {name: tuple(texts) for name, texts in given}


def _of_name(name: Any) -> tuple[str, ...]:
    if not isinstance(name, str):
        return ("",)
    plain = name.replace("_", " ").replace("-", " ").strip()
    return _known().get(name, tuple(template.format(plain) for template in TEMPLATES))


@cache
def _known() -> dict[str, tuple[str, ...]]:
    books = (codebook.load(name) for name in codebook.SHIPPED)
    return {label.id: label.hypotheses for book in books for label in book.labels}


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
