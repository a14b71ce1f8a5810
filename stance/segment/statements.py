"""From a document to its statements: layout, sentences and attributions put together, speakers resolved."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

import regex

from stance.segment.attribution import Attribution, SentenceReader
from stance.segment.dates import said_on
from stance.segment.layout import Block, Layout, read_layout, without_links
from stance.segment.quotes import Quote, find_quotes
from stance.segment.sentences import split_outer, split_sentences, trim
from stance.segment.tokens import Token, tokenize
from stance.speakers.registry import Registry
from stance.speakers.resolve import Entity, Mention, Resolver
from stance.types import Document, Kind, Speaker, Statement

# A quotation this long is speech even where no verb introduces it; shorter ones are names and quoted words.
MIN_SPEECH_WORDS = 6
# A quotation of up to this many words without a stop is part of the phrase it stands in.
MAX_SOFT_WORDS = 3
# Share of first-person sentences outside quotations from which on a whole text counts as somebody's address.
ADDRESS_SHARE = 0.25

_FIRST_PERSON = regex.compile(r"(?<![\p{L}.])(?:[Ww]e|[Oo]urs?|us|I|[Mm]y)(?:['’](?:m|ve|re|ll|d))?(?![\p{L}.])")
_TITLED = regex.compile(
    r"(?i)\b(?:entitled|titled|called|named|dubbed|headlined|slogans?|reading|so-called|chanting|known as)[\s:,]*[\"“„«]?\s*$"
)
_WORD = regex.compile(r"[\p{L}\p{N}]+")
_BARE = regex.compile(r"\s*(?:\([^()]*\)|(?:[@#]\w+[\s:,]*)+|[^\p{L}\p{N}]*)\s*[.:]?\s*")
_EDGES = " \t\n\r\u00a0,;:–—-"
_MARKS = "\"“”„«»″'‘’`"

CONFIDENCE = {
    "finite": 0.95,
    "coordinated": 0.9,
    "inverted": 0.95,
    "participle": 0.85,
    "according": 0.9,
    "colon": 0.9,
    "passive": 0.75,
}
CONTINUED, LONG_QUOTE, POST, TURN, ADDRESS = 0.75, 0.6, 0.98, 0.98, 0.7


@dataclass(frozen=True, slots=True)
class _Voice:
    """Who spoke last in the running text, and when."""

    speakers: tuple[Entity, ...]
    date: dt.date | None
    sentence: int


class _Segmenter:
    """State of one pass over a document."""

    def __init__(self, document: Document, registry: Registry) -> None:
        self.document, self.text = document, document.text
        self.layout: Layout = read_layout(document.text, document.date)
        self.date = document.date or self.layout.date
        self.quotes = find_quotes(document.text, self.layout.breaks)
        self.resolver = Resolver(registry, document.text, date=self.date, author=document.author)
        self.found: list[tuple[Statement, tuple[Entity, ...]]] = []
        self.voice: _Voice | None = None
        self.sentence = 0
        self.is_address = self._is_address()

    def run(self) -> list[Statement]:
        blocks = self.layout.blocks
        place = 0
        while place < len(blocks):
            block = blocks[place]
            if block.kind in ("post", "turn"):
                self._signed(block)
                place += 1
                continue
            last = place
            if block.kind == "body":
                while (
                    last + 1 < len(blocks)
                    and blocks[last + 1].kind == "body"
                    and self._runs_on(blocks[last], blocks[last + 1])
                ):
                    last += 1
            self._running(block, blocks[last].end)
            place = last + 1
        # Names are settled only now: the fullest one may stand at the end of the document.
        named = [replace(statement, speakers=_speakers(entities)) for statement, entities in self.found]
        return sorted(named, key=lambda s: (s.start, s.end))

    # -- signed text ------------------------------------------------------------------------------------------------

    def _signed(self, block: Block) -> None:
        """Every sentence of a post or a speaker's turn is a statement of its author."""
        assert block.speaker is not None and block.speaker_start is not None
        mention = Mention(block.speaker, block.speaker_start, signed=True, handle=block.handle)
        speakers = self.resolver.resolve(mention)
        is_post = block.kind == "post"
        for piece in without_links(self.text, block.start, block.end):
            for start, end in split_sentences(self.text, *piece):
                if not _BARE.fullmatch(self.text, start, end):
                    self._add(
                        (start, end),
                        speakers,
                        mention,
                        "post" if is_post else "direct",
                        block.date or self.date,
                        POST if is_post else TURN,
                    )

    # -- running text -----------------------------------------------------------------------------------------------

    def _runs_on(self, one: Block, other: Block) -> bool:
        """Whether a closed quotation bridges two paragraphs."""
        return any(
            q.closed and q.outer_start < one.end and q.end > other.start for q in self._quotes_in(one.start, other.end)
        )

    def _quotes_in(self, start: int, end: int) -> list[Quote]:
        first = bisect_left(self.quotes, start, key=lambda q: q.outer_end)
        found = []
        for quote in self.quotes[first:]:
            if quote.outer_start >= end:
                break
            found.append(quote)
        return found

    def _running(self, block: Block, end: int) -> None:
        quotes = self._quotes_in(block.start, end)
        for start, stop in split_outer(self.text, block.start, end, quotes):
            self.sentence += 1
            self._sentence(
                start, stop, [q for q in quotes if q.outer_start < stop and q.outer_end > start], block.kind == "title"
            )

    def _sentence(self, start: int, stop: int, quotes: Sequence[Quote], is_title: bool) -> None:
        tokens = tokenize(self.text, start, stop)
        tokens = _without_soft_marks(tokens, [q for q in quotes if self._is_soft(q)])
        quoted = _quoted(tokens, [q for q in quotes if not self._is_soft(q)])
        if not any(t.is_word for t in tokens):
            return
        first_person = self._is_first_person(tokens, quoted)
        reader = SentenceReader(tokens, quoted, is_title=is_title)
        attributions = [] if first_person and not any(quoted) and not is_title else reader.read()
        covered: list[tuple[int, int]] = []
        voice: _Voice | None = None
        for attribution in attributions:
            assert attribution.subject is not None
            mention = self._mention(tokens, attribution)
            speakers = self.resolver.resolve(mention)
            date = said_on(_around(self.text, tokens, attribution), self.date) or self.date
            voice = _Voice(speakers, date, self.sentence)
            sure = CONFIDENCE[attribution.role] * self.resolver.certainty(mention)
            span = (tokens[attribution.content[0]].start, tokens[attribution.content[1] - 1].end)
            covered.append(span)
            for piece in self._pieces(span, quotes):
                self._add(piece, speakers, mention, self._kind(piece, quotes, is_title), date, sure)
        self.resolver.notice(" ".join(t.text for t, q in zip(tokens, quoted, strict=True) if not q))
        self._leftover(start, stop, tokens, quotes, covered, voice, is_title)
        if voice is not None:
            self.voice = voice
        elif not any(quoted) and not covered and (first_person or self.is_address) and not is_title:
            self._address(start, stop)

    def _is_soft(self, quote: Quote) -> bool:
        """Whether a quotation is a word or two within a phrase ("defence minister"), to be read like the rest of it."""
        inner = self.text[quote.start : quote.end].strip()
        return quote.closed and inner[-1:] not in ",.!?;" and len(_WORD.findall(inner)) <= MAX_SOFT_WORDS

    def _mention(self, tokens: Sequence[Token], attribution: Attribution) -> Mention:
        assert attribution.subject is not None
        start, end = tokens[attribution.subject[0]].start, tokens[attribution.subject[1] - 1].end
        return Mention(self.text[start:end], start)

    def _leftover(
        self,
        start: int,
        stop: int,
        tokens: Sequence[Token],
        quotes: Sequence[Quote],
        covered: Sequence[tuple[int, int]],
        voice: _Voice | None,
        is_title: bool,
    ) -> None:
        """Quotations that no verb of this sentence took: the other half of "…," he said, "…", and quotes that go on."""
        words = sum(1 for t in tokens if t.is_word)
        for quote in quotes:
            begin, end = max(quote.start, start), min(quote.end, stop)
            if any(a < end and begin < b for a, b in covered):
                continue
            length = len(_WORD.findall(self.text, begin, end))
            if voice is not None:
                if length >= MIN_SPEECH_WORDS - 2 or self.text[begin:end].rstrip()[-1:] in ",.!?":
                    self._quote((begin, end), quotes, voice, CONFIDENCE["inverted"])
                continue
            whole = length >= 0.8 * words
            recent = self.voice is not None and (whole or self.sentence - self.voice.sentence <= 1)
            if is_title or not (whole or length >= MIN_SPEECH_WORDS) or _TITLED.search(self.text, start, begin):
                continue
            if whole:
                self._quote((begin, end), quotes, self.voice, CONTINUED)
                if self.voice is not None:
                    self.voice = _Voice(self.voice.speakers, self.voice.date, self.sentence)
            elif recent:
                self._quote((start, stop), quotes, self.voice, LONG_QUOTE)
                return

    def _quote(self, span: tuple[int, int], quotes: Sequence[Quote], voice: _Voice | None, sure: float) -> None:
        speakers = voice.speakers if voice else ()
        for piece in self._pieces(span, quotes):
            self._add(piece, speakers, None, self._kind(piece, quotes, False), voice.date if voice else self.date, sure)

    def _address(self, start: int, stop: int) -> None:
        """A sentence in the first person outside quotations: the author speaks, or somebody the text does not name."""
        speakers = self.resolver.author()
        for piece in self._pieces((start, stop), ()):
            self._add(piece, speakers, None, "direct", self.date, ADDRESS if speakers else ADDRESS / 2)

    def _is_first_person(self, tokens: Sequence[Token], quoted: Sequence[bool]) -> bool:
        return any(not q and _FIRST_PERSON.fullmatch(t.text) for t, q in zip(tokens, quoted, strict=True))

    def _is_address(self) -> bool:
        """Whether the text as a whole is a speech, declaration or letter: "we" and "I" outside quotations throughout."""
        total = hits = 0
        for block in self.layout.blocks:
            if block.kind != "body":
                continue
            quotes = self._quotes_in(block.start, block.end)
            for start, end in split_outer(self.text, block.start, block.end, quotes):
                if any(q.outer_start < end and q.outer_end > start for q in quotes):
                    continue
                total += 1
                hits += _FIRST_PERSON.search(self.text, start, end) is not None
        return total > 0 and hits / total >= ADDRESS_SHARE

    # -- spans ------------------------------------------------------------------------------------------------------

    def _pieces(self, span: tuple[int, int], quotes: Sequence[Quote]) -> list[tuple[int, int]]:
        """A content cut into sentences, quotation marks and loose punctuation left outside."""
        pieces: list[tuple[int, int]] = []
        for line in _lines(self.text, *span):
            for start, end in split_sentences(self.text, *line):
                inner = next(
                    (
                        q
                        for q in quotes
                        if q.outer_start <= start + 1 and end <= q.outer_end + 1 and _inside(self.text, start, end, q)
                    ),
                    None,
                )
                if inner is not None:
                    start, end = max(start, inner.start), min(end, inner.end)
                start, end = _strip(self.text, start, end, all_marks=inner is not None)
                if start < end and _WORD.search(self.text, start, end):
                    pieces.append((start, end))
        return pieces

    def _kind(self, span: tuple[int, int], quotes: Sequence[Quote], is_title: bool) -> Kind:
        if is_title:
            return "headline"
        inside = sum(
            len(_WORD.findall(self.text, max(span[0], q.start), min(span[1], q.end)))
            for q in quotes
            if q.start < span[1] and q.end > span[0]
        )
        if not inside:
            return "indirect"
        return "direct" if inside >= len(_WORD.findall(self.text, *span)) else "mixed"

    def _add(
        self,
        span: tuple[int, int],
        speakers: tuple[Entity, ...],
        mention: Mention | None,
        kind: Kind,
        date: dt.date | None,
        sure: float,
    ) -> None:
        start, end = span
        statement = Statement(
            text=self.text[start:end],
            start=start,
            end=end,
            source=mention.text if mention else None,
            source_start=mention.start if mention else None,
            kind=kind,
            date=date,
            confidence=round(sure, 3),
        )
        self.found.append((statement, speakers))


def segment_document(document: Document, registry: Registry) -> list[Statement]:
    """Statements of a document in order of their start, unclassified (``stances is None``).

    Spans are valid offsets into ``document.text``; narration by the outlet yields nothing; a statement whose speaker the
    text does not tell has no speakers.
    """
    return _Segmenter(document, registry).run()


def _without_soft_marks(tokens: Sequence[Token], soft: Sequence[Quote]) -> list[Token]:
    marks = {q.start - 1 for q in soft} | {q.end for q in soft}
    return [token for token in tokens if token.start not in marks]


def _speakers(entities: Sequence[Entity]) -> tuple[Speaker, ...]:
    return tuple(dict.fromkeys(entity.speaker() for entity in entities))


def _quoted(tokens: Sequence[Token], quotes: Sequence[Quote]) -> list[bool]:
    """For each token whether it stands inside a quotation, marks included; both sequences are in order."""
    flags, place = [], 0
    for token in tokens:
        while place < len(quotes) and quotes[place].outer_end <= token.start:
            place += 1
        flags.append(place < len(quotes) and quotes[place].outer_start <= token.start)
    return flags


def _inside(text: str, start: int, end: int, quote: Quote) -> bool:
    """Whether all words of the span lie within the quotation."""
    return not _WORD.search(text, start, max(start, quote.start)) and not _WORD.search(text, min(end, quote.end), end)


def _strip(text: str, start: int, end: int, *, all_marks: bool) -> tuple[int, int]:
    """Without white space and joints at both ends, and without quotation marks where the whole span is quoted."""
    edges = _EDGES + _MARKS if all_marks else _EDGES
    while start < end and text[start] in edges:
        start += 1
    while end > start and text[end - 1] in edges:
        end -= 1
    return start, end


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span cut at paragraph ends."""
    spans, begin = [], start
    for match in regex.finditer(r"(?<=[.!?…\"”»’'\])])[ \t]*[\n\r]+|\n\s*\n", text, pos=start, endpos=end):
        spans.append((begin, match.start()))
        begin = match.end()
    spans.append((begin, end))
    return [trimmed for span in spans if (trimmed := trim(text, *span))]


def _around(text: str, tokens: Sequence[Token], attribution: Attribution) -> str:
    """The words of a reporting clause that may hold a date: between speaker and content, or behind a trailing verb."""
    cue, (begin, end) = attribution.cue, attribution.content
    assert attribution.subject is not None
    left = min(cue, attribution.subject[0])
    if begin > cue or begin <= cue < end:
        lead = text[tokens[0].start : tokens[left].start] if left < 6 else ""
        right = begin if begin > cue else cue + 1
        return lead + text[tokens[left].start : tokens[right].start]
    return text[tokens[left].start : tokens[-1].end]
