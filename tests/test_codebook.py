"""The codebook: the shipped one is sound and agrees with the prose, a malformed one is refused with every offender."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest

from stance import codebook
from stance.codebook import Codebook
from stance.errors import CodebookError

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def book():
    return codebook.load()


def test_ids_are_those_of_the_prose(book):
    prose = (ROOT / "CODEBOOK.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|", prose, flags=re.MULTILINE)
    assert book.ids == tuple(rows)


def test_every_label_has_three_different_hypotheses(book):
    hypotheses = [h for label in book.labels for h in label.hypotheses]
    assert all(len(label.hypotheses) == 3 for label in book.labels)
    assert len(set(hypotheses)) == len(hypotheses)


def test_round_trip_keeps_the_fingerprint(book):
    again = Codebook.from_dict(book.to_dict())
    assert again == book
    assert again.fingerprint == book.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(version="1.1"),
        lambda d: d["labels"].reverse(),
        lambda d: d["labels"][0].update(definition="Something else."),
        lambda d: d["labels"][0]["includes"].append("more"),
    ],
)
def test_any_change_changes_the_fingerprint(book, change):
    data = copy.deepcopy(book.to_dict())
    change(data)
    assert Codebook.from_dict(data).fingerprint != book.fingerprint


def test_every_offender_is_named(book):
    data = book.to_dict()
    del data["version"]
    data["colour"] = "blue"
    data["labels"][0]["id"] = "Not An Id"
    data["labels"][1]["hypotheses"] = []
    data["labels"][2]["includes"] = "one text"
    data["labels"][3]["title"] = " "
    data["labels"][4]["id"] = data["labels"][3]["id"]
    with pytest.raises(CodebookError) as caught:
        Codebook.from_dict(data)
    named = ["version is missing", "'colour'", "'Not An Id'", "label 2: hypotheses is empty"]
    named += ["label 3: includes", "label 4: title", "'sovereignty' occurs twice"]
    assert [name for name in named if name not in str(caught.value)] == []


@pytest.mark.parametrize("data", [None, [], {"version": "1", "labels": []}, {"version": "1", "labels": ["a"]}])
def test_other_shapes_are_refused(data):
    with pytest.raises(CodebookError):
        Codebook.from_dict(data)


def test_files_that_cannot_be_read_say_which(tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_text("version = ", encoding="utf-8")
    for file in (broken, tmp_path / "absent.toml"):
        with pytest.raises(CodebookError, match=re.escape(str(file))):
            codebook.load(file)
