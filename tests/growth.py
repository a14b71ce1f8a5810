"""Texts made to be slow, doubled and doubled again: time and memory must grow as their length does.

    python tests/growth.py [NAME…] [--kilobytes 1024 4096] [--memory] [--limit 4.8]

Each repeats what some rule of the segmenter or a reader of tables looks at. Prints seconds of this process and how
often more the longest takes than the shortest; fails where that is over the limit for sizes four times apart (other
distances in proportion). ``--memory`` gives the peak of Python's memory as a multiple of the text, in place of time.
"""

import argparse
import io
import string
import sys
import time
import tracemalloc
from itertools import count, product
from pathlib import Path

ROOT = Path(__file__).parents[1]
# So that the command finds the library here.
sys.path.insert(0, str(ROOT))

from stance.segment import segment  # noqa: E402
from stance.tables.delimited import DelimitedReader  # noqa: E402
from stance.tables.jsonlines import JsonLinesReader  # noqa: E402


def repeated(unit):
    """Texts of one unit again and again."""
    return lambda length: (unit * (length // len(unit) + 1))[:length]


def new(form):
    """Texts of one form again and again, each time with another word of four letters (and number)."""

    def text(length):
        pieces, size = [], 0
        for number, letters in zip(count(1), product(string.ascii_lowercase, repeat=4), strict=False):
            pieces.append(form.format("".join(letters[::-1]), number))
            size += len(pieces[-1])
            if size >= length:
                return "".join(pieces)[:length]
        raise ValueError(f"{length} characters are too many for {form!r}")

    return text


def nested(length):
    """Quotations in quotations, all closed at the end."""
    eighth = length // 8
    return "“" * eighth + "‘" * eighth + repeated("Norway said no. ")(4 * eighth) + "’" * eighth + "”" * eighth


DOCUMENTS = {
    # one line without an end
    "one line": repeated("Norway said on Monday that the raid was a crime. "),
    "one word": repeated("a"),
    "one sentence": repeated("and the minister of Norway said that "),
    "words": repeated("a "),
    "gap": lambda length: "Norway said" + " " * length + "that it would act.",
    "address": lambda length: "https://" + "a.b/" * (length // 4),
    # many lines
    "short lines": repeated("No.\n"),
    "lines of a letter": repeated("a\n"),
    "blank lines": lambda length: "Norway spoke" + "\n \t" * (length // 3) + "and left.",
    "carriage returns": repeated("a\r"),
    "line separators": repeated("a\u2028"),
    "list": repeated("- it was a crime\n"),
    "numbers": repeated("1. "),
    "clauses": repeated("1. Condemns the raid;\n"),
    # quotation
    "straight marks": repeated('"'),
    "open quotations": repeated("“We mourn. "),
    "quotations": repeated('"We mourn the dead," he said, "and we stay." '),
    "quoted words": repeated('"a" '),
    "one quotation": lambda length: "Doe said: “" + repeated("We mourn the dead. ")(length) + "”",
    "one quoted sentence": lambda length: "Doe said: “" + repeated("we mourn the dead ")(length) + "”",
    "nested": nested,
    "opened in turn": repeated("“a ‘b “c ‘d "),
    "single marks": repeated("‘a b "),
    "apostrophes": repeated("'a "),
    "guillemets": repeated("«a "),
    # marks
    "brackets": repeated("(a "),
    "brackets alone": repeated("([{"),
    "dashes": repeated("Norway — "),
    "hyphens": repeated("a-"),
    "colons": repeated("A: "),
    "stops": repeated("."),
    "stops with spaces": repeated(". "),
    "stops without spaces": repeated("no.Norway"),
    "emphasis": repeated("**a** "),
    "hashes": repeated("#"),
    # letters
    "capitals": repeated("A"),
    "capitals and stops": repeated("A."),
    "words in capitals": repeated("NORWAY CONDEMNS RAID "),
    "capitalised words": repeated("Norway Sweden "),
    "combining characters": repeated("a\u0301"),
    "one combined letter": lambda length: "Norway said a" + "\u0301" * length,
    "several combined": repeated("N\u0301\u0302o\u0303 "),
    "spaces of no width": repeated("a\u200b"),
    "soft hyphens": repeated("a\u00ad"),
    "broken words": repeated("con-\ndemn "),
    "right to left": repeated("\u202e\u202da "),
    "emoji": repeated("\U0001f600 "),
    # speakers
    "handles": repeated("@norway "),
    "posts": new("Jane {0} @j{0} · 3m\nWe mourn {0}.\n"),
    "posts of one line": new("@h{0}: We condemn the raid.\n"),
    "signed posts": repeated("- it was a crime — Jane Doe (@jdoe) May 1, 2022\n"),
    "signed and unsigned items": repeated("- no\u2028- it was a crime — Jane Doe (@jdoe) May 1, 2022\u2028"),
    "platforms": new("Jane {0}, via Telegram:\nWe condemn it.\n"),
    "turns": repeated("MR DOE: We condemn the raid.\nMS ROE: No.\n"),
    "turns of many": new("X{0}: We condemn the raid.\n"),
    "turns of many ministers": new("The {0} MINISTER: We condemn the raid.\nThe President of X{0}: No.\n"),
    "initials": repeated("J.D.: We condemn the raid.\nAB: No.\n"),
    "one long turn": lambda length: (
        "MR ROE: No.\nMR DOE: " + repeated("and Norway said that ")(length) + ".\nMR ROE: No.\n"
    ),
    "turns in one line": repeated("We say no. Mr. Doe: Yes. Ms. Roe: No. "),
    "record": new("{1}. Mr. D{0} (Norway) said that it was so. It was.\n"),
    "stamps": repeated("12.05 — Norway said no.\n"),
    "new names": new("Ana B{0} said the president left. He said no. "),
    "one name": repeated("Jane Doe said no. "),
    "joint names": repeated("Norway, Sweden and Denmark said no. "),
    "introductions": new("The ousted president denied it. “No,” Jan B{0} told reporters. "),
    "ages": new("Ana B{0}, 67, said no. The 66-year-old said no. "),
    "ministers": new("The {0} minister said no. "),
    "offices": repeated("His office said and "),
    "abbreviations": new("The Union of {0} (U{0}) said no. "),
    "texts": repeated("The statement released on Friday said no. The letter said no. "),
    "texts of nobody": repeated("The statement on "),
    "pronouns": repeated("He said no. They said it. "),
    "relatives": repeated("Doe, who "),
    "verbs": repeated("said "),
    "prepositions": repeated("of the "),
    "dates": repeated("May 1, 2022 "),
}


def read_csv(text):
    """All rows of a CSV table."""
    return list(DelimitedReader(io.BytesIO(text.encode("utf-8")), "table", ","))


def read_json_lines(text):
    """All rows of a table of JSON Lines."""
    return list(JsonLinesReader(io.BytesIO(text.encode("utf-8")), "table"))


TABLES = {
    "rows": (read_csv, repeated('1,"We condemn, ""deeply"", the raid"\n')),
    "open cells": (read_csv, lambda length: "a,b\n" + repeated('x","y\n')(length)),
    "broken cells": (read_csv, lambda length: "a,b\n" + repeated('x","y\n')(length) + '"z" z\n'),
    "marks": (read_csv, lambda length: "a,b\n" + '"' * length),
    "columns": (read_csv, new("{0},")),
    "lines": (read_json_lines, repeated("{}\n")),
    "depth": (read_json_lines, repeated("[")),
    "digits": (read_json_lines, repeated("9")),
}


def read(text):
    """Statements of a document, whatever language it may be in."""
    return segment(text if any(map(str.isalnum, text)) else f"Norway {text}", force=True)


INPUTS = {name: (read, make) for name, make in DOCUMENTS.items()} | {f"table: {n}": way for n, way in TABLES.items()}


def seconds(name, length):
    """Time of this process for an input of so many characters, in seconds."""
    run, make = INPUTS[name]
    text = make(length)
    started = time.process_time()
    run(text)
    return time.process_time() - started


def peak(name, length):
    """The most memory that an input of so many characters takes, in bytes."""
    run, make = INPUTS[name]
    text = make(length)
    tracemalloc.start()
    run(text)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(INPUTS)} (all)")
    parser.add_argument("--kilobytes", type=int, nargs=2, default=(1024, 4096), help="lengths (%(default)s)")
    parser.add_argument("--memory", action="store_true", help="measure memory in place of time")
    parser.add_argument("--limit", type=float, default=4.8, help="most growth from a length to four times it")
    options = parser.parse_args()
    if unknown := set(options.names) - set(INPUTS):
        parser.error(f"no input {', '.join(sorted(unknown))}")
    short, long = (kilobytes * 1000 for kilobytes in options.kilobytes)
    read("Norway said no.")  # loads the registry and the word lists
    over = []
    for name in options.names or INPUTS:
        if options.memory:
            low, high = (peak(name, length) / length for length in (short, long))
            print(f"{name:28} {low:8.0f} {high:8.0f} times its length", flush=True)
            growth = 4 * high / low
        else:
            low, high = (seconds(name, length) for length in (short, long))
            growth = 4 * high / max(low, FLOOR) / (long / short)
            print(f"{name:28} {low:8.2f} s {high:8.2f} s, {high / max(low, FLOOR):5.2f} times", flush=True)
        over += [name] if growth > options.limit else []
    if over:
        raise SystemExit(f"growing too fast: {', '.join(over)}")


# Times that are shorter say nothing, in seconds.
FLOOR = 0.02

if __name__ == "__main__":
    main()
