"""Whatever is done to a document, its statements are valid, and they come in time that grows with its length."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import MUTATIONS, ROOT, check, mangled

from stance.segment import segment
from training.stories import own_texts

TEXTS = own_texts(ROOT)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(TEXTS), st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=4), st.integers(0, 999))
def test_mangled_documents(text, mutations, number):
    text = mangled(text, mutations, number)
    if any(character.isalnum() for character in text):
        started = time.process_time()
        check(text, segment(text, force=True))
        assert time.process_time() - started < 5


@settings(max_examples=150, deadline=None, derandomize=True)
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


def test_time_grows_with_the_length_of_a_document_up_to_a_megabyte():
    text = "\n\n".join(TEXTS)
    seconds = []
    for length in (125_000, 1_000_000):
        long = (text * (length // len(text) + 1))[:length]
        started = time.process_time()
        check(long, segment(long))
        seconds.append(time.process_time() - started)
    assert seconds[1] < 3 * 8 * seconds[0]
