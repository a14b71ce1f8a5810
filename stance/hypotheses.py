"""What the user says of labels of their own: sentences that describe each one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stance import codebook
from stance.codebook import Codebook
from stance.errors import StanceError

# For a label of which nothing but the name is known.
TEMPLATE = "This is an expression of {name}."

Labels = Codebook | Sequence[str] | Mapping[str, str | Sequence[str]]


def hypotheses(labels: Labels | None = None) -> dict[str, tuple[str, ...]]:
    """Sentences that say the label of a text, by label.

    Args:
        labels: names; names with a sentence or several; or a codebook. A bare name of the shipped codebook stands for
            its sentences there, any other for :data:`TEMPLATE`. By default the five labels that ship.

    Raises:
        StanceError: no labels, a name or sentence that is blank or no text, a label without sentences, or named twice.
    """
    shipped = _sentences(codebook.load())
    if labels is None:
        return shipped
    if isinstance(labels, Codebook):
        return _sentences(labels)
    if isinstance(labels, str) or not isinstance(labels, Sequence | Mapping) or not labels:
        remedy = "give a list of names, a table of name and sentence, or a Codebook"
        raise StanceError(f"labels is {labels!r}", remedy=remedy)
    names = list(labels)
    if bad := [name for name in names if not _text(name)]:
        raise StanceError(f"{bad[0]!r} is no name of a label", remedy="give names as texts")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise StanceError(f"the label {twice[0]!r} is named twice", remedy="name each label once")
    if isinstance(labels, Mapping):
        return {name: _listed(name, said) for name, said in labels.items()}
    return {name: shipped.get(name, (TEMPLATE.format(name=name.replace("_", " ")),)) for name in names}


def _listed(name: str, said: str | Sequence[str]) -> tuple[str, ...]:
    sentences = (said,) if isinstance(said, str) else tuple(said)
    if not sentences or not all(map(_text, sentences)):
        raise StanceError(f"no sentence describes the label {name!r}", remedy="give a text, or a list of texts")
    return sentences


def _sentences(book: Codebook) -> dict[str, tuple[str, ...]]:
    return {label.id: label.hypotheses for label in book.labels}


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
