"""The corpus of stories: read its inline marks, and measure segmenter and speakers, or a second reading, on it.

python -m training.stories training/corpus/stories/test.jsonl
python -m training.stories training/corpus/stories/test.jsonl --reading training/corpus/stories/second.jsonl
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import stance
from stance.errors import StanceError
from stance.matching import match_statements, same_speaker
from stance.types import Document, Speaker, Statement
from training.config import DEFAULT_CORPUS, command

DEFAULT_STORIES = DEFAULT_CORPUS / "stories"
KINDS = ("direct", "indirect", "mixed", "headline", "post")
# Styles whose texts are made of turns.
TRANSCRIPTS = tuple(
    "interview-briefing interview briefing un-record sc-record ga-record panel parliament podcast".split()
)
_MARK = re.compile(r'<(/?)(src|cue|st)((?: [a-z]+="[^"<>]*")*)>')
# What stands before the label of a turn has none: a time stamp, a number, marks of emphasis.
_LETTER = re.compile(r"[^\W\d_]")
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked span of a story: ``src``, ``cue`` or ``st``, its offsets in the text without marks, its attributes."""

    tag: str
    start: int
    end: int
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True)
class StoryStatement:
    """A marked statement; ``speaker`` is ``None`` where the text does not say who. See ``matching.GoldStatement``."""

    start: int
    end: int
    speaker: str | None
    aliases: tuple[str, ...]
    actor: str | None
    kind: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One story: the document without marks, its marks, and the statements among them in order."""

    document: Document
    style: str
    marks: tuple[Mark, ...]
    statements: tuple[StoryStatement, ...]


def parse(row: dict[str, Any]) -> Story:
    """Read one row of a stories file.

    Raises:
        StanceError: marks that are unbalanced, nested, of an unknown kind, or refer to a mark that is not there.
    """
    text, marks, opened = "", [], None
    position = 0
    for found in _MARK.finditer(row["marked"]):
        text += row["marked"][position : found.start()]
        position = found.end()
        closes, tag, attributes = found.groups()
        if closes:
            if opened is None or opened.tag != tag:
                raise StanceError(f"{row['id']}: </{tag}> closes nothing")
            marks.append(Mark(tag, opened.start, len(text), opened.attributes))
            opened = None
        elif opened is not None:
            raise StanceError(f"{row['id']}: <{tag}> within <{opened.tag}>")
        else:
            opened = Mark(tag, len(text), -1, dict(_ATTRIBUTE.findall(attributes)))
    if opened is not None:
        raise StanceError(f"{row['id']}: <{opened.tag}> is not closed")
    text += row["marked"][position:]
    names = {tag: {mark.attributes.get("id") for mark in marks if mark.tag == tag} for tag in ("src", "cue")}
    statements = []
    for mark in marks:
        if mark.tag != "st":
            continue
        lost = [key for key in ("src", "cue") if key in mark.attributes and mark.attributes[key] not in names[key]]
        if lost or mark.attributes.get("kind") not in KINDS or "<" in text[mark.start : mark.end]:
            raise StanceError(f"{row['id']}: a statement without kind, or whose {' and '.join(lost)} is not there")
        speaker, *others = (mark.attributes.get("speaker") or "").split("; ")
        actor = mark.attributes.get("actor") or None
        statements.append(
            StoryStatement(mark.start, mark.end, speaker or None, tuple(others), actor, mark.attributes["kind"])
        )
    document = Document(
        id=row["id"], text=text, date=row.get("date"), source=row.get("source"), author=row.get("author")
    )
    return Story(document, row["style"], tuple(marks), tuple(statements))


def read_stories(path: Path) -> list[Story]:
    """All stories of a file.

    Raises:
        StanceError: naming the file and the bad story.
    """
    if not path.is_file():
        raise StanceError("no such file", where=path)
    return [parse(json.loads(line)) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def own_texts(root: Path) -> list[str]:
    """The texts of a checkout: its seed documents, and the stories where the corpus is at hand."""
    texts = [path.read_bytes().decode("utf-8") for path in sorted((root / "seeds").glob("*.txt"))]
    for file in (root / "training" / "corpus" / "stories" / f"{name}.jsonl" for name in ("train", "turns", "test")):
        texts += [story.document.text for story in read_stories(file)] if file.is_file() else []
    return texts


@dataclass(slots=True)
class Tally:
    """Counts of statements: in the gold, predicted, found, and found with the right speaker."""

    gold: int = 0
    predicted: int = 0
    found: int = 0
    speaker: int = 0

    @property
    def f1(self) -> float:
        """F of the statements found, in [0, 1]."""
        return 2 * self.found / max(1, self.gold + self.predicted)

    def figures(self) -> str:
        """Recall, speakers right among the found, F, F that counts a wrong speaker as an error; in per cent."""
        text = f"{self.gold:5} gold  R {100 * self.found / max(1, self.gold):5.1f}"
        text += f"  who {100 * self.speaker / max(1, self.found):5.1f}"
        if self.predicted:
            total = self.gold + self.predicted
            text += f"  F {200 * self.found / total:5.1f}  whoF {200 * self.speaker / total:5.1f}"
        return text


def segmented(story: Story) -> list[Statement]:
    """What the segmenter finds in a story."""
    return stance.segment(story.document)


def read_reading(path: Path) -> Callable[[Story], list[Statement]]:
    """A second reading of stories as something to measure: one line a story with its ``id`` and its ``statements``.

    Each statement has ``start``, ``end``, ``kind``, and ``speaker`` and ``actor``, empty where the text does not tell.

    Raises:
        StanceError: no such file.
    """
    if not path.is_file():
        raise StanceError("no such file", where=path)
    rows = map(json.loads, filter(str.strip, path.read_text(encoding="utf-8").split("\n")))
    readings = {row["id"]: row["statements"] for row in rows}

    def read(story: Story) -> list[Statement]:
        return [_as_statement(story.document.text, row) for row in readings.get(story.document.id, ())]

    return read


def _as_statement(text: str, row: dict[str, Any]) -> Statement:
    names = filter(None, (row["speaker"] or "").split("; "))
    speakers = tuple(Speaker(name, name, "other", None, row["actor"] or name) for name in names)
    return Statement(text[row["start"] : row["end"]], row["start"], row["end"], kind=row["kind"], speakers=speakers)


def measure(stories: Sequence[Story], find: Callable[[Story], list[Statement]] = segmented) -> dict[str, Tally]:
    """Tallies of all statements (``all``), of each style, and of each kind (without predictions, so recall only).

    ``turns`` are those of the transcripts; a turn is found if all its statements are, and right if the speakers are.

    Args:
        stories: the gold.
        find: gives the statements of a story.
    """
    tallies: dict[str, Tally] = defaultdict(Tally)
    for story in stories:
        predicted = find(story)
        pairs = dict(match_statements(story.document.text, story.statements, predicted))
        right = {i for i, j in pairs.items() if same_speaker(predicted[j], story.statements[i])}
        for name in ("all", f"style {story.style}"):
            tallies[name].gold += len(story.statements)
            tallies[name].predicted += len(predicted)
        for i, gold in enumerate(story.statements):
            for name in ("all", f"style {story.style}", f"kind {gold.kind}"):
                tallies[name].gold += name.startswith("kind")
                tallies[name].found += i in pairs
                tallies[name].speaker += i in right
        for turn in _turns(story):
            tallies["turns"].gold += 1
            tallies["turns"].found += all(i in pairs for i in turn)
            tallies["turns"].speaker += all(i in right for i in turn)
    return dict(tallies)


def _turns(story: Story) -> Iterator[list[int]]:
    """Statements of each turn of a transcript: those whose source is a label at the start of a line, without a cue."""
    if story.style not in TRANSCRIPTS:
        return
    labels = {
        mark.attributes.get("id")
        for mark in story.marks
        if mark.tag == "src" and not _LETTER.search(story.document.text[: mark.start].rsplit("\n", 1)[-1])
    }
    cued = {mark.attributes.get("id") for mark in story.marks if mark.tag == "cue"}
    spoken = [mark.attributes.get("src") for mark in story.marks if mark.tag == "st"]
    turns: dict[str | None, list[int]] = defaultdict(list)
    for i, (source, statement) in enumerate(zip(spoken, story.statements, strict=True)):
        if source in labels - cued and statement.kind == "direct":
            turns[source].append(i)
    yield from turns.values()


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: figures of stories files."""
    parser = argparse.ArgumentParser(prog="python -m training.stories", description="Measure the segmenter on stories.")
    parser.add_argument("files", type=Path, nargs="*", default=[DEFAULT_STORIES / "test.jsonl"], metavar="FILE")
    parser.add_argument("--reading", type=Path, metavar="FILE", help="a second reading, instead of the segmenter")
    options = parser.parse_args(arguments)
    find = read_reading(options.reading) if options.reading else segmented
    tallies = measure([story for file in options.files for story in read_stories(file)], find)
    for name in sorted(tallies, key=lambda name: (name != "all", name)):
        print(f"{name:30} {tallies[name].figures()}")


if __name__ == "__main__":
    command(main)
