"""One reported act: who is said to say what, as token indices of a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stance.segment.cues import CueClass
from stance.segment.tokens import Sentence

Span = tuple[int, int]
Role = Literal["finite", "participle", "coordinated", "inverted", "according", "colon", "passive", "tagged"]


@dataclass(frozen=True, slots=True)
class Attribution:
    """One reported act in a sentence; all numbers are indices of its tokens.

    Attributes:
        role: how the cue stands to its speaker; ``tagged`` where the tagger alone found it.
        cut: how the statement is cut from the words behind the cue.
        cue: the reporting verb.
        subject: the speaker's mention.
        content: what is attributed.
        outset: first token that belongs to the whole construction (its conjunction or comma included).
        within: the attribution that has this one for its whole content ("Doe said Moscow denies …").
    """

    role: Role
    cut: CueClass
    cue: int
    subject: Span
    content: Span
    outset: int
    within: Attribution | None = None

    @property
    def is_trailing(self) -> bool:
        """Whether the words precede the one who says them ("…, the ministry said")."""
        return self.content[1] <= self.outset


def is_relative(sentence: Sentence, attribution: Attribution) -> bool:
    """Whether the speaker is named by a relative pronoun ("Moscow, which denies it, says …")."""
    return sentence.tokens[attribution.subject[0]].low in {"who", "which"}
