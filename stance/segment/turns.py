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
        (?: \s*+ \([^()\n]{2,60}\) ){0,2} ) (?:,?\ (?:speaking\ )?on\ behalf\ of\ [^:\n]{2,80}
        | ,\ (?![^:\n]*\b(?:said|says|told|added|asked|wrote)\b)[^:\n.]{2,60})? \s*+ : \s+ (?=\S)"""
)
# "Smith: …", "The spokeswoman: …": a label only where it comes back.
_PLAIN = regex.compile(r"\s*+(?P<who>\p{Lu}[\p{L}\p{N}.'’\-]*+(?: [\p{L}\p{N}.'’\-]++){0,3}) ?: +(?=\S)")
_QUESTION = regex.compile(
    r"\s*+(?P<who>Q|QUESTION|Question|REPORTER|Reporter|JOURNALIST|Journalist|INTERVIEWER|Interviewer|PRESENTER"
    r"|Presenter|HOST|ANCHOR|MODERATOR|Moderator)\b(?: \([^()\n]{1,60}\))? ?[.:] *(?=\S)"
)
_ANSWER = regex.compile(r"\s*+(?P<who>A|ANSWER|Answer)\b ?[.:] +(?=\S)")
# How a transcript is brought to its end.
_CLOSING = regex.compile(
    r"(?:The|This) (?:briefing|conversation|interview|press conference|meeting|session|call|transcript|sitting) "
    r"(?:was|were|lasted|ended|began|concluded|rose|adjourned|took)\b"
)
# The editor's notes between turns: what was done in the room, and who took it down.
_STAGE = regex.compile(
    r"(?:The|A) (?:agenda|vote|draft|members|map|motion|amendment|next|list|record|President said|telephone)\b"
    r"|There were \d+ votes|(?:Interview|Asked|Recorded|Transcribed|Translated|Transcript)\b ?(?::|by\b)"
)
# "Mr. Doe left the room.": somebody with a turn in the third person.
_PERSON = regex.compile(r"(?:Mr|Ms|Mrs|Dr)\.? (?P<name>\p{Lu}[\p{L}'’\-]++)(?! ?[:(])")
# "THE PRESIDENT: Mr. Doe (Norway)" above a record.
_OFFICER = regex.compile(r"(?:Mr|Ms|Mrs|Dr|Sir)\.? [^.!?\n:]{2,60}$")
# "41. Mr. Doe (Norway) said that …" in a record in reported speech.
_ENTRY = regex.compile(
    r"(?m)^[ \t]*+(?:\d{1,3}\. ++)?(?P<who>(?:Mr|Ms|Mrs|Dr|Sir|The)\.? [^\n:(.]{2,40} \([^()\n]{2,50}\),? [^\n:]{4})"
)
# What is left of a post or turn that says nothing: a bracketed stage direction, hash tags, marks, a greeting.
_BARE = regex.compile(
    r"(?:\([^()]*+\)|(?:[@#]\w++[\s:,]*+)++)\s*+[.:]?\s*+|[^\p{L}\p{N}]*+"
    r"|(?i:(?:good (?:morning|afternoon|evening|day)|thank you|thanks|hello|welcome)"
    r"(?:[ ,]+(?:(?:mr|ms|mrs|dr)\.|\p{L}++)){0,3}[.!])"
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
            is_officer = _OFFICER.match(text, match.end(), end) is not None
            found[start] = Turn(match["who"], match.start("who"), match.end(), asks=is_officer)
        elif match := _PLAIN.match(text, start, end):
            plain[start] = Turn(match["who"], match.start("who"), match.end(), asks=False)
    counts = Counter(turn.who for turn in plain.values())
    found |= {start: turn for start, turn in plain.items() if counts[turn.who] > 1}
    return _with_questions(text, lines, found) if len(found) > 1 else {}


def closes_transcript(text: str, start: int, end: int, speakers: frozenset[str]) -> bool:
    """Whether a paragraph without a label is the editor's note; ``speakers`` are the words of all labels, casefolded.

    Notes say how the session went, or tell of somebody with a turn in the third person.
    """
    start += text[start] == "("
    if _CLOSING.match(text, start, end) or _STAGE.match(text, start, end):
        return True
    person = _PERSON.match(text, start, end)
    return person is not None and person["name"].casefold() in speakers


def record_entries(text: str) -> frozenset[int]:
    """Where the paragraphs of a record in reported speech begin, behind their numbers; one alone makes no record."""
    found = frozenset(match.start("who") for match in _ENTRY.finditer(text))
    return found if len(found) > 1 else frozenset()


def is_bare(text: str, start: int, end: int) -> bool:
    """Whether a sentence of a post or turn says nothing."""
    return _BARE.fullmatch(text, start, end) is not None


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
