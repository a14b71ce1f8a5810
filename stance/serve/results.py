"""What becomes of an outcome: JSON, the parts of a page, a table, a report."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from stance.jobs import STATEMENT, VERDICT
from stance.report import html
from stance.serve.corrections import draft
from stance.serve.desk import Outcome
from stance.tables import Kind
from stance.tables.delimited import DelimitedWriter

_COLUMNS: dict[str, Kind] = {"document": "text", **STATEMENT, **VERDICT}


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Everything that was found, JSON-ready."""
    return {
        "model": outcome.classifier.name,
        "labels": list(outcome.classifier.labels),
        "documents": [analysis.to_dict() for analysis in outcome.analyses],
        "refused": [{"id": name, "error": reason} for name, reason in outcome.refused],
    }


def as_view(outcome: Outcome) -> dict[str, Any]:
    """What the page shows: a report's parts, and for each statement what a correction of it starts from."""
    parts = html.fragment(outcome.analyses, **_model(outcome))
    drafts = [draft(analysis.document.id, one) for analysis in outcome.analyses for one in analysis]
    return {
        "markup": parts.markup,
        "style": parts.style,
        "data": parts.data,
        "labels": list(outcome.classifier.labels),
        "statements": [one.model_dump() for one in drafts],
        "refused": as_json(outcome)["refused"],
    }


def to_json(outcome: Outcome) -> bytes:
    """The same as :func:`as_json`, as a file."""
    return json.dumps(as_json(outcome), ensure_ascii=False, indent=1).encode() + b"\n"


def to_csv(outcome: Outcome) -> bytes:
    """A row for each statement, in the columns of ``stance label --documents``, with the stances' probabilities.

    A label's column is empty where it is not taken.
    """
    chances: dict[str, Kind] = {f"p_{label}": "number" for label in outcome.classifier.labels}
    columns = _COLUMNS | chances
    stream = BytesIO()
    writer = DelimitedWriter(stream, list(columns), columns, ",")
    for analysis in outcome.analyses:
        for one in analysis:
            stances = one.stances or ()
            row: Mapping[str, Any] = {
                "document": analysis.document.id,
                "statement": one.text,
                "start": one.start,
                "end": one.end,
                "speakers": [speaker.name for speaker in one.speakers],
                "actors": [speaker.actor for speaker in one.speakers],
                "source": one.source,
                "kind": one.kind,
                "date": one.date.isoformat() if one.date else None,
                "confidence": round(one.confidence, 6),
                "labels": list(one.labels),
                "intensity": [stance.intensity for stance in stances],
                "unsure": list(one.unsure),
                **{f"p_{stance.label}": round(stance.probability, 6) for stance in stances},
            }
            writer.write(row)
    return stream.getvalue()


def to_html(outcome: Outcome) -> bytes:
    """The page that ``stance report`` writes."""
    return html.render(outcome.analyses, **_model(outcome)).encode()


# By the last part of the address: how, and what it is to a browser.
EXPORTS: dict[str, tuple[Callable[[Outcome], bytes], str]] = {
    "json": (to_json, "application/json"),
    "csv": (to_csv, "text/csv; charset=utf-8"),
    "html": (to_html, "text/html; charset=utf-8"),
}


def _model(outcome: Outcome) -> dict[str, Any]:
    """The labels and the name of the model; its measured figures only for the labels that it was measured on."""
    used = outcome.classifier
    card = used.card if used.card is not None and used.card.codebook.ids == used.labels else None
    return {"labels": used.labels, "model": used.name, "card": card}
