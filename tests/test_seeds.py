"""The five source documents give exactly their gold statements; mangled, they still give valid ones in bounded time."""

import json
import random
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.segment import segment
from stance.types import KINDS, Document

SEEDS = Path(__file__).parents[1] / "seeds"
TEXTS = {path.stem: path.read_bytes().decode("utf-8") for path in sorted(SEEDS.glob("*.txt"))}
GOLD = [json.loads(line) for line in (SEEDS / "gold.jsonl").read_text(encoding="utf-8").splitlines()]


def overlap(statement, gold):
    """Intersection over union of two spans."""
    common = min(statement.end, gold["end"]) - max(statement.start, gold["start"])
    return max(common, 0) / (max(statement.end, gold["end"]) - min(statement.start, gold["start"]))


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
            assert text[s.source_start :].startswith(s.source)
        for speaker in s.speakers:
            assert speaker.id
            assert speaker.name.strip()
            assert speaker.actor


# -- golden -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEXTS)
def test_seed_gives_its_gold_statements_and_no_other(name):
    statements = segment(Document(text=TEXTS[name], id=name))
    check(TEXTS[name], statements)
    gold = [row for row in GOLD if row["doc"] == name]
    assert len(gold) > 0
    pairs = [(s, row) for row in gold for s in statements if overlap(s, row) >= 0.5]
    assert [row["text"] for row in gold if row not in [b for _, b in pairs]] == [], "missed"
    assert [s.text for s in statements if s not in [a for a, _ in pairs]] == [], "not in the gold"
    assert len(pairs) == len(gold) == len(statements)
    for statement, row in pairs:
        assert statement.speaker is not None, row
        assert statement.speaker.name in (row["speaker"], *row["aliases"]), row
        assert (statement.speaker.actor, statement.kind) == (row["actor"], row["kind"]), row


def test_most_spans_of_the_seeds_are_those_of_the_gold_to_the_letter():
    exact = {(row["doc"], row["start"], row["end"]) for row in GOLD}
    found = {(name, s.start, s.end) for name, text in TEXTS.items() for s in segment(text)}
    assert len(exact & found) >= 0.9 * len(exact)


# -- mangled ----------------------------------------------------------------------------------------------------------

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


@settings(max_examples=150, deadline=5000, derandomize=True)
@given(
    st.sampled_from(sorted(TEXTS)), st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=4), st.integers(0, 999)
)
def test_mangled_documents(name, mutations, number):
    text, rng = TEXTS[name], random.Random(number)
    for mutate in mutations:
        text = mutate(text, rng) if len(text) > 2 else text
    if any(character.isalnum() for character in text):
        check(text, segment(text, force=True))


@settings(max_examples=150, deadline=5000, derandomize=True)
@given(st.text(alphabet=st.sampled_from("aZİß 0.,:;!?\n\r\t“”\"'’„«»()—-@#…\u00a0"), min_size=1, max_size=80))
def test_arbitrary_characters(noise):
    text = f"Norway {noise} said “{noise}” that {noise} was a crime, {noise} Doe said."
    check(text, segment(text, force=True))


# -- time -------------------------------------------------------------------------------------------------------------

# Each is one step of the segmenter taken to extremes: a rule that looks back over all of it would take minutes.
ENDLESS = {
    "stops": "a" + "." * 50_000 + "b",
    "spaces": "Norway said" + " " * 50_000 + "that it would act.",
    "blank lines": "Norway spoke" + "\n \t" * 15_000 + "and left.",
    "marks": "a" + '"' * 50_000,
    "open quotations": "“We mourn. " * 5_000,
    "quotations": '"We mourn the dead," he said, "and we stay." ' * 1_100,
    "apostrophes": "'a " * 15_000,
    "verbs": "said " * 10_000,
    "clauses": "Norway said that Sweden said that " * 1_500,
    "commas": "the minister, " * 3_500 + "said it.",
    "capitals": "NORWAY CONDEMNS RAID " * 2_400,
    "names": "Jane Doe " * 5_500,
    "prepositions": "Ministry " + "of the " * 7_000,
    "joint names": "Norway and Sweden " * 2_700 + "said no.",
    "items": "- the raid was a crime\n" * 2_000 + "- it was — Jane Doe (@jdoe) May 1, 2022\n",
    "signed items": "- it was a crime — Jane Doe (@jdoe) May 1, 2022\n" * 1_000,
    "brackets": ("(" + " " * 200 + "a — Jane Doe (@jdoe) May 1, 2022\n") * 200,
    "new names": " ".join(f"Ana{'x' * (n % 7)} Bo{n}a said the president left. He said no." for n in range(900)),
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_no_text_takes_more_than_linear_time(text):
    started = time.process_time()
    check(text, segment(text, force=True))
    assert time.process_time() - started < 10


def test_a_long_document_takes_seconds():
    text = "\n\n".join(TEXTS.values())
    text *= 300_000 // len(text) + 1
    started = time.process_time()
    check(text, segment(text))
    assert time.process_time() - started < 15
