"""The fenced blocks of README.md and docs/ as things to run; ``python tests/readme.py`` writes in what they print now.

- ``sh ci``: sets an environment up; ``.ci/run`` runs it, and nothing here does.
- ``console``: lines behind ``$`` are commands, those below each are what it prints.
- ``python``: a script of its own; a ``text`` block right behind it is what it prints.
- any other with a second word (``toml mine.toml``): a file of that name.

A ``…`` in what is printed stands for anything on the line, alone on a line for any lines.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCUMENTS = [README, *sorted((ROOT / "docs").glob("*.md"))]
_FENCED = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the second word behind it, its text, and the number of its first line."""

    language: str
    argument: str
    body: str
    line: int

    @property
    def name(self) -> str:
        return f"line {self.line}, {self.language}"


def blocks(text: str) -> list[Block]:
    found = []
    for match in _FENCED.finditer(text):
        language, _, argument = match["info"].partition(" ")
        found.append(Block(language, argument, match["body"], text.count("\n", 0, match.start()) + 1))
    return found


def runnable(found: list[Block]) -> list[tuple[Block, str]]:
    """Blocks to run, each with what it is said to print."""
    # A page may have no block at all.
    pairs = zip(found, [*found[1:], None][: len(found)], strict=True)
    return [
        (block, behind.body if behind and (block.language, behind.language) == ("python", "text") else "")
        for block, behind in pairs
        if block.language != "text" and (block.language, block.argument) != ("sh", "ci")
    ]


def room(folder: Path) -> dict[str, str]:
    """Make a folder in which a document's paths hold; the environment in which ``stance`` is this checkout's."""
    for name in ("seeds", "models"):
        (folder / name).symlink_to(ROOT / name)
    command = folder / ".bin" / "stance"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m stance "$@"\n')
    command.chmod(0o755)
    return os.environ | {"PATH": f"{command.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


def run(block: Block, folder: Path, environment: dict[str, str]) -> str:
    """Run a block in its folder; what it printed, for ``console`` with the commands between, as they stand there.

    Raises:
        RuntimeError: a Python block that failed. Commands may fail: their errors are part of what they print.
    """
    if block.language == "console":
        commands = [line[2:] for line in block.body.splitlines() if line.startswith("$ ")]
        return "".join(f"$ {command}\n{_printed(['bash', '-c', command], folder, environment)}" for command in commands)
    if block.language == "python":
        done = subprocess.run(
            [sys.executable, "-c", block.body], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{block.name}: {done.stderr}")
        return done.stdout
    if not block.argument:
        raise RuntimeError(f"{block.name}: it is not said what this block is")
    (folder / block.argument).write_text(block.body, encoding="utf-8")
    return ""


def agrees(said: str, printed: str) -> bool:
    """Whether a text with ``…`` in it fits what was printed."""
    lines = [
        r"(?:.*\n)*?" if line.strip() == "…" else ".*".join(map(re.escape, line.rstrip().split("…"))) + "\n"
        for line in said.splitlines()
    ]
    return re.fullmatch("".join(lines), "".join(f"{line.rstrip()}\n" for line in printed.splitlines())) is not None


def _printed(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return done.stdout


def update(document: Path) -> None:
    """Put what the blocks print now into a document, where it differs from what is said."""
    text = document.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = room(folder)
        for block, said in runnable(blocks(text)):
            printed = "".join(f"{line.rstrip()}\n" for line in run(block, folder, environment).splitlines())
            if block.language == "console" and not agrees(block.body, printed):
                text = text.replace(f"```console\n{block.body}```", f"```console\n{printed}```")
            elif block.language == "python" and not agrees(said, printed):
                fence = f"```python\n{block.body}```\n\n```text\n"
                text = text.replace(f"{fence}{said}```", f"{fence}{printed}```")
    document.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for name in DOCUMENTS:
        update(name)
