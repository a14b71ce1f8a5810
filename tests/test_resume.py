"""Tables that were interrupted: killed, on a full disk, in a folder that cannot be written; and gone on with."""

import contextlib
import errno
import json
import os
import random
import resource
import shutil
import tempfile
from pathlib import Path

import kills
import pytest
from fast_model import Fast

from stance.batch import label_documents, label_table
from stance.errors import StanceError, TableError
from stance.jobs import CHUNK
from stance.parts import Parts, folder_of, kept_parts


@pytest.fixture
def source(tmp_path):
    return kills.make(tmp_path, "jsonl", False)


class StoppedError(Exception):
    pass


def stop_after(chunks):
    """For ``progress``: ends a run once so many chunks are written."""

    def progress(done, total):
        if done >= chunks * CHUNK:
            raise StoppedError

    return progress


def interrupted(source, target, model, chunks, **options):
    with pytest.raises(StoppedError):
        label_table(source, target, model, progress=stop_after(chunks), **options)


def leftovers(folder):
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("way", kills.WAYS)
def test_killed_at_random_moments_and_resumed_the_output_is_the_same(way, tmp_path):
    kills.kills(tmp_path, way, 1, random.Random(str(way)))


def test_resumed_run_asks_only_for_what_is_missing(source, tmp_path):
    target, first, second = tmp_path / "out.csv", Fast(), Fast()
    target.write_text("old")
    interrupted(source, target, first, 3)
    assert target.read_text() == "old"
    assert label_table(source, target, second, resume=True) == label_table(source, tmp_path / "b.csv", Fast())
    assert target.read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (len(first.batches), len(second.batches)) == (3, kills.CHUNKS + 1 - 3)
    assert not leftovers(tmp_path)


def test_what_is_left_of_a_run_is_neither_used_nor_thrown_away_unasked(source, tmp_path):
    target = tmp_path / "out.csv"
    interrupted(source, target, Fast(), 2)
    with pytest.raises(TableError, match=r"out\.csv: .*not finished; .*--resume.*\.out\.csv\.stance-parts"):
        label_table(source, target, Fast())
    model = Fast()
    label_table(source, target, model, resume=True)
    assert len(model.batches) == kills.CHUNKS + 1 - 2


def test_run_that_finished_nothing_leaves_nothing(source, tmp_path):
    with pytest.raises(TableError, match="no column"):
        label_table(source, tmp_path / "out.csv", Fast(), column="body")
    with pytest.raises(ZeroDivisionError):
        label_table(source, tmp_path / "out.csv", Fast(), progress=lambda *_: 1 / 0)
    shutil.rmtree(folder_of(tmp_path / "out.csv"))
    # As a kill in the first chunk leaves it.
    folder_of(tmp_path / "out.csv").mkdir()
    (folder_of(tmp_path / "out.csv") / "finished").touch()
    assert label_table(source, tmp_path / "out.csv", Fast()).rows
    assert not leftovers(tmp_path)


def test_other_texts_and_another_model_are_asked_anew(source, tmp_path):
    target = tmp_path / "out.jsonl"
    interrupted(source, target, Fast(), 4)
    rows = source.read_text().splitlines()
    row = json.loads(rows[CHUNK])
    rows[CHUNK] = json.dumps(row | {"text": "something new"})
    rows[0] = rows[0].replace('"id": "0"', '"id": "zero"')
    source.write_text("\n".join(rows) + "\n")
    model = Fast()
    with pytest.raises(StoppedError):
        label_table(source, target, model, resume=True, progress=stop_after(5))
    # The second chunk has another text; in the first, only what is carried through differs.
    assert len(model.batches) == 2
    assert "something new" in model.batches[0]
    other = Fast(version=2)
    label_table(source, target, other, resume=True)
    assert len(other.batches) == kills.CHUNKS + 1
    found = [json.loads(line) for line in target.read_text().splitlines()]
    assert (found[0]["id"], found[CHUNK]["text"]) == ("zero", "something new")


@pytest.mark.parametrize("option", ["date", "author", "force", "speakers", "date_column"])
def test_documents_read_in_another_way_are_asked_anew(option, tmp_path):
    import datetime as dt

    own = tmp_path / "own.toml"
    own.write_text('[[actor]]\nid = "Atlantis"\nname = "Republic of Atlantis"\naliases = ["Atlantis"]\n')
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    row = {"text": kills.DOCUMENT.format(1), "day": "2021-05-04"}
    source.write_text(f"{json.dumps(row)}\n" * 65)
    given = {
        "date": dt.date(2022, 1, 1),
        "author": "European Union",
        "force": True,
        "speakers": own,
        "date_column": "day",
    }

    def stop(done, total):
        raise StoppedError

    with pytest.raises(StoppedError):
        label_documents(source, target, Fast(), progress=stop)
    model = Fast()
    label_documents(source, target, model, resume=True, **{option: given[option]})
    assert len(model.batches) == 2


def test_damaged_parts_are_asked_anew(source, tmp_path):
    target = tmp_path / "out.csv"
    interrupted(source, target, Fast(), 4)
    finished = folder_of(target) / "finished"
    lines = finished.read_bytes().splitlines(keepends=True)
    assert len(lines) == 4
    lines[1] = lines[1].replace(b'"long"', b'"lung"', 1)
    finished.write_bytes(b"".join(lines[:3]) + lines[3][:-20])
    model = Fast()
    label_table(source, target, model, resume=True)
    assert len(model.batches) == kills.CHUNKS + 1 - 2
    label_table(source, tmp_path / "b.csv", Fast())
    assert target.read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_parts_are_kept_for_a_table_that_changes_nothing_but_its_form(source, tmp_path):
    target = tmp_path / "out"
    interrupted(source, target, Fast(), 4, format="csv")
    model = Fast()
    label_table(source, target, model, format="csv", prefix="s_", resume=True)
    assert len(model.batches) == kills.CHUNKS + 1 - 4


def test_two_runs_do_not_write_one_table(source, tmp_path):
    target = tmp_path / "out.csv"
    with kept_parts(target, resume=False), pytest.raises(TableError, match="another run is writing this table"):
        label_table(source, target, Fast(), resume=True)
    assert label_table(source, target, Fast()).rows


def test_nothing_is_kept_of_what_is_no_file(source):
    with pytest.raises(TableError, match="standard output: nothing is kept"):
        label_table(source, "-", Fast(), resume=True)
    label_table(source, "/dev/null", Fast())
    assert not folder_of("/dev/null").exists()


def test_parts_find_answers_by_their_key(tmp_path):
    parts = Parts(tmp_path / "finished", "out.csv")
    key, other = "a" * 64, "b" * 64
    parts.put(key, [["\ud800", 0.1, None]])
    parts.put(other, [])
    assert (parts.get(key), parts.get(other), parts.get("c" * 64)) == ([["\ud800", 0.1, None]], [], None)
    parts.close()
    again = Parts(tmp_path / "finished", "out.csv")
    assert (len(again), again.get(key)) == (2, [["\ud800", 0.1, None]])
    again.close()


@contextlib.contextmanager
def disk_of(size):
    """No file can grow larger: the system then answers as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 1000, 150_000])
@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.jsonl"])
def test_full_disk_is_one_sentence_and_leaves_the_table_before(name, size, source, tmp_path, capfd):
    target = tmp_path / name
    target.write_bytes(b"old")
    with disk_of(size), pytest.raises(StanceError, match=rf"{name}: cannot be written \({os.strerror(errno.EFBIG)}\)"):
        label_table(source, target, Fast())
    assert target.read_bytes() == b"old"
    # Nor is anything complained about when what was opened is given up.
    assert capfd.readouterr().err == ""
    label_table(source, target, Fast(), resume=True)
    label_table(source, tmp_path / f"b-{name}", Fast())
    assert target.read_bytes() == (tmp_path / f"b-{name}").read_bytes()
    assert not leftovers(tmp_path)


def test_full_device_is_one_sentence(source):
    with pytest.raises(StanceError, match=r"/dev/full: cannot be written \(No space left on device\)"):
        label_table(source, "/dev/full", Fast(), format="csv")


def test_read_only_folder_is_one_sentence_and_leaves_the_table_before():
    # Not below the folder of pytest, which nobody but its owner may enter.
    folder = Path(tempfile.mkdtemp())
    try:
        source, target = folder / "in.csv", folder / "out.csv"
        source.write_text("text\na longer text\n")
        target.write_text("old")
        folder.chmod(0o555)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            with pytest.raises(StanceError, match=r"out\.csv: cannot be written \(Permission denied\)"):
                label_table(source, target, Fast())
        finally:
            os.seteuid(user)
        assert sorted(path.name for path in folder.iterdir()) == ["in.csv", "out.csv"]
        assert target.read_text() == "old"
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_input_that_vanished_is_one_sentence_and_costs_nothing(source, tmp_path):
    target = tmp_path / "out.csv"
    target.write_text("old")
    interrupted(source, target, Fast(), 4)
    away = source.rename(tmp_path / "away.jsonl")
    with pytest.raises(TableError, match=r"in\.jsonl: no such file; check the path"):
        label_table(source, target, Fast(), resume=True)
    assert target.read_text() == "old"
    away.rename(source)
    model = Fast()
    label_table(source, target, model, resume=True)
    assert len(model.batches) == kills.CHUNKS + 1 - 4


def test_input_deleted_while_it_is_read_is_still_read_whole(source, tmp_path):
    rows = len(source.read_text().splitlines())
    found = label_table(source, tmp_path / "out.csv", Fast(), progress=lambda *_: source.unlink(missing_ok=True))
    assert found.rows == rows


def test_input_that_is_cut_short_while_it_is_read_is_no_table(source, tmp_path):
    def cut(done, total):
        os.truncate(source, source.stat().st_size // 2)

    with pytest.raises(TableError, match=r"in\.jsonl: the table was changed while it was read"):
        label_table(source, tmp_path / "out.csv", Fast(), progress=cut)
    assert not (tmp_path / "out.csv").exists()


def test_input_that_cannot_be_read_to_its_end_is_one_sentence(source, tmp_path, monkeypatch):
    from stance.tables.jsonlines import JsonLinesReader

    def broken(self):
        yield from self._rows
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(JsonLinesReader, "__iter__", broken)
    with pytest.raises(TableError, match=r"in\.jsonl: cannot be read \(Input/output error\)"):
        label_table(source, tmp_path / "out.csv", Fast())
    assert not (tmp_path / "out.csv").exists()
