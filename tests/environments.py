"""Environments for trying out how the library installs, made with uv."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


class NotHere(Exception):
    """A way that cannot be tried on this machine; the message says why."""


class Failed(Exception):
    """A way that fails; the message is the last thing that was printed."""


def run(*command: str | Path, cwd: Path | None = None, fails: bool = False, **environment: str) -> str:
    """Run a command, away from the checkout; what it prints.

    Raises:
        Failed: it ends with an error, or without one where it should fail.
    """
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd or tempfile.gettempdir(),
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if bool(done.returncode) is not fails:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise Failed(lines[-1] if lines else f"exit status {done.returncode}")
    return done.stdout + done.stderr


@dataclass(frozen=True)
class Workshop:
    """A folder for what is built and installed."""

    folder: Path

    @property
    def wheel(self) -> Path:
        """The wheel, built from the source distribution in an environment of its own."""
        found = list(self.folder.glob("dist/*.whl"))
        if not found:
            run(uv(), "build", "-q", "-o", self.folder / "dist", ROOT)
            found = list(self.folder.glob("dist/*.whl"))
        return found[0]

    def environment(
        self, name: str, *requirements: str | Path, python: str = PYTHON, lowest: bool = False, alone: bool = False
    ) -> Path:
        """The interpreter of an environment with the wheel in it, made where it is not there yet.

        Args:
            name: of the environment.
            requirements: what else is installed; extras as ``[name]``.
            python: its version.
            lowest: take the oldest libraries that pyproject.toml allows, instead of the newest.
            alone: install the wheel without what it requires.
        """
        home = self.folder / name
        interpreter = home / "bin" / "python"
        if not interpreter.exists():
            extras = "".join(str(one) for one in requirements if str(one).startswith("["))
            others = [one for one in requirements if not str(one).startswith("[")]
            run(uv(), "venv", "-q", "--python", _python(python), home)
            pip = [uv(), "pip", "install", "-q", "--python", interpreter, *_indexes()]
            try:
                if lowest:
                    direct = [*PROJECT["dependencies"], *others]
                    run(*pip, "--resolution", "lowest-direct", *direct, *_torch(self.folder))
                elif others:
                    run(*pip, *others)
                if alone or lowest:
                    run(*pip, "--no-deps", self.wheel)
                else:
                    run(*pip, f"{self.wheel}{extras}", *_torch(self.folder))
            except Failed:
                shutil.rmtree(home)
                raise
        return interpreter


def uv() -> str:
    """The command, of this environment or on the path.

    Raises:
        NotHere: there is none.
    """
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        raise NotHere("uv is missing; pip install uv")
    return found


def _indexes() -> list[str]:
    links, more = (os.environ.get(name, "").split() for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"))
    return [
        word
        for option, values in (("--find-links", links), ("--extra-index-url", more))
        for value in values
        for word in (option, value)
    ]


def _torch(folder: Path) -> list[str]:
    """The build of torch that this interpreter has, as a constraint."""
    file = folder / "constraints.txt"
    file.write_text(f"torch=={importlib.metadata.version('torch')}\n", encoding="utf-8")
    return ["-c", str(file)]


def _python(version: str) -> str:
    """An interpreter of that version: this one, one that uv finds, or one of pyenv's; none is downloaded."""
    if version == PYTHON:
        return sys.executable
    try:
        return run(uv(), "python", "find", "--no-python-downloads", "--system", version).strip()
    except Failed:
        homes = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob(f"versions/{version}.*"))
        if not homes:
            raise NotHere(f"there is no Python {version} here") from None
        return str(homes[-1] / "bin" / "python")
