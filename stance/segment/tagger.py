"""A linear-chain CRF over the tokens of a sentence: which words are a source, which a statement (Lafferty et al. 2001).

The rules find most statements; the tagger, trained on marked stories, finds some that no rule foresaw, and tells how
sure the others are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from stance.segment.features import token_features
from stance.segment.tokens import Sentence

CONTENT, SOURCE = "content", "source"
# B- opens a span, I- goes on with it.
TAGS: Final = ("O", "B-content", "I-content", "B-source", "I-source", "B-cue", "I-cue")

Floats = NDArray[np.float64]
# What keeps a product of weights from becoming nothing at all.
_TINY = 1e-100
# What only the tagger finds is mostly a scrap of narration where it is shorter than this.
_MIN_TOKENS = 4
# What keeps a logarithm of odds finite.
_EDGE = 1e-3


@dataclass(frozen=True, slots=True)
class Tagged:
    """A statement that the tagger sees in a sentence.

    Attributes:
        content: indices of its tokens, half open.
        source: indices of the words that name its speaker, if the tagger sees any in the sentence.
        probability: of the least sure of its tokens to belong to a statement, in [0, 1].
    """

    content: tuple[int, int]
    source: tuple[int, int] | None
    probability: float


@dataclass(frozen=True, slots=True)
class Seen:
    """A sentence as the tagger sees it: its statements in order, and for each token how sure it is part of one."""

    statements: list[Tagged]
    inside: Floats


class SentenceTagger(Protocol):
    """Whatever finds statements in a sentence, and weighs those that others found."""

    def read(self, sentence: Sentence) -> Seen:
        """What is to be seen in a sentence."""

    def confidence(self, rule: float, support: float) -> float:
        """Probability that a statement and its speaker are right, from the rule's own confidence and the support."""


@dataclass(frozen=True, slots=True)
class Sureness:
    """A logistic regression of being right on the log-odds of the rule's confidence and of the tagger's support."""

    bias: float
    rule: float
    support: float

    def __call__(self, rule: float, support: float) -> float:
        """The probability, in (0, 1)."""
        return 1 / (1 + math.exp(-(self.bias + self.rule * log_odds(rule) + self.support * log_odds(support))))


def log_odds(probability: float) -> float:
    """Logarithm of the odds, of a probability kept off 0 and 1."""
    kept = min(max(probability, _EDGE), 1 - _EDGE)
    return math.log(kept / (1 - kept))


@dataclass(frozen=True, slots=True)
class Decisions:
    """What follows from the tagger's probabilities.

    Attributes:
        add: least probability of a statement that only the tagger finds, in [0, 1]; above 1 for none.
        sureness: gives the probability that a statement and its speaker are right.
    """

    add: float = 2.0
    sureness: Sureness = Sureness(0.0, 1.0, 0.0)


class Tagger:
    """The CRF.

    Args:
        features: names of features and the row of the weights that is theirs.
        state: (features, tags) weights of a feature for a tag.
        transition: (tags, tags) weights of a tag behind another.
        decisions: what follows from the probabilities.
    """

    def __init__(self, features: Mapping[str, int], state: Floats, transition: Floats, decisions: Decisions) -> None:
        self._features, self._state = features, state
        self._follows = np.exp(transition - transition.max()) + _TINY
        self.decisions = decisions

    def confidence(self, rule: float, support: float) -> float:
        """Probability that a statement and its speaker are right, from the rule's own confidence and the support."""
        return self.decisions.sureness(rule, support)

    def marginals(self, sentence: Sentence) -> Floats:
        """Probability of each tag for each token, (tokens, tags); rows sum to 1."""
        scores = np.stack(
            [
                self._state[[row for name in names if (row := self._features.get(name)) is not None]].sum(axis=0)
                for names in token_features(sentence)
            ]
        )
        # Scaled at each step, so that no length of sentence under- or overflows (Rabiner 1989).
        local = np.exp(scores - scores.max(axis=1, keepdims=True)) + _TINY
        forward, backward = local.copy(), np.ones_like(local)
        forward[0] /= forward[0].sum()
        for i in range(1, len(local)):
            forward[i] *= forward[i - 1] @ self._follows
            forward[i] /= forward[i].sum()
        for i in range(len(local) - 2, -1, -1):
            backward[i] = self._follows @ (local[i + 1] * backward[i + 1])
            backward[i] /= backward[i].sum()
        found: Floats = forward * backward
        found /= found.sum(axis=1, keepdims=True)
        return found

    def read(self, sentence: Sentence) -> Seen:
        """The statements of a sentence that are sure enough, each with the source nearest to it."""
        if not sentence.tokens:
            return Seen([], np.zeros(0))
        marginals = self.marginals(sentence)
        tags = [TAGS[i] for i in marginals.argmax(axis=1)]
        inside: Floats = marginals[:, 1] + marginals[:, 2]
        sources = list(_spans(tags, SOURCE))
        found = [
            Tagged((begin, end), _nearest(sources, begin, end), float(inside[begin:end].min()))
            for begin, end in _spans(tags, CONTENT)
        ]
        sure = [tagged for tagged in found if tagged.probability >= self.decisions.add]
        return Seen([tagged for tagged in sure if tagged.content[1] - tagged.content[0] >= _MIN_TOKENS], inside)


def _spans(tags: Sequence[str], kind: str) -> Iterator[tuple[int, int]]:
    """Half-open spans of a kind; an I- tag behind something else opens one, too."""
    begin = None
    for i, tag in enumerate([*tags, "O"]):
        if begin is not None and tag != f"I-{kind}":
            yield begin, i
            begin = None
        if tag == f"B-{kind}" or (tag == f"I-{kind}" and begin is None):
            begin = i


def _nearest(sources: Sequence[tuple[int, int]], begin: int, end: int) -> tuple[int, int] | None:
    """The source with the fewest tokens between it and a span; of two, the one before it."""
    return min(sources, key=lambda s: (max(begin - s[1], s[0] - end), s[0] > begin), default=None)
