"""Strength of wording: each act by its own words, not by its neighbour's."""

from __future__ import annotations

import time
import tomllib

import pytest

from stance import codebook
from stance.intensity import TABLE, intensity
from stance.types import INTENSITIES

CASES = [
    # one act
    ("We condemn the raid on the harbour.", {"condemnation": "plain"}),
    ("We strongly condemn the raid on the harbour.", {"condemnation": "strong"}),
    ("The islands condemn in the strongest possible terms the raid.", {"condemnation": "strongest"}),
    ("The council condemned the bombing of the old bridge in the strongest terms.", {"condemnation": "strongest"}),
    ("In the strongest terms, we condemn the raid.", {"condemnation": "strongest"}),
    ("We condemn this cowardly bombing unreservedly.", {"condemnation": "strongest"}),
    ("The delta unequivocally condemns the raid.", {"condemnation": "strongest"}),
    ("Our condemnation of the raid is firm and total.", {"condemnation": "plain"}),
    ("This flagrant breach of the truce is unacceptable.", {"condemnation": "plain"}),
    ("This flagrant breach of the truce is totally unacceptable.", {"condemnation": "strongest"}),
    ("The mission is concerned about the drought.", {"concern": "plain"}),
    ("The mission is gravely concerned about the drought.", {"concern": "strong"}),
    ("The fighting is a matter of very serious concern.", {"concern": "strong"}),
    ("The fighting near the dam is our gravest concern.", {"concern": "strongest"}),
    ("Most alarming is the price of bread.", {"concern": "strongest"}),
    ("Most members are concerned about the price of bread.", {"concern": "plain"}),
    ("They are so worried that they closed the school.", {"concern": "strong"}),
    ("The grave danger is known; the mission is concerned.", {"concern": "plain"}),
    ("Both sides must show restraint.", {"restraint": "plain"}),
    ("Both sides must show maximum restraint.", {"restraint": "strongest"}),
    ("We strongly urge both sides to return to the talks.", {"restraint": "strong"}),
    ("We support the sovereignty of the delta.", {"sovereignty": "plain"}),
    ("They restated their unwavering support for the delta and its territorial integrity.", {"sovereignty": "strong"}),
    ("The firm U.S. commitment to the sovereignty of the delta stands.", {"sovereignty": "strong"}),
    ("Our commitment to the independence of the delta is unwavering.", {"sovereignty": "strong"}),
    ("We offer our sincere condolences to the widow.", {"condolence": "plain"}),
    ("We offer our heartfelt condolences to the widow.", {"condolence": "strong"}),
    ("We offer our most heartfelt condolences to the widow.", {"condolence": "strongest"}),
    ("Our DEEPEST sympathy goes to the widow.", {"condolence": "strongest"}),
    # several acts
    (
        "We deeply regret the deaths of the miners and condemn the raid.",
        {"condolence": "strong", "condemnation": "plain"},
    ),
    (
        "We mourn the miners and condemn in the strongest terms the raid.",
        {"condolence": "plain", "condemnation": "strongest"},
    ),
    (
        "They voiced deep concern over the arrests and strongly condemned the raid.",
        {"concern": "strong", "condemnation": "strong"},
    ),
    (
        "She condemned the invasion and underlined her steadfast support for the sovereignty of the delta.",
        {"condemnation": "plain", "sovereignty": "strong"},
    ),
    (
        "We urge restraint and offer our deepest condolences to the families.",
        {"restraint": "plain", "condolence": "strongest"},
    ),
    (
        "We condemn the breach of the sovereignty of the delta in the strongest terms.",
        {"condemnation": "strongest", "sovereignty": "plain"},
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text[:50] for text, _ in CASES])
def test_wording(text, expected):
    assert {label: intensity(text, label) for label in expected} == expected


@pytest.mark.parametrize("text", ["", " ", "…", "very", "in the strongest terms", "most", "strongly", "🕊️ l’été"])
@pytest.mark.parametrize("label", codebook.load().ids)
def test_texts_without_an_act_are_plain(text, label):
    assert intensity(text, label) == "plain"


def test_typographic_apostrophes_and_case_change_nothing():
    text = "The delta's people STRONGLY condemn the raid"
    assert intensity(text, "condemnation") == intensity(text.replace("'", "’").lower(), "condemnation") == "strong"


def test_labels_of_other_codebooks_are_plain():
    assert intensity("We very strongly condemn the raid.", "threat") == "plain"


def test_the_table_covers_the_codebook_and_the_scale():
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    assert tuple(table["labels"]) == codebook.load().ids
    assert set(table) - {"labels"} == set(INTENSITIES) - {"plain"}
    strong, strongest = (set(table[level]["words"]) for level in ("strong", "strongest"))
    assert not strong & strongest
    assert not {"sincere", "sincerely", "flagrant", "flagrantly"} & (strong | strongest)


def test_a_very_long_text_takes_little_time():
    text = "We very strongly support peace and sovereignty and condemn the raid " * 5000
    start = time.perf_counter()
    assert intensity(text, "condemnation") == "plain"
    assert intensity(text, "sovereignty") == "strong"
    assert time.perf_counter() - start < 10
