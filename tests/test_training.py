import json
import tomllib
from dataclasses import replace

import numpy as np
import pytest
from tiny_bert import LABELS, ROWS, make_encoder, write_config, write_rows

from stance import calibration
from stance.errors import ModelError, StanceError
from training import calibrate, export, prepare, run, train
from training.config import DEFAULT_CONFIG, CalibrateConfig, find_base, read_config
from training.rows import Row, Sources, collect, read_rows

RULES = CalibrateConfig(on="extra", false_alarm_budget=0.1, certainty=0.9)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return make_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def config_file(tmp_path):
    return write_config(tmp_path / "config.toml", epochs="25", head_factor="2.0")


@pytest.fixture
def corpus(tmp_path):
    rows = [row | {"split": "test" if i % 10 == 9 else "train", "group": None} for i, row in enumerate(ROWS)]
    write_rows(tmp_path / "corpus" / "a.jsonl", rows)
    return tmp_path / "corpus"


def extra_rows():
    return [
        row | {"id": f"x{i}", "text": f"He said: {row['text']}", "doc": f"doc{i % 15}", "dev_document": i % 15 < 3}
        for i, row in enumerate(ROWS)
    ]


def test_whole_path_from_rows_to_a_model_that_loads(tmp_path, corpus, encoder, config_file, capsys):
    extra = write_rows(tmp_path / "real.jsonl", extra_rows())
    work, out = tmp_path / "work", tmp_path / "model"
    arguments = ["--work", work, "--config", config_file, "--corpus", corpus, "--extra", extra]
    run.main([str(a) for a in (*arguments, "--base", encoder, "--out", out, "--without-dev-documents")])

    manifest = json.loads((work / "manifest.json").read_text())
    dropped = sum(row["dev_document"] for row in extra_rows())
    assert manifest["rows"] == 36 + len(ROWS) - dropped
    assert manifest["left_out"] == {"corpus test split": 4, "dev documents": dropped}
    assert set(manifest["files"]) == {"corpus/a.jsonl", "extra/real.jsonl"}

    table = train.read_table(work)
    assert table.targets.shape == (manifest["rows"], 5)
    for index, text in enumerate(table.texts):
        row = next(row for row in [*ROWS, *extra_rows()] if row["text"] == text)
        assert [label for label, target in zip(LABELS, table.targets[index], strict=True) if target] == row["labels"]
    for group in set(table.groups):
        assert len({fold for fold, name in zip(table.folds, table.groups, strict=True) if name == group}) == 1

    scored = np.concatenate([np.load(train.fold_path(work, fold))["index"] for fold in range(2)])
    assert sorted(scored.tolist()) == list(range(manifest["rows"]))
    record = json.loads((work / "calibration.json").read_text())
    assert record["rows"] == len(ROWS) - dropped
    assert all(
        low <= threshold <= high for threshold, (low, high) in zip(record["thresholds"], record["unsure"], strict=True)
    )

    import stance

    model = stance.load(out)
    logits = train.predict_logits(work / "final", table.texts).astype(float)
    expected = calibration.sigmoid(logits / record["temperature"] + record["bias"])
    assert np.abs(model.predict_proba(table.texts) - expected).max() < 0.01
    taken = [{s.label for s in row} for row in model.label(table.texts)]
    assert np.mean([found == set(row_labels(table, i)) for i, found in enumerate(taken)]) > 0.5

    raw = tmp_path / "raw"
    export.main(["--work", str(work), "--config", str(config_file), "--out", str(raw), "--uncalibrated"])
    assert np.abs(stance.load(raw).predict_proba(table.texts) - calibration.sigmoid(logits)).max() < 0.01

    capsys.readouterr()
    stamps = {path: path.stat().st_mtime_ns for path in work.rglob("*") if path.is_file()}
    run.main([str(a) for a in (*arguments, "--base", encoder, "--out", out, "--without-dev-documents")])
    assert {path: path.stat().st_mtime_ns for path in work.rglob("*") if path.is_file()} == stamps
    assert capsys.readouterr().out.count("up to date") == 4


def row_labels(table, index):
    return [label for label, target in zip(table.labels, table.targets[index], strict=True) if target]


def test_changed_rows_invalidate_the_later_steps(tmp_path, corpus, encoder, config_file):
    work, config = tmp_path / "work", read_config(config_file)
    prepare.prepare(work, Sources(corpus), config)
    train.train_fold(work, 0, config, str(encoder))
    with pytest.raises(StanceError, match=r"fold-1\.npz missing"):
        calibrate.calibrate(work, config.calibrate)
    before = train.fold_path(work, 0).stat().st_mtime_ns
    write_rows(corpus / "b.jsonl", [ROWS[0] | {"id": "new", "text": "We condemn the raid.", "split": "train"}])
    prepare.prepare(work, Sources(corpus), config)
    train.train_fold(work, 0, config, str(encoder))
    assert train.fold_path(work, 0).stat().st_mtime_ns != before
    with pytest.raises(StanceError, match="there is no fold 7"):
        train.train_fold(work, 7, config, str(encoder))


def test_logits_of_other_data_are_refused(tmp_path, corpus, config_file):
    work, config = tmp_path / "work", read_config(config_file)
    prepare.prepare(work, Sources(corpus), config)
    for fold in range(2):
        train.fold_path(work, fold).parent.mkdir(exist_ok=True)
        np.savez(train.fold_path(work, fold), index=np.arange(5), logits=np.zeros((5, 5)))
    with pytest.raises(StanceError, match="belong to other data"):
        calibrate.calibrate(work, config.calibrate)


def test_folds_keep_groups_whole_and_spread_labels(tmp_path, config_file):
    rows = [
        Row(f"r{i}", f"text {i}", (LABELS[i % 5],) if i % 2 else (), "extra", "f", f"g{i // 3}", 1.0)
        for i in range(300)
    ]
    folds = prepare.assign_folds(rows, LABELS, 4, seed=5)
    assert folds == prepare.assign_folds(rows, LABELS, 4, seed=5)
    assert all(len({folds[i], folds[i + 1], folds[i + 2]}) == 1 for i in range(0, 300, 3))
    for label in LABELS:
        counts = [sum(f == k and label in row.labels for f, row in zip(folds, rows, strict=True)) for k in range(4)]
        assert max(counts) - min(counts) <= 3
    with pytest.raises(StanceError, match="cannot be dealt into 4 folds"):
        prepare.assign_folds(rows[:6], LABELS, 4, seed=5)


def test_repeated_texts_and_texts_of_the_test_split_stay_out(tmp_path, corpus, config_file):
    test_text = ROWS[9]["text"]
    extra = [ROWS[0] | {"id": "e1"}, ROWS[9] | {"id": "e2", "text": test_text.upper()}]
    path = write_rows(tmp_path / "extra.jsonl", extra)
    rows, left_out, _ = collect(Sources(corpus, (path,)), LABELS, read_config(config_file))
    assert len(rows) == 36
    assert (left_out["repeated text"], left_out["text of the test split"]) == (1, 1)


def test_statements_of_other_acts_take_no_label_and_stay_behind_the_corpus(corpus, config_file):
    acts = [
        {"id": "a1", "text": "You shall pay for this.", "labels": ["threat"], "does": "The speaker threatens."},
        {"id": "a2", "text": ROWS[0]["text"], "labels": ["protest"], "does": "The speaker protests."},
    ]
    write_rows(corpus / "acts" / "acts.jsonl", acts)
    sources = Sources(corpus=corpus)
    rows, left_out, _ = collect(sources, LABELS, read_config(config_file))
    (added,) = [row for row in rows if row.origin == "acts"]
    assert (added.id, added.labels, added.file, added.group) == ("a1", (), "acts/acts.jsonl", "acts:a1")
    assert left_out["repeated text"] == 1
    assert "acts/acts.jsonl" in sources.hashes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": ["anger"], "intensity": {"anger": "plain"}}, "unknown or repeated"),
        ({"labels": ["concern"], "intensity": {}}, "intensity does not fit"),
        ({"labels": ["concern"], "intensity": {"concern": "huge"}}, "intensity does not fit"),
        ({"text": "  "}, "text is empty"),
        ({"id": "t01"}, "id t01 occurs more than once"),
        ({"split": "dev"}, "no split train or test"),
        ({"group": "g", "split": "test"}, "groups in both splits: g"),
    ],
)
def test_bad_rows_are_named(tmp_path, config_file, change, message):
    rows = [row | {"split": "train"} for row in ROWS]
    rows[2]["group"] = "g"
    rows[0] |= change
    write_rows(tmp_path / "corpus" / "a.jsonl", rows)
    with pytest.raises(StanceError, match=message):
        collect(Sources(tmp_path / "corpus"), LABELS, read_config(config_file))


def test_bad_lines_and_missing_files(tmp_path, config_file, capsys):
    (tmp_path / "bad.jsonl").write_text('{"id": 1}\n{', encoding="utf-8")
    with pytest.raises(StanceError, match=r"line 1: text, labels, intensity missing; line 2: not JSON"):
        read_rows(tmp_path / "bad.jsonl", LABELS)
    with pytest.raises(StanceError, match="no such file"):
        prepare.prepare(tmp_path / "w", Sources(tmp_path, (tmp_path / "none.jsonl",)))
    with pytest.raises(StanceError, match=r"training\.prepare first"):
        train.read_table(tmp_path / "w")


def test_platt_finds_the_scale_that_made_the_data():
    generator = np.random.default_rng(0)
    logits = generator.normal(0, 3, 40_000)
    truth = generator.random(40_000) < calibration.sigmoid(logits / 2.5 - 0.7)
    temperature, bias = calibration.platt(logits, truth)
    assert (temperature, bias) == (pytest.approx(2.5, abs=0.1), pytest.approx(-0.7, abs=0.06))


def test_platt_of_a_separated_label_is_finite_and_of_a_useless_one_the_base_rate():
    temperature, _ = calibration.platt(np.array([-2.0, -1.0, 1.0, 2.0]), np.array([False, False, True, True]))
    assert 0 < temperature < 10
    logits, truth = np.linspace(-1, 1, 100), np.arange(100) < 20
    temperature, bias = calibration.platt(logits, truth)
    assert temperature == calibration.MAX_TEMPERATURE
    assert calibration.sigmoid(logits / temperature + bias).mean() == pytest.approx(0.21, abs=0.01)
    with pytest.raises(StanceError, match="cannot be calibrated"):
        calibration.platt(logits, np.zeros(100, dtype=bool))


def test_the_threshold_is_the_best_within_the_budget():
    generator = np.random.default_rng(2)
    truth = np.zeros((600, 2), dtype=bool)
    truth[:200, 0] = truth[200:300, 1] = True
    chances = np.where(truth, generator.beta(5, 2, truth.shape), generator.beta(2, 4, truth.shape))

    def alarms(threshold):
        return (chances[300:] >= threshold).any(axis=1).mean()

    def f1(threshold):
        taken = chances >= threshold
        return np.mean(2 * (taken & truth).sum(axis=0) / (taken.sum(axis=0) + truth.sum(axis=0)))

    loose = calibration.choose_threshold(chances, truth, 1.0)
    assert f1(loose) == max(f1(t) for t in calibration.GRID)
    assert alarms(loose) > 0.05
    tight = calibration.choose_threshold(chances, truth, 0.05)
    assert alarms(tight) <= 0.05
    assert f1(tight) == max(f1(t) for t in calibration.GRID if alarms(t) <= 0.05)
    assert calibration.choose_threshold(np.ones_like(chances), truth, 0.0) == calibration.GRID[-1]


def test_isotonic_pools_adjacent_violators():
    assert calibration.isotonic(np.array([0.0, 1.0, 0.0, 1.0, 1.0])).tolist() == [0, 0.5, 0.5, 1, 1]
    from sklearn.isotonic import IsotonicRegression

    values = np.random.default_rng(4).random(200).round(1)
    expected = IsotonicRegression().fit_transform(np.arange(200), values)
    assert np.allclose(calibration.isotonic(values), expected)


def test_unsure_bounds_hold_the_doubtful_middle():
    chances = np.linspace(0.005, 0.995, 100)
    truth = np.arange(100) >= 70
    truth[40:70] = np.arange(30) % 2 == 0
    low, high = calibration.unsure_bounds(chances, truth, 0.6, 0.9)
    assert 0.35 < low < 0.42
    assert 0.65 < high < 0.72
    assert calibration.unsure_bounds(chances, chances > 0.5, 0.5, 0.9) == (0.495, 0.505)
    assert calibration.unsure_bounds(chances, np.zeros(100, dtype=bool), 0.6, 0.9)[1] == 1.0


def test_configuration_names_every_offender(tmp_path):
    text = DEFAULT_CONFIG.read_text(encoding="utf-8").replace("epochs = ", "epoch = ")
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StanceError, match=r"missing key fit\.epochs, unknown key fit\.epoch"):
        read_config(path)
    with pytest.raises(StanceError, match="no such configuration"):
        read_config(tmp_path / "none.toml")
    path.write_text("[", encoding="utf-8")
    with pytest.raises(StanceError, match="not TOML"):
        read_config(path)


def test_encoder_is_the_override_or_the_package_or_the_hub(tmp_path, monkeypatch):
    base = read_config().base
    assert find_base(base, tmp_path) == str(tmp_path)
    assert find_base(replace(base, package="no_such_package_here")) == base.model
    package = tmp_path / "fake_encoder" / "model"
    package.mkdir(parents=True)
    (package / "model.safetensors").write_bytes(b"weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    fake = replace(base, package="fake_encoder")
    with pytest.raises(ModelError, match="not the expected ones"):
        find_base(fake)
    digest = "9b3d5ae4e4c6a0eea4b6ee6a4a5d0d4a"
    with pytest.raises(ModelError):
        find_base(replace(fake, sha256=digest))


def test_default_configuration_is_complete_and_fits_the_export(tmp_path):
    config = read_config()
    data = tomllib.loads(DEFAULT_CONFIG.read_text(encoding="utf-8"))
    assert set(data) == {
        "base",
        "teacher",
        "prepare",
        "fit",
        "polish",
        "teach",
        "soften",
        "distil",
        "calibrate",
        "export",
        "gate",
        "attribution",
        "zeroshot",
        "contrast",
        "entail",
    }
    assert config.fit.max_length == config.export.max_length
    with pytest.raises(StanceError, match="calibrate first"):
        export.main(["--work", str(tmp_path)])


def test_a_model_no_fold_stands_for_is_calibrated_on_rows_it_has_not_seen(tmp_path, model_folder, capsys):
    from training import calibrate

    rows = [{"id": str(n), **row, "doc": str(n), "dev_document": n % 2 == 0} for n, row in enumerate(ROWS)]
    file = write_rows(tmp_path / "extra.jsonl", rows)
    (tmp_path / "work").mkdir()
    arguments = ["--work", tmp_path / "work", "--model", model_folder, "--unseen", file]
    calibrate.main([str(argument) for argument in arguments])
    record = json.loads((tmp_path / "work" / "calibration.json").read_text())
    assert record["rows"] == len(rows[::2])
    assert record["out_of_fold"]["macro_f1"] > 0.5
    write_rows(file, [row | {"dev_document": False} for row in rows])
    with pytest.raises(StanceError, match="no row is marked dev_document"):
        calibrate.main([str(argument) for argument in arguments])
    with pytest.raises(SystemExit):
        calibrate.main(["--model", str(model_folder)])
