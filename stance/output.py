"""Files that appear only when they are complete."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from stance.errors import StanceError

STREAM = "-"


@contextmanager
def complete(path: str | Path, stage: Path | None = None) -> Iterator[BinaryIO]:
    """Open a file to write; it takes its place only when the block ends well, and else leaves what was there.

    Args:
        path: the file, or ``-`` for standard output; a device or a pipe is written as it stands.
        stage: the file that is written until then, in the same file system; by default a new one beside the other.

    Raises:
        StanceError: it cannot be written.
    """
    if str(path) == STREAM:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = place_of(path)
    # "out/" means a folder, be it there or not; Path forgets the slash.
    if target.is_dir() or str(path).endswith("/"):
        raise StanceError("this is a folder", where=path, remedy="name a file to write")
    if target.exists() and not target.is_file():
        with _opened(target, path) as stream:
            yield stream
        return
    written = stage or target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with _opened(written, path) as stream:
            yield stream
            with writing(path):
                stream.flush()
                os.fsync(stream.fileno())
        with writing(path):
            if target.exists():
                shutil.copymode(target, written)
            written.replace(target)
    finally:
        written.unlink(missing_ok=True)


def place_of(path: str | Path) -> Path:
    """Where a file is written: what a link points to is replaced, not the link."""
    return Path(path).resolve()


@contextmanager
def writing(path: str | Path) -> Iterator[None]:
    """Say of errors of the system, a full disk among them, that this file cannot be written.

    Raises:
        StanceError: it cannot be written. A reader that has left keeps its own ``BrokenPipeError``.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        remedy = "free space, or name a file in a folder that can be written"
        raise StanceError(f"cannot be written ({error.strerror or error})", where=path, remedy=remedy) from error


def folder_for(path: str | Path) -> Path:
    """A folder to write files into, made where it is missing.

    Raises:
        StanceError: it is a file, or cannot be made or written.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise StanceError("this is not a folder", where=path, remedy="name a folder to write to") from error
    except OSError as error:
        what = f"the folder cannot be made ({error.strerror})"
        raise StanceError(what, where=path, remedy="name a folder that can be written") from error
    if not os.access(folder, os.W_OK):
        raise StanceError("the folder cannot be written", where=path, remedy="name another one")
    return folder


@contextmanager
def _opened(file: Path, path: str | Path) -> Iterator[BinaryIO]:
    try:
        stream = file.open("wb")
    except OSError as error:
        remedy = "name a file in a folder that exists and can be written"
        raise StanceError(f"cannot be written ({error.strerror})", where=path, remedy=remedy) from error
    try:
        yield stream
    except BaseException:
        # On a full disk closing fails once more, and would hide what went wrong.
        with suppress(OSError):
            stream.close()
        raise
    with writing(path):
        stream.close()
