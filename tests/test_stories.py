"""The corpus of stories: its marks are sound, and the reader refuses what is not."""

import hashlib
import itertools
import json

import pytest

from stance.errors import StanceError
from training.stories import DEFAULT_STORIES, measure, parse, read_reading, read_stories, segmented

ROW = {"id": "x", "style": "agency", "date": None, "source": None, "author": None}


@pytest.mark.parametrize("name", ["train.jsonl", "turns.jsonl", "test.jsonl"])
def test_marks_are_sound(name):
    stories = read_stories(DEFAULT_STORIES / name)
    assert len({story.document.id for story in stories}) == len(stories) >= 70
    for story in stories:
        assert "<" not in story.document.text
        assert story.statements
        spans = [(statement.start, statement.end) for statement in story.statements]
        assert spans == sorted(spans)
        assert all(start < end for start, end in spans)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


def test_there_are_enough_in_many_styles():
    stories = [story for name in ("train.jsonl", "test.jsonl") for story in read_stories(DEFAULT_STORIES / name)]
    assert len(stories) >= 300
    assert len({story.style for story in stories}) >= 10


def test_the_test_split_is_the_frozen_one():
    digest = hashlib.sha256((DEFAULT_STORIES / "test.jsonl").read_bytes()).hexdigest()
    assert (DEFAULT_STORIES / "test.sha256").read_text().split()[0] == digest


def test_marks_become_statements():
    marked = (
        '<src id="1">Lima</src> <cue id="1">said</cue> <st src="1" cue="1" speaker="Peru" actor="Peru" kind="indirect">'
        'it was worried</st>. <st speaker="A; B" kind="direct">We left.</st>'
    )
    story = parse(ROW | {"marked": marked})
    assert story.document.text == "Lima said it was worried. We left."
    first, second = story.statements
    assert (story.document.text[first.start : first.end], first.speaker, first.kind) == (
        "it was worried",
        "Peru",
        "indirect",
    )
    assert (second.speaker, second.aliases, second.actor) == ("A", ("B",), None)


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ('<st kind="direct">We left.', "not closed"),
        ("We left.</st>", "closes nothing"),
        ('<st kind="direct">We <cue id="1">said</cue></st>', "<cue> within <st>"),
        ('<st kind="direct" cue="7">We left.</st>', "cue is not there"),
        ("<st>We left.</st>", "without kind"),
    ],
)
def test_unsound_marks_are_refused(marked, message):
    with pytest.raises(StanceError, match=message):
        parse(ROW | {"marked": marked})


def test_measuring_counts_found_statements_and_speakers():
    marked = (
        'LIMA - <src id="1">Foreign Minister Ana Prado</src> <cue id="1">said</cue> on Monday '
        '<st src="1" cue="1" speaker="Ana Prado" actor="Peru" kind="indirect">the talks would resume in May</st>.'
    )
    tallies = measure([parse(ROW | {"marked": marked})])
    assert tallies["all"].found == tallies["all"].speaker == tallies["kind indirect"].gold == 1
    assert "whoF 100.0" in tallies["all"].figures()


TURNS = (
    '<src id="1">MR. PRADO</src>: <st src="1" speaker="Prado" actor="Prado" kind="direct">We left.</st> '
    '<st src="1" speaker="Prado" actor="Prado" kind="direct">We mourn.</st>\n'
    '<src id="2">MS. LIND</src>: <st src="2" speaker="Lind" actor="Lind" kind="direct">We stay.</st>'
)


def test_a_turn_is_right_if_all_its_statements_are():
    story = parse(ROW | {"style": "interview", "marked": TURNS})
    tallies = measure([story])
    assert (tallies["turns"].gold, tallies["turns"].found, tallies["turns"].speaker) == (2, 2, 2)
    tallies = measure([story], lambda story: segmented(story)[1:])
    assert (tallies["turns"].gold, tallies["turns"].found, tallies["turns"].speaker) == (2, 1, 1)
    assert "turns" not in measure([parse(ROW | {"marked": TURNS})])


def test_a_second_reading_is_measured_like_the_segmenter(tmp_path):
    story = parse(ROW | {"style": "interview", "marked": TURNS})
    first, _, third = story.statements
    file = tmp_path / "reading.jsonl"
    rows = [
        {"start": first.start, "end": first.end, "kind": "direct", "speaker": "Prado", "actor": "Prado"},
        {"start": third.start, "end": third.end, "kind": "direct", "speaker": "", "actor": ""},
    ]
    file.write_text(json.dumps({"id": "x", "statements": rows}) + "\n")
    tallies = measure([story], read_reading(file))
    assert (tallies["all"].gold, tallies["all"].found, tallies["all"].speaker) == (3, 2, 1)
    with pytest.raises(StanceError, match="no such file"):
        read_reading(tmp_path / "none.jsonl")


def test_both_readings_of_the_test_split_agree():
    stories = read_stories(DEFAULT_STORIES / "test.jsonl")
    tally = measure(stories, read_reading(DEFAULT_STORIES / "second.jsonl"))["all"]
    assert 2 * tally.found / (tally.gold + tally.predicted) >= 0.95
    assert 2 * tally.speaker / (tally.gold + tally.predicted) >= 0.9
