"""Documents to statements by speaker: layout, sentences, attribution."""

from __future__ import annotations

import datetime as dt

from stance.errors import DocumentError
from stance.segment.language import require_english
from stance.segment.statements import segment_document
from stance.speakers.registry import Registry, load_registry
from stance.types import Document, Statement


def as_document(
    text: str | Document, *, date: dt.date | None = None, author: str | None = None, language: str | None = None
) -> Document:
    """A :class:`Document` from a string or a document; arguments that are given replace its fields.

    Raises:
        DocumentError: the text is not a string, or has no letter or digit in it.
    """
    document = text if isinstance(text, Document) else Document(text)
    if not isinstance(document.text, str):
        raise DocumentError(
            f"a document's text must be a str, not {type(document.text).__name__}", where=document.id or None
        )
    if not any(character.isalnum() for character in document.text):
        raise DocumentError("the document is empty", where=document.id or None, remedy="pass a text with words in it")
    return Document(
        text=document.text,
        id=document.id,
        date=date or document.date,
        source=document.source,
        author=author or document.author,
        language=language or document.language,
    )


def segment(
    text: str | Document,
    *,
    speakers: Registry | None = None,
    date: dt.date | None = None,
    author: str | None = None,
    force: bool = False,
) -> list[Statement]:
    """Statements by speaker, in document order, not classified (``stances is None``).

    Args:
        text: a string or a document.
        speakers: the registry of actors; the shipped one by default.
        date: day of publication, for documents that do not carry it; weekdays in the text count back from it.
        author: who speaks when the text says "we" without naming anyone.
        force: segment the text even if it does not look English.

    Raises:
        DocumentError: the text is empty, or not English and not forced.
    """
    document = as_document(text, date=date, author=author)
    if not force:
        require_english(document)
    return segment_document(document, speakers or load_registry())
