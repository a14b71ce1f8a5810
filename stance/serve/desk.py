"""Where texts are analysed: in worker threads, few at a time, while the server goes on answering."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

import anyio
import anyio.to_thread

from stance.analysis import analyze_all
from stance.classifier import Classifier
from stance.errors import DocumentError
from stance.serve.bodies import Question, Text
from stance.serve.refusals import Refused
from stance.serve.settings import WAITING, Settings
from stance.serve.shelf import Shelf
from stance.speakers.registry import load_registry
from stance.types import Analysis, Document

# Results that are kept, so that an export does not read the texts again.
KEPT = 8

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the texts of a request.

    Attributes:
        classifier: that labelled them.
        analyses: of the texts that could be read, in their order.
        refused: ids of the others, each with the reason.
    """

    classifier: Classifier
    analyses: tuple[Analysis, ...]
    refused: tuple[tuple[str, str], ...]


class Desk:
    """Analyses what requests ask for.

    Attributes:
        shelf: the classifiers.
        limit: characters of all texts of a request together.
    """

    def __init__(self, settings: Settings) -> None:
        self.shelf, self.limit = Shelf(settings.model, gate=settings.gate), settings.limit
        self._registry = load_registry(settings.speakers)
        self._limiter, self._jobs = anyio.CapacityLimiter(settings.jobs), settings.jobs
        # Requests that are read or wait for it; only the thread of the event loop counts them.
        self._here = 0
        self._kept: OrderedDict[str, Outcome] = OrderedDict()
        self._lock = Lock()

    async def work(self, does: Callable[[Question], R], question: Question) -> R:
        """Do something with a request in a worker thread, when its turn comes.

        Raises:
            Refused: 413 for too long texts, 503 when too many wait already.
        """
        if (length := sum(len(one.text) for one in question.documents)) > self.limit:
            what = f"the texts have {length:,} characters; at most {self.limit:,} are taken at once"
            raise Refused(413, what, remedy="give fewer or shorter ones, or start the server with a higher --limit")
        if self._here >= self._jobs + WAITING:
            raise Refused(503, "too many texts are waiting", remedy="try again in a moment")
        self._here += 1
        try:
            # A server that is told to end does not wait for what is being read.
            return await anyio.to_thread.run_sync(does, question, limiter=self._limiter, abandon_on_cancel=True)
        finally:
            self._here -= 1

    def analyse(self, question: Question) -> Outcome:
        """Statements and stances of the texts; those that cannot be read are told.

        Raises:
            Refused: 422 where no text can be read, or there is no such model.
            StanceError: labels that cannot be used.
        """
        key = hashlib.sha256(question.model_dump_json().encode()).hexdigest()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = self._read(question)
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def _read(self, question: Question) -> Outcome:
        classifier = self.shelf.get(question.model, question.labels)
        analyses: list[Analysis] = []
        refused: list[tuple[str, str]] = []
        for document in _named(question.documents):
            how = {"date": question.date, "author": question.author, "force": question.force}
            try:
                analyses += analyze_all([document], model=classifier, speakers=self._registry, **how)  # type: ignore[arg-type]
            except DocumentError as error:
                refused.append((document.id, str(DocumentError(error.what, remedy=error.remedy))))
        if not analyses:
            raise Refused(422, "; ".join(f"{name}: {reason}" for name, reason in refused))
        return Outcome(classifier, tuple(analyses), tuple(refused))


def _named(texts: list[Text]) -> Iterator[Document]:
    """Documents, each with an id of its own."""
    taken: set[str] = set()
    for text in texts:
        name = text.id or f"text-{hashlib.sha256(text.text.encode()).hexdigest()[:8]}"
        unique, number = name, 1
        while unique in taken:
            number += 1
            unique = f"{name} ({number})"
        taken.add(unique)
        yield Document(unique, text.text)
