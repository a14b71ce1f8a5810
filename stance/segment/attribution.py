"""Who is said to say what within one sentence: cues, their speakers, and the words attributed to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from stance.segment.cues import Cue, CueClass, lexicon
from stance.segment.grammar import (
    SUBORDINATORS,
    can_speak,
    has_be,
    is_clause,
    is_finite,
    is_name,
    is_negated,
    skip_circumstances,
    subject_after,
    subject_before,
)
from stance.segment.tokens import Token

Role = Literal["finite", "participle", "coordinated", "inverted", "according", "colon", "passive"]
_SPEECH_NOUNS = frozenset(
    "remark remarks statement statements claim claims words comments assertion warning speech promise announcement".split()
)
_PARTICLES = {
    "made": ("it", "clear"),
    "makes": ("it", "clear"),
    "making": ("it", "clear"),
    "pointed": ("out",),
    "points": ("out",),
}
_BEFORE_NOUN = frozenset("the a an his her its their our these those new other such".split())
_NOUN_PREPOSITIONS = frozenset("in of by from across at over about against on for with".split())
_CIRCUMSTANCES = frozenset("after before as when while following amid during ahead hours days released".split())
_AS_SAYING = frozenset("saying telling warning stating giving declaring claiming adding".split())
_SIGNALS = frozenset("shots shot signs signals sirens lights system systems".split())
_OWN = frozenset("he she it they we i his her its their our my".split())
# Verbs that tell a deed as often as a statement.
_DEEDS = frozenset(
    "threaten offer accept agree recognise recognize defend challenge dismiss reject back endorse oppose request back make".split()
)
_NO_CUE = Cue("", "act", frozenset())
# Third persons that are plural nouns as well.
_PLURAL_NOUNS = frozenset(
    "protests claims reports demands comments fears hopes requests remarks offers appeals calls notes posts charges".split()
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """One reported act in a sentence, as token indices of that sentence.

    Attributes:
        role: how the cue stands to its speaker.
        cut: how the statement is cut from the words behind the cue.
        cue: index of the reporting verb.
        subject: the speaker's mention, or ``None`` when it is inherited from ``heir_of`` or missing.
        content: what is attributed.
        outset: first token that belongs to the whole construction (its conjunction or comma included).
    """

    role: Role
    cut: CueClass
    cue: int
    subject: tuple[int, int] | None
    content: tuple[int, int]
    outset: int


class SentenceReader:
    """Reads the attributions of one outer sentence.

    Args:
        tokens: its tokens.
        quoted: for each token whether it stands inside a quotation (marks included).
        is_title: headlines drop articles and auxiliaries, join acts by commas and name speakers before a colon.
    """

    def __init__(self, tokens: Sequence[Token], quoted: Sequence[bool], *, is_title: bool = False) -> None:
        self.tokens, self.quoted, self.is_title = tokens, quoted, is_title
        self.stop = len(tokens)
        while self.stop and tokens[self.stop - 1].low in {".", "!", "?", "…"} and not quoted[self.stop - 1]:
            self.stop -= 1

    def read(self) -> list[Attribution]:
        """All attributions, in order of their content, innermost speaker first choice."""
        found: list[Attribution] = []
        if quoting := self._quoted_as():
            return [quoting]
        if self.is_title and (colon := self._colon()):
            return [colon]
        for index in range(len(self.tokens)):
            # No subject reaches back over the verb before it, unless that one sits in a relative clause.
            floor = found[-1].cue + 1 if found and not self._is_relative(found[-1]) else 0
            attribution = None if self.quoted[index] else self._at(index, found, floor)
            if attribution is None:
                continue
            if found and not self._accept(found, attribution):
                continue
            found.append(attribution)
        found = self._close(found)
        if not found and (other := self._according() or self._noun()):
            found.append(other)
        return found

    # -- finding cues -----------------------------------------------------------------------------------------------

    def _at(self, index: int, found: Sequence[Attribution], floor: int) -> Attribution | None:
        """The attribution whose cue stands at ``index``, its content running to the end of the sentence."""
        tokens, lex = self.tokens, lexicon()
        token = tokens[index]
        state = self._state(index)
        cue = lex.verbs.get(token.low)
        if state is not None:
            return state if state.content[0] < state.content[1] else None
        if cue is None or token.is_possessive or (token.is_capital and not self.is_title and index > 0):
            return None
        if not self._needs_met(index, cue.lemma) or is_negated(tokens, index):
            return None
        if "ing" in cue.forms:
            return self._ing(index, cue.cut, found)
        if has_be(tokens, index) and "participle" in cue.forms:
            return self._passive(index, cue.cut)
        if (
            index
            and tokens[index - 1].low == "to"
            and not (index > 1 and tokens[index - 2].low in {"continues", "continued", "continue"})
        ):
            return None
        before = index
        while (
            before and tokens[before - 1].low in lex.adverbs | lex.auxiliaries - {"to"} and not self.quoted[before - 1]
        ):
            before -= 1
        if (
            found
            and before
            and tokens[before - 1].low in {"and", "but", "or", ","} | ({";"} if self.is_title else set())
        ):
            joined = self._coordinated(index, before, found[-1])
            if joined:
                return joined
        subject = subject_before(tokens, index, floor, self.quoted)
        if subject is not None and tokens[subject[1] - 1].low in lex.outlets and cue.cut != "act":
            return None  # the outlet telling its source, not a speaker
        if subject is not None and not (cue.forms - {"base"}) and not self._plural(subject, before, index):
            subject = None
        if subject is not None and self._is_noun_use(index, subject):
            subject = None
        if subject is not None:
            return self._finite(index, cue.cut, subject)
        return self._inverted(index, cue.cut)

    def _is_relative(self, attribution: Attribution) -> bool:
        """Whether the speaker is named by a relative pronoun ("Moscow, which denies it, says …")."""
        return attribution.subject is not None and self.tokens[attribution.subject[0]].low in {"who", "which"}

    def _needs_met(self, index: int, lemma: str) -> bool:
        """Whether an ambiguous verb has one of the words behind it that make it a verb of speech."""
        needs = lexicon().needs.get(lemma)
        if needs is None:
            return True
        at_end = index + 1 >= self.stop or self.tokens[index + 1].low in {",", "."}
        if at_end:
            return lemma in {"think", "believe", "read", "agree", "post", "hope", "fear", "feel"} and any(
                self.quoted[:index]
            )
        following = index + 1
        while following < self.stop - 1 and self.tokens[following].low in lexicon().adverbs:
            following += 1
        word = self.tokens[following]
        if (
            word.low in {"the", "all", "this", "that", "those", "such"}
            and following + 1 < self.stop
            and word.low not in needs
        ):
            word = self.tokens[following + 1]
        return word.low in needs or ("NAME" in needs and is_name(word)) or (self.is_title and is_name(word))

    def _plural(self, subject: tuple[int, int], before: int, index: int) -> bool:
        """Whether a bare verb form ("officials say") can belong to its subject."""
        tokens = self.tokens
        if any(t.low in {"will", "would", "do", "does", "did", "to"} for t in tokens[before:index]):
            return tokens[index - 1].low != "to" or tokens[index - 2].low.startswith("continu")
        words = [t.low for t in tokens[subject[0] : subject[1]]]
        return (
            words[-1] in {"they", "we", "i", "who", "others", "some", "many", "both", "all", "people", "police", "west"}
            or words[-1].endswith("s")
            or "and" in words
            or any(w.endswith("s") and w in lexicon().nouns for w in words)
        )

    def _is_noun_use(self, index: int, subject: tuple[int, int]) -> bool:
        """Whether "calls", "demands", "reports" … is a noun here ("the minister's demands", "calls by … grew")."""
        tokens = self.tokens
        before = tokens[index - 1]
        if before.is_possessive:
            return True
        if index + 1 < self.stop and tokens[index + 1].low in {"of", "by", "from"} and tokens[index].low.endswith("s"):
            return tokens[index].low not in {"warns", "speaks", "complains", "accuses"}
        if tokens[index].low in _PLURAL_NOUNS and index + 1 < self.stop and tokens[index + 1].low in _NOUN_PREPOSITIONS:
            limit = next((k for k in range(index, self.stop) if tokens[k].low == ","), self.stop)
            if any(is_finite(tokens, k) for k in range(index + 2, min(limit, index + 12))):
                return True
        return before.low in _BEFORE_NOUN

    # -- one construction each --------------------------------------------------------------------------------------

    def _finite(self, index: int, cut: CueClass, subject: tuple[int, int]) -> Attribution | None:
        if self._is_inserted(index, subject[0]):
            return Attribution("finite", cut, index, subject, (0, self.stop), subject[0])
        before = self._content_before(subject[0])
        after = self._content_after(index, cut)
        if (
            before
            and self.quoted[before[1] - 1]
            and cut != "act"
            and not (after and self._opens_content(index, after[0]))
        ):
            after = None  # "…," the ministry said in a statement released on Monday
        content = after or before
        return Attribution("finite", cut, index, subject, content, subject[0]) if content else None

    def _opens_content(self, cue: int, begin: int) -> bool:
        """Whether words behind a cue that trails a quotation are more of what was said."""
        return self.quoted[begin] or self.tokens[begin - 1].low in {"that", ":"} or self.tokens[cue].low.endswith("ing")

    def _is_inserted(self, index: int, subject: int) -> bool:
        """ "Order, the authorities affirm, was restored": the words around belong to the speaker."""
        tokens = self.tokens
        if subject < 2 or index + 2 >= self.stop or any(self.quoted):
            return False
        opens = tokens[subject - 1].low == "," and not any(t.low == "," for t in tokens[: subject - 1])
        opening = tokens[0].low in SUBORDINATORS | lexicon().prepositions | lexicon().adverbs | {"at", "by", "speaking"}
        return opens and not opening and tokens[index + 1].low == "," and is_finite(tokens, index + 2)

    def _inverted(self, index: int, cut: CueClass) -> Attribution | None:
        """``"…," said the minister``: only behind a quotation or a comma."""
        if index == 0 or cut == "act":
            return None
        previous = index - 1
        if not (self.quoted[previous] or self.tokens[previous].low == ","):
            return None
        if (
            not self.quoted[previous]
            and not (previous and self.quoted[previous - 1])
            and cut not in {"say", "claim", "tell"}
        ):
            return None
        subject = subject_after(self.tokens, index, self.stop, self.quoted)
        if subject is None:
            return None
        content = self._content_before(index)
        return Attribution("inverted", cut, index, subject, content, index) if content else None

    def _ing(self, index: int, cut: CueClass, found: Sequence[Attribution]) -> Attribution | None:
        """ "…, adding that …" carries on the speaker of the sentence; "is urging" is a finite verb."""
        tokens = self.tokens
        if has_be(tokens, index):
            subject = subject_before(tokens, index, 0, self.quoted)
            return self._finite(index, cut, subject) if subject else None
        before = index
        while before and (tokens[before - 1].low in lexicon().adverbs or tokens[before - 1].low.endswith("ly")):
            before -= 1
        if tokens[index].low == "warning" and index + 1 < self.stop and tokens[index + 1].low in _SIGNALS:
            return None
        joined = before > 0 and (tokens[before - 1].low in {",", "and", "by"} or self._closes_with_comma(before - 1))
        following = self.tokens[index + 1].low if index + 1 < self.stop else ""
        introduces = cut == "say" and index + 1 < self.stop and (following in {":", "that"} or self.quoted[index + 1])
        if before == 0 or not (joined or introduces or (cut == "act" and self._is_loose(before))):
            return None
        if tokens[index].low == "referring" or tokens[before - 1].low == "as":
            return None
        if tokens[before - 1].low == "and" and not (found and found[-1].role == "participle"):
            return None
        subject = found[-1].subject if found else self._main_subject(before)
        if subject is None:
            return None
        content = self._content_after(index, cut)
        return Attribution("participle", cut, index, subject, content, before - 1) if content else None

    def _closes_with_comma(self, index: int) -> bool:
        """Whether a quotation ends here that has its comma inside ("disappointed," adding …)."""
        return index > 0 and self.quoted[index] and self.tokens[index - 1].low in {",", "."}

    def _is_loose(self, before: int) -> bool:
        """Whether a participle without a comma can still hang on the subject ("turned to the alliance requesting …")."""
        previous = self.tokens[before - 1]
        return previous.low == ")" or is_name(previous) or previous.low in {"statement", "letter", "message", "address"}

    def _coordinated(self, index: int, before: int, previous: Attribution) -> Attribution | None:
        """ "expressed dismay and conveyed condolences": a second verb of the same form without a subject of its own."""
        verbs = lexicon().verbs
        forms, earlier = verbs[self.tokens[index].low].forms, self.tokens[previous.cue].low
        known = verbs.get(earlier)
        same = known is None or bool(forms & known.forms) or has_be(self.tokens, previous.cue)
        if not same or previous.role in {"inverted", "colon"}:
            return None
        if self.tokens[before - 1].low == "," and not self.is_title:
            return None
        content = self._content_after(index, verbs[self.tokens[index].low].cut)
        if content is None:
            return None
        return Attribution(
            "coordinated", verbs[self.tokens[index].low].cut, index, previous.subject, content, before - 1
        )

    def _passive(self, index: int, cut: CueClass) -> Attribution | None:
        """ "was criticised by aid groups for …": the statement is the act, the speaker stands behind "by"."""
        if cut != "act":
            return None
        by = next((k for k in range(index + 1, min(self.stop, index + 6)) if self.tokens[k].low == "by"), None)
        if by is None:
            return None
        subject = subject_after(self.tokens, by, self.stop, self.quoted)
        if subject is not None:
            limit = next(
                (k for k in range(subject[0], subject[1]) if self.tokens[k].low in {"for", "as", "over", ","}),
                subject[1],
            )
            subject = (subject[0], limit) if limit > subject[0] else None
        return Attribution("passive", cut, index, subject, (index, self.stop), index) if subject else None

    def _state(self, index: int) -> Attribution | None:
        """ "is deeply concerned about …", "is closely following …"."""
        lex, tokens = lexicon(), self.tokens
        low = tokens[index].low
        if low not in lex.states and low not in lex.attention:
            return None
        if not has_be(tokens, index) or is_negated(tokens, index):
            return None
        if low in lex.attention and tokens[index - 1].low != "closely":
            return None
        if low in lex.states and not (index + 1 < self.stop and tokens[index + 1].low in lex.after_state):
            return None
        subject = subject_before(tokens, index, 0, self.quoted)
        if subject is None:
            return None
        return Attribution("finite", "act", index, subject, (self._act_start(index), self.stop), subject[0])

    def _according(self) -> Attribution | None:
        """ "According to X, …" and "…, according to X"."""
        tokens = self.tokens
        for index in range(len(tokens) - 2):
            if self.quoted[index] or tokens[index].low != "according" or tokens[index + 1].low != "to":
                continue
            subject = subject_after(tokens, index + 1, self.stop, self.quoted)
            if subject is None:
                continue
            if index == 0 or (index <= 2 and not tokens[index].is_capital):
                comma = next((k for k in range(subject[0], self.stop) if tokens[k].low == ","), None)
                if comma is None or comma + 1 >= self.stop:
                    continue
                return Attribution(
                    "according", "say", index, (subject[0], min(subject[1], comma)), (comma + 1, self.stop), 0
                )
            content = self._content_before(index)
            if content:
                return Attribution("according", "say", index, subject, content, index)
        return None

    def _quoted_as(self) -> Attribution | None:
        """ "The agency quoted witnesses as saying …" and "…, an official was quoted as saying"."""
        tokens = self.tokens
        for index in range(1, len(tokens) - 1):
            if tokens[index].low not in {"quoted", "cited", "quotes", "cites", "quoting", "citing"} or self.quoted[index]:
                continue
            limit = min(self.stop - 1, index + 14)
            saying = next((k for k in range(index + 1, limit) if tokens[k].low == "as" and tokens[k + 1].low in _AS_SAYING), None)
            if saying is None:
                continue
            if has_be(tokens, index):
                subject = subject_before(tokens, index, 0, self.quoted)
                content = (saying + 2, self.stop) if saying + 3 < self.stop else self._content_before(subject[0]) if subject else None
            else:
                subject, content = (index + 1, saying), (saying + 2, self.stop)
                if not can_speak(tokens[subject[0] : subject[1]]):
                    continue
                if tokens[saying + 1].low == "giving":
                    content = (saying + 1, self.stop)
            if subject and content and content[0] < content[1]:
                if tokens[content[0]].low == "that":
                    content = (content[0] + 1, content[1])
                return Attribution("according", "say", index, subject, content, subject[0])
        return None

    def _noun(self) -> Attribution | None:
        """ "the minister's remarks at a rally that …"."""
        tokens = self.tokens
        for index in range(1, len(tokens) - 2):
            if tokens[index].low not in _SPEECH_NOUNS or self.quoted[index] or not tokens[index - 1].is_possessive:
                continue
            that = next((k for k in range(index + 1, min(self.stop - 2, index + 14)) if tokens[k].low == "that"), None)
            begin = index - 1
            while begin and is_name(tokens[begin - 1]):
                begin -= 1
            if that is not None and (self.quoted[that + 1] or is_clause(tokens, that + 1, self.stop)):
                return Attribution("according", "say", index, (begin, index), (that + 1, self.stop), begin)
        return None

    def _colon(self) -> Attribution | None:
        """ "Smith: we will not yield" as a headline."""
        tokens = self.tokens
        last = len(tokens) - 1
        trailing = next((k for k in range(last - 1, max(2, last - 6), -1) if tokens[k].low == ":"), None)
        if trailing and all(is_name(t) for t in tokens[trailing + 1 :]) and trailing > 3:
            return Attribution("colon", "say", trailing, (trailing + 1, last + 1), (0, trailing), trailing)
        colon = next((k for k, t in enumerate(tokens[:9]) if t.low == ":" and not self.quoted[k]), None)
        if (
            not colon
            or colon + 2 >= len(tokens)
            or not all(is_name(t) or t.low in {"of", "the", "and"} for t in tokens[:colon])
        ):
            return None
        return Attribution("colon", "say", colon, (0, colon), (colon + 1, self.stop), 0)

    # -- content ----------------------------------------------------------------------------------------------------

    def _act_start(self, index: int) -> int:
        """Start of an act: the verb with the adverbs of manner before it."""
        while index and self.tokens[index - 1].low.endswith("ly") and self.tokens[index - 1].low not in lexicon().time:
            if self.tokens[index - 1].low in {"reportedly", "recently", "previously", "reply", "early"}:
                break
            index -= 1
        if index > 1 and self.tokens[index - 1].low == "to":
            index -= 2
        return index

    def _content_after(self, index: int, cut: CueClass) -> tuple[int, int] | None:
        """What follows the cue, or ``None`` if nothing of substance does."""
        tokens = self.tokens
        begin = index + 1
        while begin < self.stop and tokens[begin].low in _PARTICLES.get(tokens[index].low, ()):
            begin += 1
        begin = skip_circumstances(tokens, begin, self.stop)
        while begin < self.stop and tokens[begin].low in {",", ":", "—", "–"}:
            begin += 1
        if self.stop - begin < 2:
            return None
        if cut == "act":
            return (self._act_start(index), self.stop)
        that = self._complementizer(index, begin, cut)
        if that is not None:
            return (that + 1, self.stop) if self.stop - that > 2 else None
        if self.quoted[begin]:
            return (begin, self.stop)
        if cut == "quote":
            return (begin, self.stop) if self.quoted[begin] else None
        if cut == "tell" or tokens[index].low in {"warned", "warns", "warning", "promised", "promises"}:
            start = self._after_listener(begin)
            if cut == "tell" and any(t.low == "to" and not q for t, q in list(zip(tokens, self.quoted, strict=True))[begin + 1 : begin + 8]):
                start = None  # "told residents to stay indoors": an order, not a clause
            if start is not None:
                return (start, self.stop)
            return (self._act_start(index), self.stop)
        if cut == "claim" and not is_clause(tokens, begin, self.stop):
            quote = next((k for k in range(begin, min(self.stop, begin + 10)) if self.quoted[k]), None)
            if quote is not None and tokens[quote - 1].low in {":", ","}:
                return (quote, self.stop)
            return (self._act_start(index), self.stop)
        if cut == "say" and tokens[begin].low in _CIRCUMSTANCES:
            return None
        if (
            cut == "say"
            and tokens[begin].low in SUBORDINATORS | {"in", "during", "at", "about", "on", "of"}
            and not is_clause(tokens, begin + 1, self.stop)
        ):
            quote = next((k for k in range(begin, self.stop) if self.quoted[k]), None)
            return None if quote is None else (quote, self.stop)
        return (begin, self.stop)

    def _complementizer(self, index: int, begin: int, cut: CueClass) -> int | None:
        """Index of the "that" (or the colon) that opens the reported clause."""
        reach = 22 if cut in {"say", "tell"} else 12
        for k in range(index + 1, min(self.stop - 1, index + reach)):
            low = self.tokens[k].low
            if self.quoted[k]:
                return None
            if low == "that":
                if k == begin or cut in {"say", "tell"}:
                    return k
                between = self.tokens[index + 1 : k]
                return k if between[0].low in {"to", "in", "at", "on", "during", ",", "earlier", "late"} else None
            if low == ":":
                return k
            if low in lexicon().verbs and "past" in lexicon().verbs[low].forms:
                return None
            if low in {"is", "are", "was", "were", "has", "have", "had", "will", "would"}:
                return None
        return None

    def _after_listener(self, begin: int) -> int | None:
        """Start of the clause behind a listener ("told the council the truce was over")."""
        tokens = self.tokens
        for k in range(begin, min(self.stop - 1, begin + 14)):
            if self.quoted[k]:
                return k
            if (
                k > begin
                and tokens[k].low in {"he", "she", "it", "they", "there", "we"}
                and is_clause(tokens, k, self.stop)
            ):
                return k
            if k > begin and tokens[k].low in {"the", "his", "her", "its", "their"} and is_clause(tokens, k, self.stop):
                return k
        return None

    def _content_before(self, end: int) -> tuple[int, int] | None:
        """What precedes a trailing "he said": from the start of the sentence to the comma or closing mark."""
        while (
            end > 0
            and not self.quoted[end - 1]
            and self.tokens[end - 1].low in {",", "—", "–", "-", "and", "as", "but"}
        ):
            end -= 1
        closes = end > 0 and (
            self.quoted[end - 1] or (end < len(self.tokens) and self.tokens[end].low in {",", "—", "–"})
        )
        words = [t for t in self.tokens[:end] if t.is_word]
        if not closes or len(words) < 1 or (len(words) < 2 and not self.quoted[end - 1]):
            return None
        return (0, end)

    def _main_subject(self, limit: int) -> tuple[int, int] | None:
        """Subject of the sentence's first verb, for participles that no reporting verb precedes."""
        for index in range(1, limit):
            if not self.quoted[index] and is_finite(self.tokens, index):
                return subject_before(self.tokens, index, 0, self.quoted)
        return None

    # -- how constructions share a sentence -------------------------------------------------------------------------

    def _accept(self, found: list[Attribution], new: Attribution) -> bool:
        """Whether a further cue is one of its own, given those to its left; drops an outer speaker it replaces."""
        last = found[-1]
        if self._is_relative(last) and new.role == "finite" and new.outset <= last.outset:
            return True  # "Moscow, which denies it, says …"
        if new.role in {"participle", "coordinated"}:
            return new.outset > last.cue
        trailing = new.content[1] <= new.outset
        if trailing:
            # "…, the agency reported" behind a sentence that already names its speaker adds nothing.
            quotes_between = any(self.quoted[last.cue : new.outset])
            # What was merely done or threatened belongs to the one who tells it.
            found[:] = [a for a in found if lexicon().verbs.get(self.tokens[a.cue].low, _NO_CUE).lemma not in _DEEDS]
            inner = [a for a in found if a.content[0] < new.outset]
            if inner and not (quotes_between and last.content[1] <= last.outset):
                return False
            return not inner
        begin = last.content[0]
        if last.cut != "act" and last.content[1] > last.cue and 0 <= new.outset - begin <= 1:
            if self.tokens[new.outset].low in _OWN:
                return False  # "said his government recommends …": still the outer speaker
            found.pop()  # "Nuland said Moscow denies …": the innermost speaker has the words
            return True
        if new.outset <= last.cue:
            return False
        joint = self.tokens[new.outset - 1].low if new.outset else ""
        comma = new.outset > 1 and self.tokens[new.outset - 2].low == ","
        if joint in {"while", "but", "though", "although", "whereas", "and", "as", ";", "–", "—"}:
            return joint not in {"and", "as"} or comma
        if last.content[1] <= last.outset:  # the last one trailed its content: what follows is new
            return True
        if self.tokens[new.cue].low in {"says", "said"} and joint == ",":
            return True
        return False

    def _close(self, found: list[Attribution]) -> list[Attribution]:
        """Let each content end where the next construction begins, or where a contrast clause does."""
        closed = []
        for place, attribution in enumerate(found):
            begin, end = attribution.content
            if begin > attribution.cue or attribution.cut == "act":
                begin_clause = attribution.subject[0] if attribution.subject else 0
                subordinate = begin_clause == 1 and self.tokens[0].low in SUBORDINATORS
                resumes = place + 1 < len(found) and found[place + 1].outset <= begin_clause
                if subordinate or (self._is_relative(attribution) and resumes):
                    end = min(end, self._comma_after(max(begin, attribution.cue)))
                later = [a.outset for a in found[place + 1 :] if a.outset > attribution.cue]
                if later:
                    end = min(end, later[0])
                end = self._contrast(max(begin, attribution.cue + 1), end)
            begin, end = self._trim(begin, end)
            if end - begin >= 1:
                closed.append(replace(attribution, content=(begin, end)))
        return closed

    def _comma_after(self, index: int) -> int:
        """Index of the comma that closes an opening subordinate clause ("Although Russia denies it, …")."""
        return next((k for k in range(index, self.stop) if not self.quoted[k] and self.tokens[k].low == ","), self.stop)

    def _contrast(self, begin: int, end: int) -> int:
        """End of the content before ", although the statement gave no names"."""
        for k in range(begin + 3, end - 1):
            if self.quoted[k] or self.tokens[k].low != ",":
                continue
            following = self.tokens[k + 1].low
            if following in {"which", "whose", "where"} and 2 * (k - begin) >= end - begin:
                return k  # most often the outlet's own background; the larger part stays
            if following == "as" and any(t.low == "reported" for t in self.tokens[k + 2 : k + 5]):
                return k
            if following in {"though", "although", "but", "while", "whereas", "according"}:
                return k
            if (
                following == "and"
                and k + 2 < end
                and self.tokens[k + 2].low.endswith("ed")
                and is_finite(self.tokens, k + 2)
            ):
                return k  # a further deed of the speaker, told by the outlet
        return end

    def _trim(self, begin: int, end: int) -> tuple[int, int]:
        """Leave out joints and marks at both ends; quotation marks stay until the span is made."""
        marks = {",", ":", ";", "—", "–", "-", "and", "but", "while", "as", "though", "although", "whereas"}
        while begin < end and not self.quoted[begin] and self.tokens[begin].low in marks:
            begin += 1
        while end > begin and not self.quoted[end - 1] and self.tokens[end - 1].low in marks:
            end -= 1
        return begin, end
