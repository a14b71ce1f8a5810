"""The little grammar that attribution needs: who stands before a verb, and what follows it.

There is no parser here: noun phrases are found between clause boundaries, with word lists for what may stand between a
speaker and the verb. That reads tens of thousands of words a second and is right on the sentences that reports are made of.
"""

from __future__ import annotations

from collections.abc import Sequence

from stance.segment.cues import lexicon
from stance.segment.tokens import Token

Span = tuple[int, int]

# Words that open a clause of their own: no noun phrase reaches over them.
SUBORDINATORS = frozenset(
    """that but while as after because although though when if where before since until whereas whether how why
    so yet except unless despite than what nor""".split()
)
_BREAKS = frozenset({";", ":", "—", "–", "--", "(", ")", "…", "[", "]", '"', "“", "”", "„", "«", "»", "?", "!"})
_DETERMINERS = frozenset(
    "the a an his her its their our my this that these those some several many both all one two another".split()
)
# A noun phrase's head stands before the first of these.
_AFTER_HEAD = frozenset(
    "of in for on at from to with by near against between among , who which that including representing".split()
)
_AGENTS = ("ers", "ors", "ists", "ians", "men", "er", "or", "ist", "man", "woman", "women", "ants", "ees")
_PHRASE_ENDS = frozenset({".", ";", ":", "(", "—", "–", "!", "?", "during", "amid", "following"})
_BE = frozenset("is are was were be been being am 's 're".split())
_FINITE = frozenset(
    """is are was were has have had will would can could should must may might does did do cannot isn't aren't wasn't weren't
    hasn't haven't hadn't won't wouldn't can't couldn't shouldn't doesn't didn't don't ought remains remained became becomes
    took gave made met held sent went came began won lost fell rose left saw kept put stood led brought""".split()
)
_NEGATIONS = frozenset(
    "not n't never nothing neither nor without declined refused didn't doesn't don't hasn't haven't hadn't isn't wasn't".split()
)
_LEADING = frozenset(
    """and but or yet so meanwhile however also still then now earlier later moreover furthermore therefore thus instead
    separately additionally nevertheless nonetheless besides indeed likewise similarly finally today yesterday recently
    even only just both reportedly again""".split()
)
_PRONOUN_SUBJECTS = frozenset("he she it they we there i this you these those everyone nobody nothing".split())
MAX_SUBJECT_TOKENS = 28


def is_name(token: Token) -> bool:
    """Whether a token looks like (part of) a proper name: a capital, and no day or month."""
    return token.is_capital and token.low not in lexicon().time and token.is_word


def is_finite(tokens: Sequence[Token], index: int) -> bool:
    """Whether the word is plainly a finite verb (auxiliaries, frequent irregular pasts, lower-case "-ed" forms)."""
    token = tokens[index]
    if token.low in _FINITE:
        return True
    if not token.low.endswith("ed") or token.is_capital or len(token.low) < 5:
        return False
    before = tokens[index - 1].low if index else ""
    return before not in _DETERMINERS and not before.endswith("ly")


def is_negated(tokens: Sequence[Token], verb: int) -> bool:
    """Whether the verb is denied or withheld ("did not condemn", "stopped short of condemning", "said nothing")."""
    window = [token.low for token in tokens[max(0, verb - 4) : verb]]
    if any(word in _NEGATIONS or word.endswith("n't") for word in window):
        return True
    if "short" in window and "of" in window:
        return True
    return verb + 1 < len(tokens) and tokens[verb + 1].low in {"nothing", "little", "neither", "no"}


def has_be(tokens: Sequence[Token], verb: int) -> bool:
    """Whether a form of "be" governs the verb, adverbs between them allowed."""
    for token in reversed(tokens[max(0, verb - 4) : verb]):
        if token.low in _BE:
            return True
        if not (token.low.endswith("ly") or token.low in lexicon().adverbs or token.low == "not"):
            return False
    return False


def _strip_tail(tokens: Sequence[Token], end: int, start: int) -> int:
    """Leave out what stands between a speaker and the verb: adverbs, auxiliaries, days, "in a statement"."""
    lex = lexicon()
    while end > start:
        token = tokens[end - 1]
        if (
            token.low in lex.adverbs
            or token.low in lex.auxiliaries
            or (token.low.endswith("ly") and not token.is_capital)
        ):
            end -= 1
            continue
        adjunct = _adjunct_start(tokens, start, end)
        if adjunct is None:
            return end
        end = adjunct
    return end


def _adjunct_start(tokens: Sequence[Token], start: int, end: int) -> int | None:
    """Start of a phrase of time or occasion that ends right before ``end``, or ``None``."""
    lex = lexicon()
    last = tokens[end - 1]
    is_time = last.low in lex.time or last.text.isdigit()
    if not is_time and last.low not in lex.places_of_speech and not is_name(last):
        return None
    for index in range(end - 1, max(start, end - 9), -1):
        low = tokens[index].low
        if low == "," or low in _BREAKS:
            break
        if low in lex.prepositions:
            inner = tokens[index + 1 : end]
            timely = all(
                t.low in lex.time or t.text.isdigit() or t.low in {"the", "early", "late", "of"} for t in inner
            )
            spoken = any(t.low in lex.places_of_speech for t in inner) and low in {
                "in",
                "at",
                "on",
                "during",
                "after",
                "via",
                "through",
            }
            if (timely and is_time) or (spoken and inner[0].low in _DETERMINERS | lex.places_of_speech):
                return index
    if last.low in lex.time:
        index = end - 1
        while index - 1 > start and (tokens[index - 1].low in lex.time or tokens[index - 1].text.isdigit()):
            index -= 1
        return index if index > start else None
    return None


def clause_start(tokens: Sequence[Token], verb: int, floor: int, quoted: Sequence[bool]) -> int:
    """Index of the first token that may belong to the clause of the verb."""
    index = verb
    while index > floor:
        token = tokens[index - 1]
        if quoted[index - 1] or token.low in _BREAKS:
            break
        if token.low in SUBORDINATORS and not _is_adverbial(tokens, index - 1):
            break
        index -= 1
    return index


def _is_adverbial(tokens: Sequence[Token], index: int) -> bool:
    """Whether a conjunction is none here: "as well as", "has since said"."""
    low = tokens[index].low
    if low == "as":
        return any(t.low == "well" for t in tokens[max(0, index - 1) : index + 2])
    return low in {"since", "yet"} and index > 0 and tokens[index - 1].low in {"has", "have", "had"}


def subject_before(tokens: Sequence[Token], verb: int, floor: int, quoted: Sequence[bool]) -> tuple[int, int] | None:
    """The noun phrase that governs a verb standing behind it, as token indices, or ``None`` if none can speak."""
    verb = _over_relative(tokens, verb, floor, quoted)
    start = clause_start(tokens, verb, floor, quoted)
    end = _strip_tail(tokens, verb, start)
    if end > start and tokens[end - 1].low == "," and verb > 0:
        # "the minister, on Monday, said" and "Oleg, who declined to be named, said"
        return _before_insertion(tokens, start, end - 1)
    commas = [index for index in range(start, end) if tokens[index].low == ","]
    begin = commas[-1] + 1 if commas else start
    if commas and _is_enumeration(tokens, start, begin, end, commas):
        begin = commas[-2] + 1 if len(commas) > 1 else start
    return _clean_subject(tokens, begin, end)


def _over_relative(tokens: Sequence[Token], verb: int, floor: int, quoted: Sequence[bool]) -> int:
    """Where the subject ends if a relative clause between commas stands before the verb, else the verb itself.

    Such a clause has conjunctions of its own ("Doe, who is seen as moderate, said") that must not end the search.
    """
    close = verb
    while close > floor and tokens[close - 1].low in lexicon().adverbs | lexicon().auxiliaries:
        close -= 1
    if close <= floor or tokens[close - 1].low != ",":
        return verb
    for index in range(close - 2, max(floor, close - 40), -1):
        if quoted[index]:
            return verb
        if tokens[index].low == "," and tokens[index + 1].low in {"who", "which", "whose"}:
            return index
    return verb


def _before_insertion(tokens: Sequence[Token], start: int, comma: int) -> tuple[int, int] | None:
    """The noun phrase before an insertion that a comma closes; a name or office inserted stays part of it."""
    bounds = [start, *(index + 1 for index in range(start, comma) if tokens[index].low == ","), comma + 1]
    pieces = [(bounds[k], bounds[k + 1] - 1) for k in range(len(bounds) - 1) if bounds[k] < bounds[k + 1] - 1]
    for place, (begin, end) in enumerate(pieces):
        if _opens_adjunct(tokens[begin]) or (subject := _clean_subject(tokens, begin, end)) is None:
            continue
        following = pieces[place + 1] if place + 1 < len(pieces) else None
        if following and _is_apposition(tokens, following):
            return subject[0], following[1]
        return subject
    return None


def _opens_adjunct(token: Token) -> bool:
    """Whether a comma-bound piece that starts with this word is a circumstance, not a speaker."""
    low = token.low
    return low in lexicon().prepositions | {"at", "by", "as", "who", "which", "whose", "where"} or low.endswith(
        ("ing", "ed")
    )


def _is_apposition(tokens: Sequence[Token], piece: tuple[int, int]) -> bool:
    """Whether an inserted piece names the speaker once more ("the minister, Jane Doe, said")."""
    first = tokens[piece[0]]
    if _opens_adjunct(first) or first.text.isdigit() or first.low in lexicon().time:
        return False
    return is_name(first) or first.low in _DETERMINERS or first.is_possessive


def _is_enumeration(tokens: Sequence[Token], start: int, begin: int, end: int, commas: list[int]) -> bool:
    """Whether the last comma joins names ("Germany, France and Italy said")."""
    tail = tokens[begin:end]
    if not any(token.low == "and" for token in tail) or not tail or not is_name(tail[0]):
        return False
    head = tokens[(commas[-2] + 1 if len(commas) > 1 else start) : commas[-1]]
    return 0 < len(head) <= 3 and all(is_name(token) for token in head)


def _clean_subject(tokens: Sequence[Token], begin: int, end: int) -> tuple[int, int] | None:
    """Trim a candidate to the noun phrase and check that it can speak."""
    # A finite verb inside: the phrase starts behind the conjunction that follows it.
    for index in range(end - 1, begin, -1):
        if is_finite(tokens, index) and not any(t.low in {"who", "which"} for t in tokens[begin:index]):
            joints = [k for k in range(index + 1, end) if tokens[k].low in {"and", "or", ","}]
            if not joints:
                return None
            begin = joints[0] + 1
            break
    inner = [k for k in range(begin + 1, end - 1) if tokens[k].low == "which"]
    if inner:
        begin = inner[-1] + 1  # "an explosion which the rebels said …"
    while begin < end and (tokens[begin].low in _LEADING or not tokens[begin].is_word):
        begin += 1
    begin = _skip_opening_phrase(tokens, begin, end)
    if end - begin > 1 and tokens[end - 1].low in {"he", "she", "it", "they", "we"}:
        begin = end - 1
    if end - begin > 1 and tokens[end - 1].low in {"who", "which"}:
        end -= 1
    if begin >= end or end - begin > MAX_SUBJECT_TOKENS:
        return None
    return (begin, end) if can_speak(tokens[begin:end]) else None


def _skip_opening_phrase(tokens: Sequence[Token], begin: int, end: int) -> int:
    """Drop a phrase of time or place that opens the sentence without a comma ("On Monday the ministry said")."""
    lex = lexicon()
    if begin < end and tokens[begin].low in lex.prepositions | {"at", "by", "late", "early"}:
        index = begin + 1
        while index < end and (tokens[index].low in lex.time or tokens[index].text.isdigit()):
            index += 1
        if index > begin + 1:
            return index
        for index in range(begin + 2, end):
            if tokens[index].low in _DETERMINERS:
                return index
        return end
    return begin


def can_speak(phrase: Sequence[Token]) -> bool:
    """Whether a noun phrase names somebody or something that can make a statement."""
    lex = lexicon()
    if not phrase:
        return False
    if len(phrase) == 1 and phrase[0].low in lex.pronouns:
        return True
    core = next((k for k, t in enumerate(phrase) if k and t.low in _AFTER_HEAD), len(phrase))
    head = phrase[core - 1]
    if not is_name(head) and head.low not in lex.nouns | lex.pronouns and not head.low.endswith(_AGENTS):
        return False
    if any(is_name(token) and (index > 0 or token.low not in _DETERMINERS) for index, token in enumerate(phrase)):
        first = phrase[0]
        # A capital that only the start of the sentence explains says nothing.
        others = [t for t in phrase[1:] if is_name(t)]
        if others or (first.low not in _DETERMINERS and (len(phrase) == 1 or first.low not in _LEADING)):
            return not all(t.low in lex.time for t in phrase)
    if phrase[0].low in {"those", "some", "others", "many", "several", "both"}:
        return True
    return any(token.low in lex.nouns for token in phrase)


def subject_after(tokens: Sequence[Token], verb: int, stop: int, quoted: Sequence[bool]) -> tuple[int, int] | None:
    """The noun phrase behind an inverted verb (``"…," said the head of the mission, John Doe``)."""
    lex = lexicon()
    begin = end = verb + 1
    while end < stop and not quoted[end]:
        token = tokens[end]
        following = tokens[end + 1] if end + 1 < stop else None
        if token.low in _PHRASE_ENDS or (
            token.low in SUBORDINATORS and token.low != "that"
        ):
            break
        if token.low in {"in", "on", "at", "during", "following", "to", "via", "from"} and following is not None:
            timely = following.low in lex.time or following.text.isdigit()
            spoken = any(t.low in lex.places_of_speech for t in tokens[end + 1 : end + 7])
            heard = following.low in {"reporters", "journalists", "the"} and token.low == "to" and end > begin + 1
            if timely or heard or (spoken and following.low in _DETERMINERS | lex.places_of_speech):
                break
        if token.low in lex.time and not token.text[:1].islower():
            break
        if token.low == ",":
            if (
                following is None
                or not (is_name(following) or following.low in _DETERMINERS)
                or following.low in lex.time
            ):
                break
            closing = next((k for k in range(end + 1, min(stop, end + 14)) if tokens[k].low in {",", "."}), None)
            if closing is None:
                break
            end = closing
            break
        end += 1
    if end - begin > MAX_SUBJECT_TOKENS:
        return None
    return (begin, end) if can_speak(tokens[begin:end]) else None


def is_clause(tokens: Sequence[Token], begin: int, stop: int) -> bool:
    """Whether the words from ``begin`` on are a clause with a subject and a verb, not a bare object."""
    if begin >= stop:
        return False
    if tokens[begin].low in _PRONOUN_SUBJECTS and begin + 1 < stop:
        return tokens[begin + 1].low not in {"and", ",", "."}
    for index in range(begin, min(stop, begin + 22)):
        low = tokens[index].low
        if low in {"who", "which", "that", "to", ";", "where", "when", "after", "as", "whose"} or (
            low == "," and index > begin + 8
        ):
            return False
        if low in _FINITE:
            return index > begin
    return False


def skip_circumstances(tokens: Sequence[Token], begin: int, stop: int) -> int:
    """Index behind days, occasions and listeners that follow a verb ("said on Monday in a statement …")."""
    lex = lexicon()
    index = begin
    while index < stop:
        low = tokens[index].low
        if (
            low in lex.time
            and low not in {"this", "last", "may"}
            or (low in lex.adverbs and not tokens[index].is_capital)
        ):
            index += 1
            continue
        if low == "," and index + 1 < stop and index > begin:
            following = tokens[index + 1].low
            if following in lex.time:
                index += 1
                continue
            return index
        if low in lex.prepositions | {"late", "early"}:
            reach = _phrase_end(tokens, index, stop)
            if reach is None:
                return index
            index = reach
            continue
        return index
    return index


def _phrase_end(tokens: Sequence[Token], begin: int, stop: int) -> int | None:
    """End of a phrase of time, place or occasion that starts at ``begin``, or ``None`` if it is something else."""
    lex = lexicon()
    limit = min(stop, begin + 12)
    index = begin + 1
    while index < limit and (
        tokens[index].low in lex.time or tokens[index].text.isdigit() or tokens[index].low in {"the", "late", "early"}
    ):
        index += 1
    if index > begin + 1 and (tokens[index - 1].low in lex.time or tokens[index - 1].text.isdigit()):
        return index
    if tokens[begin].low in {"in", "at", "on", "during", "after", "to", "via", "through", "with", "from", "following"}:
        for k in range(begin + 1, limit):
            low = tokens[k].low
            if low in lex.places_of_speech | {"reporters", "journalists", "media"}:
                return k + 1
            if low in {",", ".", "that", ";", ":"} or low in _FINITE:
                break
        k = begin + 1
        while k < limit and is_name(tokens[k]):
            k += 1
        if k > begin + 1 and tokens[begin].low in {"in", "at", "from", "to"}:
            return k
    return None
