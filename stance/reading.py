"""Files to documents: plain text in UTF-8, from files, folders or standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from stance.errors import DocumentError
from stance.output import STREAM
from stance.types import Document

SUFFIX = ".txt"
STDIN_ID = "stdin"


def find_documents(paths: Iterable[str | Path]) -> Iterator[str | Path]:
    """What :func:`read_document` can read: a folder becomes its ``.txt`` files, sorted by name; all else stays.

    A folder without such files stays, too, and is refused when it is read.
    """
    for path in paths:
        inside = sorted(Path(path).glob(f"*{SUFFIX}")) if str(path) != STREAM and Path(path).is_dir() else []
        yield from inside
        if not inside:
            yield path


def read_document(path: str | Path) -> Document:
    """Read one document; its id is the name of the file without the suffix.

    The text stays as it is, line ends included; only a byte order mark at its head is dropped. All offsets, those of
    gold files too, count code points of the text without that mark.

    Args:
        path: a file, or ``-`` for standard input.

    Raises:
        DocumentError: missing, a folder, binary, not UTF-8, or empty.
    """
    if str(path) == STREAM:
        where, name, data = "standard input", STDIN_ID, sys.stdin.buffer.read()
    else:
        where, name, data = str(path), Path(path).stem, _bytes(Path(path))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentError("this is UTF-16, not UTF-8", where=where, remedy="convert it: iconv -f utf-16 -t utf-8")
    if b"\0" in data or data.startswith(b"%PDF-"):
        raise DocumentError("a binary file", where=where, remedy="give plain text in UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"not UTF-8 (byte 0x{data[error.start]:02x} at offset {error.start})"
        raise DocumentError(what, where=where, remedy="convert it, for instance: iconv -f latin1 -t utf-8") from error
    if not text.strip():
        raise DocumentError("the document is empty", where=where, remedy="give a text with words in it")
    return Document(id=name, text=text)


def _bytes(file: Path) -> bytes:
    if file.is_dir():
        raise DocumentError(f"no {SUFFIX} files in this folder", where=file, remedy="name the files themselves")
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise DocumentError("no such file", where=file, remedy="check the path") from None
    except OSError as error:
        raise DocumentError(f"cannot be read ({error.strerror})", where=file, remedy="check the file") from error
