"""What every classifier must keep, whatever is behind it; test classes inherit this and give an ``open``."""

from __future__ import annotations

import functools
import pickle
import re

import numpy as np
import pandas as pd
import pytest
from tiny_bert import ROWS

from stance.errors import StanceError

TEXTS = [row["text"] for row in ROWS]
UNICODE = [
    "Ми засуджуємо напад на порт.",
    "نحن ندين الهجوم.",
    "我们谴责这次袭击。",
    "We condemn 🕊️👩‍👩‍👧 the raid\u200b.",
    "cafe\u0301 and café",
    "We\u00a0condemn\u2028the raid.",
    "\u202eright to left",
    "\x00\x07",
    "ﬁ ligature ＦＵＬＬ width",
]
LONG = " ".join(TEXTS)
CLOSE = 1e-5


@functools.cache
def opened(how):
    return how()


@functools.cache
def scored_alone(how):
    return np.concatenate([opened(how).predict_proba([text]) for text in TEXTS])


class ClassifierContract:
    """Same input, same output; bad input, one clear error."""

    # The least share of texts with scores of their own; a gate gives many the same.
    distinct = 0.5

    @staticmethod
    def open():
        raise NotImplementedError

    @pytest.fixture
    def model(self):
        return opened(type(self).open)

    @pytest.fixture
    def alone(self):
        return scored_alone(type(self).open)

    def test_shape_type_and_range(self, model):
        scores = model.predict_proba(TEXTS)
        assert scores.shape == (len(TEXTS), len(model.labels))
        assert scores.dtype == np.float64
        assert ((scores >= 0) & (scores <= 1)).all()
        assert len(np.unique(scores.round(6), axis=0)) > self.distinct * len(TEXTS)

    def test_no_texts(self, model):
        assert model.predict_proba([]).shape == (0, len(model.labels))
        assert model.label([]) == []

    def test_batch(self, model, alone):
        assert np.abs(model.predict_proba(TEXTS) - alone).max() < CLOSE
        assert np.abs(model.predict_proba(TEXTS[3:8]) - alone[3:8]).max() < CLOSE

    def test_order(self, model, alone):
        order = np.random.default_rng(0).permutation(len(TEXTS))
        assert np.abs(model.predict_proba([TEXTS[i] for i in order]) - alone[order]).max() < CLOSE

    def test_padding(self, model, alone):
        scores = model.predict_proba([TEXTS[0], LONG, TEXTS[1]])
        assert np.abs(scores[[0, 2]] - alone[:2]).max() < CLOSE

    def test_duplicates(self, model, alone):
        scores = model.predict_proba([TEXTS[0], TEXTS[1], TEXTS[0], TEXTS[0]])
        assert np.abs(scores - alone[[0, 1, 0, 0]]).max() < CLOSE

    def test_repetition_gives_the_same_bytes(self, model):
        assert model.predict_proba(TEXTS).tobytes() == model.predict_proba(TEXTS).tobytes()

    def test_every_part_of_a_long_text_counts(self, model):
        behind = model.predict_proba([f"{LONG} {text}" for text in TEXTS])
        before = model.predict_proba([f"{text} {LONG}" for text in TEXTS])
        assert len(np.unique(behind.round(6), axis=0)) > 1
        assert len(np.unique(before.round(6), axis=0)) > 1

    def test_unicode(self, model):
        scores = model.predict_proba(UNICODE)
        assert np.isfinite(scores).all()
        assert np.abs(model.predict_proba(UNICODE[::-1])[::-1] - scores).max() < CLOSE

    @pytest.mark.parametrize("kind", [tuple, pd.Series, np.array])
    def test_other_sequences(self, model, alone, kind):
        assert np.abs(model.predict_proba(kind(TEXTS)) - alone).max() < CLOSE

    def test_series_with_an_index_of_its_own(self, model, alone):
        series = pd.Series(TEXTS[:3], index=[7, 7, 0])
        assert np.abs(model.predict_proba(series) - alone[:3]).max() < CLOSE

    @pytest.mark.parametrize("call", ["predict_proba", "label", "classify"])
    @pytest.mark.parametrize("bad", [None, float("nan"), 3, b"bytes", "", " \n\t", "half \ud83d pair"])
    def test_bad_entry_is_named_by_its_index(self, model, call, bad):
        with pytest.raises(StanceError, match=r"texts\[1\]"):
            getattr(model, call)([TEXTS[0], bad])

    @pytest.mark.parametrize("bad", ["We condemn the raid.", b"We condemn", {"text": "a"}, 3, None])
    def test_what_is_no_list_of_texts(self, model, bad):
        with pytest.raises(StanceError, match="give a list of texts"):
            model.predict_proba(bad)

    def test_stances_follow_the_thresholds(self, model):
        scores = model.predict_proba(TEXTS)
        for row, verdict in zip(scores, model.classify(TEXTS), strict=True):
            taken = [i for i, least in enumerate(model.scoring.thresholds) if row[i] >= least]
            assert [stance.label for stance in verdict.stances] == [model.labels[i] for i in taken]
            assert [stance.probability for stance in verdict.stances] == pytest.approx(row[taken], abs=CLOSE)
            doubted = [i for i, (low, high) in enumerate(model.scoring.unsure) if low <= row[i] < high]
            assert list(verdict.unsure) == [model.labels[i] for i in doubted]
        assert [verdict.stances for verdict in model.classify(TEXTS)] == model.label(TEXTS)

    def test_map_batch_keeps_every_row(self, model):
        columns = model.map_batch({"words": [TEXTS[0], None, " ", TEXTS[1]]}, column="words")
        assert {len(values) for values in columns.values()} == {4}
        assert [bool(error) for error in columns["stance_error"]] == [False, True, True, False]
        expected = [";".join(stance.label for stance in stances) for stances in model.label(TEXTS[:2])]
        assert columns["stance_labels"] == [expected[0], "", "", expected[1]]
        scores = np.transpose([columns[f"p_{label}"] for label in model.labels])
        assert np.isnan(scores[1:3]).all()
        assert np.abs(scores[[0, 3]] - model.predict_proba(TEXTS[:2])).max() < CLOSE
        with pytest.raises(StanceError, match="'text'"):
            model.map_batch({"words": []})

    def test_copies_in_other_processes_answer_alike(self, model):
        copy = pickle.loads(pickle.dumps(model))
        assert np.abs(copy.predict_proba(TEXTS) - model.predict_proba(TEXTS)).max() < CLOSE
        assert copy.scoring == model.scoring

    def test_fingerprint_is_that_of_all_copies(self, model):
        assert re.fullmatch("[0-9a-f]{64}", model.fingerprint)
        assert pickle.loads(pickle.dumps(model)).fingerprint == model.fingerprint
