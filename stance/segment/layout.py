"""The shape of a document: titles, datelines, posts, speaker turns, boilerplate, body paragraphs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import regex

from stance.segment.authors import Authored, read_authored
from stance.segment.dates import find_date
from stance.segment.posts import (
    Head,
    behind_mentions,
    is_badge,
    is_foot,
    may_name,
    read_head,
    read_named,
    read_platform,
    read_stamps,
    shares_another,
)
from stance.segment.sentences import trim
from stance.segment.turns import Turn, closes_transcript, read_turns, split_turns

BlockKind = Literal["title", "body", "post", "turn", "question"]
Span = tuple[int, int]

# A line without a stop is a headline up to this length; longer ones are body text that lost its stop.
MAX_TITLE_WORDS = 40
# A line shorter than this was not broken for its width.
MIN_WRAPPED = 40
# Datelines stand in the head of a document or within its first lines.
HEAD_LINES = 6
# What the signature of a post may take of the end of its line, and how short the line that opens a list must be.
MAX_SIGNATURE, MAX_LIST_HEAD = 160, 80
# How far before the text of a list item its line begins, in characters.
MAX_BULLET = 80

_WORD = regex.compile(r"[\p{L}\p{N}]")
_LINE = regex.compile(r"[^\n\r\u2028\u2029]+")
_BOILERPLATE = regex.compile(
    r"""(?xi) all\ news | home | share | print | read\ more | advertisement | related(\ articles|\ news)? | photo.*
    | image.* | source:.* | subscribe.* | follow\ us.* | ©.* | copyright.* | listen | menu | tags?:.*
    | by\ (?-i:\p{Lu})[\p{L}.'’-]+ (\ (?-i:\p{Lu})[\p{L}.'’-]+){0,3}"""
)
_LEADING_DATE = regex.compile(r"\s*date\s+(\d{4}-\d\d-\d\d)\s+")
# "BRUSSELS, January 5. /TASS/.", "DONETSK, Ukraine —", "MOSCOW (Agency - 10th January, 2022)", "Brussels 09.01.2022"
_PLACE = r"\p{Lu}[\p{L}.'’\-]{0,40}(?:\ \p{Lu}[\p{L}.'’\-]{0,40}){0,3}"
_DATELINE = regex.compile(
    rf"""(?x) (?: {_PLACE} (?:(?:,\ |\ ?/\ ?){_PLACE})?
        (?:,\ (?: \p{{L}}{{3,9}}\.?\ \d{{1,2}} | \d{{1,2}}\ \p{{L}}{{3,9}}\.? ) (?:,?\ \d{{4}})? )? \.? \s*
        (?: /[^/\n]{{2,40}}/\.? | \([^()\n]{{2,70}}\) (?:\s*[-–—]+|:)? | [-–—]{{1,2}}(?=\s) )
    | {_PLACE}\ \d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}(?=\s) ) \s*"""
)
# "text — Jane Doe (@jdoe) January 5, 2022"; a hyphen stands free of both words.
_POST = regex.compile(
    r"""(?x) (?:\s*+[—–]{1,2} | \s-{1,2}(?=\s)) \s*+ (?P<name>(?:(?!\s-\s)[^\n()—–]){2,60}?) \s*
    \((?P<handle>@\w{1,30})\) \s*+ (?P<date>[^\n()]{0,30})$"""
)
_LINK = regex.compile(r"(?:https?://|pic\.twitter\.com/|t\.co/|www\.)\S+")
_BULLET = regex.compile(
    r"\s*(?:[–—•*▪·-]|\(?\d{1,3}[.)]|\(?[a-z]{1,3}\)|(?:II|III|IV|VI|VII|VIII|IX|XI|XII)\.|I\.(?= The)"
    r"|(?:One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten)\.)\s+"
)
# A quotation that ends in a comma: "said the minister" is still to come.
_QUOTE_GOES_ON = frozenset({",”", ',"', "”,", '",'})
_MARKS = frozenset("▪•*·‣»►→–—->")
_OPENS, _CLOSES = frozenset('“"„«'), frozenset('”"»“')
_TERMINAL = frozenset(".!?…:;,\"”»'’)")


@dataclass(frozen=True, slots=True)
class Signature:
    """Who wrote a post or has a turn: the words that tell, and their offset; of a post also its account and date.

    The name is empty for the answers in an interview with one person; ``about`` is what a label says behind it.
    """

    name: str
    start: int
    handle: str | None = None
    date: dt.date | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of layout.

    Attributes:
        kind: ``title`` (also sub-titles and section heads), ``body``, ``post``, ``turn``, or an interviewer's
            ``question``.
        start: where the running text starts (behind dateline, bullet, turn label).
        end: where it ends (before a post's signature and links).
        signature: who speaks in a post or turn, else ``None``.
    """

    kind: BlockKind
    start: int
    end: int
    signature: Signature | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """All blocks in document order, the paragraph ends, and the date of a dateline if there is one."""

    blocks: tuple[Block, ...]
    breaks: tuple[int, ...]
    date: dt.date | None


def read_layout(text: str, date: dt.date | None = None) -> Layout:
    """Split a document into blocks.

    Args:
        text: the document.
        date: its date, if known from outside; it gives the year to dates without one.
    """
    return _Reader(text, date).read()


def without_links(text: str, start: int, end: int) -> list[Span]:
    """The pieces of a span that remain when web links are cut out."""
    pieces, begin = [], start
    for match in _LINK.finditer(text, start, end):
        pieces.append((begin, match.start()))
        begin = match.end()
    pieces.append((begin, end))
    return [trimmed for piece in pieces if (trimmed := trim(text, *piece))]


class _Reader:
    """State of one pass over the lines of a document."""

    def __init__(self, text: str, date: dt.date | None) -> None:
        self.text, self.date = text, date
        self.found_date: dt.date | None = None
        self.blocks: list[Block] = []
        self.in_head = True
        # The words of all labels of turns.
        self.speakers: frozenset[str] = frozenset()

    def read(self) -> Layout:
        """The whole layout."""
        lines = split_turns(self.text, _lines(self.text))
        turns = read_turns(self.text, lines)
        self.speakers = frozenset(word for turn in turns.values() for word in turn.who.casefold().split())
        stamps = read_stamps(self.text, lines)
        author: Head | None = None
        bullet = ""
        for index, (line_start, end) in enumerate(lines):
            start = self._skip_date(line_start, end) if index == 0 else line_start
            if _BOILERPLATE.fullmatch(self.text, start, end) or not _WORD.search(self.text, start, end):
                continue
            if index and self.text.count("\n", lines[index - 1][1], start) > 1:
                author = None  # a post ends at an empty line
            if author is None and is_badge(self.text, start, end) and self._is_above_account(lines, index):
                continue
            turn, start = turns.get(line_start), stamps.get(line_start, start)
            if turn is not None:
                self._read_turn(turn, end)
                continue
            if author is not None and (self.text[line_start] == bullet or self._is_owner(lines, index)):
                author = None  # the next item of the list in which the post stands, or the name above another account
            head = read_head(self.text, start, end) or (
                None if author else read_platform(self.text, lines, index, start) or read_named(self.text, lines, index)
            )
            authored = None if head else read_authored(self.text, start, end)
            if head is not None:
                author, bullet = self._named(head) if author is None else author, self._item_mark(start)
            elif authored is not None:
                author = self._read_authored(authored, start, end)
                bullet = self._item_mark(start)
            elif author is not None:
                if shares_another(self.text, start, end):
                    author = None
                elif not is_foot(self.text, line_start, end):
                    self._read_headed(author, start, end)
            elif not self._read_post(start, end):
                may_have_dateline = self.in_head or index < HEAD_LINES
                self._read_running(start, end, may_have_dateline=may_have_dateline, is_item=line_start in stamps)
        return Layout(tuple(self.blocks), tuple(end for _, end in lines), self.found_date)

    def _skip_date(self, start: int, end: int) -> int:
        """Index behind a date that precedes the title."""
        match = _LEADING_DATE.match(self.text, max(0, start - 1), end)
        if match is None:
            return start
        self.found_date = find_date(match.group(1))
        return match.end()

    def _read_turn(self, turn: Turn, end: int) -> None:
        """Take a line that begins with the label of a turn, or that asks."""
        signature = None if turn.asks else Signature(turn.who, turn.start, about=turn.about)
        self.blocks.append(Block("question" if turn.asks else "turn", turn.end, end, signature))

    def _item_mark(self, start: int) -> str:
        """The mark of a list at the head of a line, if it has one."""
        return self.text[start] if self.text[start] in _MARKS else ""

    def _is_owner(self, lines: Sequence[Span], index: int) -> bool:
        """Whether a line is the name above an account that has a line of its own."""
        return self._is_above_account(lines, index) and may_name(self.text, *lines[index])

    def _is_above_account(self, lines: Sequence[Span], index: int) -> bool:
        """Whether the next line is an account alone."""
        if index + 1 == len(lines) or self.text.count("\n", lines[index][1], lines[index + 1][0]) != 1:
            return False
        head = read_head(self.text, *lines[index + 1])
        return head is not None and head.name == head.handle

    def _named(self, head: Head) -> Head:
        """The head of a post with the name that stands in the line above the account."""
        above = self.blocks[-1] if self.blocks and head.name == head.handle else None
        if above is None or self.text.find("\n\n", above.end, head.start) >= 0:
            return head
        if above.kind not in {"title", "body"} or not may_name(self.text, above.start, above.end):
            return head
        self.blocks.pop()
        return Head(self.text[above.start : above.end], above.start, head.handle)

    def _read_authored(self, post: Authored, start: int, end: int) -> Head | None:
        """Take a line that begins with the author of a post; gives that author where the text begins below."""
        if before := trim(self.text, start, post.begin):
            self.blocks.append(Block("body", *before))
        if post.start >= post.end:
            return post.head
        self._read_headed(post.head, post.start, post.end)
        if rest := trim(self.text, post.behind, end):
            self.blocks.append(Block("body", *rest))
        return None

    def _read_headed(self, author: Head, start: int, end: int) -> None:
        """Take a line of the text of a post whose author stands above it."""
        signature = Signature(author.name, author.start, author.handle or None, self.date or self.found_date)
        self.blocks.append(Block("post", behind_mentions(self.text, start, end), end, signature))

    def _read_post(self, start: int, end: int) -> bool:
        """Take a line that ends with the signature of a post, and the list it closes."""
        signed = _POST.search(self.text, max(start, end - MAX_SIGNATURE), end)
        if signed is None:
            return False
        bullet = _BULLET.match(self.text, start, end)
        body = trim(self.text, bullet.end() if bullet else start, signed.start())
        above = self.blocks[-1] if self.blocks and body is None else None
        if above is not None and above.kind in {"title", "body"} and self.text.count("\n", above.end, start) == 1:
            self.blocks.pop()  # the signature stands below the post
            is_quote = self.text[above.start] in _OPENS and self.text[above.end - 1] in _CLOSES
            body = above.start + is_quote, above.end - is_quote
        if body is None:
            return False
        date = find_date(signed.group("date"), self.date or self.found_date)
        signature = Signature(signed.group("name"), signed.start("name"), signed.group("handle"), date)
        if bullet:
            self._claim_list(signature)
        self.blocks.append(Block("post", *body, signature))
        return True

    def _claim_list(self, signature: Signature) -> None:
        """Give the list items, and their opening line, that stand before a signed item to its author."""
        blocks, index = self.blocks, len(self.blocks)
        while index and blocks[index - 1].kind == "body" and self._is_item(blocks[index - 1]):
            index -= 1
        if index and self._opens_list(blocks[index - 1]):
            index -= 1
        blocks[index:] = [Block("post", block.start, block.end, signature) for block in blocks[index:]]

    def _is_item(self, block: Block) -> bool:
        near = max(0, block.start - MAX_BULLET)
        start = max(self.text.rfind("\n", near, block.start) + 1, near)
        return _BULLET.match(self.text, start, block.start) is not None

    def _opens_list(self, block: Block) -> bool:
        is_short = block.end - block.start < MAX_LIST_HEAD
        return block.kind == "body" and is_short and self.text[block.end - 1] == ":"

    def _read_running(self, start: int, end: int, *, may_have_dateline: bool, is_item: bool) -> None:
        """Take a line of running text or a title."""
        dateline = _DATELINE.match(self.text, start, end) if may_have_dateline else None
        if dateline and trim(self.text, dateline.end(), end) and not self._is_quoted(start, dateline.end(), end):
            self.found_date = self.found_date or find_date(dateline.group(), self.date)
            self.in_head = False
            self.blocks.append(Block("body", dateline.end(), end))
            return
        if not is_item and _is_title(self.text, start, end):
            self.blocks.append(Block("title", start, end))
            return
        self.in_head = False
        bullet = _BULLET.match(self.text, start, end)
        previous = self.blocks[-1] if self.blocks else None
        kind: BlockKind = "body"
        # A paragraph without a label goes on with the turn before it.
        is_below = previous is not None and previous.kind == "turn" and previous.start == previous.end
        is_note = not is_below and closes_transcript(self.text, start, end, self.speakers)
        if previous and previous.kind in {"turn", "question"} and not is_note:
            kind = previous.kind
        signature = previous.signature if previous and kind == "turn" else None
        self.blocks.append(Block(kind, bullet.end() if bullet else start, end, signature))

    def _is_quoted(self, start: int, begin: int, end: int) -> bool:
        """Whether what looks like a dateline is the name of whoever is quoted: no capitals, then a quotation alone."""
        place = self.text[start:begin].split(None, 1)[0]
        return self.text[begin] in _OPENS and self.text[end - 1] in _CLOSES and not place.isupper()


def _lines(text: str) -> list[Span]:
    """Trimmed non-blank lines, with the hard-wrapped ones joined to paragraphs."""
    lines: list[Span] = []
    for match in _LINE.finditer(text):
        span = trim(text, match.start(), match.end())
        if span is not None and lines and _is_wrapped(text, lines[-1], span):
            lines[-1] = (lines[-1][0], span[1])
        elif span is not None:
            lines.append(span)
    return lines


def _is_wrapped(text: str, line: Span, following: Span) -> bool:
    """Whether a line break stands inside a sentence: no stop before it, a small letter behind it."""
    if text.count("\n", line[1], following[0]) > 1 or line[1] - line[0] <= MIN_WRAPPED:
        return False
    is_open = text[line[1] - 1] not in _TERMINAL or text[line[1] - 2 : line[1]] in _QUOTE_GOES_ON
    return is_open and text[following[0]].islower()


def _is_title(text: str, start: int, end: int) -> bool:
    """Whether a line has the form of a headline: short, no stop at its end, not a list item."""
    if text[start:end].rstrip("\"”»'’)")[-1:] in ".!?…:;," or _BULLET.match(text, start, end):
        return False
    return len(text[start:end].split(None, MAX_TITLE_WORDS)) <= MAX_TITLE_WORDS and not _LINK.search(text, start, end)
