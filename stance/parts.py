"""What is finished of a table, kept beside it until the table is: a run that was killed can go on from there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO

from stance.errors import TableError
from stance.output import STREAM, place_of, writing

_KEY = hashlib.sha256().digest_size * 2


class Parts:
    """Answers by what they answer to, in a file that only grows.

    A line holds the key, the SHA-256 of the rest, and the answers as JSON. The end of a line that a kill cut short is
    dropped when the file is opened; a line that is damaged otherwise counts as missing.

    Args:
        file: may be there from an earlier run.
        target: the table that is to be written.

    Attributes:
        stage: the file in which the table is written until it is complete.

    Raises:
        BlockingIOError: another run is at it.
        OSError: it cannot be opened.
    """

    def __init__(self, file: Path, target: str | Path) -> None:
        # Not buffered: what could not be written must not be tried again when the file is closed.
        self._out: IO[bytes] = file.open("ab", buffering=0)
        self._in: BinaryIO = file.open("rb")
        self._target, self.stage = target, file.with_name("table")
        self._where: dict[str, int] = {}
        try:
            _lock(self._out)
        except BlockingIOError:
            self.close()
            raise
        end = 0
        for line in self._in:
            if not line.endswith(b"\n"):
                break
            self._where[line[:_KEY].decode("ascii", "replace")] = end
            end += len(line)
        self._out.truncate(end)

    def __len__(self) -> int:
        return len(self._where)

    def get(self, key: str) -> Any | None:
        """The answers stored under a key; ``None`` where there are none."""
        if key not in self._where:
            return None
        self._in.seek(self._where[key])
        digest, _, data = self._in.readline()[_KEY + 1 : -1].partition(b" ")
        return json.loads(data) if digest == _digest(data) else None

    def put(self, key: str, answers: Any) -> None:
        """Store answers.

        Raises:
            StanceError: they cannot be written.
        """
        data = json.dumps(answers).encode("ascii")
        line = memoryview(b"%s %s %s\n" % (key.encode("ascii"), _digest(data), data))
        start = self._out.seek(0, os.SEEK_END)
        with writing(self._target):
            while line:
                line = line[self._out.write(line) :]
        self._where[key] = start

    def close(self) -> None:
        """Close the file."""
        self._in.close()
        self._out.close()


def folder_of(target: str | Path) -> Path:
    """The folder beside a table that holds what is finished of it."""
    place = place_of(target)
    return place.with_name(f".{place.name}.stance-parts")


@contextmanager
def kept_parts(target: str | Path, *, resume: bool) -> Iterator[Parts | None]:
    """Open what is finished of a table; ``None`` where nothing can be kept: standard output, a device or a pipe.

    When the block ends well, or with nothing finished, the folder is removed; else it stays for the next run.

    Args:
        target: the table that is to be written.
        resume: use what an earlier run finished. Otherwise there must not be anything of the kind: it may be the work
            of hours.

    Raises:
        TableError: something is left of an earlier run and ``resume`` is not asked for, another run is writing the same
            table, nothing can be resumed, or the folder cannot be written.
    """
    place = place_of(target)
    if str(target) == STREAM or (place.exists() and not place.is_file()):
        if resume:
            remedy = "name a file to write"
            raise TableError("nothing is kept of a table that is no file", where=_named(target), remedy=remedy)
        yield None
        return
    folder = folder_of(target)
    parts, done, new = None, False, False
    try:
        with writing(target):
            # Only a folder that this run made may go again with nothing in it.
            with suppress(FileExistsError):
                folder.mkdir()
                new = True
            try:
                parts = Parts(folder / "finished", target)
            except BlockingIOError as error:
                new = False
                raise TableError("another run is writing this table", where=target, remedy="wait for it") from error
        if parts and not resume:
            remedy = f"continue it with --resume, or delete the folder {folder}"
            raise TableError("an earlier run of this table was not finished", where=target, remedy=remedy)
        yield parts
        done = True
    finally:
        if parts is not None:
            parts.close()
        if done or (new if parts is None else not parts):
            with suppress(OSError):
                shutil.rmtree(folder)


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode("ascii")


def _named(target: str | Path) -> str:
    return "standard output" if str(target) == STREAM else str(target)


def _lock(file: IO[bytes]) -> None:
    """Keep other runs out until the file is closed or this process ends.

    Raises:
        BlockingIOError: another run is at it.
    """
    if sys.platform != "win32":
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            # A file system that knows no locks; two runs at one table are then the user's to prevent.
            return
