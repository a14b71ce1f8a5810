"""Statements by speaker, and the diplomatic stance each one takes.

``import stance`` loads no model and none of the large libraries; every name is imported when it is first used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stance.analysis import analyze, analyze_all
    from stance.classifier import Classifier, load
    from stance.codebook import Codebook
    from stance.errors import (
        CodebookError,
        DocumentError,
        EvaluationError,
        ModelError,
        SpeakerError,
        StanceError,
        TableError,
    )
    from stance.segment import segment
    from stance.speakers.registry import Registry, load_registry
    from stance.tracing import Trace, trace
    from stance.types import Analysis, Document, Speaker, Stance, Statement, Verdict

__version__ = "0.1.0"

_HOMES = {
    "analyze": "stance.analysis",
    "analyze_all": "stance.analysis",
    "Classifier": "stance.classifier",
    "load": "stance.classifier",
    "Codebook": "stance.codebook",
    "segment": "stance.segment",
    "Registry": "stance.speakers.registry",
    "load_registry": "stance.speakers.registry",
    "Trace": "stance.tracing",
    "trace": "stance.tracing",
    **dict.fromkeys(("Analysis", "Document", "Speaker", "Stance", "Statement", "Verdict"), "stance.types"),
    **dict.fromkeys(
        (
            "CodebookError",
            "DocumentError",
            "EvaluationError",
            "ModelError",
            "SpeakerError",
            "StanceError",
            "TableError",
        ),
        "stance.errors",
    ),
}

__all__ = [
    "Analysis",
    "Classifier",
    "Codebook",
    "CodebookError",
    "Document",
    "DocumentError",
    "EvaluationError",
    "ModelError",
    "Registry",
    "Speaker",
    "SpeakerError",
    "Stance",
    "StanceError",
    "Statement",
    "TableError",
    "Trace",
    "Verdict",
    "analyze",
    "analyze_all",
    "load",
    "load_registry",
    "segment",
    "trace",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'stance' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """The package, in which ``segment`` stays the function: importing the subpackage of that name must not hide it."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
