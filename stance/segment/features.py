"""What the tagger sees of each token of a sentence: words around it, their shape, reporting verbs, quotation."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from stance.segment.cues import LEXICON
from stance.segment.tokens import Sentence, Token

# How many tokens around are seen in full, and how many by their word alone.
_NEAR, _FAR = 2, 3
# Distances to a reporting verb are told apart up to this many tokens.
_MAX_DISTANCE = 8
_RUNS = ((regex.compile(r"\p{Lu}+"), "A"), (regex.compile(r"\p{Ll}+"), "a"), (regex.compile(r"\p{N}+"), "0"))
_MAX_SHAPE = 6


def token_features(sentence: Sentence) -> list[list[str]]:
    """Names of the features that hold of each token, in its order; every name is a fact that is true of the token."""
    tokens, count = sentence.tokens, len(sentence.tokens)
    seen = [_facts(token, quoted) for token, quoted in zip(tokens, sentence.quoted, strict=True)]
    cues = [i for i, token in enumerate(tokens) if token.low in LEXICON.verbs]
    whole = ["bias", f"cues={min(len(cues), 3)}", f"quotes={any(sentence.quoted)}", f"title={sentence.is_title}"]
    before, behind = _distances(cues, count), _distances([count - 1 - i for i in reversed(cues)], count)[::-1]
    found = []
    for i in range(count):
        facts = [*whole, f"since={before[i]}", f"until={behind[i]}", f"place={'first' if i == 0 else 'later'}"]
        for offset in range(-_FAR, _FAR + 1):
            if not 0 <= i + offset < count:
                facts.append(f"{offset}:edge")
            elif abs(offset) > _NEAR:
                facts.append(f"{offset}:{seen[i + offset][0]}")
            else:
                facts += [f"{offset}:{fact}" for fact in seen[i + offset]]
        facts.append(f"{tokens[i - 1].low if i else ''}_{tokens[i].low}")
        facts.append(f"{tokens[i].low}_{tokens[i + 1].low if i + 1 < count else ''}_")
        found.append(facts)
    return found


def _facts(token: Token, quoted: bool) -> list[str]:
    """What is seen of one token, its word first."""
    facts = [f"w={token.low}", f"end={token.low[-3:]}", f"shape={_shape(token.text)}"]
    if quoted:
        facts.append("quoted")
    cue = LEXICON.verbs.get(token.low)
    if cue is not None:
        facts += [f"cue={cue.cut}", f"forms={''.join(sorted(form[0] for form in cue.forms))}"]
    facts += [f"is={name}" for name, words in _LISTS if token.low in words]
    return facts


_LISTS = tuple(
    (name, getattr(LEXICON, name))
    for name in ("pronouns", "nouns", "agents", "speech_nouns", "auxiliaries", "prepositions", "subordinators", "time")
)


def _shape(text: str) -> str:
    for run, mark in _RUNS:
        text = run.sub(mark, text)
    return text[:_MAX_SHAPE]


def _distances(places: Sequence[int], count: int) -> list[int]:
    """For each index the distance from the last place at or before it, at most the largest told apart."""
    found, last, rest = [], -1, list(places)[::-1]
    for i in range(count):
        while rest and rest[-1] <= i:
            last = rest.pop()
        found.append(min(i - last, _MAX_DISTANCE) if last >= 0 else _MAX_DISTANCE)
    return found
