"""The five source documents give exactly their gold statements."""

import json
from pathlib import Path

import pytest
from mutations import check

from stance.segment import segment
from stance.types import Document

SEEDS = Path(__file__).parents[1] / "seeds"
TEXTS = {path.stem: path.read_bytes().decode("utf-8") for path in sorted(SEEDS.glob("*.txt"))}
GOLD = [json.loads(line) for line in (SEEDS / "gold.jsonl").read_text(encoding="utf-8").splitlines()]


def overlap(statement, gold):
    """Intersection over union of two spans."""
    common = min(statement.end, gold["end"]) - max(statement.start, gold["start"])
    return max(common, 0) / (max(statement.end, gold["end"]) - min(statement.start, gold["start"]))


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
