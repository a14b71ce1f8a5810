"""The interface in the words of OpenAPI 3.1: what requests hold comes from the classes that check them."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

import stance
from stance.serve.bodies import Correction, Question
from stance.serve.settings import WAITING
from stance.types import INTENSITIES, KINDS

_REFUSALS = {
    "400": "no sound JSON",
    "403": "the address lacks the token",
    "409": "corrections are not kept",
    "413": "more than the server takes at once",
    "415": "not sent as application/json",
    "421": "the Host header is not the server's",
    "422": "JSON that says something else, an unknown model, or texts of which none can be read",
    "503": f"{WAITING} requests are waiting already",
    "507": "the correction cannot be written; the file is as it was",
}


@cache
def document() -> dict[str, Any]:
    """The description of all addresses below the token."""
    _, defined = models_json_schema(
        [(Question, "validation"), (Correction, "validation")], ref_template="#/components/schemas/{model}"
    )
    asked = ("400", "413", "415", "422", "503")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "stance serve",
            "version": stance.__version__,
            "description": "Statements by speaker, and the diplomatic stance each one takes.",
        },
        "servers": [{"url": ".", "description": "The address that was printed at the start; it holds the token."}],
        "paths": {
            "/api/models": {"get": _operation("models", "What is offered", _json("Offer"))},
            "/api/analyze": {
                "post": _operation("analyze", "Statements, speakers and stances", _json("Result"), "Question", asked)
            },
            "/api/view": {
                "post": _operation("view", "The same as parts of the page", _json("View"), "Question", asked)
            },
            "/api/export/{format}": {
                "post": _operation("export", "The same as a file", _FILES, "Question", (*asked, "404"))
                | {
                    "parameters": [
                        {
                            "name": "format",
                            "in": "path",
                            "required": True,
                            "schema": {"enum": ["json", "csv", "html"]},
                        }
                    ]
                },
            },
            "/api/corrections": {
                "post": _operation(
                    "correct",
                    "Keep a corrected statement",
                    _json("Saved"),
                    "Correction",
                    ("400", "409", "413", "415", "422", "507"),
                    done="201",
                )
            },
        },
        "components": {"schemas": {**defined["$defs"], **_ANSWERS}},
    }


def _operation(
    name: str,
    summary: str,
    content: dict[str, Any],
    body: str | None = None,
    refusals: tuple[str, ...] = (),
    *,
    done: str = "200",
) -> dict[str, Any]:
    words = _REFUSALS | {"404": "no such format"}
    responses: dict[str, Any] = {done: {"description": "done", "content": content}}
    for status in sorted({*refusals, "403", "421"}):
        responses[status] = {"description": words[status], "content": _json("Refusal")}
    asked = {"requestBody": {"required": True, "content": _json(body)}} if body else {}
    return {"operationId": name, "summary": summary, **asked, "responses": responses}


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}


def _list(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_COUNT = {"type": "integer", "minimum": 0}
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_FILES = {"application/json": {}, "text/csv": {"schema": _TEXT}, "text/html": {"schema": _TEXT}}

_ANSWERS = {
    "Refusal": _object(error={"type": "string", "description": "One sentence."}),
    "Saved": _object(saved={"const": True}),
    "Offer": _object(
        models=_list(_TEXT), limit={**_COUNT, "description": "Characters."}, corrections={"type": "boolean"}
    ),
    "Refused": _object(id=_TEXT, error=_TEXT),
    "Speaker": _object(id=_TEXT, name=_TEXT, kind=_TEXT, parent=_TEXT_OR_NULL, actor=_TEXT),
    "Stance": _object(label=_TEXT, probability=_SHARE, intensity={"enum": list(INTENSITIES)}),
    "Statement": _object(
        text=_TEXT,
        start=_COUNT,
        end=_COUNT,
        speakers=_list({"$ref": "#/components/schemas/Speaker"}),
        source=_TEXT_OR_NULL,
        source_start={"type": ["integer", "null"]},
        kind={"enum": list(KINDS)},
        date=_TEXT_OR_NULL,
        confidence=_SHARE,
        stances=_list({"$ref": "#/components/schemas/Stance"}),
        unsure=_list(_TEXT),
        reason=_TEXT_OR_NULL,
        speaker=_TEXT_OR_NULL,
        actor=_TEXT_OR_NULL,
        labels=_list(_TEXT),
    ),
    "Document": _object(
        id=_TEXT,
        date=_TEXT_OR_NULL,
        source=_TEXT_OR_NULL,
        author=_TEXT_OR_NULL,
        statements=_list({"$ref": "#/components/schemas/Statement"}),
    ),
    "Result": _object(
        model=_TEXT,
        labels=_list(_TEXT),
        documents=_list({"$ref": "#/components/schemas/Document"}),
        refused=_list({"$ref": "#/components/schemas/Refused"}),
    ),
    "View": _object(
        markup={"type": "string", "description": "HTML; all text is escaped."},
        style={"type": "string", "description": "CSS besides static/report.css."},
        data={"type": "object", "description": "What attachReport of static/report.js reads."},
        labels=_list(_TEXT),
        statements=_list({"$ref": "#/components/schemas/Correction"}),
        refused=_list({"$ref": "#/components/schemas/Refused"}),
    ),
}
