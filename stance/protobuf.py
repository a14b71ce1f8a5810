"""Protocol buffers, read field by field against a list of what may occur; nothing is built from them.

What a lenient reader would pass over is refused, so that nobody else can read the same bytes in another way: fields
that are not listed, a field of another wire type, and one that occurs twice but may occur once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Wire = Literal["int", "float", "bytes"]
Value = int | memoryview

_INT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_TYPES: Final[Mapping[Wire, tuple[int, ...]]] = {"int": (_INT,), "float": (_FOUR, _EIGHT), "bytes": (_BYTES,)}
# A whole number has seven bits a byte, so that 64 bits take ten.
_LONGEST = 10


@dataclass(frozen=True, slots=True)
class Field:
    """What may stand under a number.

    Attributes:
        name: of the field.
        wire: how it is stored.
        many: whether it may occur more than once; numbers may be packed into bytes then.
    """

    name: str
    wire: Wire
    many: bool = False


Message = Mapping[int, Field]


def read(data: memoryview, message: Message) -> dict[str, list[Value]]:
    """Values of a message by the name of their field; packed whole numbers are taken apart.

    Args:
        data: the message.
        message: its fields by number.

    Raises:
        ValueError: a field that may not occur, or a message that is cut short.
    """
    found: dict[str, list[Value]] = {}
    for number, wire, value in _fields(data):
        field = message.get(number)
        if field is None:
            raise ValueError(f"a field of the number {number}, which is not read")
        values = found.setdefault(field.name, [])
        packed = field.many and field.wire != "bytes" and wire == _BYTES
        if not packed and wire not in _TYPES[field.wire]:
            raise ValueError(f"the field {field.name} is stored as something else")
        if values and not field.many:
            raise ValueError(f"the field {field.name} occurs twice")
        if packed and field.wire == "int" and isinstance(value, memoryview):
            values += _integers(value)
        else:
            values.append(value)
    return found


def text(value: Value) -> str:
    """A string.

    Raises:
        ValueError: it is not UTF-8.
    """
    return bytes(value).decode("utf-8") if isinstance(value, memoryview) else str(value)


def _fields(data: memoryview) -> Iterator[tuple[int, int, Value]]:
    """Number, wire type and value of each field."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == _INT:
            value, at = _varint(data, at)
            yield number, wire, value
            continue
        if wire == _BYTES:
            size, at = _varint(data, at)
        elif wire in (_FOUR, _EIGHT):
            size = 4 if wire == _FOUR else 8
        else:
            raise ValueError(f"a field of the wire type {wire}")
        if size > len(data) - at:
            raise ValueError("it is cut short")
        yield number, wire, data[at : at + size]
        at += size


def _integers(data: memoryview) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """A whole number without its sign, and where it ends."""
    value = 0
    for place in range(_LONGEST):
        if at + place >= len(data):
            raise ValueError("it is cut short")
        byte = data[at + place]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    raise ValueError("a number of more than 64 bits")
