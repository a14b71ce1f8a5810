"""Tables in pieces: what a shard becomes, done once, twice or after a failure, is what one process writes."""

import json
import shutil

import kills
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fast_model import Fast

from stance import shards
from stance.batch import label_documents, label_table
from stance.errors import TableError
from stance.jobs import CHUNK, DOCUMENTS, Documents, Statements
from stance.shards import DONE, finish, plan, prepare, work
from stance.speakers.registry import load_registry
from stance.tallies import Tally


def job_of(documents, model=None):
    model = model or Fast()
    return Documents(model, "text", load_registry()) if documents else Statements(model, "text")


def run(source, target, job, *, resume=False, prefix=""):
    planned = plan(source, target, job, prefix)
    prepare(source, target, resume=resume)
    tally = Tally(job.model.labels)
    for shard in planned:
        tally.join(json.loads(json.dumps(work(shard, job, prefix))))
    finish(target, planned)
    return tally


@pytest.fixture
def source(tmp_path):
    return kills.make(tmp_path, "parquet", False)


@pytest.mark.parametrize("groups", [10**6, CHUNK + 7, 100])
@pytest.mark.parametrize("documents", [False, True])
def test_rows_are_those_of_one_process(documents, groups, tmp_path):
    source = kills.make(tmp_path, "parquet", documents)
    pq.write_table(pq.read_table(source), source, row_group_size=groups)
    label = label_documents if documents else label_table
    counts = label(source, tmp_path / "one.parquet", Fast(), prefix="s_")
    tally = run(source, tmp_path / "out", job_of(documents), prefix="s_")
    assert (tally.document_counts() if documents else tally.counts()) == counts
    one, many = pq.read_table(tmp_path / "one.parquet"), pq.read_table(tmp_path / "out")
    assert many.equals(one)
    assert len(list((tmp_path / "out").glob("part-*.parquet"))) == 2


def test_model_is_asked_the_chunks_that_one_process_asks(source, tmp_path):
    one, many = Fast(), Fast()
    label_table(source, tmp_path / "one.parquet", one)
    run(source, tmp_path / "out", job_of(False, many))
    assert many.batches == one.batches


def test_each_file_of_a_folder_is_labelled_as_if_alone(tmp_path):
    folder = tmp_path / "in"
    (folder / "b").mkdir(parents=True)
    tables = [pa.table({"text": [f"text number {n} of many"] * n, "n": [n] * n}) for n in (3, CHUNK + 1, 0)]
    for name, table in zip(("a.parquet", "b/c.parquet", "d.parquet"), tables, strict=True):
        pq.write_table(table, folder / name)
    (folder / "_SUCCESS").touch()
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "x.parquet").write_text("no table")
    assert run(folder, tmp_path / "out", job_of(False)).rows == CHUNK + 4
    parts = sorted((tmp_path / "out").glob("part-*.parquet"))
    for part, name in zip(parts, ("a.parquet", "b/c.parquet", "d.parquet"), strict=True):
        label_table(folder / name, tmp_path / "one.parquet", Fast())
        assert pq.read_table(part).equals(pq.read_table(tmp_path / "one.parquet"))


def test_addresses_do_as_well_as_paths(source, tmp_path):
    run(f"file://{source}", f"file://{tmp_path}/out", job_of(False))
    run(source, tmp_path / "again", job_of(False))
    assert pq.read_table(tmp_path / "out").equals(pq.read_table(tmp_path / "again"))
    with pytest.raises(TableError, match="nowhere://x: no such place"):
        plan("nowhere://x", tmp_path / "out2", job_of(False))


def test_resumed_run_does_what_is_missing_broken_or_of_something_else(source, tmp_path):
    target, model = tmp_path / "out", Fast()
    before = run(source, target, job_of(False, model)).counts()
    first, second = sorted(target.glob("part-*.parquet"))
    whole = second.read_bytes()
    for damage in (second.unlink, lambda: second.write_bytes(whole[:-9]), lambda: shutil.copy(first, second)):
        damage()
        (target / "part-00007-000000000000.parquet").write_bytes(whole)
        asked = len(model.batches)
        assert run(source, target, job_of(False, model), resume=True).counts() == before
        assert len(model.batches) == asked + 2
        assert second.read_bytes() == whole
        assert sorted(path.name for path in target.iterdir()) == [DONE, first.name, second.name]
    for change in ({"model": Fast(version=2)}, {"column": "id"}):
        other = Statements(**({"model": Fast(), "column": "text"} | change))
        run(source, target, other, resume=True)
        assert len(other.model.batches) == kills.CHUNKS + 1


def test_table_that_changes_while_it_is_read_is_refused(source, tmp_path):
    planned = plan(source, tmp_path / "out", job_of(False))
    pq.write_table(pq.read_table(source).slice(1), source)
    with pytest.raises(TableError, match=r"in\.parquet: the table was changed while it was read"):
        work(planned[0], job_of(False))
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_read_or_written_is_one_sentence(source, tmp_path):
    job, clashing = job_of(False), tmp_path / "clashing.parquet"
    pq.write_table(pa.table({"text": ["a"], "labels": ["b"]}), clashing)
    (tmp_path / "text.parquet").write_text("no table")
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    for made, message in [
        (lambda: plan(tmp_path / "none", "out", job), "none: no such file"),
        (lambda: plan(tmp_path / "empty", "out", job), "empty: the folder holds no files"),
        (lambda: plan(tmp_path / "text.parquet", "out", job), "text.parquet: not a sound Parquet file"),
        (lambda: plan(source, "out", Statements(Fast(), "body")), "no column 'body'"),
        (lambda: plan(clashing, "out", job), "already has columns for results: 'labels'"),
        (lambda: prepare(source, tmp_path / "full", resume=False), "full: the folder is not empty"),
        (lambda: prepare(source, source.with_name("text.parquet"), resume=False), "this is a file"),
        (lambda: prepare(tmp_path, tmp_path / "out", resume=False), "lies in the same folder"),
        (lambda: prepare(source, tmp_path, resume=True), "lies in the same folder"),
        (lambda: prepare(source, "/proc/none", resume=False), "/proc/none: the folder cannot be written"),
    ]:
        with pytest.raises(TableError, match=message):
            made()


def test_shards_grow_with_the_table():
    step = shards._step
    assert step(10, CHUNK) == step(10**6, CHUNK) == 4 * CHUNK
    assert step(10**7, CHUNK) == 10 * CHUNK
    assert step(10**9, CHUNK) == 64 * CHUNK
    assert step(10**9, DOCUMENTS) == 64 * DOCUMENTS
