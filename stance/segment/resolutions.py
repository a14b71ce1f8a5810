"""Declarations in clauses: "The Ministers: 1. Condemn …; 2. Urge …", one subject above many verbs."""

from __future__ import annotations

from stance.segment.attribution import Span
from stance.segment.cues import LEXICON
from stance.segment.layout import Block
from stance.segment.phrases import can_speak
from stance.segment.tokens import Sentence, tokenize

# The line that opens the clauses is no longer, in characters.
_MAX_HEAD = 400


def clause_subject(text: str, block: Block) -> Span | None:
    """The offsets of who resolves, in a paragraph that ends in a comma or colon and has no end of its own."""
    if text[block.end - 1] not in ":," or block.end - block.start > _MAX_HEAD:
        return None
    tokens = tokenize(text, block.start, block.end)
    end = next((k for k, token in enumerate(tokens) if token.low in {",", ":"}), len(tokens))
    if not can_speak(tokens[:end]):
        return None
    return tokens[0].start, tokens[end - 1].end


def is_clause(sentence: Sentence) -> bool:
    """Whether a paragraph begins with what somebody above it does ("Strongly condemns …", "urge …")."""
    verb = 0
    while sentence.low(verb).endswith("ly") or sentence.low(verb) in {"also", "further", "to"}:
        verb += 1
    cue = LEXICON.verbs.get(sentence.low(verb))
    if cue is None or cue.cut not in {"act", "claim"} or verb + 2 > sentence.stop:
        return False
    return not cue.forms.isdisjoint({"base", "third", "past"})
