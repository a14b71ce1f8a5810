"""Tables on a Ray cluster of two nodes on this machine; a worker is killed there and a node taken away."""

import contextlib
import importlib.util
import os
import signal
import sys

import kills
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT
from fast_model import Fast, Renamed, Traced

import stance.ray
from stance.batch import label_documents, label_table
from stance.errors import StanceError
from stance.jobs import CHUNK
from stance.shards import DONE

needs_ray = pytest.mark.skipif(not importlib.util.find_spec("ray"), reason="Ray is not installed: pip install '.[ray]'")
STORE = 128 * 1024 * 1024


@pytest.fixture(scope="module")
def cluster():
    """A head and a second node, of one processor each, to which this process is connected."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "tests")]))
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        # Workers are started when they are needed, and are as important as this process.
        environment.setenv("RAY_prestart_worker_first_driver", "0")
        environment.setenv("RAY_worker_niceness", "0")
        # Nobody but this machine reaches it.
        environment.setenv("RAY_AUTH_MODE", "disabled")
        import ray
        from ray.cluster_utils import Cluster

        node = {"num_cpus": 1, "object_store_memory": STORE, "include_dashboard": False, "include_log_monitor": False}
        nodes = Cluster(initialize_head=True, head_node_args=node)
        try:
            second = nodes.add_node(**node)
            ray.init(address=nodes.address, log_to_driver=False, logging_level="ERROR")
            yield nodes, second
        finally:
            ray.shutdown()
            nodes.shutdown()


@needs_ray
@pytest.mark.parametrize("documents", [False, True])
def test_rows_are_those_of_one_process(documents, cluster, tmp_path):
    import ray

    source = kills.make(tmp_path, "parquet", documents)
    label = label_documents if documents else label_table
    counts = label(source, tmp_path / "one.parquet", Fast(), prefix="s_")
    one = pq.read_table(tmp_path / "one.parquet")
    options = {"documents": documents, "prefix": "s_", "workers": 2}
    assert stance.ray.label_parquet(source, tmp_path / "out", Fast(), **options) == counts
    assert pq.read_table(tmp_path / "out").equals(one)
    # Blocks of any size, none of them that of a chunk.
    blocks = [pq.read_table(source).slice(start, 1000) for start in range(0, pq.read_metadata(source).num_rows, 1000)]
    found = stance.ray.label(ray.data.from_arrow(blocks), Fast(), **{**options, "workers": (1, 2)})
    assert pa.concat_tables(ray.get(found.to_arrow_refs())).cast(one.schema).equals(one)


@needs_ray
def test_nothing_is_lost_with_a_worker_and_a_node(cluster, tmp_path):
    nodes, second = cluster
    texts = [f"text number {number} of the table" for number in range(48 * CHUNK)]
    source, seen = tmp_path / "in.parquet", tmp_path / "seen"
    pq.write_table(pa.table({"text": texts}), source)
    seen.mkdir()
    happened = []

    def progress(done, total):
        """One after the other: first the worker, then the node; the rest is left alone."""
        if not happened:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(next(seen.iterdir()).name), signal.SIGKILL)
            happened.append("worker")
        elif done >= total / 3 and len(happened) == 1:
            nodes.remove_node(second, allow_graceful=False)
            happened.append("node")

    options = {"workers": 2, "progress": progress}
    counts = stance.ray.label_parquet(source, tmp_path / "out", Traced(seen, seconds=0.05), **options)
    assert happened == ["worker", "node"]
    assert counts == label_table(source, tmp_path / "one.parquet", Fast())
    assert pq.read_table(tmp_path / "out").equals(pq.read_table(tmp_path / "one.parquet"))
    assert (tmp_path / "out" / DONE).exists()


@needs_ray
def test_error_of_an_actor_is_that_of_the_run(cluster, tmp_path):
    source = tmp_path / "in.parquet"
    pq.write_table(pa.table({"text": ["x"]}), source)
    with pytest.raises(StanceError, match="the model or the library was changed while it was in use"):
        stance.ray.label_parquet(source, tmp_path / "out", Renamed(), workers=1)
    assert not (tmp_path / "out" / DONE).exists()
    assert not list((tmp_path / "out").iterdir())


@needs_ray
def test_what_is_wrong_is_said_before_anything_runs(cluster, tmp_path):
    import ray

    source = tmp_path / "in.parquet"
    pq.write_table(pa.table({"text": ["x"], "labels": ["y"]}), source)
    rows = ray.data.from_arrow(pq.read_table(source))
    for wrong, message in [
        ({"column": "body"}, "no column 'body'"),
        ({}, "already has columns for results: 'labels'"),
        ({"prefix": "s_", "workers": (2, 1)}, "workers are 2 to 1; give at least 1"),
    ]:
        with pytest.raises(StanceError, match=message):
            stance.ray.label(rows, Fast(), **wrong)
        with pytest.raises(StanceError, match=message):
            stance.ray.label_parquet(source, tmp_path / "out", Fast(), **wrong)
        assert not (tmp_path / "out").exists()


def test_without_ray_it_is_said_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "ray.data", raising=False)
    with pytest.raises(StanceError, match=r"Ray Data is not installed; pip install 'diplomatic-stance\[ray\]'"):
        stance.ray.label_parquet(tmp_path / "in.parquet", tmp_path / "out", Fast())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("in.parquet --engine ray", "reads Parquet and writes a folder of it; name both"),
        ("in.csv -o out --engine ray --format csv", "reads Parquet and writes a folder of it; name both"),
        ("in.csv -o out.csv --address auto", "--address can be used only with --engine ray"),
        ("in.csv -o out.csv --workers 1:2", "--workers MIN:MAX can be used only with --engine ray"),
        ("in.csv -o out.csv --workers 2:1", "'2:1' is no number of at least 1, nor two of them as MIN:MAX"),
        ("in.csv -o out.csv --workers 0", "'0' is no number of at least 1"),
    ],
)
def test_options_that_do_not_fit_are_bad_usage(options, message, capsys):
    from stance.cli import app

    with pytest.raises(SystemExit) as ended:
        app(["label", *options.split()])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
