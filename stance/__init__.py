"""Statements by speaker, and the diplomatic stance each one takes.

``import stance`` loads no model and none of the large libraries; every name is imported when it is first used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stance import manifest, plot
    from stance.analysis import analyze, analyze_all
    from stance.batch import label_dataset, label_documents, label_table
    from stance.classifier import Classifier
    from stance.codebook import Codebook, load_codebook
    from stance.errors import (
        CodebookError,
        DocumentError,
        EvaluationError,
        ModelError,
        SpeakerError,
        StanceError,
        TableError,
    )
    from stance.estimator import StanceEstimator
    from stance.loading import load, zero_shot
    from stance.outcome import Outcome
    from stance.own import train
    from stance.segment import segment
    from stance.speakers.registry import Registry, load_registry
    from stance.tracing import Trace, trace
    from stance.types import Analysis, Document, Speaker, Stance, Statement, Verdict

__version__ = "0.1.0"

_HOMES = {
    "analyze": "stance.analysis",
    "analyze_all": "stance.analysis",
    "label_dataset": "stance.batch",
    "label_documents": "stance.batch",
    "label_table": "stance.batch",
    "Classifier": "stance.classifier",
    "load": "stance.loading",
    "zero_shot": "stance.loading",
    "Codebook": "stance.codebook",
    "load_codebook": "stance.codebook",
    "StanceEstimator": "stance.estimator",
    "Outcome": "stance.outcome",
    "train": "stance.own",
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
    "Outcome",
    "Registry",
    "Speaker",
    "SpeakerError",
    "Stance",
    "StanceError",
    "StanceEstimator",
    "Statement",
    "TableError",
    "Trace",
    "Verdict",
    "analyze",
    "analyze_all",
    "label_dataset",
    "label_documents",
    "label_table",
    "load",
    "load_codebook",
    "load_registry",
    "manifest",
    "plot",
    "segment",
    "trace",
    "train",
    "zero_shot",
]


# Public modules.
_ROOMS = ("manifest", "plot")


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"stance.{name}")
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
