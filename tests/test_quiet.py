"""The library is quiet: it logs under its own name, prints nothing, and importing it changes nothing of the process."""

from __future__ import annotations

import ast
import functools
import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

MODULES = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for file in (ROOT / "stance").rglob("*.py")
    if file.name != "__main__.py"
)
# They import torch or scikit-learn, which change some of this themselves (environment, handlers).
WITH_OTHERS = ("stance._trainer", "stance._tuning", "stance.estimator", "stance.export", "stance.graph")
# Whose loggers are told to be still while they work, and get back what they had.
OTHERS = {"torch.onnx", "huggingface_hub"}

SNAPSHOT = """
import builtins, importlib, json, locale, logging, os, random, signal, sys, threading, warnings
import numpy, decimal
# It draws random numbers for itself when it is imported.
import rich.console, rich.table, rich.text, rich.progress

def state():
    return {
        "root handlers": len(logging.getLogger().handlers),
        "root level": logging.getLogger().level,
        "disabled": logging.root.manager.disable,
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "signals": [repr(signal.getsignal(number)) for number in sorted(signal.valid_signals())],
        "locale": locale.setlocale(locale.LC_ALL),
        "hooks": [repr(hook) for hook in (sys.excepthook, sys.displayhook, threading.excepthook, builtins.__import__)],
        "random": hash(random.getstate()),
        "numpy random": numpy.random.get_state()[1].tolist(),
        "numpy errors": numpy.geterr(),
        "decimals": repr(decimal.getcontext()),
        "recursion": sys.getrecursionlimit(),
        "path": sys.path[:],
        "streams": [id(sys.stdout), id(sys.stderr), id(sys.stdin)],
        "threads": threading.active_count(),
    }

before = state()
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
    after = state()
    changed = [key for key in before if before[key] != after[key]]
    if changed:
        sys.exit(f"{name} changes {changed}")
handled = [name for name, one in logging.root.manager.loggerDict.items()
           if name.split(".")[0] == "stance" and getattr(one, "handlers", None)]
sys.exit(f"handlers: {handled}" if handled else 0)
"""


@functools.cache
def trees():
    files = sorted((ROOT / "stance").rglob("*.py"))
    return [(file, ast.parse(file.read_text(encoding="utf-8"))) for file in files]


def calls(tree, name):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if (called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")) == name:
                yield node


def test_imports_change_nothing_of_the_process_and_print_nothing():
    light = [name for name in MODULES if name not in WITH_OTHERS]
    done = subprocess.run(
        [sys.executable, "-c", SNAPSHOT, json.dumps(light)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_snapshot_sees_a_change(tmp_path):
    (tmp_path / "loud.py").write_text("import logging; logging.basicConfig()")
    command = [sys.executable, "-c", SNAPSHOT, json.dumps(["loud"])]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "loud changes ['root handlers']" in done.stderr


def test_no_module_prints():
    loud = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file, tree in trees()
        for call in calls(tree, "print")
        if isinstance(call.func, ast.Name)
    ]
    assert loud == []


@pytest.mark.parametrize("name", ["basicConfig", "addHandler", "captureWarnings", "filterwarnings", "disable"])
def test_no_module_arranges_the_logging_or_the_warnings_of_others(name):
    assert [file for file, tree in trees() if any(calls(tree, name))] == []


def test_loggers_are_those_of_the_module():
    for file, tree in trees():
        for call in calls(tree, "getLogger"):
            (argument,) = call.args
            own = isinstance(argument, ast.Name) and argument.id == "__name__"
            assert own or argument.value in OTHERS, f"{Path(file).name}:{call.lineno}"
            assert own or "stance" not in argument.value


def test_checking_a_folder_is_logged_under_the_name_of_the_library(model_folder, caplog):
    from stance import artefact

    with caplog.at_level("INFO"):
        artefact.read(model_folder)
    assert {record.name for record in caplog.records} == {"stance.artefact"}
