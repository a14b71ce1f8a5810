"""Statements and stances in a spaCy pipeline: ``nlp.add_pipe("stance")``.

spaCy's own tokens and sentences are not read: the component segments the text of the document, so a blank pipeline is
enough. What it finds is kept as plain JSON in ``doc.user_data``: documents can be written, and sent between processes.
"""

# Annotations are not put off as elsewhere: older versions of spaCy read those of the factory, and not as strings.

import datetime as dt
import os
from typing import Any, Literal

from stance.analysis import DEFAULT_MODEL, analyze
from stance.classifier import Classifier
from stance.errors import DocumentError, StanceError
from stance.loading import load
from stance.types import Document, Speaker, Stance, Statement

try:
    from spacy.language import Language
    from spacy.tokens import Doc, Span
except ImportError as missing:
    raise StanceError("spaCy is missing", remedy="pip install 'diplomatic-stance[spacy]'") from missing

# Of the entry in ``doc.user_data``, and of the group in ``doc.spans``.
NAME = "stance"


class StanceComponent:
    """Finds the statements of a document, their speakers and their stances.

    Each document gets

    - ``doc._.statements``: a tuple of :class:`stance.Statement` in document order; ``None`` if it was not analysed,
    - ``doc._.stance_error``: why it could not be, or ``None``,
    - ``doc.spans["stance"]``: their spans, widened to whole tokens, each labelled with its stances joined by ``;``,
    - ``span._.statement`` on these spans: the statement.

    What is known about a document from outside stands in ``doc.user_data`` beforehand, as strings: ``id``, ``date``
    (ISO 8601), ``source``, ``author``.

    Args:
        model: what :func:`stance.load` takes; it is opened with the first document, once in a process.
        speakers: path of a speaker file that extends the shipped one.
        date: day of publication (ISO 8601) of documents without one of their own.
        author: who speaks as "we" in documents without an author of their own.
        force: analyse texts even if they do not look English.
        errors: what becomes of a document that cannot be analysed, because it is blank or not English: ``raise`` hands
            it to spaCy's error handler, which by default raises; ``keep`` says why in ``doc._.stance_error``.

    Raises:
        StanceError: ``errors`` is neither.
    """

    def __init__(
        self,
        model: str = DEFAULT_MODEL,
        *,
        speakers: str | None = None,
        date: str | None = None,
        author: str | None = None,
        force: bool = False,
        errors: Literal["raise", "keep"] = "raise",
    ) -> None:
        if errors not in ("raise", "keep"):
            raise StanceError(f"no way {errors!r} with errors", remedy="choose raise or keep")
        self.model, self.speakers, self.errors = model, speakers, errors
        self.date, self.author, self.force = date, author, force
        self._opened: tuple[int, Classifier] | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Analyse one document; it is changed and handed back.

        Raises:
            StanceError: as in :func:`stance.analyze`, unless errors are kept.
        """
        known = doc.user_data
        document = Document(known.get("id") or "", doc.text, source=known.get("source"))
        date, author = known.get("date") or self.date, known.get("author") or self.author
        model = self._classifier()
        try:
            found = analyze(document, model=model, speakers=self.speakers, date=date, author=author, force=self.force)
        except DocumentError as error:
            if self.errors == "raise":
                raise
            doc.user_data[NAME] = {"statements": None, "error": str(error)}
            return doc
        rows = [statement.to_dict() for statement in found]
        doc.user_data[NAME] = {"statements": rows, "error": None}
        doc.spans[NAME] = [_span(doc, statement, ";".join(statement.labels)) for statement in found]
        return doc

    def _classifier(self) -> Classifier:
        """The model, opened in this process: threads of an opened one do not survive a fork."""
        if self._opened is None or self._opened[0] != os.getpid():
            self._opened = os.getpid(), load(self.model)
        return self._opened[1]


@Language.factory(
    "stance",
    assigns=["doc._.statements", "doc._.stance_error", "doc.spans", "span._.statement"],
    default_config={
        "model": DEFAULT_MODEL,
        "speakers": None,
        "date": None,
        "author": None,
        "force": False,
        "errors": "raise",
    },
)
def create(  # noqa: PLR0917
    nlp: Language,
    name: str,
    model: str,
    speakers: str | None,
    date: str | None,
    author: str | None,
    force: bool,
    errors: Literal["raise", "keep"],
) -> StanceComponent:
    """The factory that ``nlp.add_pipe("stance", config={…})`` calls; see :class:`StanceComponent`."""
    return StanceComponent(model, speakers=speakers, date=date, author=author, force=force, errors=errors)


def _span(doc: Doc, statement: Statement, label: str = "") -> Span:
    span: Span | None = doc.char_span(statement.start, statement.end, label=label, alignment_mode="expand")
    assert span is not None  # as the offsets lie within the text
    return span


def _entry(doc: Doc) -> dict[str, Any]:
    entry: dict[str, Any] = doc.user_data.get(NAME) or {"statements": None, "error": None}
    return entry


def _statements(doc: Doc) -> tuple[Statement, ...] | None:
    rows = _entry(doc)["statements"]
    return None if rows is None else tuple(map(_statement, rows))


def _error(doc: Doc) -> str | None:
    error: str | None = _entry(doc)["error"]
    return error


def _statement_of(span: Span) -> Statement | None:
    """The statement that a span of the group stands for; ``None`` for any other span."""
    for statement in _statements(span.doc) or ():
        widened = _span(span.doc, statement)
        if (widened.start, widened.end) == (span.start, span.end):
            return statement
    return None


def _statement(row: dict[str, Any]) -> Statement:
    """What :meth:`Statement.to_dict` was called on."""
    fields = {key: value for key, value in row.items() if key not in ("speaker", "actor", "labels")}
    stances = fields["stances"]
    return Statement(
        **fields
        | {
            "speakers": tuple(Speaker(**speaker) for speaker in fields["speakers"]),
            "stances": None if stances is None else tuple(Stance(**stance) for stance in stances),
            "unsure": tuple(fields["unsure"]),
            "date": dt.date.fromisoformat(fields["date"]) if fields["date"] else None,
        }
    )


Doc.set_extension("statements", getter=_statements, force=True)
Doc.set_extension("stance_error", getter=_error, force=True)
Span.set_extension("statement", getter=_statement_of, force=True)
