"""Broken input for everything that reads what others wrote; by command, for as long as wanted.

    python tests/fuzzing.py [TARGET…] [--runs 20000] [--first 0]
    python tests/fuzzing.py TARGET --engine atheris [--runs 20000] [--corpus FOLDER]

A target takes bytes. They may be refused with a ``StanceError`` whose message is one line; any other error, or an
answer that cannot be right, is a bug. The ``own`` engine mutates seeds written for it, each input following from its
number, so that ``--first N --runs 1`` repeats one. ``atheris`` (``pip install atheris``) is guided by coverage and
keeps what it found in ``--corpus``. What once failed lies in ``tests/regressions/TARGET/`` and is tried in the suite.
"""

import argparse
import csv
import io
import json
import random
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
# So that the command finds the library and its neighbours here.
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from fast_model import Fast  # noqa: E402
from mutations import check  # noqa: E402

from stance import card as cards  # noqa: E402
from stance.batch import label_documents, label_table  # noqa: E402
from stance.codebook import Codebook  # noqa: E402
from stance.codebook import load as load_codebook  # noqa: E402
from stance.errors import ModelError, StanceError  # noqa: E402
from stance.reading import read_document  # noqa: E402
from stance.segment import segment  # noqa: E402
from stance.speakers.registry import load_registry  # noqa: E402
from stance.tables import read_table  # noqa: E402

REGRESSIONS = Path(__file__).with_name("regressions")
# Inputs are no longer, in bytes: what is wrong shows in short ones, too.
LONGEST = 4096


class Room:
    """A folder for the files of a target, made once and emptied with the process."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="stance-fuzz-")
        self.path = Path(self._folder.name)

    def file(self, name, data):
        """A file of these bytes."""
        path = self.path / name
        path.write_bytes(data)
        return path


def documents(data, room):
    """A text file: read, segmented, every statement valid, and the same when it is asked again."""
    document = read_document(room.file("document.txt", data))
    found = segment(document, force=True)
    check(document.text, found)
    json.dumps([statement.to_dict() for statement in found], allow_nan=False)
    assert segment(document, force=True) == found


def tables(data, room):
    """A table, its format told by the first byte: labelled into another one, no row lost, none made up."""
    formats = ("csv", "tsv", "jsonl", "parquet")
    first, rest = data[:1] or b"\0", data[1:]
    read, write = formats[first[0] % 4], formats[first[0] // 4 % 3]
    source, target = room.file(f"in.{read}", rest), room.path / f"out.{write}"
    with read_table(source, read) as table:
        records = list(table)
    if first[0] & 64:
        counts = label_documents(source, target, Fast(), prefix="s_", force=True)
        assert counts.rows == len(records)
        assert len(rows_of(target, write)) >= len(records)
    else:
        counts = label_table(source, target, Fast(), prefix="s_")
        assert counts.rows == len(rows_of(target, write)) == len(records)
    target.unlink()
    assert not (room.path / f".{target.name}.stance-parts").exists()


def rows_of(path, format):
    """The rows of a table as a reader of its own sees them, without the library."""
    if format == "jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines(keepends=False) if line]
    text = path.read_bytes().decode("utf-8")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if format == "tsv" else ",", strict=True))[1:]


def codebooks(data, room):
    """A codebook: what is taken is the same when it is written and read again."""
    book = load_codebook(room.file("codebook.toml", data))
    assert len(set(book.ids)) == len(book.ids) > 0
    assert Codebook.from_dict(json.loads(json.dumps(book.to_dict()))) == book
    assert book.fingerprint == Codebook.from_dict(book.to_dict()).fingerprint


def speakers(data, room):
    """A speaker file: what is taken can be used to read a document."""
    # Loaded anew each time: a registry is kept by its path.
    registry = load_registry.__wrapped__(room.file("speakers.toml", data))
    text = "The foreign ministry of Norway said no. Jane Doe of the Fjord League condemned the raid, and he agreed."
    check(text, segment(text, speakers=registry))


def records(data, room):
    """A ``stance.json``: what the audit finds sound can be built, and is the same when it is written and read again."""
    try:
        content = cards.parse(data.decode("utf-8"))
    except ValueError as error:
        raise ModelError("no sound JSON") from error
    if problems := cards.audit(content):
        raise ModelError("; ".join(problems))
    card = cards.construct(content)
    written = cards.parse(json.dumps(card.to_dict()))
    assert not cards.audit(written)
    assert cards.construct(written) == card


_CODEBOOK = b"""version = "1"
[[labels]]
id = "praise"
title = "Praise"
definition = "The speaker approves of somebody."
includes = ["thanks"]
excludes = []
hypotheses = ["Somebody is praised."]
[[labels]]
id = "blame-2"
title = "Blame"
definition = "The speaker \\u00e9 disapproves."
includes = []
excludes = ["doubt"]
hypotheses = ["Somebody is blamed.", "It is their fault."]
"""
_SPEAKERS = b"""[[actor]]
id = "Fjord-League"
name = "Fjord League"
kind = "union"
aliases = ["League of the Fjords", "FJL"]
shared = ["the League"]
demonym = ["Fjordic"]
[[body]]
id = "fl-secretariat"
name = "Secretariat of the Fjord League"
actor = "Fjord-League"
parent = "Fjord-League"
[[person]]
id = "jane-doe"
name = "Jane Doe"
parent = "fl-secretariat"
actor = "Fjord-League"
gender = "f"
offices = [{ title = "secretary-general", of = "Fjord-League", from = 2019, to = 2023 }]
[[person]]
id = "jan-roe"
name = "Jan Roe"
actor = "jan-roe"
own_actor = true
"""
_DOCUMENT = """Ministry protests
OSLO, January 5. /Agency/. "We condemn the raid," the foreign ministry of Norway said on Monday, "and we mourn."
“This is a crime,” Jane Doe, the head of the mission, told reporters. She added that Sweden’s stance was ‘clear’.
According to the EU's delegation, which met on Friday, nobody came — not even Mr. Roe (Denmark).

MR ROE: We deny it. Our ministry has said so.
THE PRESIDENT: I thank Mr. Roe. Who is next?
Q: Is it so?
A: It is. The minister's spokesman called it "a grave mistake".

Jane Doe @jdoe · 3m
We stand with the people of Peru. https://example.org/a #peace
RT @norway: Our thoughts are with them
- it was a crime — Jan Roe (@jroe) May 1, 2022
12.05 — The bloc urged calm, the statement said.
1. Strongly condemns the raid;
""".encode()
_CSV = b'id,text,note\n1,We condemn the raid.,a\n2,"We mourn, ""deeply"",\nall of them",b\n3,,\n4, ,c\n5,no\n'
_JSONL = (
    b'{"id": 1, "text": "We condemn the raid.", "tags": ["a", null]}\n{"id": 2, "text": null}\n\n'
    b'{"text": "\\ud83d\\ude00 \\u00e9 no", "x": {"y": 1e5}, "date": "2022-01-05"}\n[1]\n{"id": true, "text": 5}\n'
)


def _parquet():
    import pyarrow as pa
    import pyarrow.parquet as pq

    stream = io.BytesIO()
    pq.write_table(pa.table({"id": [1, 2], "text": ["We condemn the raid.", None], "n": [[1.5], []]}), stream)
    return stream.getvalue()


def _records():
    book = Codebook.from_dict(tomllib.loads(_CODEBOOK.decode()))
    common = {
        "format": cards.FORMAT,
        "name": "own",
        "version": "1",
        "codebook": book.to_dict(),
        "codebook_fingerprint": book.fingerprint,
        "max_length": 48,
        "stride": 8,
        "initialisers": {"w": {"tensor": "a.weight", "transpose": True, "dtype": "float32"}},
        "files": {"onnx/model.onnx": "0" * 64},
        "data": {"corpus": {"rows": 3}},
        "metrics": {"f1": 0.5, "by": [1, None]},
    }
    several = {
        "task": "multi-label",
        "calibration": {"temperature": [1.0, 2], "bias": [0.5, -1e-3]},
        "thresholds": [0.5, 1],
        "unsure": [[0.3, 0.7], [0, 0.1]],
    }
    zero = {"task": "zero-shot", "similarity": {"scale": 1.5, "bias": -2}, "threshold": 0.5, "unsure": [0.4, 0.6]}
    cards_of = [common | kind for kind in (several, zero)]
    assert not any(map(cards.audit, cards_of))
    return [json.dumps(card, indent=1).encode() for card in cards_of]


# What takes the bytes, and what they are mutated from. Whatever else reads what others wrote belongs here, too.
TARGETS = {
    "documents": (
        documents,
        lambda: [_DOCUMENT, *(line for line in _DOCUMENT.splitlines(keepends=True) if line.strip())],
    ),
    "tables": (
        tables,
        lambda: [bytes([way | kind]) + seed for way in (0, 64) for kind, seed in _seeds_of_tables()],
    ),
    "codebooks": (codebooks, lambda: [_CODEBOOK]),
    "speakers": (speakers, lambda: [_SPEAKERS]),
    "records": (records, _records),
}


def _seeds_of_tables():
    seeds = (_CSV, _CSV.replace(b",", b"\t"), _JSONL, _parquet())
    return [(4 * write + read, seed) for read, seed in enumerate(seeds) for write in range(3)]


# Bytes that mean something to somebody.
TOKENS = [
    b'"', b"'", b'""', b"\\", b"\n", b"\r", b"\r\n", b"\t", b",", b";", b"[", b"]", b"[[", b"]]", b"{", b"}", b"=",
    b":", b"#", b"@", b"-", b".", b"...", b"(", b")", b" ", b"\0", b"\x1a", b"\xff", b"\xc3", b"\xed\xa0\x80",
    b"\xef\xbb\xbf", b"null", b"true", b"NaN", b"1e999", b"-0", b"9" * 400, b"0", b"1.5", b'""""', b"\\ud800",
    b"\\u0000", b"\\n", b"\\\"", b"[]", b"{}", b"5", b"nan", b"2022-01-05",
    b"said", b" said ", b" and ", b"that ", b"the ", b" of ", b"who ", b"he ", b"Norway", b"text", b"id",
    *(mark.encode() for mark in "“”„«»‘’—–…•·√İß𝔘中\u0301\u200b\u202e\u00a0\u2028"),
]  # fmt: skip


def mutated(seeds, number):
    """The input of a number: a seed, bytes of which are changed, doubled, moved, left out, or taken from another."""
    rng = random.Random(number)
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.choice((0, 1, 1, 2, 3, 5, 8, 20))):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.choice((1, 1, 2, 4, 16, 64)))
        match rng.randrange(7):
            case 0 if at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                data[at:end] = b""
            case 2:
                data[at:at] = rng.choice(TOKENS)
            case 3:
                data[at:end] = rng.choice(TOKENS)
            case 4:
                data[at:at] = data[at:end] * rng.choice((1, 1, 2, 8))
            case 5:
                other = rng.choice(seeds)
                begin = rng.randrange(len(other) + 1)
                data[at:end] = other[begin : begin + rng.choice((4, 16, 64))]
            case _:
                begin = rng.randrange(len(data) + 1)
                data[begin:begin] = data[at:end]
    return bytes(data[:LONGEST])


def attempt(name, data, room):
    """Give a target its bytes; whether it took them.

    Raises:
        Exception: it failed otherwise than by refusing them in one line.
    """
    try:
        TARGETS[name][0](data, room)
    except StanceError as error:
        message = str(error)
    else:
        return True
    assert len(message.splitlines()) == 1, "an error is one line"
    return False


def own(name, first, runs, room):
    """Mutate and try; how many inputs were taken."""
    seeds, taken = TARGETS[name][1](), 0
    for number in range(first, first + runs):
        data = mutated(seeds, number)
        try:
            taken += attempt(name, data, room)
        except Exception as error:
            raise AssertionError(f"{name} {number} fails ({error!r}): {data!r}") from error
    return taken


def atheris_engine(name, runs, corpus):
    """Let libFuzzer choose the inputs; ends the process."""
    import atheris

    room = Room()
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[name][1]()):
        (corpus / f"seed-{number}").write_bytes(seed)
    atheris.instrument_all()
    options = [f"-runs={runs}", f"-max_len={LONGEST}", "-timeout=60", str(corpus)]
    atheris.Setup([sys.argv[0], *options], lambda data: attempt(name, data, room), enable_python_coverage=True)
    atheris.Fuzz()


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)} (all)")
    parser.add_argument("--runs", type=int, default=20_000, help="inputs a target (%(default)s)")
    parser.add_argument("--first", type=int, default=0, help="number of the first input (%(default)s)")
    parser.add_argument("--engine", choices=("own", "atheris"), default="own")
    parser.add_argument("--corpus", type=Path, help="of atheris: where it keeps what it finds")
    options = parser.parse_args()
    names = options.targets or list(TARGETS)
    if unknown := set(names) - set(TARGETS):
        parser.error(f"no target {', '.join(sorted(unknown))}")
    if options.engine == "atheris":
        if len(names) != 1:
            parser.error("name one target for atheris")
        with tempfile.TemporaryDirectory() as folder:
            atheris_engine(names[0], options.runs, options.corpus or Path(folder))
        return
    for name in names:
        taken = own(name, options.first, options.runs, Room())
        print(f"{name}: {options.runs} inputs, {taken} taken, the others refused", flush=True)


if __name__ == "__main__":
    main()
