"""Tables labelled by several processes."""

import os
import re
import signal
import subprocess
import sys
import time

import kills
import pytest
from conftest import ROOT
from fast_model import Dying, Failing, Fast, Renamed

from stance.batch import label_documents, label_table
from stance.errors import StanceError
from stance.jobs import CHUNK
from stance.parts import folder_of


@pytest.fixture
def table(tmp_path):
    def make(*texts):
        path = tmp_path / "in.csv"
        path.write_text("text\n" + "".join(f"{text}\n" for text in texts))
        return path

    return make


@pytest.mark.parametrize("documents", [False, True])
def test_output_does_not_depend_on_the_number_of_processes(documents, tmp_path):
    source = kills.make(tmp_path, "jsonl", documents)
    label = label_documents if documents else label_table
    counts = [label(source, tmp_path / f"{n}.jsonl", Fast(), workers=n) for n in (1, 2)]
    assert counts[0] == counts[1]
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "2.jsonl").read_bytes()


def test_number_of_processes_is_at_least_one(table, tmp_path):
    with pytest.raises(StanceError, match="workers is 0; give at least 1"):
        label_table(table("a"), tmp_path / "out.csv", Fast(), workers=0)


def test_worker_that_dies_ends_the_run_with_one_sentence(table, tmp_path):
    source = table(*["x"] * CHUNK, *["die"] * CHUNK, *["x"] * CHUNK)
    with pytest.raises(StanceError, match=r"a worker process died \(killed by SIGKILL\); continue with --resume"):
        label_table(source, tmp_path / "out.csv", Dying(), workers=2)
    assert not (tmp_path / "out.csv").exists()
    # What came before it is kept.
    assert (folder_of(tmp_path / "out.csv") / "finished").stat().st_size


def test_error_of_a_worker_is_that_of_the_run(table, tmp_path):
    with pytest.raises(OSError, match="the disk is on fire"):
        label_table(table("x", "fail"), tmp_path / "out.csv", Failing(), workers=2)
    assert not folder_of(tmp_path / "out.csv").exists()


def test_workers_with_another_model_are_refused(table, tmp_path):
    with pytest.raises(StanceError, match="the model or the library was changed while it was in use"):
        label_table(table("x"), tmp_path / "out.csv", Renamed(), workers=2)


def test_workers_use_one_thread_and_leave_this_process_as_it_was(table, tmp_path, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    label_table(table("x"), tmp_path / "out.csv", Fast(), workers=2)
    assert "OMP_NUM_THREADS" not in os.environ
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before


def test_control_c_ends_all_processes_at_once_and_keeps_what_is_finished(tmp_path):
    source, target = kills.make(tmp_path, "csv", False), tmp_path / "out.csv"
    code = f"""
import sys
sys.path[:0] = {[str(ROOT), str(ROOT / "tests")]!r}
from fast_model import Fast
from stance.batch import label_table
if __name__ == "__main__":
    label_table({str(source)!r}, {str(target)!r}, Fast(1.0), prefix="s_", workers=2)
"""
    script = tmp_path / "run.py"
    script.write_text(code)
    process = subprocess.Popen([sys.executable, script], start_new_session=True, stderr=subprocess.PIPE)
    finished = folder_of(target) / "finished"
    end = time.monotonic() + 120
    while not (finished.exists() and finished.stat().st_size) and time.monotonic() < end:
        time.sleep(0.05)
    # As a terminal does: to all of them.
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert not kills.left(process.pid)
    # One process complains, this one: the command line makes one status of it.
    assert len(re.findall("Traceback", errors.decode())) == 1
    assert errors.decode().rstrip().endswith("KeyboardInterrupt")
    assert not target.exists()
    assert finished.stat().st_size
    model = Fast()
    label_table(source, target, model, prefix="s_", resume=True)
    assert 0 < len(model.batches) < kills.CHUNKS + 1
