"""The shape of a document: titles, datelines, posts, speaker turns, boilerplate, body paragraphs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import regex

from stance.segment.dates import find_date
from stance.segment.sentences import trim

BlockKind = Literal["title", "body", "post", "turn"]

# A line without a stop is a headline up to this length; longer ones are body text that lost its stop.
MAX_TITLE_WORDS = 40

_WORD = regex.compile(r"[\p{L}\p{N}]")
_LINE = regex.compile(r"[^\n\r\u2028\u2029]+")
_BOILERPLATE = regex.compile(
    r"(?i)(all news|home|share|print|read more|advertisement|related( articles| news)?|photo.*|image.*|source:.*|subscribe.*"
    r"|follow us.*|©.*|copyright.*|listen|menu|tags?:.*|by [\p{Lu}][\p{L}.'’-]+( [\p{Lu}][\p{L}.'’-]+){0,3})"
)
_LEADING_DATE = regex.compile(r"\s*date\s+(\d{4}-\d\d-\d\d)\s+")
# "BRUSSELS, January 5. /TASS/.", "DONETSK, Ukraine —", "MOSCOW (Agency - 10th January, 2022)", "Brussels 09.01.2022"
_PLACE = r"\p{Lu}[\p{Lu}\p{L}.'’\-]*(?: \p{Lu}[\p{Lu}\p{L}.'’\-]*){0,3}"
_DATELINE = regex.compile(
    rf"(?:{_PLACE}(?:, {_PLACE})?(?:, (?:\p{{L}}{{3,9}}\.? \d{{1,2}}|\d{{1,2}} \p{{L}}{{3,9}}\.?)(?:,? \d{{4}})?)?\.?"
    rf"\s*(?:/[^/\n]{{2,40}}/\.?|\([^()\n]{{2,70}}\)(?:\s*[-–—]+|:)?|[-–—]{{1,2}}(?=\s))"
    rf"|{_PLACE} \d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}(?=\s))\s*"
)
_POST = regex.compile(
    r"\s*[—–-]{1,2}\s*(?P<name>[^\n()—–]{2,60}?)\s*\((?P<handle>@\w{1,30})\)\s*(?P<date>[^\n()]{0,30})$"
)
_LINK = regex.compile(r"(?:https?://|pic\.twitter\.com/|t\.co/|www\.)\S+")
_BULLET = regex.compile(r"\s*[–—•*▪·-]\s+")
_TURN = regex.compile(
    r"\s*(?P<who>(?:(?:MR|MS|MRS|DR|SECRETARY|PRESIDENT|PRIME MINISTER|FOREIGN MINISTER|MINISTER|AMBASSADOR|GENERAL|SENATOR|CHANCELLOR|THE PRESIDENT"
    r"|Mr|Ms|Mrs|Dr|The President|The Secretary-General|President|Sir|Baroness|Lord)\.?(?: [\p{L}.'’\-]+){0,4}|[\p{Lu}][\p{Lu}.'’\- ]{2,40})"
    r"(?:\s*\((?P<state>[^()\n]{2,60})\))?)\s*:\s+(?=\S)"
)
_TERMINAL = frozenset(".!?…:;,\"”»'’)")


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of layout: offsets of its running text, and for posts and turns who speaks.

    Attributes:
        kind: ``title`` (also sub-titles and section heads), ``body``, ``post`` or ``turn``.
        start: where the running text starts (behind dateline, bullet, turn label).
        end: where it ends (before a post's signature and links).
        speaker: the words naming the author of a post or turn.
        speaker_start: offset of those words.
        date: date of a post, where it carries one.
        handle: account name of a post with its "@".
    """

    kind: BlockKind
    start: int
    end: int
    speaker: str | None = None
    speaker_start: int | None = None
    date: dt.date | None = None
    handle: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """All blocks in document order, the paragraph ends, and the date of a dateline if there is one."""

    blocks: tuple[Block, ...]
    breaks: tuple[int, ...]
    date: dt.date | None


def _lines(text: str) -> list[tuple[int, int]]:
    """Trimmed non-blank lines, with the hard-wrapped ones joined to paragraphs."""
    lines: list[tuple[int, int]] = []
    for match in _LINE.finditer(text):
        span = trim(text, match.start(), match.end())
        if span is None:
            continue
        if lines:
            start, end = lines[-1]
            gap = text[end : span[0]]
            # A line break inside a sentence: the line before has no stop, this one goes on in lower case.
            if gap.count("\n") <= 1 and text[end - 1] not in _TERMINAL and text[span[0]].islower() and end - start > 40:
                lines[-1] = (start, span[1])
                continue
        lines.append(span)
    return lines


def _is_title(text: str, start: int, end: int) -> bool:
    """Whether a line has the form of a headline: short, no stop at its end, not a list item."""
    line = text[start:end]
    if line.rstrip("\"”»'’)")[-1:] in ".!?…:;," or _BULLET.match(line):
        return False
    return len(line.split()) <= MAX_TITLE_WORDS and not _LINK.search(line)


def _turns(text: str, lines: list[tuple[int, int]]) -> dict[int, regex.Match[str]]:
    """Speaker-turn labels by line start; a document needs two before its colons count as turns."""
    found = {start: match for start, end in lines if (match := _TURN.match(text, start, end))}
    return found if len(found) > 1 else {}


def read_layout(text: str, date: dt.date | None = None) -> Layout:
    """Split a document into blocks.

    Args:
        text: the document.
        date: its date, if known from outside; it gives the year to dates without one.
    """
    lines = _lines(text)
    turns = _turns(text, lines)
    blocks: list[Block] = []
    found_date: dt.date | None = None
    in_head = True
    for index, (line_start, end) in enumerate(lines):
        start = line_start
        if index == 0 and (match := _LEADING_DATE.match(text, max(0, start - 1), end)):
            found_date, start = find_date(match.group(1)), match.end()
        if _BOILERPLATE.fullmatch(text, start, end) or not _WORD.search(text, start, end):
            continue
        if match := turns.get(line_start):
            who = match.span("who")
            blocks.append(Block("turn", match.end(), end, text[slice(*who)], who[0]))
            continue
        if post := _read_post(text, start, end, date or found_date):
            _claim_list(text, blocks, post)
            blocks.append(post)
            continue
        if in_head or index < 6:
            dateline = _DATELINE.match(text, start, end)
            if dateline and trim(text, dateline.end(), end):
                found_date = found_date or find_date(dateline.group(), date)
                start = dateline.end()
                in_head = False
                blocks.append(Block("body", start, end))
                continue
        if _is_title(text, start, end):
            blocks.append(Block("title", start, end))
            continue
        in_head = False
        if match := _BULLET.match(text, start, end):
            start = match.end()
        previous = blocks[-1] if blocks else None
        if previous is not None and previous.kind == "turn":
            # A paragraph without a label goes on with the turn before it.
            blocks.append(Block("turn", start, end, previous.speaker, previous.speaker_start))
        else:
            blocks.append(Block("body", start, end))
    return Layout(tuple(blocks), tuple(end for _, end in lines), found_date)


def _read_post(text: str, start: int, end: int, date: dt.date | None) -> Block | None:
    """The post that a line ends with a signature of, or ``None``."""
    # The signature stands at the end: searching the last 160 code points keeps this linear on long lines.
    match = _POST.search(text, max(start, end - 160), end)
    if match is None:
        return None
    stop = match.start()
    body = trim(text, start, stop)
    if match_bullet := _BULLET.match(text, start, end):
        body = trim(text, match_bullet.end(), stop)
    if body is None:
        return None
    return Block(
        "post",
        *body,
        speaker=match.group("name"),
        speaker_start=match.start("name"),
        date=find_date(match.group("date"), date),
        handle=match.group("handle"),
    )


def _claim_list(text: str, blocks: list[Block], post: Block) -> None:
    """Give the list items (and their opening line) that stand before a signed item to its author, in place."""
    if not _BULLET.match(text, max(0, post.start - 2), post.start):
        return
    index = len(blocks)
    while index and _BULLET.match(text, max(0, blocks[index - 1].start - 2), blocks[index - 1].start):
        index -= 1
    if (
        index
        and text[blocks[index - 1].end - 1] == ":"
        and len(text[blocks[index - 1].start : blocks[index - 1].end]) < 80
    ):
        index -= 1
    for place in range(index, len(blocks)):
        old = blocks[place]
        blocks[place] = Block("post", old.start, old.end, post.speaker, post.speaker_start, post.date, post.handle)


def without_links(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The pieces of a span that remain when web links are cut out."""
    pieces, begin = [], start
    for match in _LINK.finditer(text, start, end):
        pieces.append((begin, match.start()))
        begin = match.end()
    pieces.append((begin, end))
    return [trimmed for piece in pieces if (trimmed := trim(text, *piece))]
