"""Turns of transcripts: who has the word by the label at the start of a line, and who only asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import regex

Span = tuple[int, int]

# "MR PRICE: …", "Ambassador Doe (Norway), on behalf of the Union: …", "The PRESIDENT: …"
_FORMAL = regex.compile(
    r"""(?x) \s*+ (?P<who>
        (?: (?: MR | MS | MRS | DR | SECRETARY | PRESIDENT | PRIME\ MINISTER | FOREIGN\ MINISTER | MINISTER | AMBASSADOR
              | GENERAL | SENATOR | CHANCELLOR | THE\ PRESIDENT | Mr | Ms | Mrs | Dr | The\ President
              | The\ Secretary-General | President | Sir | Baroness | Lord ) \.? (?:\ [\p{L}.'’\-]+){0,4}
          | (?:The\ )?\p{Lu}[\p{Lu}.'’\-\ ]{2,40} )
        (?: \s*+ \([^()\n]{2,60}\) ){0,2} ) (?:,?\ (?:speaking\ )?on\ behalf\ of\ [^:\n]{2,80})? \s*+ : \s+ (?=\S)"""
)
# "Smith: …", "The spokeswoman: …": a label only where it comes back.
_PLAIN = regex.compile(r"\s*+(?P<who>\p{Lu}[\p{L}\p{N}.'’\-]*+(?: [\p{L}\p{N}.'’\-]++){0,3}) ?: +(?=\S)")
_QUESTION = regex.compile(
    r"\s*+(?P<who>Q|QUESTION|Question|REPORTER|Reporter|JOURNALIST|Journalist|INTERVIEWER|Interviewer|PRESENTER"
    r"|Presenter|HOST|ANCHOR|MODERATOR|Moderator)\b ?[.:] *(?=\S)"
)
_ANSWER = regex.compile(r"\s*+(?P<who>A|ANSWER|Answer)\b ?[.:] +(?=\S)")
# How a transcript is brought to its end.
_CLOSING = regex.compile(
    r"(?:The|This) (?:briefing|conversation|interview|press conference|meeting|session|call|transcript|sitting) "
    r"(?:was|were|lasted|ended|began|concluded|rose|adjourned|took)\b"
)
# An unlabelled question is no longer, in characters.
_MAX_QUESTION = 300


@dataclass(frozen=True, slots=True)
class Turn:
    """The label of a turn.

    Attributes:
        who: the words that name the speaker, ``""`` for the answers of the only one asked.
        start: their offset.
        end: where the words spoken begin.
        asks: whether the turn is an interviewer's.
    """

    who: str
    start: int
    end: int
    asks: bool


def read_turns(text: str, lines: Sequence[Span]) -> dict[int, Turn]:
    """Turns by the start of their line; a document needs two labels before its colons count as such."""
    found: dict[int, Turn] = {}
    plain: dict[int, Turn] = {}
    for start, end in lines:
        if match := _QUESTION.match(text, start, end):
            found[start] = Turn(match["who"], match.start("who"), match.end(), asks=True)
        elif match := _ANSWER.match(text, start, end):
            found[start] = Turn("", match.start("who"), match.end(), asks=False)
        elif match := _FORMAL.match(text, start, end):
            found[start] = Turn(match["who"], match.start("who"), match.end(), asks=False)
        elif match := _PLAIN.match(text, start, end):
            plain[start] = Turn(match["who"], match.start("who"), match.end(), asks=False)
    counts = Counter(turn.who for turn in plain.values())
    found |= {start: turn for start, turn in plain.items() if counts[turn.who] > 1}
    return _with_questions(text, lines, found) if len(found) > 1 else {}


def closes_transcript(text: str, start: int, end: int) -> bool:
    """Whether a paragraph is the editor's note behind the last turn."""
    return _CLOSING.match(text, start, end) is not None


def _with_questions(text: str, lines: Sequence[Span], turns: dict[int, Turn]) -> dict[int, Turn]:
    """The turns, those of interviewers marked: half of them end in a question mark; questions without label added."""
    total = Counter(turn.who for turn in turns.values())
    asked = Counter(turns[start].who for start, end in lines if start in turns and text[end - 1] == "?")
    marked: dict[int, Turn] = {}
    for place, (start, end) in enumerate(lines):
        turn = turns.get(start)
        if turn is None:
            following = place + 1 < len(lines) and lines[place + 1][0] in turns
            if following and text[end - 1] == "?" and end - start <= _MAX_QUESTION:
                marked[start] = Turn("", start, start, asks=True)
        else:
            asks = turn.asks or (total[turn.who] > 1 and 2 * asked[turn.who] >= total[turn.who])
            marked[start] = Turn(turn.who, turn.start, turn.end, asks)
    return marked
