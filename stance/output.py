"""Files that appear only when they are complete."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from stance.errors import StanceError

STREAM = "-"


@contextmanager
def complete(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file to write; it takes its place only when the block ends well, and else leaves what was there.

    Args:
        path: the file, or ``-`` for standard output; a device or a pipe is written as it stands.

    Raises:
        StanceError: it cannot be written.
    """
    if str(path) == STREAM:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    # The file that a link points to is replaced, not the link.
    target = Path(path).resolve()
    # "out/" means a folder, be it there or not; Path forgets the slash.
    if target.is_dir() or str(path).endswith("/"):
        raise StanceError("this is a folder", where=path, remedy="name a file to write")
    if target.exists() and not target.is_file():
        with _opened(target, "wb", path) as stream:
            yield stream
        return
    stage = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with _opened(stage, "wb", path) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            shutil.copymode(target, stage)
        stage.replace(target)
    finally:
        stage.unlink(missing_ok=True)


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


def _opened(file: Path, mode: str, path: str | Path) -> BinaryIO:
    try:
        return file.open(mode)  # type: ignore[return-value]
    except OSError as error:
        remedy = "name a file in a folder that exists and can be written"
        raise StanceError(f"cannot be written ({error.strerror})", where=path, remedy=remedy) from error
