"""From a document to its statements: layout, sentences and attributions put together, speakers resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stance.segment.address import (
    is_address,
    is_first_person,
    is_told_by_others,
    own_clauses,
    speaks_for_itself,
    titled_author,
)
from stance.segment.attribution import Attribution
from stance.segment.clauses import is_withheld
from stance.segment.context import outside
from stance.segment.found import Found
from stance.segment.issuer import Issuer
from stance.segment.layout import Block, read_layout
from stance.segment.quotes import Quote, find_quotes, is_titled, overlapping
from stance.segment.reader import read_attributions
from stance.segment.repeated import dated_by_posts
from stance.segment.resolutions import clause_subject, is_clause
from stance.segment.sentences import split_outer
from stance.segment.signed import Signed
from stance.segment.spans import Span, count_words, inside_quotes, is_soft, pieces, without_soft_marks
from stance.segment.tagger import Seen, SentenceTagger
from stance.segment.tokens import MAX_SENTENCE_TOKENS, Sentence, Token, tokenize
from stance.segment.turns import record_entries
from stance.segment.typeset import Typeset
from stance.segment.voices import AUTHOR, CONFIDENCE, GOES_ON, Voice, Voices
from stance.speakers.mentions import Mention
from stance.speakers.registry import Registry
from stance.speakers.resolve import Resolver
from stance.types import Document, Statement

# A quotation this long is speech even where no verb introduces it; shorter ones are names and quoted words.
MIN_SPEECH_WORDS = 6
# Share of the words of a sentence that a quotation must hold to be all of it.
WHOLE_SHARE = 0.8

CONTINUED, LONG_QUOTE, ADDRESS, UNNAMED_ADDRESS = 0.75, 0.6, 0.7, 0.35


def segment_document(document: Document, registry: Registry, tagger: SentenceTagger | None = None) -> list[Statement]:
    """Statements of a document in order of their start, unclassified (``stances is None``).

    Spans are valid offsets into ``document.text``; narration by the outlet yields nothing; a statement whose speaker
    the text does not tell has no speakers.

    Args:
        document: what to read.
        registry: known actors.
        tagger: adds statements that no rule finds, and says how sure all are; without one, the rules alone.
    """
    typeset = Typeset(document.text)
    mended = replace(document, text=typeset.text)
    return [typeset.restored(statement) for statement in dated_by_posts(_Segmenter(mended, registry, tagger).run())]


class _Segmenter:
    """State of one pass over a document."""

    def __init__(self, document: Document, registry: Registry, tagger: SentenceTagger | None) -> None:
        self.text, self.tagger = document.text, tagger
        self.layout = read_layout(document.text, document.date)
        # The day that the text itself gives: a whole archive may have been published on another.
        self.date = self.layout.date or document.date
        self.quotes = find_quotes(document.text, self.layout.breaks)
        titled = titled_author(document.text, self.layout, registry)
        self.is_address = titled is not None or is_address(
            document.text, self.layout, self.quotes, has_author=bool(document.author)
        )
        self.resolver = Resolver(registry, document.text, date=self.date, author=document.author or titled)
        self.has_author = bool(document.author)
        self.issuer = Issuer(self.resolver.author() if document.author else ())
        self.found = Found(document.text)
        self.voices = Voices(document.text, self.resolver, self.date)
        self.signed = Signed(document.text, self.quotes, self.found, self.voices)
        # Who spoke last in the running text, and in which of its sentences.
        self.voice: Voice | None = None
        self.voice_sentence = self.sentence = 0
        # Statements of a quotation left open at the end of its paragraph, by place in ``found``: the paragraph behind
        # it, which opens with a mark again, may name the speaker.
        self.open: list[int] = []
        # Who resolves what the paragraphs below say, in a declaration of clauses.
        self.resolves: Voice | None = None
        self.entries = record_entries(self.text)
        # Where the paragraph that is read begins, and the one in which somebody spoke last.
        self.begins, self.entry = 0, -1

    def run(self) -> list[Statement]:
        """All statements."""
        blocks = self.layout.blocks
        place = 0
        while place < len(blocks):
            block = blocks[place]
            place += 1
            if block.kind == "question":
                continue
            if block.signature is not None:
                self.signed.take(block, block.signature)
                continue
            end = block.end
            while block.kind == "body" and place < len(blocks) and self._runs_on(end, blocks[place]):
                end = blocks[place].end
                place += 1
            self._running(block.start, end, block.kind == "title")
            self._opens_clauses(block)
        # Names are settled only now: the fullest one may stand at the end of the document.
        return self.found.settled()

    def _opens_clauses(self, block: Block) -> None:
        """Remember the subject that a paragraph sets above the clauses of a declaration."""
        span = clause_subject(self.text, block) if block.kind == "body" else None
        if span is not None:
            mention = Mention(self.text[span[0] : span[1]], span[0])
            named = self.resolver.resolve(mention)
            self.resolves = Voice(named.entities, self.date, CONFIDENCE["finite"], mention, named.reason)

    # -- running text -----------------------------------------------------------------------------------------------

    def _runs_on(self, end: int, following: Block) -> bool:
        """Whether a closed quotation bridges the end of a paragraph and the next one."""
        around = overlapping(self.quotes, end - 1, following.end) if following.kind == "body" else ()
        return any(q.closed and q.outer_start < end and q.end > following.start for q in around)

    def _running(self, start: int, end: int, is_title: bool) -> None:
        self.begins = start
        if start in self.entries:
            self.resolver.resolve(Mention(self.entries[start], start, signed=True))
        for sentence in split_outer(self.text, start, end, self.quotes):
            tokens = tokenize(self.text, *sentence)
            for first in range(0, len(tokens), MAX_SENTENCE_TOKENS):
                self.sentence += 1
                self._sentence(tokens[first : first + MAX_SENTENCE_TOKENS], is_title)

    def _sentence(self, words: Sequence[Token], is_title: bool) -> None:
        """Read one sentence; ``words`` are its tokens."""
        quotes = overlapping(self.quotes, words[0].start, words[-1].end)
        soft: list[Quote] = []
        hard: list[Quote] = []
        for quote in quotes:
            (soft if is_soft(self.text, quote) else hard).append(quote)
        tokens = without_soft_marks(words, soft)
        if not any(token.is_word for token in tokens):
            return
        sentence = Sentence(tokens, inside_quotes(tokens, hard), is_title=is_title)
        if not sentence.quoted[0]:
            self.open.clear()
        known, first_person = len(self.found), is_first_person(sentence)
        narrates = any(sentence.quoted) or is_title or not first_person
        speaks = self.is_address or (first_person and self.has_author)
        may_address = speaks and not is_title and not any(sentence.quoted)
        covered: list[Span] = []
        voice: Voice | None = None
        for attribution in read_attributions(sentence):
            if not narrates and not is_told_by_others(sentence, attribution):
                break
            voice = self._own_entry(self.voices.speaking(sentence, attribution))
            span = (tokens[attribution.content[0]].start, tokens[attribution.content[1] - 1].end)
            covered.append(span)
            self.found.take(span, quotes, voice, "headline" if is_title else None)
        self.resolver.notice(outside(sentence), None if covered else self.voices.subject(sentence))
        self._leftover((words[0].start, words[-1].end), sentence, quotes, covered, voice)
        seen = self.tagger.read(sentence) if self.tagger else None
        if seen is not None:
            voice = self._tagged(sentence, seen, quotes, known) or voice
        if voice is None and self.resolves is not None and is_clause(sentence) and tokens[0].start == self.begins:
            self.found.take((tokens[0].start, tokens[sentence.stop - 1].end), quotes, self.resolves, "direct")
        if voice is not None:
            self._close(voice)
            self.voice, self.voice_sentence = voice, self.sentence
            self.entry = self.begins if voice.speakers else -1
            self.issuer.falls_silent()
        elif self.begins in self.entries and self.voice is not None and len(self.found) == known:
            # A record in reported speech: "Mr. Doe (Norway) said that … The reasons were known."
            self.found.take((words[0].start, words[-1].end), quotes, self._continuing(CONTINUED), "indirect")
        elif may_address and len(self.found) == known:
            self._address(sentence)
        elif self.has_author and len(self.found) == known and not is_title and not any(sentence.quoted):
            self._issued(sentence)
        if seen is not None and self.tagger is not None:
            self.found.weigh(known, sentence.tokens, seen.inside, self.tagger)

    def _own_entry(self, voice: Voice) -> Voice:
        """The delegate who has the paragraph of a record where the delegate's own state speaks in it."""
        mine = self.voice
        if mine is None or self.begins not in self.entries or self.entry != self.begins or len(voice.speakers) != 1:
            return voice
        speaker = voice.speakers[0]
        is_state = speaker.entry is not None and speaker.entry.speaker.kind == "state"
        return self._continuing(CONTINUED) if is_state and speaker.actor == mine.speakers[0].actor else voice

    def _tagged(self, sentence: Sentence, seen: Seen, quotes: Sequence[Quote], known: int) -> Voice | None:
        """Add what only the tagger finds in a sentence; gives the last who speaks in it."""
        voice = None
        for tagged in seen.statements:
            span = (sentence.tokens[tagged.content[0]].start, sentence.tokens[tagged.content[1] - 1].end)
            if tagged.source is None or speaks_for_itself(sentence, tagged.source):
                continue
            if self.found.overlaps(span, known) or is_withheld(sentence, tagged.content[0]):
                continue
            begin, behind = tagged.source
            cue = min(behind, len(sentence.tokens) - 1)
            attribution = Attribution("tagged", "say", cue, tagged.source, tagged.content, begin)
            voice = self.voices.speaking(sentence, attribution)
            self.found.take(span, quotes, voice, "headline" if sentence.is_title else None)
        return voice

    def _leftover(
        self, span: Span, sentence: Sentence, quotes: Sequence[Quote], covered: Sequence[Span], voice: Voice | None
    ) -> None:
        """Quotations that no verb of this sentence took: the other half of "…," he said, "…", and quotes that go on."""
        start, stop = span
        taken = start
        words = sum(token.is_word for token in sentence.tokens)
        for quote in quotes:
            begin, end = max(quote.start, start), min(quote.end, stop)
            if any(a < end and begin < b for a, b in covered):
                continue
            length = count_words(self.text, begin, end)
            if voice is not None:
                if length >= MIN_SPEECH_WORDS - 2 or self.text[begin:end].rstrip()[-1:] in ",.!?":
                    rest = replace(voice, confidence=CONFIDENCE["inverted"], mention=None)
                    self.found.take((begin, end), quotes, rest, "headline" if sentence.is_title else None)
                continue
            whole = length >= WHOLE_SHARE * words
            is_name = sentence.is_title or is_titled(self.text, start, begin)
            if is_name or not (whole or length >= MIN_SPEECH_WORDS):
                continue
            if whole:
                first = len(self.found)
                self.found.take((begin, end), quotes, self._continuing(CONTINUED))
                self.open += range(first, len(self.found)) if not quote.closed else ()
                self.voice_sentence = self.sentence
            elif self.voice is not None and self.sentence - self.voice_sentence <= 1:
                self.found.take((taken, stop), quotes, self._continuing(LONG_QUOTE))
                return
            taken = end

    def _close(self, voice: Voice) -> None:
        """Give the open quotation to the speaker who is named behind its last paragraph."""
        self.found.give(self.open, voice.speakers)
        self.open.clear()

    def _continuing(self, confidence: float) -> Voice:
        """The last speaker of the running text going on, or nobody known."""
        if self.voice is None:
            return Voice((), self.date, confidence)
        return replace(self.voice, confidence=confidence, mention=None, reason=GOES_ON)

    def _address(self, sentence: Sentence) -> None:
        """A sentence in the first person outside quotations: the author speaks, or somebody the text does not name."""
        speakers = self.resolver.author()
        voice = Voice(
            speakers, self.date, ADDRESS if speakers else UNNAMED_ADDRESS, reason=AUTHOR if speakers else None
        )
        for span in own_clauses(self.text, sentence):
            for piece in pieces(self.text, span, ()):
                self.found.add(piece, voice, "direct")

    def _issued(self, sentence: Sentence) -> None:
        """A sentence that tells of whoever issued the document, or goes on from one that does."""
        subject = self.voices.subject(sentence)
        named = self.resolver.resolve(subject).entities if subject else ()
        start, end = sentence.tokens[0].start, sentence.tokens[-1].end
        if subject and self.issuer.is_subject(subject.text, named, self.begins):
            start = subject.start + len(subject.text)
        elif not self.issuer.goes_on(self.begins):
            return
        for span in pieces(self.text, (start, end), ()):
            self.found.add(span, Voice(self.resolver.author(), self.date, ADDRESS, reason=AUTHOR), "direct")
