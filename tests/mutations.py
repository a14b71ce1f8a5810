"""What holds for the statements of any text, and ways to mangle a text; by command, over many mangled documents.

    python tests/mutations.py [10000]

Takes the seed documents and the stories of the corpus in turn, mangles each copy in one to four ways, and checks every
statement that the segmenter gives. Prints the number of documents and statements, and fails at the first bad one.
"""

import random
import sys
import time
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


def main(count):
    """Mangle and check ``count`` documents."""
    texts, rng, statements, slowest = own_texts(ROOT), random.Random(13), 0, 0.0
    for number in range(count):
        ways = rng.choices(MUTATIONS, k=rng.randint(1, 4))
        text = mangled(texts[number % len(texts)], ways, number)
        if not any(character.isalnum() for character in text):
            continue
        started = time.process_time()
        found = segment(text, force=True)
        slowest = max(slowest, time.process_time() - started)
        check(text, found)
        statements += len(found)
    print(f"{count} mangled documents, {statements} statements, all valid; the slowest took {slowest:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
