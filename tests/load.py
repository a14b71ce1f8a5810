"""Many requests at a time: ``python tests/load.py 1000 [--at-once 16]``.

Each request reads a text of its own, made of sentences of this file, and every tenth does something else: the page, an
export, a correction, labels of one's own. It is told how many were answered as they should be, and how much memory the
server took after the first half and at the end; an answer that is not right, or growth of more than a tenth, is an
error.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from serving import Client, served

PLACES = ("Arden", "Borland", "Calvia", "Dorn", "Elmark", "Farland", "Hestia", "Ister", "Lothian", "Mercia", "Ostia")
SAID = (
    'The European Union condemned the raid on {0}. "We are worried about the famine in {1}," Josep Borrell said.',
    "Norway mourned the victims of the flood in {0} and called on all sides in {1} to hold their fire.",
    "The borders of {0} must be respected, the foreign ministry of Sweden said. It will open an embassy in {1}.",
)
OWN = [{"name": "threat", "descriptions": ["The speaker threatens someone."]}, {"name": "thanks"}]
GROWTH = 0.1


@dataclass(frozen=True)
class Load:
    """What many requests did: errors, KiB of memory half way and at the end, seconds."""

    requests: int
    errors: list[str]
    half: int
    end: int
    seconds: float

    @property
    def growth(self) -> float:
        return self.end / self.half - 1


def text(number: int) -> str:
    """A text that no other number has."""
    near, far = PLACES[number % 11], PLACES[number // 11 % 11]
    return f"Report {number}\n\n{SAID[number % 3].format(near, far)}\n"


def one(client: Client, number: int) -> str | None:
    """What is wrong with the answer to a request, if anything."""
    body: dict[str, object] = {"documents": [{"text": text(number)}]}
    match number % 50:
        case 10:
            answer, wanted = client.ask(), 200
        case 20:
            answer, wanted = client.ask("api/export/csv", body), 200
        case 30:
            words = text(number)
            row = {"doc": "a", "start": 0, "end": len(words), "text": words, "speaker": None, "aliases": []}
            row |= {"actor": None, "source": None, "kind": "direct", "labels": [], "intensity": {}}
            answer, wanted = client.ask("api/corrections", row), 201
        case 40:
            answer, wanted = client.ask("api/view", body | {"labels": OWN}), 200
        case 0:
            answer, wanted = client.ask("api/analyze", b"{"), 400
        case _:
            answer, wanted = client.ask("api/analyze", body), 200
            if answer.status == 200 and not answer.json["documents"][0]["statements"]:
                return f"request {number}: no statement"
    return None if answer.status == wanted else f"request {number}: {answer.status} {answer.text[:200]}"


def load(client: Client, requests: int, at_once: int = 16) -> Load:
    """Send requests, so many at a time, and take the memory half way and at the end."""
    start, errors, memory = time.perf_counter(), list[str](), list[int]()
    with ThreadPoolExecutor(at_once) as pool:
        for half in (range(requests // 2), range(requests // 2, requests)):
            errors += filter(None, pool.map(lambda number: one(client, number), half))
            memory.append(client.memory())
    return Load(requests, errors, *memory, time.perf_counter() - start)


def main() -> int:
    """Print what a load did; 1 for errors or growth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("requests", type=int)
    parser.add_argument("--at-once", type=int, default=16)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served("--corrections", Path(folder) / "c.jsonl") as client:
        found = load(client, given.requests, given.at_once)
    print(f"{found.requests} requests, {given.at_once} at a time, {len(found.errors)} errors, {found.seconds:.0f} s")
    print(f"memory {found.half / 1024:.0f} MiB half way, {found.end / 1024:.0f} MiB at the end ({found.growth:+.1%})")
    print(*found.errors[:10], sep="\n", end="")
    return 1 if found.errors or found.growth > GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())
