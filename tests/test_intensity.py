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
    ("The grave of the poet is known; the mission is concerned.", {"concern": "plain"}),
    ("Our biggest worry is the price of bread.", {"concern": "strongest"}),
    ("She was a very kind neighbour and our worry is the price of bread.", {"concern": "plain"}),
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
    # verdicts, which are no act by themselves
    ("To sell the well is wrong and shameful.", {"condemnation": "plain"}),
    ("To sell the well is deeply shameful.", {"condemnation": "strong"}),
    ("To sell the well was utterly wrong.", {"condemnation": "strongest"}),
    ("The militia has completely violated the truce of the wells.", {"condemnation": "strongest"}),
    ("Selling the only well is the height of cruelty.", {"condemnation": "strongest"}),
    ("This road is dangerous, and the bridge is a risk.", {"concern": "plain"}),
    ("This road is very, very dangerous.", {"concern": "strong"}),
    ("The drought poses a grave threat to the herders.", {"concern": "strong"}),
    ("The drought poses the gravest threat to the herders in a century.", {"concern": "strongest"}),
    ("The drought is the most serious crisis of the decade.", {"concern": "strongest"}),
    ("We give water to those whom the dangerous drought hit most.", {"concern": "plain"}),
    # the size of a thing is not the strength of the words
    ("The herders are under considerable threat.", {"concern": "plain"}),
    ("The herders have our considerable sympathy.", {"condolence": "strong"}),
    ("The ballad tells the utter cruelty of the winter, and we denounce the raid.", {"condemnation": "plain"}),
    ("They voiced their outright rejection of the sale.", {"condemnation": "strongest"}),
    # acts that need their topic, and those that do not
    ("We firmly stand by the price of bread.", {"sovereignty": "plain"}),
    ("We firmly stand by the delta and its borders.", {"sovereignty": "strong"}),
    ("They stressed their steadfast support for the delta as it defends itself.", {"sovereignty": "strong"}),
    ("The navy will firmly protect the islands and their territory.", {"sovereignty": "strong"}),
    ("He absolutely believes that the islanders should end the fighting.", {"restraint": "strongest"}),
    ("We very much hope to see them back at the negotiating table.", {"restraint": "strong"}),
    ("We strongly urge both captains to keep their boats in port.", {"restraint": "strong"}),
    # an adverb before "that" speaks of the clause behind it
    (
        "She argued strongly that the sale of the only well was in every respect unacceptable.",
        {"condemnation": "strong"},
    ),
    ("She argued strongly; the sale of the only well was in every respect unacceptable.", {"condemnation": "plain"}),
    # a strengthener whose own word ends before the act
    ("He praised the strong answer of the council to condemn the raid.", {"condemnation": "plain"}),
    ("We are steadfast in our support for the sovereignty of the delta.", {"sovereignty": "strong"}),
    ("We have been very clear about our concern.", {"concern": "plain"}),
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
    (
        "We firmly support the independence of the delta and call for calm.",
        {"sovereignty": "strong", "restraint": "plain"},
    ),
    (
        "We mourn the miners, and to flood the shaft was totally unconscionable.",
        {"condolence": "plain", "condemnation": "strongest"},
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


@pytest.mark.parametrize(
    "text",
    [
        "We very strongly support peace and sovereignty and condemn the raid ",
        "very most so really that ",
        "condemn support peace strongly strong",
        "in the without any a ",
        "U.N.'s-a-",
    ],
    ids=["sentence", "strengtheners", "one word", "phrases", "token"],
)
def test_time_is_linear_in_the_text(text):
    """Ten times the text may take some ten times as long, where quadratic time would be a hundred times."""

    def cost(times: int) -> float:
        start = time.process_time()
        intensity(text * times, "condemnation")
        return time.process_time() - start

    cost(1)
    assert cost(5000) < 30 * max(cost(500), 0.01)
