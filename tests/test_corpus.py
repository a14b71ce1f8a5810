"""The statement corpus and the codings of texts kept elsewhere are what their datasheets say."""

import hashlib
import json
from collections import Counter

from stance import codebook
from training import audit
from training.config import DEFAULT_CORPUS
from training.pool import DEFAULT_CODINGS, DEFAULT_CORRECTIONS, read_codings


def rows(name):
    return [json.loads(line) for line in (DEFAULT_CORPUS / name).read_text(encoding="utf-8").splitlines()]


def test_the_audit_finds_nothing(capsys):
    assert audit.main([]) == 0
    assert "contrast groups" in capsys.readouterr().out


def test_the_test_split_is_the_frozen_one():
    digest = hashlib.sha256((DEFAULT_CORPUS / "test.jsonl").read_bytes()).hexdigest()
    assert (DEFAULT_CORPUS / "test.sha256").read_text().split()[0] == digest


def test_size_and_breadth():
    train, test = rows("train.jsonl"), rows("test.jsonl")
    both = [*train, *test]
    assert len(both) >= 5000
    assert sum(row["group"] is not None for row in both) >= 1500
    assert sum(row["case"] == "cueless" for row in both) >= 800
    assert sum(row["case"] == "cueless" for row in test) >= 300
    assert len({row["register"] for row in both}) >= 12
    assert len({row["setting"] for row in both}) >= 60
    counts = Counter(label for row in train for label in row["labels"])
    assert set(counts) == set(codebook.load().ids)
    assert min(counts.values()) >= 500
    assert not {row["group"] for row in train if row["group"]} & {row["group"] for row in test if row["group"]}
    assert all(row["split"] == "train" for row in train)
    assert all(row["split"] == "test" for row in test)


def test_contrast_groups_change_the_labels():
    groups = {}
    for row in [*rows("train.jsonl"), *rows("test.jsonl")]:
        if row["group"]:
            groups.setdefault(row["group"], []).append(frozenset(row["labels"]))
    assert all(len(members) > 1 for members in groups.values())
    # Some groups differ in intensity alone, and some lost a member to a disagreement.
    assert sum(len(set(members)) > 1 for members in groups.values()) / len(groups) > 0.9


def test_codings_name_texts_by_hash_and_hold_none():
    labels = codebook.load().ids
    codings = read_codings(DEFAULT_CODINGS, labels)
    corrections = read_codings(DEFAULT_CORRECTIONS, labels, key="id")
    assert len(codings) > 5000
    assert corrections
    assert all(set(row) == {"sha256", "source", "labels", "intensity"} for row in codings.values())
    assert all(
        set(row) == {"id", "sha256", "labels", "intensity", "was", "reason"} and set(row["labels"]) != set(row["was"])
        for row in corrections.values()
    )
    assert all(len(row["sha256"]) == 64 for row in [*codings.values(), *corrections.values()])
