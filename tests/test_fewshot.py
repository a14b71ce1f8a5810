"""The command that measures training on few examples."""

import json

import numpy as np
import pytest
import tiny_model
from tiny_bert import LABELS, ROWS, write_rows

from stance.errors import StanceError
from training import fewshot


def test_draws_hold_the_number_asked_for():
    for seed in range(5):
        rows = fewshot.draw(ROWS, LABELS, 3, seed)
        counts = [sum(label in row["labels"] for row in rows) for label in LABELS]
        assert counts == [3] * len(LABELS)
        assert sum(not row["labels"] for row in rows) == 6
    texts = [{row["text"] for row in fewshot.draw(ROWS, LABELS, 3, seed)} for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
    with pytest.raises(StanceError, match="fewer than 6 rows of no label"):
        fewshot.draw(ROWS, LABELS, 6, 1)


def test_command_measures_on_rows_that_no_draw_holds(tmp_path, monkeypatch, capsys):
    gold = write_rows(tmp_path / "gold.jsonl", ROWS[::2])
    marked = [row | {"text": f"He said: {row['text']}", "dev_document": i % 4 == 0} for i, row in enumerate(ROWS)]
    rows = write_rows(tmp_path / "train.jsonl", [*ROWS, *marked])
    trained = []
    train = fewshot.train

    def watched(texts, labels, **options):
        trained.extend(texts)
        return train(texts, labels, **options)

    monkeypatch.setattr(fewshot, "train", watched)
    fewshot.main([str(rows), str(gold), "--base", str(tiny_model.encoder()), "--each", "2", "--seeds", "1"])
    line, *summary = capsys.readouterr().out.splitlines()
    result = json.loads(line)
    assert (result["rows"], result["label_free"]) == (14, 4)
    assert 0 <= result["macro_f1"] <= 1
    assert 0 < result["frozen"] <= 1
    assert summary[0].startswith(f"2 of each label, macro_f1: mean {np.round(result['macro_f1'], 3):.3f}")
    assert not {*trained} & {row["text"] for row in [*ROWS[::2], *marked[::4]]}
