"""Signed text: every sentence of a post or a speaker's turn is its author's, but for what a turn cites of others."""

from __future__ import annotations

from collections.abc import Sequence

from stance.segment.citing import is_avowed, is_cited, resumed
from stance.segment.context import outside
from stance.segment.found import Found
from stance.segment.layout import Block, Signature, without_links
from stance.segment.quotes import Quote, overlapping
from stance.segment.reader import read_attributions
from stance.segment.sentences import split_sentences
from stance.segment.spans import Span, count_words, inside_quotes, pieces
from stance.segment.tokens import MAX_SENTENCE_TOKENS, Sentence, tokenize
from stance.segment.turns import is_bare
from stance.segment.voices import AUTHOR, Voice, Voices
from stance.speakers.descriptions import LAST_FIT
from stance.speakers.entities import Entity
from stance.speakers.mentions import Mention
from stance.types import Kind

# How sure it is whose a signed text is.
SIGNED = 0.98
# What is left of somebody's own sentence behind the words of others counts from so many words on.
_MIN_REST = 3
# It is a comment on what was cited where it begins with one of these.
_COMMENTS = frozenset({"as", "who", "which", "whom"})
_JOINTS = frozenset({",", ";", "and"})
# For whom a speaker may speak whose allegiance the text does not tell.
_BODIES = frozenset({"state", "union", "organisation", "body", "group"})


class Signed:
    """Takes the statements of signed text; see :class:`Found` for where they go."""

    def __init__(self, text: str, quotes: Sequence[Quote], found: Found, voices: Voices) -> None:
        self.text, self.quotes, self.found, self.voices = text, quotes, found, voices
        self.resolver = voices.resolver

    def take(self, block: Block, signature: Signature) -> None:
        """Every sentence of a post or turn."""
        voice = self._voice(signature)
        kind: Kind = "post" if block.kind == "post" else "direct"
        own = {entity.actor for entity in voice.speakers if entity.actor}
        own |= self.resolver.represented(signature.about)
        own |= self.resolver.represented(self.text[block.start : block.end])
        for piece in without_links(self.text, block.start, block.end):
            for span in split_sentences(self.text, *piece):
                if is_bare(self.text, *span):
                    continue
                rest = self._cited(span, voice, own) if kind == "direct" else span
                if rest is not None:
                    self.found.add(rest, voice, kind)

    def _voice(self, signature: Signature) -> Voice:
        """Whose the text is."""
        date = self.voices.date
        author = () if signature.name else self.resolver.author()
        if author:
            return Voice(author, date, SIGNED, reason=AUTHOR)
        mention = Mention(signature.name, signature.start, signed=True, handle=signature.handle, about=signature.about)
        named = self.resolver.resolve(mention)
        words = mention if signature.name else None
        return Voice(named.entities, signature.date or date, SIGNED, words, named.reason)

    def _cited(self, span: Span, voice: Voice, own: set[str]) -> Span | None:
        """Take what somebody's own sentence reports of a third party; what is left of it is the speaker's own."""
        quotes = overlapping(self.quotes, *span)
        tokens = tokenize(self.text, *span)
        if len(tokens) > MAX_SENTENCE_TOKENS:
            return span
        sentence = Sentence(tokens, inside_quotes(tokens, quotes))
        end = span[0]
        for attribution in read_attributions(sentence):
            if not is_cited(sentence, attribution):
                continue
            cited = self.voices.speaking(sentence, attribution)
            is_state = any(entity.kind == "state" for entity in cited.speakers)
            is_body = any(map(_is_body, cited.speakers))
            if not own and is_body and is_avowed(sentence, attribution, is_state=is_state):
                continue  # whom the speaker serves nobody told: it may be that body
            if (
                not own
                and is_avowed(sentence, attribution, is_state=False)
                and any(
                    _is_unknown(entity) and entity.name not in self.resolver.first_names for entity in cited.speakers
                )
            ):
                continue  # a state or house that the registry does not know
            is_theirs = any(entity in voice.speakers or entity.actor in own for entity in cited.speakers)
            if is_theirs or cited.reason == LAST_FIT or any(map(_is_nobody, cited.speakers)) or not cited.speakers:
                continue
            begin, stop = attribution.content[0], resumed(sentence, attribution)
            self.found.take((tokens[begin].start, tokens[stop - 1].end), quotes, cited)
            end = max(end, tokens[stop - 1].end, tokens[attribution.cue].end)
        self.resolver.notice(outside(sentence))
        if end == span[0]:
            return span
        begin = next((t.start for t in tokens if t.start >= end and t.low not in _JOINTS), span[1])
        rest = pieces(self.text, (begin, span[1]), ())
        is_own = rest and self.text[rest[0][0] : rest[0][1]].split()[0].casefold() not in _COMMENTS
        return rest[0] if is_own and count_words(self.text, *rest[0]) >= _MIN_REST else None


def _is_body(entity: Entity) -> bool:
    """Whether a speaker is a state or body by name, or a government."""
    if entity.entry is not None:
        return entity.kind in _BODIES
    return entity.body is not None and "government" in entity.name.casefold()


def _is_unknown(entity: Entity) -> bool:
    """Whether a speaker is a bare name of one word that nothing explains ("Ruritania calls on …")."""
    is_bare = entity.entry is None and entity.body is None and not entity.titles
    return is_bare and entity.gender is None and entity.name.isalpha()


def _is_nobody(entity: Entity) -> bool:
    """Whether only a description of a speaker is known; an office has but one holder ("the Secretary-General")."""
    return entity.is_unnamed and entity.kind != "office"
