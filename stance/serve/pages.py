"""The page and its files; what is shown of texts comes from the report."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2

import stance
from stance.report.html import source

_HERE = Path(__file__).parent
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def page(**shown: Any) -> str:
    """The page before any text is read."""
    return _environment().get_template("page.html.j2").render(version=stance.__version__, **shown)


@cache
def files() -> dict[str, tuple[bytes, str]]:
    """The files that the page needs, by name: what is in them, and of which type they are."""
    own = {file.name: file.read_bytes() for file in sorted((_HERE / "static").iterdir())}
    shared = {name: source(name).encode() for name in ("report.css", "report.js")}
    return {name: (data, _TYPES[name.rpartition(".")[2]]) for name, data in (own | shared).items()}


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
