"""The labels as data: what each one means, in what order they come, and a fingerprint that models carry."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from stance.errors import CodebookError

# The five stances, and 25 further acts that models know from their descriptions.
SHIPPED = {"stances": Path(__file__).with_name("codebook.toml"), "acts": Path(__file__).with_name("acts.toml")}

_ID = re.compile(r"[a-z][a-z0-9_-]*")
_TEXTS = ("title", "definition")
_LISTS = ("includes", "excludes", "hypotheses")


@dataclass(frozen=True, slots=True)
class LabelDefinition:
    """One label as the codebook defines it.

    Attributes:
        id: the name used in code, files and output: lower-case letters, digits, ``-`` and ``_``.
        title: what people read.
        definition: one sentence.
        includes: what counts.
        excludes: what does not.
        hypotheses: full sentences that say the label of a text, for zero-shot classifiers; at least one.
    """

    id: str
    title: str
    definition: str
    includes: tuple[str, ...]
    excludes: tuple[str, ...]
    hypotheses: tuple[str, ...]


@dataclass(frozen=True)
class Codebook:
    """A version and its labels; the order of the labels is the order of every score.

    Attributes:
        version: of the definitions, as text.
        labels: at least one; no id occurs twice.
    """

    version: str
    labels: tuple[LabelDefinition, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The label ids, in the order of every score."""
        return tuple(label.id for label in self.labels)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over version and definitions: equal exactly when two codebooks say the same."""
        canonical = json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("utf-8")).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form that :meth:`from_dict` reads back."""
        labels = [{key: list(v) if isinstance(v, tuple) else v for key, v in asdict(x).items()} for x in self.labels]
        return {"version": self.version, "labels": labels}

    @classmethod
    def from_dict(cls, data: Any, where: str | Path | None = None) -> Codebook:
        """Check and build.

        Args:
            data: the form of :meth:`to_dict`.
            where: named in the error.

        Raises:
            CodebookError: missing, extra or empty fields, wrong types, or ids that occur twice; all are listed.
        """
        problems = list(audit(data))
        if problems:
            raise CodebookError(f"the codebook is malformed: {'; '.join(problems)}", where=where)
        return cls(data["version"], tuple(_definition(entry) for entry in data["labels"]))


def load(name_or_path: str | Path = "stances") -> Codebook:
    """Read a codebook.

    Args:
        name_or_path: ``stances``, the five labels of the shipped classifier; ``acts``, 25 further diplomatic acts
            (threat, support, demand, …) for label sets of one's own; or a TOML file of the same form.

    Raises:
        CodebookError: the file cannot be read, is not TOML, or is malformed.
    """
    file = SHIPPED.get(str(name_or_path), Path(name_or_path))
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CodebookError(f"cannot read the codebook ({error.strerror})", where=file) from error
    except ValueError as error:
        raise CodebookError(f"not a TOML file in UTF-8 ({error})", where=file) from error
    return Codebook.from_dict(data, file)


# Its name among the library's own.
load_codebook = load


def audit(data: Any) -> list[str]:
    """Everything that is wrong with a codebook in the form of :meth:`Codebook.to_dict`; empty when it is sound."""
    if not isinstance(data, Mapping):
        return ["it is not a table"]
    problems = _keys(data, {"version", "labels"}, "")
    if "version" in data and not _text(data["version"]):
        problems.append("version is not a text")
    entries = data.get("labels", [])
    if not isinstance(entries, list) or ("labels" in data and not entries):
        return [*problems, "labels is not a list of at least one label"]
    for number, entry in enumerate(entries, start=1):
        problems += _entry(entry, f"label {number}")
    ids = [entry["id"] for entry in entries if isinstance(entry, Mapping) and isinstance(entry.get("id"), str)]
    problems += [f"the id {name!r} occurs twice" for name in dict.fromkeys(ids) if ids.count(name) > 1]
    return problems


def _entry(entry: Any, where: str) -> list[str]:
    if not isinstance(entry, Mapping):
        return [f"{where} is not a table"]
    problems = _keys(entry, {field.name for field in fields(LabelDefinition)}, f"{where}: ")
    if "id" in entry and not (isinstance(entry["id"], str) and _ID.fullmatch(entry["id"])):
        problems.append(f"{where}: id {entry['id']!r} is not lower-case letters, digits, '-' and '_'")
    problems += [f"{where}: {key} is not a text" for key in _TEXTS if key in entry and not _text(entry[key])]
    for key in _LISTS:
        value = entry.get(key, [])
        if not (isinstance(value, list) and all(_text(item) for item in value)):
            problems.append(f"{where}: {key} is not a list of texts")
        elif key == "hypotheses" and key in entry and not value:
            problems.append(f"{where}: hypotheses is empty")
    return problems


def _keys(table: Mapping[str, Any], known: set[str], prefix: str) -> list[str]:
    missing = [f"{prefix}{key} is missing" for key in sorted(known - table.keys())]
    return missing + [f"{prefix}{key!r} is not a known key" for key in sorted(map(str, table.keys() - known))]


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _definition(entry: Mapping[str, Any]) -> LabelDefinition:
    values: dict[str, Any] = {key: tuple(value) if key in _LISTS else value for key, value in entry.items()}
    return LabelDefinition(**values)
