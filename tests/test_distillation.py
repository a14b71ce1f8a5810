import gzip
import json
import shutil

import numpy as np
import pytest
from tiny_bert import LABELS, ROWS, make_encoder, write_config, write_rows

import stance
from stance.errors import StanceError
from stance.fitting import predict_logits
from training import prepare, run, teach, train
from training.config import SoftenConfig, read_config
from training.pool import correct, read_codings, read_pool, text_sha256
from training.rows import Sources


@pytest.fixture
def config_file(tmp_path):
    return write_config(tmp_path / "config.toml", epochs="12", rows="30", random_share="0.5")


def pool_files(tmp_path):
    texts = [f"In the afternoon {row['text']}" for row in ROWS] + [f"He went on: {row['text']}" for row in ROWS]
    pool = tmp_path / "pool.jsonl.gz"
    with gzip.open(pool, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps({"source": "s", "text": text}) + "\n" for text in [*texts, texts[0]])
    codings = tmp_path / "codings.jsonl"
    rows = [{"sha256": text_sha256(texts[i]), **{k: ROWS[i][k] for k in ("labels", "intensity")}} for i in range(20)]
    codings.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return pool, codings, texts


def test_teacher_labels_the_pool_and_the_student_learns_from_it(tmp_path, config_file, capsys):
    rows = [row | {"split": "train", "group": None} for row in ROWS]
    write_rows(tmp_path / "corpus" / "a.jsonl", rows)
    extra = write_rows(
        tmp_path / "real.jsonl", [row | {"id": f"x{i}", "text": f"So: {row['text']}"} for i, row in enumerate(ROWS)]
    )
    pool, codings, texts = pool_files(tmp_path)
    encoder = make_encoder(tmp_path / "encoder")
    work, out = tmp_path / "work", tmp_path / "model"
    arguments = ["--work", work, "--config", config_file, "--corpus", tmp_path / "corpus", "--extra", extra]
    arguments += ["--pool", pool, "--codings", codings, "--teacher", encoder, "--base", encoder, "--out", out]
    run.main([str(a) for a in arguments])

    table = train.read_table(work)
    coded = [text for text, origin in zip(table.texts, table.origins, strict=True) if origin == "pool"]
    assert sorted(coded) == sorted(texts[:20])
    with np.load(work / "soft.npz") as soft:
        names, targets = [bytes(digest).hex() for digest in soft["sha256"]], soft["targets"]
    prepared = {text_sha256(text): text for text in table.texts}
    taught = {name for name, origin in zip(prepared, table.origins, strict=True) if origin != "extra"}
    assert {text_sha256(text) for text in coded} < taught < set(names)
    assert len(set(names) - prepared.keys()) == 30
    assert len(names) == len(taught) + 30
    chosen = [(read_pool(pool) | prepared)[name] for name in names]
    expected = teach._sigmoid(predict_logits(work / "teacher", chosen).astype(float))
    assert np.abs(targets - expected).max() < 1e-3
    # The student agrees with its teacher on what it learnt from it.
    student = teach._sigmoid(predict_logits(work / "distilled", chosen).astype(float))
    assert ((student > 0.5) == (targets > 0.5)).mean() > 0.8
    assert stance.load(out).predict_proba(chosen).shape == (len(chosen), 5)
    # Two rounds: all rows, then those that are not of the pool.
    rounds = [json.loads((work / name / "fit.json").read_text())["rows"] for name in ("final-broad", "final")]
    assert rounds == [len(table.texts), len(table.texts) - 20]

    capsys.readouterr()
    before = (work / "soft.npz").stat().st_mtime_ns
    run.main([str(a) for a in arguments])
    assert (work / "soft.npz").stat().st_mtime_ns == before
    assert "soft.npz is up to date" in capsys.readouterr().out

    # Another run learns the same without a teacher.
    again = tmp_path / "again"
    shutil.copytree(work / "data", again / "data")
    shutil.copy(work / "manifest.json", again)
    short = ["--work", again, "--config", config_file, "--pool", pool, "--base", encoder, "--soft", work / "soft.npz"]
    teach.main([str(a) for a in short])
    assert not (again / "teacher").exists()
    same = teach._sigmoid(predict_logits(again / "distilled", chosen).astype(float))
    assert np.abs(same - student).max() < 1e-4


def test_the_teacher_never_sees_extra_rows(tmp_path, config_file):
    extra = write_rows(tmp_path / "real.jsonl", ROWS)
    config = read_config(config_file)
    prepare.prepare(tmp_path / "work", Sources(None, (extra,)), config)
    with pytest.raises(StanceError, match="no corpus or pool rows"):
        teach.teach(tmp_path / "work", config, "unused")


def test_the_most_doubtful_texts_are_chosen_first():
    texts = ["a b"] * 50 + ["word " * 9] * 10
    doubt = np.linspace(1, 0, 60)
    doubt[55] = 5.0
    chosen = teach.choose(texts, doubt, SoftenConfig(rows=20, random_share=0.25, longest=8, seed=1))
    assert len(chosen) == 20
    assert set(range(15)) <= set(chosen)
    assert max(chosen) < 50
    assert teach.entropy(np.array([[0.5, 0.5], [0.0, 1.0]])) == pytest.approx([2 * np.log(2), 0], abs=1e-4)


def test_corrections_hold_for_their_text_only():
    rows = [{"id": "a", "text": "one", "labels": [], "intensity": {}}, {"id": "b", "text": "two", "labels": []}]
    better = {"labels": ["concern"], "intensity": {"concern": "plain"}}
    corrections = {
        "a": {"id": "a", "sha256": text_sha256("one "), **better},
        "b": {"id": "b", "sha256": text_sha256("other"), **better},
    }
    corrected, count = correct(rows, corrections)
    assert count == 1
    assert corrected[0] == rows[0] | better
    assert corrected[1] == rows[1]


def test_bad_codings_are_named(tmp_path):
    path = tmp_path / "c.jsonl"
    path.write_text(
        '{"sha256": "a", "labels": [], "intensity": {}}\n{"sha256": "a", "labels": [], "intensity": {}}\n'
        '{"sha256": "b", "labels": ["anger"], "intensity": {"anger": "plain"}}\n',
        encoding="utf-8",
    )
    with pytest.raises(StanceError, match="lines 2, 3 are no codings"):
        read_codings(path, LABELS)
    assert read_codings(tmp_path / "none.jsonl", LABELS) == {}
    (tmp_path / "p.jsonl").write_text('{"text": "a"}\n{"texts": "b"}\n', encoding="utf-8")
    with pytest.raises(StanceError, match="line 2 is no JSON object with a text"):
        read_pool(tmp_path / "p.jsonl")
