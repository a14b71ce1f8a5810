"""Documents to statements by speaker: layout, sentences, attribution."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from stance.errors import DocumentError, SpeakerError
from stance.segment.language import require_english
from stance.segment.statements import segment_document
from stance.segment.tagger_folder import shipped_tagger
from stance.speakers.registry import Registry, load_registry
from stance.types import Document, Statement

# The longest document that is read where no other limit is given, in characters: two large volumes.
MAX_CHARACTERS = 10_000_000


def as_document(
    text: str | Document,
    *,
    date: dt.date | str | None = None,
    author: str | None = None,
    max_characters: int | None = MAX_CHARACTERS,
) -> Document:
    """A :class:`Document` from a string or a document; arguments that are given replace its fields.

    Raises:
        DocumentError: the text is not a string, has no letter or digit in it, or is longer than ``max_characters``
            (``None`` for any length); the date is none.
    """
    document = text if isinstance(text, Document) else Document(text=text)
    if not isinstance(document.text, str):
        raise DocumentError(
            f"a document's text must be a str, not {type(document.text).__name__}", where=document.id or None
        )
    if max_characters is not None and len(document.text) > max_characters:
        what = f"the document has {len(document.text)} characters, more than the limit of {max_characters}"
        raise DocumentError(what, where=document.id or None, remedy="split it, or raise max_characters")
    if not any(character.isalnum() for character in document.text):
        raise DocumentError("the document is empty", where=document.id or None, remedy="pass a text with words in it")
    return Document(
        text=document.text,
        id=document.id,
        date=_day(date or document.date, document.id or None),
        source=document.source,
        author=author or document.author,
        language=document.language,
    )


def _day(value: dt.date | str | None, where: str | None) -> dt.date | None:
    """The calendar day of a date, a date with a time, or an ISO 8601 string."""
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError as error:
            raise DocumentError(f"no date: {value!r}", where=where, remedy="write it as 2022-01-10") from error
    if isinstance(value, dt.datetime):
        return value.date()
    if value is None or isinstance(value, dt.date):
        return value
    raise DocumentError(f"date is a {type(value).__name__}", where=where, remedy="give a datetime.date")


def _registry(speakers: Registry | str | Path | None) -> Registry:
    if speakers is None or isinstance(speakers, str | Path):
        return load_registry(speakers)
    if isinstance(speakers, Registry):
        return speakers
    raise SpeakerError(
        f"speakers is a {type(speakers).__name__}", remedy="give a Registry or the path of a speaker file"
    )


def segment(
    text: str | Document,
    *,
    speakers: Registry | str | Path | None = None,
    date: dt.date | str | None = None,
    author: str | None = None,
    force: bool = False,
    max_characters: int | None = MAX_CHARACTERS,
) -> list[Statement]:
    """Statements by speaker, in document order, not classified (``stances is None``).

    Args:
        text: a string or a document.
        speakers: the registry of actors, or the path of a speaker file that extends the shipped one.
        date: day of publication (ISO 8601 if a string), for documents that do not carry it; weekdays in the text count
            back from it.
        author: who speaks when the text says "we" without naming anyone.
        force: segment the text even if it does not look English.
        max_characters: longer texts are refused; ``None`` for no limit. Time and memory grow as the length does.

    Raises:
        DocumentError: the text is empty, too long, or not English and not forced; the date is none.
        SpeakerError: a speaker file that cannot be read, or something else than a registry.
    """
    registry = _registry(speakers)
    document = as_document(text, date=date, author=author, max_characters=max_characters)
    if not force:
        require_english(document)
    return segment_document(document, registry, shipped_tagger())
