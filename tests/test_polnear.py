"""Predictions for the attribution scorer: what one source says in a paragraph is one attribution."""

import json

from stance.types import Document
from training.polnear import attributions, main

TEXT = (
    '"We mourn the dead of the harbour," Norway said. "We will stay with the families."\n\n'
    "Sweden said the ferry was late. The crew went home."
)


def words(found):
    return [[TEXT[start:end] for start, end in one["content"]] for one in found]


def test_neighbours_of_one_source_are_merged_and_others_are_not():
    found = attributions(Document(text=TEXT))
    assert words(found) == [
        ["We mourn the dead of the harbour", "We will stay with the families."],
        ["the ferry was late"],
    ]
    assert [TEXT[slice(*one["source"])] for one in found] == ["Norway", "Sweden"]


def test_paragraphs_are_kept_apart():
    text = "Norway said the ferry was late.\n\nNorway said the quay was closed."
    assert len(attributions(Document(text=text))) == 2


def test_the_command_reads_a_folder(tmp_path):
    (tmp_path / "one.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "two.txt").write_text("The crew went home.", encoding="utf-8")
    main([str(tmp_path), "-o", str(tmp_path / "out.json")])
    written = json.loads((tmp_path / "out.json").read_text())
    assert written["docs"] == {"one": attributions(Document(text=TEXT)), "two": []}
    assert written["meta"]["words"] == len(TEXT.split()) + 4
    assert written["meta"]["seconds"] > 0
