"""Where the two wings meet: a document is segmented, its statements are classified."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from stance.classifier import Classifier
from stance.loading import load
from stance.segment import MAX_CHARACTERS, as_document, segment
from stance.types import Analysis, Document

if TYPE_CHECKING:
    from stance.speakers.registry import Registry

DEFAULT_MODEL = "stance-en"


@lru_cache(maxsize=4)
def _loaded(model: str | Path, directory: str) -> Classifier:
    """A loaded model, kept; a relative path means another folder in another directory."""
    return load(model)


def analyze(
    text: str | Document,
    *,
    model: str | Path | Classifier = DEFAULT_MODEL,
    speakers: Registry | str | Path | None = None,
    date: dt.date | str | None = None,
    author: str | None = None,
    force: bool = False,
    max_characters: int | None = MAX_CHARACTERS,
) -> Analysis:
    """Split a document into statements by speaker and label each with its stances.

    Args:
        text: a string or a :class:`Document`.
        model: a classifier, or what :func:`stance.load` takes; a loaded model is kept for the next call.
        speakers: the registry of actors, or the path of a speaker file that extends the shipped one.
        date: day of publication (ISO 8601 if a string); statements without a date of their own inherit it.
        author: who speaks when the text says "we" without naming anyone.
        force: analyse the text even if it does not look English.
        max_characters: longer texts are refused; ``None`` for no limit.

    Raises:
        DocumentError: the text is empty, too long, or not English and not forced.
        ModelError: the model cannot be loaded.
    """
    return next(
        analyze_all(
            [text],
            model=model,
            speakers=speakers,
            date=date,
            author=author,
            force=force,
            max_characters=max_characters,
        )
    )


def analyze_all(
    texts: Iterable[str | Document],
    *,
    model: str | Path | Classifier = DEFAULT_MODEL,
    speakers: Registry | str | Path | None = None,
    date: dt.date | str | None = None,
    author: str | None = None,
    force: bool = False,
    max_characters: int | None = MAX_CHARACTERS,
) -> Iterator[Analysis]:
    """:func:`analyze` for many documents, one after the other, lazily."""
    classifier = model if isinstance(model, Classifier) else _loaded(model, str(Path.cwd()))
    for text in texts:
        document = as_document(text, date=date, author=author, max_characters=max_characters)
        statements = segment(document, speakers=speakers, force=force, max_characters=None)
        verdicts = classifier.classify([statement.text for statement in statements])
        labelled = tuple(
            replace(statement, stances=verdict.stances, unsure=verdict.unsure)
            for statement, verdict in zip(statements, verdicts, strict=True)
        )
        yield Analysis(document, labelled)
