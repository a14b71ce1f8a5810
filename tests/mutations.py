"""What holds for the statements of any text, and ways to mangle a text; by command, over many mangled documents.

    python tests/mutations.py [10000] [--first 0]
    python tests/mutations.py [20000] --short

Takes the seed documents and the stories of the corpus in turn, mangles each copy in one to four ways, and checks every
statement that the segmenter gives. Prints the number of documents and statements, and fails at the first bad one.
``--short`` cuts pieces of up to 60 words before, and fails where one took more than 20 times the median of pieces that
are as long. Every document follows from its number: ``--first`` goes on where another run ended, or repeats one.
"""

import argparse
import random
import statistics
import sys
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
# So that the command finds the training code, too.
sys.path.insert(0, str(ROOT))

from stance.segment import segment  # noqa: E402
from stance.types import KINDS  # noqa: E402
from training.stories import own_texts  # noqa: E402


def check(text, statements):
    """What holds for the statements of any text."""
    assert [(s.start, s.end) for s in statements] == sorted({(s.start, s.end) for s in statements})
    assert all(one.end <= other.start for one, other in pairwise(statements))
    for s in statements:
        assert text[s.start : s.end] == s.text
        assert s.text == s.text.strip() != ""
        assert any(character.isalnum() for character in s.text)
        assert s.kind in KINDS
        assert 0 < s.confidence <= 1
        assert s.stances is None
        if s.source is not None:
            assert text.startswith(s.source, s.source_start)
        for speaker in s.speakers:
            assert speaker.id
            assert speaker.name.strip()
            assert speaker.actor


# Words of a short document; how much slower than the median none may be, among those as long in steps of so many
# characters; and a time in seconds too short to be measured.
WORDS, SLOWEST, STEP, LEAST = 60, 20, 40, 0.0005

MARKS = "\"“”„«»'‘’"
ODD = ("\u00a0", "\u200b", "\ufeff", "\u2028", "\r", "İ", "ß", "𝔘", "\u0301", "\u202e", "…", "—", "(", "•", "\x00")


def without_marks(text, rng):
    return "".join(character for character in text if character not in MARKS)


def with_fewer_marks(text, rng):
    return "".join(character for character in text if character not in MARKS or rng.random() < 0.5)


def with_doubled_marks(text, rng):
    return "".join(character * 2 if character in MARKS else character for character in text)


def with_mixed_marks(text, rng):
    return "".join(rng.choice(MARKS) if character in MARKS else character for character in text)


def as_one_paragraph(text, rng):
    return " ".join(text.split())


def as_many_paragraphs(text, rng):
    return text.replace(". ", ".\n").replace(", ", rng.choice((",\n", ", ")))


def with_odd_characters(text, rng):
    return "".join(rng.choice(ODD) + character if rng.random() < 0.01 else character for character in text)


def without_stops(text, rng):
    return text.replace(".", "").replace(",", "")


def in_capitals(text, rng):
    return text.upper()


def shuffled(text, rng):
    words = text.split(" ")
    rng.shuffle(words)
    return " ".join(words)


def cut(text, rng):
    start = rng.randrange(len(text) - 1)
    return text[start : rng.randrange(start + 1, len(text))]


MUTATIONS = (
    without_marks, with_fewer_marks, with_doubled_marks, with_mixed_marks, as_one_paragraph, as_many_paragraphs,
    with_odd_characters, without_stops, in_capitals, shuffled, cut,
)  # fmt: skip


def mangled(text, mutations, number):
    """A text after some mutations; ``number`` is the seed of their choices."""
    rng = random.Random(number)
    for mutate in mutations:
        text = mutate(text, rng) if len(text) > 2 else text
    return text


def short(text, number):
    """A piece of a text, of up to 60 words."""
    rng = random.Random(-number)
    words = text.split(" ")
    start = rng.randrange(len(words))
    return " ".join(words[start : start + rng.randint(1, WORDS)])


def document(texts, number, is_short):
    """The mangled document of a number."""
    text, rng = texts[number % len(texts)], random.Random(number)
    if is_short:
        text = short(text, number)
    text = mangled(text, rng.choices(MUTATIONS, k=rng.randint(1, 4)), number)
    return " ".join(text.split(" ")[:WORDS]) if is_short else text


def seconds(text):
    """How long the segmenter takes for a text, of whose statements it gives the number."""
    started = time.process_time()
    found = segment(text, force=True)
    taken = time.process_time() - started
    check(text, found)
    return taken, len(found)


def outliers(texts, times):
    """The numbers of documents that take more than ``SLOWEST`` times the median of those as long, three times over.

    Args:
        texts: documents by number.
        times: the seconds they took, by number.
    """
    alike = defaultdict(list)
    for number, text in texts.items():
        alike[len(text) // STEP].append(times[number])
    found = []
    for number, text in texts.items():
        limit = SLOWEST * max(statistics.median(alike[len(text) // STEP]), LEAST)
        if times[number] > limit and min(seconds(text)[0] for _ in range(3)) > limit:
            found.append(number)
    return found


def main():
    """Command line: mangle and check documents."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=10_000, help="how many documents (%(default)s)")
    parser.add_argument("--first", type=int, default=0, help="number of the first (%(default)s)")
    parser.add_argument("--short", action="store_true", help="pieces of up to 60 words")
    options = parser.parse_args()
    sources, texts, times, statements = own_texts(ROOT), {}, {}, 0
    seconds("Norway said no.")  # loads the registry and the word lists
    for number in range(options.first, options.first + options.count):
        text = document(sources, number, options.short)
        if not any(character.isalnum() for character in text):
            continue
        try:
            times[number], found = seconds(text)
        except Exception as error:
            raise SystemExit(f"document {number} fails ({error!r}): {text!r}") from error
        texts[number] = text if options.short else ""
        statements += found
    slowest = max(times, key=times.__getitem__)
    print(f"{len(times)} mangled documents, {statements} statements, all valid; ", end="")
    print(f"the slowest, {slowest}, took {times[slowest]:.3f} s, the median {statistics.median(times.values()):.4f} s")
    if options.short and (slow := outliers(texts, times)):
        raise SystemExit("\n".join(f"document {number} is slow: {texts[number]!r}" for number in slow))


if __name__ == "__main__":
    main()
