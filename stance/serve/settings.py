"""What a server is started with, and the bounds of what it takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# Of all texts of a request together, in characters: some thirty news stories, or a long speech.
LIMIT = 100_000
JOBS = 2
PORT = 8765
# Requests that wait for their turn; further ones are sent away.
WAITING = 64

DOCUMENTS = 50
LABELS = 40
DESCRIPTIONS = 10
NAME = 200
DESCRIPTION = 1000


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server is started with.

    Attributes:
        model: what :func:`stance.load` takes; offered beside the shipped models, and first.
        speakers: a speaker file that extends the shipped registry.
        corrections: the JSON Lines file that corrections are added to; without one none are taken.
        host: the address to listen on.
        port: 0 for any that is free.
        limit: characters of all texts of a request together.
        jobs: analyses at once; others wait.
        gate: use the gates of models that have one.
    """

    model: str = "stance-en"
    speakers: Path | None = None
    corrections: Path | None = None
    host: str = "127.0.0.1"
    port: int = PORT
    limit: int = LIMIT
    jobs: int = JOBS
    gate: bool = True

    @property
    def longest_body(self) -> int:
        """Bytes of a request: JSON may spell each character with twelve."""
        return 12 * self.limit + (1 << 16)
