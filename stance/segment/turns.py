"""Turns of transcripts: who has the word by the label at the start of a line, and who only asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import regex

from stance.segment.announced import introduced
from stance.segment.labels import Label, inner_labels, last_words, read_label, read_line
from stance.segment.sentences import trim

Span = tuple[int, int]

# How a transcript is brought to its end.
_CLOSING = regex.compile(
    r"(?:The|This) (?:briefing|conversation|interview|press conference|meeting|session|call|transcript|sitting) "
    r"(?:was|were|lasted|ended|began|concluded|rose|adjourned|took)\b"
)
# The editor's notes between turns: what was done in the room, and who took it down.
_STAGE = regex.compile(
    r"(?:The|A) (?:agenda|(?:recorded |separate )?vote|draft|members|map|motion|amendment|next|list|record"
    r"|President said|telephone)\b"
    r"|(?:\d{1,3}\. )?The (?i:president|speaker|chair\w*) (?:thanked|adjourned|suspended|closed|then|invited|drew)\b"
    r"|There were \d+ votes|(?:Interview|Asked|Recorded|Transcribed|Translated|Transcript)\b ?(?::|by\b)"
)
# "Mr. Doe left the room.": somebody with a turn in the third person.
_PERSON = regex.compile(r"(?:Mr|Ms|Mrs|Dr)\.? (?P<name>\p{Lu}[\p{L}'’\-]++)(?! ?[:(])")
# "THE PRESIDENT: Mr. Doe (Norway)" above a record.
_OFFICER = regex.compile(r"(?:Mr|Ms|Mrs|Dr|Sir)\.? [^.!?\n:]{2,60}$")
# "41. Mr. Doe (Norway) said that …" in a record in reported speech.
_ENTRY = regex.compile(
    r"(?m)^[ \t]*+(?:\d{1,3}\. ++)?"
    r"(?P<who>(?:Mr|Ms|Mrs|Dr|Sir|The)\.? [^\n:(.]{2,40} \(\p{Lu}[^()\n]{1,49}\)),? [^\n:]{4}"
)
# What is left of a post or turn that says nothing: a bracketed stage direction, hash tags, marks, a greeting.
_BARE = regex.compile(
    r"(?:\([^()]*+\)|(?:[@#]\w++[\s:,]*+)++)\s*+[.:]?\s*+|[^\p{L}\p{N}]*+"
    r"|(?i:(?:good (?:morning|afternoon|evening|day)|thank you|thanks|hello|welcome)"
    r"(?:[ ,]+(?:(?:mr|ms|mrs|dr)\.|\p{L}++)){0,3}[.!])"
)
# An unlabelled question is no longer, in characters.
_MAX_QUESTION = 300
# A transcript none of whose labels comes back has so many of them, on so large a part of its lines, and in so large a
# part of its turns somebody says "I" or "we".
_MIN_PANEL, _PANEL_SHARE, _PANEL_PERSONS = 3, 0.6, 0.5
# Labels in capitals need but two such lines on so large a part of them.
_CAPITALS_SHARE = 0.5
# A dialogue behind dashes has so many turns; so many lines may stand above it. An empty line fills so many characters.
_MIN_DIALOGUE, _HEAD_LINES, _MAX_GAP = 4, 5, 4
_DASH = regex.compile(r"[–—-]{1,2}\s+(?=\S)")
_FIRST_PERSON = regex.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|us|me)\b")
_SENTENCE = regex.compile(r"[.!?…][\"”»’'*_)\]]*$")
# "Jane (CNN)": an outlet, unless it is the code of a state.
_OUTLET = regex.compile(r"\(\p{Lu}{3,6}\)$")
_QUERY = regex.compile(r"\?[\"”»’'*_)\]]*\s*$")
# From which share of questions on somebody asks: in general; among holders of titles; the first of two who speak.
_ASKS, _TITLED_ASKS, _FIRST_ASKS = 0.5, 0.75, 0.25


@dataclass(frozen=True, slots=True)
class Turn:
    """The label of a turn.

    Attributes:
        who: the words that name the speaker, ``""`` for the answers of the only one asked.
        start: their offset.
        end: where the words spoken begin.
        asks: whether the turn is an interviewer's.
        about: what the label says of the speaker behind the name ("on behalf of the Union").
    """

    who: str
    start: int
    end: int
    asks: bool
    about: str = ""


def split_turns(text: str, lines: Sequence[Span]) -> list[Span]:
    """The lines, those cut in which further turns begin behind the end of a sentence: paragraphs run together."""
    inner = {start: inner_labels(text, start, end) for start, end in lines}
    if not any(inner.values()):
        return list(lines)
    labels = [read_label(text, start, end) for start, end in lines]
    count = sum(label is not None and label.sort != "plain" for label in labels) + sum(map(len, inner.values()))
    if count < 2:
        return list(lines)
    cut = []
    for start, end in lines:
        edges = [start, *inner[start], end]
        cut += [span for begin, stop in pairwise(edges) if (span := trim(text, begin, stop))]
    return cut


def read_turns(text: str, lines: Sequence[Span]) -> dict[int, Turn]:
    """Turns by the start of their line; a document needs two labels before its colons count as such."""
    labels = {start: label for start, end in lines if (label := read_label(text, start, end))}
    labels = _headed(text, lines, labels) | labels
    counts = Counter(label.name for label in labels.values())
    found = {start: label for start, label in labels.items() if label.sort != "plain" or counts[label.name] > 1}
    names = last_words(text) if labels else frozenset()
    found = found if len(found) > 1 else _panel(text, lines, labels, names)
    if not found:
        return _dialogue(text, lines)
    starts = [start for start, _ in lines]
    first = starts.index(min(found))
    while first and _is_turn(text, lines[first - 1], labels, names):
        first -= 1
    found |= {line[0]: labels[line[0]] for line in lines[first:] if _is_turn(text, line, labels, names)}
    turns = {start: _turn(text, found[start], end) for start, end in lines if start in found}
    return _with_questions(text, lines, found, turns)


def _headed(text: str, lines: Sequence[Span], labels: dict[int, Label]) -> dict[int, Label]:
    """Names on lines of their own, each straight above a sentence, where one comes back and most lines are so."""
    found: dict[int, Label] = {}
    below = 0
    for (start, end), (begin, stop) in pairwise(lines):
        is_near = text.count("\n", end, begin) == 1 and _SENTENCE.search(text, begin, stop) is not None
        label = read_line(text, start, end) if is_near and start not in labels else None
        is_first = start == lines[0][0] or text.count("\n", max(0, start - _MAX_GAP), start) > 1
        if label is not None and is_first and read_line(text, begin, stop) is None:
            found[start] = label
        below += start in found
    counts = Counter(label.name for label in found.values() if label.sort != "asks")
    is_script = len(counts) > 1 and len(found) >= _MIN_PANEL and max(counts.values()) > 1
    return found if is_script and 2 * len(found) >= _PANEL_SHARE * len(lines) - len(labels) else {}


def _dialogue(text: str, lines: Sequence[Span]) -> dict[int, Turn]:
    """Questions and answers in turn behind dashes; whoever answers is the only one asked."""
    dashed = [(start, match.end()) for start, end in lines if (match := _DASH.match(text, start, end))]
    ends = dict(lines)
    asked = [_QUERY.search(text, begin, ends[start]) is not None for start, begin in dashed]
    is_long = len(dashed) >= _MIN_DIALOGUE and asked[0]
    if not is_long or not 2 * sum(asked[::2]) >= len(asked[::2]) > 2 * sum(asked[1::2]):
        return {}
    if len(dashed) < _PANEL_SHARE * (len(lines) - _HEAD_LINES):
        return {}
    return {start: Turn("", start, begin, asks=not place % 2) for place, (start, begin) in enumerate(dashed)}


def _is_turn(text: str, line: Span, labels: dict[int, Label], names: Container[str]) -> bool:
    """Whether a line among those of a transcript is a turn: a label alone, or one with a sentence behind it."""
    label = labels.get(line[0])
    if label is None or not (label.sort != "plain" or label.is_personal(names)):
        return False
    return label.end == line[1] or _SENTENCE.search(text, label.end, line[1]) is not None


def _panel(text: str, lines: Sequence[Span], labels: dict[int, Label], names: Container[str]) -> dict[int, Label]:
    """The labels of a text in which everybody has one turn: on most lines, in capitals or before a first person."""
    spoken = {start: end for start, end in lines if start in labels and labels[start].end < end}
    spoken = {start: end for start, end in spoken.items() if " " in labels[start].who or labels[start].who.isupper()}
    capitals = [line for line in lines if line[0] in spoken and labels[line[0]].who.isupper()]
    shouted = [start for start, end in capitals if _is_turn(text, (start, end), labels, names)]
    if len(shouted) > 1 and len(shouted) >= _CAPITALS_SHARE * len(lines):
        return {start: labels[start] for start in shouted}
    own = sum(_FIRST_PERSON.search(text, labels[start].end, end) is not None for start, end in spoken.items())
    is_panel = len(spoken) >= max(_MIN_PANEL, _PANEL_SHARE * len(lines)) and own >= _PANEL_PERSONS * len(spoken)
    return {start: labels[start] for start in spoken} if is_panel else {}


def _turn(text: str, label: Label, end: int) -> Turn:
    """The turn under a label; one that only names who presides is nobody's."""
    is_officer = label.sort == "formal" and _OFFICER.match(text, label.end, end) is not None
    who = "" if label.sort == "answers" else label.who
    return Turn(who, label.start, label.end, asks=label.sort == "asks" or is_officer, about=label.about)


def closes_transcript(text: str, start: int, end: int, speakers: frozenset[str]) -> bool:
    """Whether a paragraph without a label is the editor's note; ``speakers`` are the words of all labels, casefolded.

    Notes say how the session went, or tell of somebody with a turn in the third person.
    """
    start += text[start] == "("
    if _CLOSING.match(text, start, end) or _STAGE.match(text, start, end):
        return True
    person = _PERSON.match(text, start, end)
    return person is not None and person["name"].casefold() in speakers


def record_entries(text: str) -> dict[int, str]:
    """The paragraphs of a record in reported speech: where each begins behind its number, and its speaker with state.

    One alone makes no record.
    """
    found = {match.start("who"): match["who"] for match in _ENTRY.finditer(text)}
    return found if len(found) > 1 else {}


def is_bare(text: str, start: int, end: int) -> bool:
    """Whether a sentence of a post or turn says nothing."""
    return _BARE.fullmatch(text, start, end) is not None


def _with_questions(
    text: str, lines: Sequence[Span], labels: dict[int, Label], turns: dict[int, Turn]
) -> dict[int, Turn]:
    """The turns, those of interviewers marked: many of them end in a question mark; questions without label added."""
    asking = _asking(text, lines, labels, turns)
    marked: dict[int, Turn] = {}
    for place, (start, end) in enumerate(lines):
        turn = turns.get(start)
        if turn is None:
            following = place + 1 < len(lines) and lines[place + 1][0] in turns
            if following and text[end - 1] == "?" and end - start <= _MAX_QUESTION:
                marked[start] = Turn("", start, start, asks=True)
        else:
            marked[start] = replace(turn, asks=turn.asks or start in asking)
    return marked


def _asking(text: str, lines: Sequence[Span], labels: dict[int, Label], turns: dict[int, Turn]) -> set[int]:
    """Where those have a turn who only ask: never delegates, whose states stand in brackets."""
    names = {start: label.name for start, label in labels.items() if turns[start].who and not turns[start].asks}
    total = Counter(names.values())
    ends = dict(zip([start for start, _ in lines], [*(start for start, _ in lines[1:]), len(text)], strict=True))
    asked = Counter(name for start, name in names.items() if _QUERY.search(text, turns[start].end, ends[start]))
    first = {name: labels[start] for start, name in reversed(names.items())}
    share = {name: asked[name] / count for name, count in total.items()}
    found = set()
    for name, count in total.items():
        least = _TITLED_ASKS if first[name].sort == "formal" else _ASKS
        if count > 1 and share[name] >= least and not first[name].is_bracketed:
            found.add(name)
    briefers = {name for name, count in total.items() if count > 1 and not asked[name]}
    once = {name for name, count in total.items() if count == 1 and asked[name]}
    found |= _asking_once(text, [labels.get(start) for start, _ in lines if start in turns], briefers, once)
    if not found and len(total) == 2 and len(names) == len(turns):
        opens, other = total
        is_plain = first[opens].sort == "plain" and total[opens] > 1
        found |= {opens} if is_plain and share[opens] >= _FIRST_ASKS and not share[other] else set()
    return {start for start, name in names.items() if name in found}


def _asking_once(text: str, order: Sequence[Label | None], briefers: set[str], once: set[str]) -> set[str]:
    """Who asks one question in a briefing that another gives: it is answered by somebody who comes back.

    Somebody whose state, office or title the label tells, or whom the text names elsewhere, takes part.

    Args:
        text: the document.
        order: the labels of all turns, in order.
        briefers: who has several turns and asks nothing.
        once: who has one turn, which is a question.
    """
    found = []
    for label, following in pairwise(order):
        if label is None or following is None or label.name not in once or following.name not in briefers:
            continue
        is_guest = label.sort == "formal" and _OUTLET.search(label.who) is None
        if not (is_guest or label.about.islower()):
            found.append(label)
    known = introduced(text, found)
    return {label.name for label in found if label.start not in known}
