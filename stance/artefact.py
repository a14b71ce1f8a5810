"""A model folder, read and written: parse, audit, construct; safetensors, JSON and ONNX only, never pickle."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from stance import audit
from stance import card as cards
from stance.audit import (
    ARCHITECTURE,
    BACKGROUND,
    BANK,
    CARD,
    CONFIG,
    DIAGRAM,
    ENCODER,
    GATE,
    GRAPH,
    TOKENIZER,
    WEIGHTS,
)
from stance.bert import HEAD
from stance.card import Card, ZeroShotCard
from stance.errors import ModelError
from stance.intake import LIMITS, Limits
from stance.output import complete

__all__ = [
    "ALIASES",
    "ARCHITECTURE",
    "BACKGROUND",
    "BANK",
    "CARD",
    "CONFIG",
    "DIAGRAM",
    "ENCODER",
    "GATE",
    "GRAPH",
    "HEAD",
    "SHELVES",
    "TOKENIZER",
    "WEIGHTS",
    "Artefact",
    "read",
    "resolve",
    "shipped",
    "write",
]

logger = logging.getLogger(__name__)

# An installed wheel carries the models inside the package, a checkout beside it.
SHELVES = (Path(__file__).with_name("models"), Path(__file__).parents[1] / "models")
# Other names of shipped models.
ALIASES = {"zero-shot": "stance-zeroshot-en"}

C = TypeVar("C", Card, ZeroShotCard)


@dataclass(frozen=True, slots=True)
class Artefact(Generic[C]):
    """A model folder in which nothing is missing, extra or altered; what it is shows the kind of its card."""

    path: Path
    card: C

    @property
    def graph(self) -> tuple[Path, Path, Path]:
        """The files behind an ONNX session: graph, weights and tokenizer."""
        return self.path / GRAPH, self.path / WEIGHTS, self.path / TOKENIZER


def shipped() -> tuple[str, ...]:
    """Names of the models that come with the library."""
    names = {file.parent.name for shelf in SHELVES for file in shelf.glob(f"*/{CARD}")}
    return tuple(sorted(names | {alias for alias, name in ALIASES.items() if name in names}))


def resolve(name: str) -> Path:
    """Folder of a model that ships with the library.

    Raises:
        ModelError: no such model; the message lists those there are.
    """
    bare = ALIASES.get(name, name)
    for shelf in SHELVES:
        # Only a bare name: "../elsewhere" and absolute paths are folders, not names.
        if bare == Path(bare).name and (shelf / bare / CARD).is_file():
            return shelf / bare
    known = ", ".join(shipped()) or "none"
    raise ModelError("no such model", where=name, remedy=f'give a folder, "hub:org/name" or a shipped model ({known})')


@overload
def read(path: str | Path, *, limits: Limits = ...) -> Artefact[Card] | Artefact[ZeroShotCard]: ...


@overload
def read(path: str | Path, kind: type[C], *, limits: Limits = ...) -> Artefact[C]: ...


def read(path: str | Path, kind: Any = None, *, limits: Limits = LIMITS) -> Any:
    """Open a model folder after checking all of it: sizes, the SHA-256 of every file, and what the files hold.

    Nothing is loaded, neither weights nor graph nor tokenizer. The sums show that the folder is as it was sealed, not
    who sealed it.

    Args:
        path: the folder.
        kind: of record that it must have, :class:`Card` or :class:`ZeroShotCard`; either by default.
        limits: how much may be in it.

    Raises:
        ModelError: the folder cannot be used; every reason is listed.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise ModelError("no such folder", where=folder, remedy="check the path")
    try:
        data = audit.read_record(folder, limits)
    except OSError as error:
        raise ModelError(f"{CARD} cannot be read ({error.strerror})", where=folder) from error
    except ValueError as error:
        raise _refused(folder, [str(error)]) from error
    problems = cards.audit(data)
    if not problems:
        card = cards.construct(data)
        try:
            problems = [*_kind(card, kind), *audit.audit(folder, card, limits)]
        except OSError as error:
            what = f"a file of the model cannot be read ({error.strerror})"
            raise ModelError(what, where=error.filename or folder, remedy="check the folder") from error
    if problems:
        raise _refused(folder, problems)
    logger.info("%s: checked, %d files", folder, len(card.files))
    return Artefact(folder, card)


def _refused(folder: Path, problems: list[str]) -> ModelError:
    remedy = "restore the folder from where it came, or update diplomatic-stance if it is newer"
    return ModelError(f"the model folder is refused: {'; '.join(problems)}", where=folder, remedy=remedy)


def _kind(card: Card | ZeroShotCard, wanted: type[Card | ZeroShotCard] | None) -> Iterator[str]:
    if wanted is not None and not isinstance(card, wanted):
        yield f"it is a {card.TASK} model, not a {wanted.TASK} one"


def write(path: str | Path, card: C) -> Artefact[C]:
    """Seal a folder that holds a model: write ``stance.json`` with the SHA-256 of every file, and read it back.

    Args:
        path: folder with configuration, weights, tokenizer and graph.
        card: the record; its ``files`` are replaced by what is found.

    Raises:
        ModelError: what was written would be refused.
    """
    folder = Path(path)
    sealed = dataclasses.replace(
        card, files={name: audit.sha256_of(folder / name) for name in sorted(audit.found_in(folder) - audit.UNLISTED)}
    )
    text = json.dumps(sealed.to_dict(), ensure_ascii=False, indent=2) + "\n"
    with complete(folder / CARD) as stream:
        stream.write(text.encode("utf-8"))
    return read(folder, type(card))
