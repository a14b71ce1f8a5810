"""What holds whatever the input: of documents put together from parts, of texts in any company, of what is exported."""

import datetime as dt
import json
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields

import numpy as np
import pytest
from fast_model import Fast
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import check
from tiny_model import stance_model

import stance
from stance.batch import label_documents, label_table
from stance.types import Analysis, Document, Speaker, Stance, Statement

FEW = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
MANY = settings(FEW, max_examples=40)

# Parts of documents: each says something by itself, none ends in a space.
PARTS = (
    '"We condemn the raid on the port," the foreign ministry of Norway said on Monday.',
    "“This is a crime,” Jane Doe, the head of the mission, told reporters, “and we mourn the dead.”",
    "She added that the convoy had been denied passage twice.",
    "According to the European Union, nobody was allowed to leave.",
    "Sweden and Denmark voiced deep concern over the vote.",
    "Rice exports rose in spring, and the harbour was full.",
    "Moscow denied it: the ships had left, it said.",
    "MR ROE: We deny it. Our ministry has said so.",
    "Q: Is it so?\nA: It is.",
    "Jane Doe @jdoe · 3m\nWe stand with the people of Peru.",
    "The bloc’s statement called for restraint – at once.",
    "“We will not go,” he said",
    "Envoy: talks “useful”",
)
DOCUMENTS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).flatmap(
    lambda parts: st.sampled_from(["\n", "\n\n", " "]).map(lambda joint: joint.join(parts))
)
TEXTS = st.one_of(st.sampled_from(PARTS), st.text(min_size=1, max_size=40).filter(lambda text: text.strip()))


@pytest.fixture(scope="module")
def model():
    return stance.load(stance_model())


def without_place(statement):
    """What a statement says and of whom, wherever it stands."""
    spaced = " ".join(statement.text.split())
    return spaced, statement.speakers, statement.kind, statement.confidence, statement.reason


# -- documents --------------------------------------------------------------------------------------------------------


@MANY
@given(DOCUMENTS)
def test_statements_are_words_of_the_document_in_order(text):
    check(text, stance.segment(text, force=True))


@MANY
@given(DOCUMENTS, st.sampled_from("\u00a0\u202f\u2009"), st.randoms(use_true_random=False))
def test_other_spaces_between_words_lose_no_statement(text, space, rng):
    other = "".join(space if character == " " and rng.random() < 0.4 else character for character in text)
    # What surrounds a mark or a stop is also a matter of typography.
    found, again = stance.segment(text, force=True), stance.segment(other, force=True)
    assert [(s.start, s.end) for s in again] == [(s.start, s.end) for s in found]
    assert [without_place(s) for s in again] == [without_place(s) for s in found]
    assert all(other[s.start : s.end] == s.text for s in again)


@FEW
@given(DOCUMENTS, st.sampled_from(["\r\n", "\u2028"]))
def test_other_line_ends_lose_no_statement(text, end):
    if end == "\u2028" and "\n\n" in text:
        text = text.replace("\n\n", "\n")
    found, again = stance.segment(text, force=True), stance.segment(text.replace("\n", end), force=True)
    assert [without_place(s) for s in again] == [without_place(s) for s in found]


@FEW
@given(DOCUMENTS, st.integers(1, 3), st.integers(1, 3))
def test_blank_lines_around_a_document_move_its_statements_and_nothing_else(text, before, behind):
    around = "\n" * before + text + "\n" * behind
    found, again = stance.segment(text, force=True), stance.segment(around, force=True)
    assert [without_place(s) for s in again] == [without_place(s) for s in found]
    assert [s.start - before for s in again] == [s.start for s in found]


@FEW
@given(st.lists(DOCUMENTS, min_size=2, max_size=5))
def test_documents_know_nothing_of_each_other(model, texts):
    alone = [stance.analyze(text, model=model, force=True) for text in texts]
    together = list(stance.analyze_all([*texts[::-1], *texts], model=model, force=True))
    assert together == [*alone[::-1], *alone]


def test_threads_segment_and_label_as_one_does(model):
    texts = [f"{part}\n{other}" for part in PARTS for other in PARTS[:4]]
    expected = [stance.analyze(text, model=model, force=True) for text in texts]
    barrier = threading.Barrier(4)

    def run(number):
        barrier.wait()
        return [stance.analyze(text, model=model, force=True) for text in texts[number:] + texts[:number]]

    with ThreadPoolExecutor(4) as pool:
        for number, found in enumerate(pool.map(run, range(4))):
            assert found == expected[number:] + expected[:number]


# -- scores -----------------------------------------------------------------------------------------------------------


@MANY
@given(st.lists(TEXTS, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_scores_of_a_text_are_the_same_in_any_company(model, texts, rng):
    alone = {text: model.predict_proba([text])[0] for text in texts}
    order = [*texts, *rng.choices(texts, k=3)]
    rng.shuffle(order)
    found = model.predict_proba(order)
    assert found.shape == (len(order), len(model.labels))
    np.testing.assert_allclose(found, [alone[text] for text in order], atol=1e-5)
    assert ((found >= 0) & (found <= 1)).all()
    # Two of the same text are the same to the last bit.
    first = dict(zip(order, found, strict=True))
    assert all((first[text] == row).all() for text, row in zip(order, found, strict=True))


@FEW
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_copies_and_other_numbers_of_threads_score_the_same(model, texts):
    others = _others(model)
    expected = model.predict_proba(texts)
    for other in others:
        np.testing.assert_allclose(other.predict_proba(texts), expected, atol=1e-5)


_OTHERS = []


def _others(model):
    if not _OTHERS:
        _OTHERS.extend([pickle.loads(pickle.dumps(model)), *(stance.load(stance_model(), threads=n) for n in (1, 2))])
    return _OTHERS


@FEW
@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_stances_follow_from_the_scores(model, texts):
    for row, verdict in zip(model.predict_proba(texts), model.classify(texts), strict=True):
        thresholds = zip(model.labels, row, model.scoring.thresholds, strict=True)
        assert [s.label for s in verdict.stances] == [label for label, p, least in thresholds if p >= least]
        bounds = zip(model.labels, row, model.scoring.unsure, strict=True)
        assert list(verdict.unsure) == [label for label, p, (low, high) in bounds if low <= p < high]


# -- exports ----------------------------------------------------------------------------------------------------------


def read_back(row):
    """A statement from what :meth:`Statement.to_dict` gave."""
    values = {field.name: row[field.name] for field in fields(Statement)}
    values["speakers"] = tuple(Speaker(**speaker) for speaker in row["speakers"])
    values["stances"] = None if row["stances"] is None else tuple(Stance(**s) for s in row["stances"])
    values["unsure"] = tuple(row["unsure"])
    values["date"] = dt.date.fromisoformat(row["date"]) if row["date"] else None
    return Statement(**values)


@FEW
@given(DOCUMENTS, st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.none() | st.just("Norway"))
def test_what_is_exported_says_all_that_was_found(model, text, date, author):
    document = Document("a", text, date, "wire", author)
    analysis = stance.analyze(document, model=model, force=True)
    data = json.loads(json.dumps(analysis.to_dict(), allow_nan=False))
    assert Analysis(document, tuple(map(read_back, data["statements"]))) == analysis
    assert [row["labels"] for row in data["statements"]] == [list(s.labels) for s in analysis]
    assert (data["id"], data["source"], data["author"]) == ("a", "wire", author)
    assert len(analysis.to_frame()) == len(analysis)


@FEW
@given(DOCUMENTS)
def test_exported_statements_labelled_again_have_the_same_stances(model, text):
    rows = json.loads(json.dumps(stance.analyze(text, model=model, force=True).to_dict()))["statements"]
    again = model.classify([row["text"] for row in rows])
    assert [[s.label for s in verdict.stances] for verdict in again] == [row["labels"] for row in rows]
    assert [list(verdict.unsure) for verdict in again] == [row["unsure"] for row in rows]


@FEW
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=8))
def test_tables_labelled_again_say_the_same_twice(tmp_path_factory, texts):
    room = tmp_path_factory.mktemp("tables")
    lines = [json.dumps({"text": text, "n": number}) for number, text in enumerate(texts)]
    (room / "in.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    label_table(room / "in.jsonl", room / "once.jsonl", Fast(), prefix="a_")
    label_table(room / "once.jsonl", room / "twice.jsonl", Fast(), prefix="b_")
    rows = [json.loads(line) for line in (room / "twice.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]
    assert [row["text"] for row in rows] == texts
    assert [row["n"] for row in rows] == list(range(len(texts)))
    for row in rows:
        assert {key[2:]: row[key] for key in row if key[:2] == "a_"} == {
            key[2:]: row[key] for key in row if key[:2] == "b_"
        }


@FEW
@given(st.lists(DOCUMENTS, min_size=1, max_size=3), st.sampled_from(["csv", "jsonl"]))
def test_statements_of_a_table_are_those_of_its_documents(tmp_path_factory, texts, format):
    room = tmp_path_factory.mktemp("tables")
    (room / "in.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    label_documents(room / "in.jsonl", room / f"out.{format}", Fast(), force=True)
    label_documents(room / "in.jsonl", room / f"again.{format}", Fast(), force=True)
    assert (room / f"out.{format}").read_bytes() == (room / f"again.{format}").read_bytes()
    if format == "jsonl":
        rows = [json.loads(line) for line in (room / "out.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]
        found = [(row["statement"], row["start"], row["end"]) for row in rows if row["statement"] is not None]
        assert found == [(s.text, s.start, s.end) for text in texts for s in stance.segment(text, force=True)]
