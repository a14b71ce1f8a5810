"""The ways to install, each tried in an environment of its own; a table says what came of them.

    python tests/installs.py [NAME...] [--keep FOLDER]

Without names, all of them; ``--keep`` names a folder in which the environments stay, and are used again. It needs the
network, or an index of one's own, for the libraries, a few minutes and a few gigabytes. The addresses in PIP_FIND_LINKS
and PIP_EXTRA_INDEX_URL hold here, too. torch is installed in the very build that this interpreter has, so that none
with CUDA libraries is fetched; other versions of Python, for which there may be no such build, are tried without torch.

The exit status is 1 if a way fails. What cannot be tried on this machine says why, and is no failure.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from environments import PROJECT, ROOT, Failed, NotHere, Workshop, run, uv

OTHERS = ("3.12", "3.13")
TEXT = "“We strongly condemn the raid on the border post,” the European Union said. Canada called for restraint."

# What is said without torch, pandas, pyarrow, datasets: the ONNX path. Ends the process at any use of the network.
PROBE = f"""
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise SystemExit(f"network: {{event}} {{arguments}}")
sys.addaudithook(refuse)
import stance
found = stance.analyze({TEXT!r})
said = [(one.speaker.actor, one.labels) for one in found]
assert said == [("EU", ("condemnation",)), ("Canada", ("restraint",))], said
model = stance.load()
(thanks,) = stance.zero_shot(["threat", "thanks"]).label(["We are grateful to Norway for its help."])
assert [one.label for one in thanks] == ["thanks"], thanks
assert "site-packages" in stance.__file__, stance.__file__
"""
# The rest: the other backend, plain transformers, frames, datasets, all kinds of tables.
MORE = """
import csv, os, tempfile
import numpy as np
from datasets import Dataset
from transformers import pipeline
texts = ["We strongly condemn the raid.", "We mourn the victims and urge restraint."]
own, folder = model.predict_proba(texts), os.path.join(os.path.dirname(stance.__file__), "models", "stance-en")
assert np.abs(stance.load(backend="torch").predict_proba(texts) - own).max() < 1e-4
theirs = pipeline("text-classification", model=folder, top_k=None)(texts)
theirs = [{found["label"]: found["score"] for found in row} for row in theirs]
assert np.abs(np.array([[row[label] for label in model.labels] for row in theirs]) - own).max() < 1e-4
assert len(found.to_frame()) == 2
labelled = stance.label_dataset(Dataset.from_dict({"text": [*texts, None]}), model)
assert [bool(error) for error in labelled["error"][:]] == [False, False, True]
os.chdir(tempfile.mkdtemp())
with open("in.csv", "w", newline="") as file:
    csv.writer(file).writerows([["text"], *[[text] for text in texts]])
stance.label_table("in.csv", "out.parquet", model)
stance.label_table("out.parquet", "again.jsonl", model, prefix="again_")
"""
EXTRAS = {
    "plot": "import stance; stance.plot.heatmap([])",
    "ray": "import stance.ray; stance.ray.label_parquet('a.parquet', 'b')",
    "spacy": "import stance.spacy",
    "train": "import stance; stance.train(['a', 'b'] * 2, ['x', 'y'] * 2, out='unwritten')",
}
OPTIONAL = PROJECT["optional-dependencies"]
TRAIN = """
import tempfile, stance
from stance.own import Recipe
things = ["talks", "treaty", "release", "ruling", "visit", "vote"]
texts = [f"We welcome the {thing}." for thing in things] + [f"The {thing} ended at noon." for thing in things]
labels = ["welcome"] * len(things) + [None] * len(things)
with tempfile.TemporaryDirectory() as folder:
    model = stance.train(texts, labels, out=folder + "/model", recipe=Recipe(epochs=1, folds=2))
    assert model.predict_proba(texts).shape == (len(texts), 1)
"""
CONSUMER = """
from typing import assert_type
import stance

found = stance.analyze("The council condemned the raid.")
assert_type(found, stance.Analysis)
assert_type(found.statements[0].labels, tuple[str, ...])
assert_type(stance.load().label(["a"]), list[tuple[stance.Stance, ...]])
found.statements[0].colour  # type: ignore[attr-defined]
stance.analyze(3)  # type: ignore[arg-type]
"""


def _versions(python: Path, *names: str) -> str:
    code = "import sys, importlib.metadata as m; print(', '.join(f'{n} {m.version(n)}' for n in sys.argv[1:]))"
    return run(python, "-c", code, *names).strip()


def build(shop: Workshop) -> str:
    """Wheel and source distribution from a clean build; the wheel from a checkout is the same."""
    names = set(zipfile.ZipFile(shop.wheel).namelist())
    direct = shop.folder / "direct"
    run(uv(), "build", "-q", "--wheel", "-o", direct, ROOT)
    (other,) = direct.glob("*.whl")
    if names != set(zipfile.ZipFile(other).namelist()):
        raise Failed("the wheel of a checkout differs from that of the source distribution")
    return f"{shop.wheel.name}, {shop.wheel.stat().st_size / 1e6:.0f} MB"


def newest(shop: Workshop) -> str:
    """The newest libraries."""
    python = shop.environment("newest")
    run(uv(), "pip", "check", "--python", python)
    run(python, "-c", PROBE + MORE)
    return _versions(python, "transformers", "numpy", "onnxruntime", "pandas")


def lowest(shop: Workshop) -> str:
    """The oldest libraries that pyproject.toml allows, but for torch."""
    python = shop.environment("lowest", lowest=True)
    run(uv(), "pip", "check", "--python", python)
    run(python, "-c", PROBE + MORE)
    return _versions(python, "transformers", "numpy", "onnxruntime", "pandas")


def without_torch(version: str) -> Callable[[Workshop], str]:
    """On a version of Python: everything required but torch, and the ONNX path."""

    def check(shop: Workshop) -> str:
        needed = [line for line in PROJECT["dependencies"] if not line.startswith("torch")]
        python = shop.environment(f"without-torch-{version}", *needed, python=version, alone=True)
        run(python, "-W", "error", "-c", PROBE)
        told = run(python, "-c", "import stance; stance.load(backend='torch')", fails=True)
        if "pip install torch" not in told:
            raise Failed(f"the error does not name what installs torch: {told.splitlines()[-1]}")
        return _versions(python, "numpy", "onnxruntime")

    check.__doc__ = f"Python {version} without torch: the ONNX path."
    return check


def offline(shop: Workshop) -> str:
    """Cut off from every network by the kernel."""
    cut = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    if shutil.which("unshare") is None or subprocess.run([*cut, "true"], check=False, capture_output=True).returncode:
        raise NotHere("unshare --net is not allowed here")
    run(*cut, shop.environment("newest"), "-c", PROBE + MORE)
    return "nothing reaches for it"


def read_only(shop: Workshop) -> str:
    """Installed in folders that nobody can write to, with no home of one's own."""
    python = shop.environment("newest")
    home = python.parents[1]
    script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = ["unshare", *user, "--mount", "sh", "-c", script, "sh", home]
    if shutil.which("unshare") is None or subprocess.run([*command, "true"], check=False).returncode:
        raise NotHere("unshare --mount is not allowed here")
    if "Read-only" not in run(*command, "touch", home / "written", fails=True):
        raise Failed("the folder could be written to")
    run(*command, python, "-c", PROBE, HOME="/nonexistent", XDG_CACHE_HOME="/nonexistent")
    return "nothing is written"


def bare(shop: Workshop) -> str:
    """Without the extras: what needs one names the command that installs it."""
    python = shop.environment("newest")
    for extra, code in EXTRAS.items():
        told = run(python, "-c", code, fails=True)
        if f"pip install 'diplomatic-stance[{extra}]'" not in told:
            raise Failed(f"{extra}: the error does not name the command: {told.splitlines()[-1]}")
    return ", ".join(EXTRAS)


def spacy(shop: Workshop) -> str:
    """With the extra spacy, newest and oldest libraries: the pipe is found by its name alone."""
    code = f"import spacy; nlp = spacy.blank('en'); nlp.add_pipe('stance'); print(len(nlp({TEXT!r})._.statements))"
    pythons = [shop.environment("spacy", "[spacy]"), shop.environment("spacy-lowest", *OPTIONAL["spacy"], lowest=True)]
    for python in pythons:
        if run(python, "-c", code).split()[-1] != "2":
            raise Failed("the pipe does not find two statements")
    return " and ".join(_versions(python, "spacy") for python in pythons)


def train(shop: Workshop) -> str:
    """With the extra train, newest and oldest libraries: examples become a model folder."""
    pythons = [shop.environment("train", "[train]"), shop.environment("train-lowest", *OPTIONAL["train"], lowest=True)]
    for python in pythons:
        run(python, "-c", TRAIN)
    return " and ".join(_versions(python, "onnx", "onnxscript") for python in pythons)


def warnings(shop: Workshop) -> str:
    """With every warning an error."""
    for name in ("newest", "lowest"):
        python = shop.environment(name, lowest=name == "lowest")
        run(python, "-W", "error", "-c", "import stance")
        run(python, "-W", "error", "-c", PROBE)
        run(python, "-W", "error", "-m", "stance", "--help")
    return "import and analyze, newest and oldest libraries"


def types(shop: Workshop) -> str:
    """Types from outside: mypy on a program that uses the installed wheel."""
    file = shop.folder / "consumer.py"
    file.write_text(CONSUMER, encoding="utf-8")
    python = shop.environment("newest")
    return run(
        sys.executable, "-m", "mypy", "--strict", "--python-executable", python, file.name, cwd=shop.folder
    ).strip()


def script(shop: Workshop) -> str:
    """The command ``stance`` on the path of the environment."""
    command = shop.environment("newest").with_name("stance")
    (shop.folder / "story.txt").write_text(TEXT, encoding="utf-8")
    run(command, "analyze", shop.folder / "story.txt", "--json")
    return run(command, "--version").strip()


WAYS: dict[str, Callable[[Workshop], str]] = {
    "build": build,
    "newest": newest,
    "lowest": lowest,
    **{f"without-torch-{version}": without_torch(version) for version in OTHERS},
    "script": script,
    "offline": offline,
    "read-only": read_only,
    "without-extras": bare,
    "spacy": spacy,
    "train": train,
    "warnings": warnings,
    "types": types,
}


def attempt(way: Callable[[Workshop], str], shop: Workshop) -> tuple[str, str]:
    """``works``, ``fails`` or ``not tried``, and what there is to say."""
    try:
        return "works", way(shop)
    except NotHere as reason:
        return "not tried", str(reason)
    except Failed as error:
        return "fails", str(error)


def main() -> int:
    """Try the ways and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(WAYS)}")
    parser.add_argument("--keep", type=Path, help="folder in which the environments stay")
    options = parser.parse_args()
    if unknown := set(options.names) - WAYS.keys():
        parser.error(f"no way {', '.join(sorted(unknown))}; choose from {', '.join(WAYS)}")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="stance-installs-") as room:
        folder = (options.keep or Path(room)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        for name in options.names or WAYS:
            result, said = attempt(WAYS[name], Workshop(folder))
            failed += result == "fails"
            print(f"{name:<20} {result:<10} {said}", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
