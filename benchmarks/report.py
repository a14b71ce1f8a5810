"""How large the report of many documents is, and how fast a browser opens and filters it.

    python benchmarks/report.py [--documents 1000] [--rounds 5] [--output FILE]

The documents are put together from sentences of its own, with speakers, days and stances drawn by a fixed seed; no
model is asked, as the page is what is measured. Where playwright and Chromium are installed (``pip install -e
".[browser]"``; ``STANCE_CHROMIUM`` names the browser if it is not on the path), the page is opened anew in each round,
and every filter is used. Figures are medians over the rounds; filtering is the slowest of the filters.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# So that the checkout is found, too.
sys.path.insert(0, str(Path(__file__).parents[1]))

from stance.report.html import render
from stance.types import INTENSITIES, Analysis, Document, Speaker, Stance, Statement

LABELS = ("condemnation", "concern", "restraint", "sovereignty", "condolence")
PLACES = (
    *("Arden", "Borland", "Calvia", "Dorn", "Elmark", "Farland", "Gallia Minor", "Hestia", "Ister", "Jorvik"),
    *("Kesteven", "Lothian", "Mercia", "Norland", "Ostia", "Pontus", "Quiver", "Ruritania", "Sylvania", "Thule"),
)
NAMES = ("Anna Reed", "Boris Lund", "Clara Voss", "David Moor", "Eva Stone", "Felix Bruun", "Greta Holm", "Hugo Wells")
SAID: dict[str, tuple[str, ...]] = {
    "condemnation": ("condemned the shelling of {}", "denounced the raid on {} as a crime against its people"),
    "concern": ("was worried about the famine in {}", "voiced concern over the arrests in the north of {}"),
    "restraint": ("called on all sides in {} to hold their fire", "urged both parties to return to the talks in {}"),
    "sovereignty": ("affirmed the territorial integrity of {}", "said that the borders of {} must be respected"),
    "condolence": ("mourned the victims of the flood in {}", "sent condolences to the families of the dead of {}"),
    "": ("will open an embassy in {} in the spring", "announced that trade with {} grew by a tenth last year"),
}
NARRATED = (
    "The road between the two towns was closed for most of the day, and buses were sent round by the coast.",
    "Markets had opened late, and by noon the price of flour had doubled in the villages along the river.",
    "Observers counted some forty lorries at the crossing; none of them had been searched.",
)
PARAGRAPHS, FIRST_DAY, DAYS = 12, dt.date(2022, 1, 1), 120


# Two frames on, what a script has done is on the screen.
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# Check a box, or choose an entry of a list.
SELECTED = (("voice", 1), ("document", 1), ("document", 0), ("voice", 0))
USE = f"""async ([place, name, entry]) => {{
  const form = document.forms[0];
  const started = performance.now();
  if (name) form.elements[name].selectedIndex = entry;
  else form.querySelectorAll("input")[place].click();
  form.dispatchEvent(new Event("change"));
  await ({FRAMES})();
  return (performance.now() - started) / 1000;
}}"""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds until the page stands, and of its slowest filter until that is on the screen.

    ``opening_work`` and ``filtering_work`` are the processor time of it on the thread of the page: what it takes on a
    machine that does nothing else.
    """

    opening: float
    opening_work: float
    filtering: float
    filtering_work: float


def analyses(count: int, seed: int = 7) -> Iterator[Analysis]:
    """Documents of some 2,000 characters and a dozen statements each."""
    draw = random.Random(seed)
    for number in range(count):
        day = FIRST_DAY + dt.timedelta(days=draw.randrange(DAYS))
        parts, found, length = [], [], 0
        for _ in range(PARAGRAPHS):
            place, other, name = draw.choice(PLACES), draw.choice(PLACES), draw.choice(NAMES)
            label = draw.choice((*LABELS, "", ""))
            words = draw.choice(SAID[label]).format(other)
            lead = f"{name} of {place} " if draw.random() < 0.5 else f"{place} on Monday "
            person = Speaker(f"{name} {place}", name, "person", place, place)
            speaker = person if lead.startswith(name) else Speaker(place, place, "state", None, place)
            chance = round(draw.uniform(0.65, 1), 4)
            stances = (Stance(label, chance, draw.choice(INTENSITIES)),) if label else ()
            begin = length + len(lead)
            statement = Statement(
                words,
                begin,
                begin + len(words),
                (speaker,),
                lead.split(maxsplit=1)[0],
                length,
                date=day - dt.timedelta(days=draw.randrange(4)),
                confidence=round(draw.uniform(0.3, 1), 3),
                stances=stances,
                unsure=(draw.choice(LABELS),) if draw.random() < 0.1 else (),
                reason="a name in the registry",
            )
            found.append(statement)
            parts.append(f"{lead}{words}. {draw.choice(NARRATED)}\n\n")
            length += len(parts[-1])
        yield Analysis(Document(f"document-{number:04}", "".join(parts), day), tuple(found))


def written(found: Iterable[Analysis], path: Path) -> None:
    """Write the report of some documents."""
    path.write_text(render(found, labels=LABELS, model="none"), encoding="utf-8", newline="")


def measured(browser: Any, path: Path) -> Timing:
    """Open a report in a browser of playwright's, and use each of its filters."""
    page = browser.new_page()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")

    started = time.perf_counter()
    page.goto(path.as_uri())
    page.wait_for_function("document.querySelector('.status').textContent !== ''")
    page.evaluate(FRAMES)
    opening = time.perf_counter() - started
    opening_work, uses = spent(), page.evaluate("document.forms[0].querySelectorAll('input').length") + len(SELECTED)
    waits, work = [], []
    for place in range(uses):
        before = spent()
        waits.append(page.evaluate(USE, [place, *(SELECTED[place - uses] if place >= uses - len(SELECTED) else ())]))
        work.append(spent() - before)
    page.close()
    return Timing(opening, opening_work, max(waits), max(work))


def main() -> None:
    """Command line of the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=1000, help="how many (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="how often the page is opened (%(default)s)")
    parser.add_argument("--output", type=Path, help="keep the report here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = (options.output or Path(folder) / "report.html").resolve()
        started = time.perf_counter()
        written(analyses(options.documents), path)
        size = path.stat().st_size / 1e6
        print(f"{options.documents} documents: {size:.2f} MB, written in {time.perf_counter() - started:.1f} s")
        chromium = os.environ.get("STANCE_CHROMIUM") or shutil.which("chromium")
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            print("not opened: playwright is not installed")
            return
        if chromium is None:
            print("not opened: no Chromium found")
            return
        with sync_playwright() as started_playwright:
            browser = started_playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            timings = [measured(browser, path) for _ in range(options.rounds)]
            browser.close()
    for name in ("opening", "filtering"):
        whole, work = (statistics.median(getattr(one, key) for one in timings) for key in (name, f"{name}_work"))
        print(f"{name}: {whole:.3f} s, of it {work:.3f} s of processor time")


if __name__ == "__main__":
    main()
