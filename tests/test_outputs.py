"""A full disk, a folder that cannot be written, an input that is gone: one sentence, and what was there before stays.

The disk is full by a limit on the size of files (RLIMIT_FSIZE), of which the system tells the writer as of a full disk,
only in another word; ``/dev/full``, which has the very word, is tried where an output may be a device.
"""

from __future__ import annotations

import errno
import json
import os
import re
import resource
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from tiny_bert import ROWS

COMMANDS = {
    "label": ("table.csv", "out.csv"),
    "label --documents": ("table.csv", "out.csv"),
    "analyze": ("story.txt", "out.jsonl"),
    "report": ("story.txt", "out.html"),
    "evaluate --no-baselines": ("gold.jsonl", "reports"),
}
STORY = '"We condemn the raid on the border post," the European Union said.\n'


@pytest.fixture
def room(model_folder):
    """Inputs, a model, and what earlier runs wrote; not below the folder of pytest, which its owner alone may enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    shutil.copytree(model_folder, folder / "model")
    (folder / "story.txt").write_text(STORY)
    (folder / "table.csv").write_text("text\n" + "We condemn the raid on the border post.\n" * 50)
    (folder / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS[:20]))
    (folder / "reports").mkdir()
    for name in ("out.csv", "out.jsonl", "out.html", "run.json", "reports/tiny-gold.json", "reports/tiny-gold.md"):
        (folder / name).write_text("old")
    yield folder
    for path in (folder, folder / "reports"):
        path.chmod(0o755)
    shutil.rmtree(folder)


def content(room):
    return {str(path): path.read_bytes() for path in sorted(room.rglob("*")) if path.is_file()}


@pytest.fixture
def command(room, capsys):
    """Runs a command in this process, which may have been limited; gives status and standard error."""
    from stance.cli import app

    def run(name, output=None, *more):
        source, target = COMMANDS[name]
        words = [*name.split(), room / source, "-o", output or room / target, "-m", room / "model", *more]
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app([str(word) for word in words])
        return ended.value.code, capsys.readouterr().err

    return run


@contextmanager
def disk_of(size):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def nobody():
    """Without the rights of the superuser, whom no mode of a folder keeps out."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def one_sentence(found, *words):
    status, error = found
    assert status == 1, error
    assert re.fullmatch(r"stance: [^\n]+\n", error), error
    assert all(word in error for word in words), error


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("size", [0, 100])
def test_full_disk(name, size, room, command):
    before = content(room)
    with disk_of(size):
        found = command(name)
    one_sentence(found, COMMANDS[name][1], f"cannot be written ({os.strerror(errno.EFBIG)})")
    assert content(room) == before
    assert command(name)[0] == 0
    assert content(room) != before


@pytest.mark.parametrize("name", ["label", "analyze", "report"])
def test_full_disk_for_the_manifest_alone(name, room, command):
    before = (room / "run.json").read_bytes()
    _, target = COMMANDS[name]
    found = command(name, os.devnull, *(("--format", "csv") if name == "label" else ()), "--manifest", "/dev/full")
    one_sentence(found, "/dev/full: cannot be written (No space left on device)")
    with disk_of(0):
        arguments = ("--format", "csv") if name == "label" else ()
        found = command(name, os.devnull, *arguments, "--manifest", room / "run.json")
    # A report to a device says that it is written before the manifest is.
    status, error = found
    assert status == 1
    assert "run.json: cannot be written" in error.splitlines()[-1]
    assert (room / "run.json").read_bytes() == before
    assert (room / target).read_text() == "old"


@pytest.mark.parametrize("name", ["analyze", "report"])
def test_full_device(name, command):
    one_sentence(command(name, "/dev/full"), "/dev/full: cannot be written (No space left on device)")


@pytest.mark.parametrize("name", COMMANDS)
def test_folder_that_cannot_be_written(name, room, command):
    # What is imported only now might lie where nobody else may look.
    assert command(name, room / ("first" if name.startswith("evaluate") else f"first{COMMANDS[name][1]}"))[0] == 0
    before = content(room)
    for path in (room / "reports", room):
        path.chmod(0o555)
    with nobody():
        found = command(name)
    one_sentence(found, COMMANDS[name][1], "cannot be written")
    assert content(room) == before


@pytest.mark.parametrize("name", COMMANDS)
def test_input_that_is_gone(name, room, command):
    (room / COMMANDS[name][0]).unlink()
    before = content(room)
    one_sentence(command(name), COMMANDS[name][0], "no such")
    assert content(room) == before


@pytest.mark.parametrize("name", ["analyze", "report"])
def test_several_inputs_that_are_gone(name, room, command):
    (room / "story.txt").unlink()
    before = content(room)
    status, error = command(name, None, room / "other.txt")
    assert (status, len(error.splitlines())) == (1, 3)
    assert "no document could be read" in error
    assert content(room) == before


# evaluate makes the folder of its reports.
@pytest.mark.parametrize("name", [name for name in COMMANDS if not name.startswith("evaluate")])
def test_folder_of_the_output_that_is_gone(name, room, command):
    one_sentence(command(name, room / "gone" / COMMANDS[name][1]), "cannot be written")
    assert not (room / "gone").exists()
