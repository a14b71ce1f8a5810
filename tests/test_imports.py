"""What is imported when, how long it takes, and that nothing of it reaches for the network."""

import json
import os
import resource
import subprocess
import sys

import pytest
from conftest import ROOT

HEAVY = (
    *("torch", "transformers", "pandas", "sklearn", "datasets"),
    *("pyarrow", "scipy", "onnx", "huggingface_hub", "matplotlib", "ray"),
)
# Shared machines have slow moments: the best of five is what the code takes.
ROUNDS = 5
TEXT = '"We condemn the raid on the border post," the European Union said.'
# Ends the process at any attempt to look up or reach another machine.
NO_NETWORK = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        print("network:", event, arguments, file=sys.stderr)
        sys.stderr.flush()
        import os
        os._exit(99)
sys.addaudithook(refuse)
"""
LOADED = f"\nimport json; print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"


def python(code, *arguments):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def heavy_after(code, *arguments):
    done = python(NO_NETWORK + code + LOADED, *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(("module", "seconds"), [("stance", 0.3), ("stance.cli", 0.35)])
def test_import_is_fast(module, seconds):
    # Processor time: what the import costs, whatever else the machine is doing.
    code = "import sys, time; start = time.process_time(); __import__(sys.argv[1]); print(time.process_time() - start)"
    best = min(float(python(code, module).stdout) for _ in range(ROUNDS))
    assert best <= seconds


@pytest.mark.parametrize(
    "code",
    [
        "import stance",
        "import stance.cli",
        "import stance.ray",
        "import stance; stance.segment(sys.argv[2])",
        "import stance; stance.load(sys.argv[1]).label([sys.argv[2]])",
        "import stance; assert stance.plot.heatmap",
        "import stance; assert stance.analyze(sys.argv[2], model=sys.argv[1]).statements",
    ],
)
def test_default_path_loads_no_heavy_library(code, model_folder):
    assert heavy_after(code, model_folder, TEXT) == []


@pytest.mark.parametrize(
    "command",
    ["analyze story.txt", "report story.txt -o page.html", "label table.csv -o out.csv", "label rows.jsonl -o out.tsv"],
)
def test_command_line_loads_no_heavy_library(command, model_folder, tmp_path):
    (tmp_path / "story.txt").write_text(TEXT)
    (tmp_path / "table.csv").write_text("text\nWe condemn the raid.\n")
    (tmp_path / "rows.jsonl").write_text('{"text": "We condemn the raid."}\n')
    words = [str(tmp_path / word) if "." in word else word for word in command.split()]
    code = f"""
from stance.cli import app
try:
    app({[*words, "--model", str(model_folder)]!r})
except SystemExit as ended:
    assert ended.code == 0, ended.code
"""
    assert heavy_after(code) == []


def test_guard_against_the_network_bites():
    done = python(NO_NETWORK + "import socket; socket.create_connection(('192.0.2.1', 9), timeout=1)")
    assert done.returncode == 99
    assert "network:" in done.stderr


@pytest.mark.parametrize("name", ["no-such-model", "org/name", "./none"])
def test_wrong_names_of_models_do_not_reach_for_the_network(name):
    done = python(NO_NETWORK + "import stance; stance.load(sys.argv[1])", name)
    assert done.returncode == 1
    assert "stance.errors.ModelError" in done.stderr


def test_first_answer_comes_within_two_seconds(model_folder):
    """Of a whole process, on a document as long as a seed; of processor time, as tests may run side by side."""
    seed = sorted((ROOT / "seeds").glob("*.txt"))[0]
    command = [sys.executable, "-m", "stance", "analyze", str(seed), "--model", str(model_folder)]
    times = []
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) <= 2.0


@pytest.mark.parametrize(
    "code",
    [
        "import stance; stance.segment(TEXT); stance.analyze(TEXT, model=MODEL); assert stance.segment(TEXT)",
        "import stance; stance.analyze(TEXT, model=MODEL); assert stance.segment(TEXT)",
        "from stance import analyze, segment; analyze(TEXT, model=MODEL); assert segment(TEXT)",
        "from stance import *; analyze(TEXT, model=MODEL); assert segment(TEXT)",
        "import stance.segment.layout, stance; assert stance.segment(TEXT)",
    ],
)
def test_segment_is_the_function_in_any_order_of_imports(code, model_folder):
    done = python(f"import sys; MODEL, TEXT = sys.argv[1:]; {code}", model_folder, TEXT)
    assert done.returncode == 0, done.stderr
