"""Examples to train on, in any of the forms they may be given: texts, and the labels of each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from stance.calibration import Bools
from stance.codebook import Codebook, LabelDefinition
from stance.descriptions import describe
from stance.errors import StanceError
from stance.texts import checked

if TYPE_CHECKING:
    from datasets import Dataset

TEXT, LABELS = "text", "labels"


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts with the labels they take.

    Attributes:
        texts: n texts.
        targets: (n, labels), whether a text takes a label.
        names: of the labels as they were given.
        codebook: the labels as a model carries them; the order is the same.
    """

    texts: list[str]
    targets: Bools
    names: tuple[str, ...]
    codebook: Codebook


def read(
    texts: Sequence[str] | Dataset,
    labels: Sequence[Any] | None = None,
    descriptions: Mapping[str, str | Sequence[str]] | Codebook | None = None,
) -> Examples:
    """Check examples and bring them into one form; arguments as in :func:`stance.own.train`.

    Raises:
        StanceError: texts and labels that do not fit each other, or that are none; every offender is named.
    """
    if _is_dataset(texts):
        texts, labels = _columns(texts, labels)
    if labels is None:
        raise StanceError("there are no labels", remedy=f"give those of each text, or a dataset with {LABELS!r}")
    entries = checked(texts)
    sets = [_names(value, f"labels[{number}]") for number, value in enumerate(_listed(labels))]
    if len(sets) != len(entries):
        raise StanceError(f"there are {len(entries)} texts and labels of {len(sets)}", remedy="give one entry a text")
    found = sorted({name for names in sets for name in names})
    if not found:
        raise StanceError("no example has a label", remedy="give the labels of each text")
    order = tuple(_described(descriptions)) or tuple(found)
    if unknown := [name for name in found if name not in order]:
        raise StanceError(f"no description of {', '.join(map(repr, unknown))}", remedy="describe all labels, or none")
    targets = np.array([[name in names for name in order] for names in sets])
    return Examples(entries, targets, order, codebook_of(order, descriptions))


def codebook_of(
    names: Sequence[str], descriptions: Mapping[str, str | Sequence[str]] | Codebook | None = None
) -> Codebook:
    """A codebook for labels: the one that is given, or one made of names and what is said of them.

    An id is the name in lower case, with ``-`` for what an id may not hold; the name itself is the title.

    Raises:
        StanceError: two names that give the same id.
    """
    if isinstance(descriptions, Codebook):
        return descriptions
    ids = [_id(name, number) for number, name in enumerate(names, start=1)]
    if twice := [name for name, made in zip(names, ids, strict=True) if ids.count(made) > 1]:
        raise StanceError(f"the labels {', '.join(map(repr, twice))} look alike", remedy="give them other names")
    said = _described(descriptions)
    definitions = []
    for made, name in zip(ids, names, strict=True):
        sentences = said.get(name) or describe([name])[name]
        definitions.append(LabelDefinition(made, name, sentences[0], (), (), sentences))
    return Codebook("1", tuple(definitions))


def _described(descriptions: Mapping[str, str | Sequence[str]] | Codebook | None) -> dict[str, tuple[str, ...]]:
    return {} if descriptions is None else describe(descriptions)


def _id(name: str, number: int) -> str:
    plain = re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")
    if not plain:
        return f"label-{number}"
    return plain if plain[0].isalpha() else f"label-{plain}"


def _names(value: Any, where: str) -> frozenset[str]:
    """The labels of one text."""
    given = [] if value is None else [value] if isinstance(value, str) else value
    if isinstance(given, Mapping) or not hasattr(given, "__iter__"):
        raise StanceError(f"{value!r} is no label", where=where, remedy="give a name, a list of names, or None")
    names = list(given)
    if bad := [name for name in names if not isinstance(name, str) or not name.strip()]:
        raise StanceError(f"{bad[0]!r} is no name of a label", where=where, remedy="give names as texts")
    return frozenset(map(str, names))


def _listed(labels: Sequence[Any]) -> list[Any]:
    if isinstance(labels, str | bytes | Mapping) or not hasattr(labels, "__len__"):
        raise StanceError(f"labels is a {type(labels).__name__}", remedy="give a list with an entry for each text")
    return list(labels)


def _is_dataset(texts: Any) -> TypeGuard[Dataset]:
    return hasattr(texts, "column_names") and hasattr(texts, "features")


def _columns(rows: Dataset, labels: Sequence[Any] | None) -> tuple[list[Any], list[Any]]:
    """Texts and labels of a dataset; numbers of a ``ClassLabel`` become names."""
    if labels is not None:
        raise StanceError("labels beside a dataset", remedy=f"put them into its column {LABELS!r}")
    if missing := [name for name in (TEXT, LABELS) if name not in rows.column_names]:
        remedy = f"the columns are {', '.join(rows.column_names)}; rename them with rename_column"
        raise StanceError(f"no column {' or '.join(map(repr, missing))} in the dataset", remedy=remedy)
    feature = rows.features[LABELS]
    inner = getattr(feature, "feature", feature)
    values = list(rows[LABELS])
    if hasattr(inner, "int2str"):
        values = [[inner.int2str(number) for number in np.atleast_1d(value).tolist()] for value in values]
    return list(rows[TEXT]), values
