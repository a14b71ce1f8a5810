"""Labels of speaker turns at the start of a line: their forms, one by one, in the transcripts of many houses."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Literal

import regex

from stance.segment.cues import LEXICON
from stance.speakers.vocabulary import VOCABULARY

Sort = Literal["asks", "answers", "formal", "plain"]

# What may stand before a label: marks of emphasis, a number, a time.
_LEAD = (
    r"[\s>\#]*+ (?:\d{1,3}[.)]\s+)? (?:(?:[\[(]\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]\.?m\.?)?[\])]|\d{1,2}:\d\d:\d\d)"
    r"\s*+[-–—|:]?\s*+)? [*_]*+"
)
# Before how many characters the colon stands.
_MAX_LABEL = 240
_HONORIFIC = r"(?:Mr|Mrs|Ms|Miss|Dr|Sir|M|Mme|Sr|Sra)\.?\ "
# "MR PRICE: …", "Ambassador Doe (Norway), on behalf of the Union: …", "Jane Doe, foreign minister of Estonia: …", then
# words or the end of the line; but no sentence that goes on to a colon.
_COLON = regex.compile(
    rf"""(?x) {_LEAD} (?P<who> \p{{Lu}}[\p{{L}}\p{{N}}.'’\-]*+ (?:\ [\p{{L}}\p{{N}}.'’\-]++){{0,10}}
        (?:[*_]*+ \s*+ [*_]*+ [(\[](?:[^()\[\]\n]|[(\[][^()\[\]\n]{{0,40}}[)\]]){{2,90}}[)\]]){{0,3}} )
    (?: ,?\ (?P<about>(?:(?:also\ )?(?:speaking\ )?on\ behalf\ of|speaking\ for)\ [^:\n]{{2,80}})
      | \ (?P<about>to\ the\ \p{{Lu}}[^:\n.]{{3,60}})
      | ,\ (?P<about>(?![^:\n]*\b(?:said|says|told|tells|added|asked|wrote|who|which|was|were|is)\b)
          (?:{_HONORIFIC})?[^:\n.“"]{{2,70}}) )?
    [*_]*+ \s*+ : [*_]*+ (?:\s++(?=\S) | \s*+$)"""
)
# "Senator DOE. I thank …", "The CHAIRMAN. The committee …"; "Mr. Doe – …"
_STOPPED = regex.compile(
    rf"(?x) {_LEAD} (?P<who> (?:[Tt]he\ )? (?:\p{{L}}++\.?\ )? (?:(?=\p{{Lu}}{{3}})|(?=Mc\p{{Lu}}{{2}}))"
    r"[\p{L}'’\-]{3,}+ (?:\ of\ \p{Lu}\p{L}+)? ) \.\ +(?=\p{Lu})"
)
_DASHED = regex.compile(
    rf"(?x) {_LEAD} (?P<who> \p{{Lu}}\p{{L}}*+\.?+ (?:\ [\p{{L}}.'’\-]++){{1,3}} ) \ [–—|]{{1,2}}\ (?=[\"“‘]?\p{{Lu}})"
)
# A name that stands alone on its line, in capitals or set off; with the time it may be written as elsewhere.
_CLOCK = r"[(\[]?\d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?[)\]]?"
_ALONE = regex.compile(
    rf"(?x) \s*+ (?: [*_]{{2}}+ (?P<who> \p{{Lu}}[\p{{L}}.'’\-]*+ (?:\ [\p{{L}}.'’\-]++){{0,4}} ) [*_]{{2}}+"
    rf"| (?P<who> \p{{Lu}}[\p{{Lu}}.'’\-]++ (?:\ [\p{{Lu}}.'’\-]++){{0,4}} )) (?:\ \([^()\n]{{2,60}}\)){{0,2}}"
    rf" (?:\s*+[-–—|,]?\s*+{_CLOCK})? \s*+"
    rf"| \s*+ (?P<who> \p{{Lu}}[\p{{L}}.'’\-]*+ (?:\ [\p{{L}}.'’\-]++){{0,4}} ) \s*+[-–—|,]?\s*+ {_CLOCK} :? \s*+"
    rf"| \s*+ {_CLOCK} \s*+[-–—|,]?\s*+ (?P<who> \p{{Lu}}[\p{{L}}.'’\-]*+ (?:\ [\p{{L}}.'’\-]++){{0,4}} ) :? \s*+"
)
# The same without a time: a label only where several come back, each above a sentence.
_LINE = regex.compile(r"(?:\p{L}[\p{L}.'’\-]*+ ){0,4}\p{Lu}[\p{L}.'’\-]*+(?: \([^()\n]{2,60}\))?")
# "(Foreign Minister Doe, in Arabic): …"
_BOXED = regex.compile(
    rf"(?x) {_LEAD} [(\[] (?P<who>\p{{Lu}}[^()\[\]:\n,]{{0,60}}) (?:,\ [^()\[\]:\n]{{2,50}})? [)\]] [*_]*+ : [*_]*+\s++"
    r"(?=\S)"
)
_QUESTION = regex.compile(
    rf"(?x) {_LEAD} (?P<who> \p{{L}}++ )\b (?:\ ?\#?\d{{1,2}}\b)? (?:\ [(\[][^()\[\]\n]{{1,60}}[)\]])?"
    r"(?:,\ [^:\n.]{2,50}(?=:))? (?: \ ?[*_]*+[.:][*_]*+ (?:\s*+(?=\S)|\s*+$) | \s+[–—|-]\s+(?=\S) )"
    rf"| {_LEAD} (?P<who>Q) (?:\ {{2,}}|\t)\ *+ (?=\S)"
)
_ASKING = frozenset(
    """
    q question reporter journalist interviewer presenter host anchor moderator correspondent operator facilitator
    interlocutor audience
    """.split()
)
_ANSWERING = frozenset({"a", "answer", "guest", "interviewee", "respondent"})
# Where a label may stand behind the end of a sentence, in paragraphs that were run together.
_INNER = regex.compile(
    r"(?x) (?<=[.!?…\"”)\]]\s) (?P<who> \p{Lu}\p{L}*+\.?+ (?:\ [\p{L}.'’\-]++){0,3} (?:\ \([^()\n]{2,60}\)){0,2} )"
    r"\s*+ :\s"
)
_NUMBER = regex.compile(r"\W*+\d{1,3}[.)]\s+")
_TITLES = frozenset(
    """
    mrs mr ms miss mme mlle dr prof professor sir dame lord lady baroness baron amb ambassador archbishop bishop
    cardinal msgr gen general lt col colonel capt captain major maj admiral sen senator rep gov governor minister
    president vice-president premier pm chancellor secretary secretary-general under-secretary-general commissioner
    king queen prince sheikh pope congressman congresswoman judge spokesman spokeswoman spokesperson chair chairman
    chairwoman chairperson herr frau señor señora senora sr sra
    """.split()
)
# Words before a title ("THE FOREIGN MINISTER", "The Acting President").
_BEFORE_TITLE = frozenset("the acting prime foreign defence defense deputy first vice former h.e he".split())
_PARTICLES = frozenset("of von van der de da di bin al la le el du dos and".split())
# A word behind one with a capital, and where in it a name may end.
_LAST = regex.compile(r"(?<!\S)[^\s\p{Lu}]*+\p{Lu}\S*+ (?=([\p{L}\p{N}.'’\-]{1,80}))")
_EDGE = regex.compile(r"(?<=\w)\b")
_MAX_EDGES = 4
_BRACKET = regex.compile(r"[(\[][^()\[\]]*[)\]]")
_STATED = regex.compile(r"\((?!spoke|interpretation)\p{L}")
_NAMED = regex.compile(rf"\({_HONORIFIC}")
_HONORED = regex.compile(_HONORIFIC)
# The longest label with a title, and without.
_MAX_TITLED, _MAX_NAME, _MAX_ROLE = 7, 6, 7
# A line that is nothing but a name is no longer, in characters.
_MAX_LINE = 60
# Words before a colon that are no label.
_HEADINGS = frozenset(
    """
    note notes background participants speakers location place venue date subject topic source sources present absent
    agenda contact photo image video related tags update correction summary fact facts abstract live watch warning from
    to sent by via re cc
    """.split()
)
_PLATFORM = regex.compile(
    r"(?i)[(\[][^()]*\b(?:twitter|telegram|facebook|instagram|weibo|tiktok|youtube|x|bluesky|mastodon)\b[^()]*[)\]]|@\w"
)


@dataclass(frozen=True, slots=True)
class Label:
    """The label at the start of a line.

    Attributes:
        sort: whether it says by itself that a turn begins, and whose; a ``plain`` one is a label only among others.
        who: the words that name the speaker.
        start: their offset.
        end: where the words spoken begin; the end of the line where the label stands alone.
        about: what it says of the speaker behind the name ("on behalf of the Union").
    """

    sort: Sort
    who: str
    start: int
    end: int
    about: str = ""

    @property
    def name(self) -> str:
        """The words without what stands in brackets, for comparison."""
        return _BRACKET.sub("", self.who).strip(" *_").casefold()

    def is_personal(self, names: Container[str]) -> bool:
        """Whether a label that does not come back names somebody: with more words than one, or as the text does.

        Args:
            names: the :func:`last_words` of the text.
        """
        words = self.who.split()
        if words[0] == "The":
            role = words[-1].casefold()
            return role in LEXICON.nouns or VOCABULARY.is_title(role) or bool(self.about) or self.is_bracketed
        is_name = len(words) > 1 or bool(self.about) or self.who.isupper()
        return is_name or self.who in names

    @property
    def is_bracketed(self) -> bool:
        """Whether the name has a state, an office or the like behind it."""
        return _STATED.search(self.who) is not None


def last_words(text: str) -> frozenset[str]:
    """Words behind a word with a capital: what may be the last one of a name."""
    found: set[str] = set()
    for match in _LAST.finditer(text):
        word = match[1]
        found.update(word[:edge] for edge in [end.start() for end in _EDGE.finditer(word)][:_MAX_EDGES])
    return frozenset(found)


def read_label(text: str, start: int, end: int) -> Label | None:
    """The label at the start of a line, if there is one."""
    match = _QUESTION.match(text, start, end)
    if match and match["who"] in _FORMS:
        sort: Sort = "asks" if match["who"].casefold() in _ASKING else "answers"
        return Label(sort, match["who"], match.start("who"), match.end())
    match = _COLON.match(text, start, end) if text.find(":", start, min(end, start + _MAX_LABEL)) >= 0 else None
    if match is not None:
        about = (match["about"] or "").strip()
        found = _sort(match["who"], about)
        is_other = match["who"].split()[0].casefold() in _HEADINGS or _PLATFORM.search(match.group())
        return Label(found, match["who"], match.start("who"), match.end(), about) if found and not is_other else None
    match = _STOPPED.match(text, start, end)
    if match is not None and len(words := match["who"].split()) > 1 and _has_title(words):
        return Label("formal", match["who"], match.start("who"), match.end())
    return _rare_label(text, start, end)


def _rare_label(text: str, start: int, end: int) -> Label | None:
    """A label that a dash, brackets around it or the end of its line divides from the words spoken."""
    match = _DASHED.match(text, start, end)
    if match is not None and (_has_title(match["who"].split()) or _is_name(match["who"].split())):
        return Label("plain", match["who"], match.start("who"), match.end())
    match = _BOXED.match(text, start, end)
    if match is not None and (match["who"] in _FORMS or _has_title(match["who"].split())):
        sort: Sort = "asks" if match["who"].casefold() in _ASKING else "formal"
        return Label(sort, match["who"], match.start("who"), match.end())
    match = _ALONE.fullmatch(text, start, end)
    if match is None:
        return None
    return Label("asks" if match["who"] in _FORMS else "plain", match["who"], match.start("who"), end)


def read_line(text: str, start: int, end: int) -> Label | None:
    """A line that may be the name of who speaks below it, were there several such."""
    match = _LINE.fullmatch(text, start, end) if end - start <= _MAX_LINE else None
    if match is None or text[start:end].split(maxsplit=1)[0].casefold() in _HEADINGS:
        return None
    words = _BRACKET.sub("", match.group()).split()
    sort: Sort = "asks" if match.group() in _FORMS else "formal" if _has_title(words) else "plain"
    return Label(sort, match.group(), start, end) if sort != "plain" or _is_name(words) else None


def inner_labels(text: str, start: int, end: int) -> list[int]:
    """Where labels begin within a line, behind the end of a sentence."""
    if text.find(":", start, end) < 0:
        return []
    found = (match for match in _INNER.finditer(text, start, end) if not _NUMBER.fullmatch(text, start, match.start()))
    return [match.start() for match in found if match["who"] in _INNER_FORMS or _is_titled_name(match["who"])]


def _sort(who: str, about: str) -> Sort | None:
    """What sort of label some words before a colon are, if any."""
    words = _BRACKET.sub(" ", who).strip(" *_").split()
    if _has_title(words) and len(words) <= _MAX_TITLED:
        return "formal"
    if _NAMED.search(who) or _HONORED.match(about):
        return "formal"
    if _is_name(words):
        return "formal" if len(words) > 1 and who.endswith((")", "]")) else "plain"
    return "plain" if words[0] == "The" and len(words) <= _MAX_ROLE else None


def _is_name(words: list[str]) -> bool:
    return len(words) <= _MAX_NAME and all(word[0].isupper() or word.casefold() in _PARTICLES for word in words)


def _has_title(words: list[str]) -> bool:
    """Whether a label begins with a title ("The PRESIDENT", "Capt. Doe")."""
    if not words[0][0].isupper():
        return False
    title = next((word for word in words if word.casefold().rstrip(".") not in _BEFORE_TITLE), words[-1])
    return title[0].isupper() and title.casefold().rstrip(".") in _TITLES


def _is_titled_name(who: str) -> bool:
    words = who.split()
    return len(words) > 1 and words[0].casefold() != "the" and _has_title(words)


# Labels that ask and answer, as they are written.
_FORMS = frozenset(
    form for word in _ASKING | _ANSWERING for form in (word.upper(), word.title()) if len(form) > 1 or form.isupper()
)
_INNER_FORMS = frozenset({"Q", "A", "QUESTION", "ANSWER", "Question", "Answer"})
