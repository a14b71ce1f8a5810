"""Posts with a head: a line with the account of their author, then their text; and time stamps of live blogs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from stance.segment.cues import LEXICON

Span = tuple[int, int]

# "12.05 —", "[12.05 NPT]", "(9:22 PM)", "IST 15:31 |", "Wed 09.10"
_STAMP = regex.compile(
    r"""(?x) [\[(]? (?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\p{Ll}*+,?\ )? (?:(?:\p{Lu}{1,3}T|UTC)\ )?
    (?:[01]?\d|2[0-3])[.:h][0-5]\d (?:\ ?(?i:[ap]\.?m\b\.?))? (?:\ (?:\p{Lu}{1,3}T|UTC)\b)? [\])]?
    (?:\ ?:(?=\s)|\ [—–|-](?=\s))? \s+ (?=\P{Ll})"""
)
# "Jane Doe ✔ @jdoe · 3m", or the account alone
_HEAD = regex.compile(
    r"(?:(?:From|(?:[Pp]ost|[Tt]weet) (?:by|from)):?\s+)?"
    r"(?P<name>[^\n@:]{0,60}?)[\s(\[]*+(?:(?:✔|☑|✓|\(verified\))\s*)?[(\[]?(?P<handle>@\w{2,30})[)\]]?"
    r"(?:\s*+[·|•,—–-]?\s*+(?P<aside>[^\n]{1,30}))?$"
)
# "Student leader Jane Doe, via Telegram:", "jdoe (Twitter, from web)", "On Twitter, jdoe:", "Telegram, channel DOE"
PLATFORM = (
    r"(?:Twitter|Telegram|Facebook|Instagram|Weibo|VKontakte|VK|TikTok|YouTube|WhatsApp|Truth Social|Mastodon|Bluesky"
    r"|LinkedIn|Threads|Viber|fb(?: live)?|FB|IG|X(?: \(formerly Twitter\))?|t\.me/\w++)"
)
_PLATFORM_HEAD = regex.compile(
    rf"(?P<name>[^\n:|()—–,]{{2,60}}?)(?:,? (?:via|on) (?:(?:her|his|its|the) )?{PLATFORM}:"
    rf"| ?(?:[|—–]|\() ?(?:[^\n:()]{{0,20}} )?{PLATFORM}\b[^\n:]{{0,20}}:?)$"
    rf"|(?P<name>\p{{Lu}}[\p{{L}}.'’\-]*+ \p{{Lu}}[\p{{L}}.'’\-]*+) on {PLATFORM}$"
    rf"|(?:On )?{PLATFORM}, (?:channel )?(?P<name>[^\n:|()—–,]{{2,60}}?)(?: \([^()\n]{{0,30}}\))?:?$"
)
_MENTIONS = regex.compile(r"(?:(?:RT )?@\w{2,30}:?\s+)++(?=\S)")
# What stands below a post: its time, its counts, whom it answers.
_FOOT = regex.compile(
    r"(?i)replying to .*"
    r"|\d{1,2}(?:st|nd|rd|th)? \p{L}{3,9},? (?:\d{4},? )?(?:at )?\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?"
    r"|[^\n]{0,30}?\b\d{1,2}[:.]\d\d\b(?=.*\b\d{4}\b|.*\d\d$)[^\n]{0,40}"
    r"|[^\n]{0,20}?\b\d{4}\b[^\n]{0,12}\b\d{1,2}[:.]\d\d[^\n]{0,10}"
    r"|translated from .*|[\d,.]+k? (?:likes|retweets|views).*|\[[^\[\]\n]{2,40}\]|edited"
)
# What stands between a name and its account.
_BADGE = regex.compile(
    r"(?i)\[[^\[\]\n]{2,40}\]|(?:government|multilateral|ngo)[\w ]{0,20} (?:organi[sz]ation|official|account)"
    r"|[^\n]{0,30}state-affiliated[^\n]{0,30}|(?:verified|official) (?:account|page|channel)|[✔☑✓🟦✅\uFE0F ]+"
)
# Another post begins that the one above shares or answers.
_SHARES = regex.compile(r"(?i)(?:quote[sd]?|quoting|re-?posted|shared|in reply to)(?: (?:tweet|post|a post))?:?")
# The words of dates, times and counts: what stands beside or below a post and says nothing.
_ASIDE_WORD = regex.compile(
    r"(?i)\d[\d.,:]*+(?:k|m|s|h|d|w|st|nd|rd|th|min|mins|hrs?|hours?|days?|am|pm|\d*+)*+|am|pm|[ap]\.m\.?|ago|at|via|for|of|on"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|mon|tue|wed|thu|fri|sat|sun|\p{L}{3,6}day|hours?|mins?|minutes?|days?|secs?|seconds?"
    r"|(?:re-?)?(?:tweets?|posts?|truths?|truthed|posted|tweeted)|quotes?|likes?|views?|comments?|shares?|replies|reply"
    r"|bookmarks?|reactions?|edited|public|verified|account|twitter|web|app|iphone|android|ipad|telegram|facebook|x"
    r"|utc|gmt|cet|cest|est|edt|ist|msk|eet|bst"
)
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}.,:\-]*+")
# No line of dates and counts is longer, in characters.
_MAX_ASIDE = 120
_QUOTED = regex.compile('["“”„«»!?;]|^\\s*[—–-]')
_SENTENCE = regex.compile(r"\p{Ll}{2}[.!?] ")
# Emblems and badges around a name.
_EMBLEMS = regex.compile(r"^[^\p{L}\p{N}]+|[^\p{L}\p{N}.)]+$")
# Words that make a sentence of what stands may be a name.
TELLING = regex.compile(r"\b(?:said|says|told|tells|who|which|was|were|is|are|has|had|been|that)\b")
_MARKS = regex.compile(r"[^\p{L}\p{N}.'’()]+")
_SMALL = frozenset("of the in at for and to on von van de der da di al el la le au en du des y bin ibn - – —".split())
# The name of an author is no longer, in words, and no more of them are small.
_MAX_AUTHOR, _MAX_SMALL = 9, 5
# The line with a name above that of an account is no longer, in words.
_MAX_NAME = 8
# Nor is a line with a name and a platform, in characters.
_MAX_PLATFORM = 90
# Nor than this, in characters, where there is no account.
_MAX_HEAD = 40


@dataclass(frozen=True, slots=True)
class Head:
    """Who wrote the lines below: the name (else the account), its offset, and the account."""

    name: str
    start: int
    handle: str


def read_stamps(text: str, lines: Sequence[Span]) -> dict[int, int]:
    """Where the text behind a time stamp begins, by the start of its line; one stamp alone is a number."""
    found = {start: match.end() for start, end in lines if (match := _STAMP.match(text, start, end))}
    return found if len(found) > 1 else {}


def read_head(text: str, start: int, end: int) -> Head | None:
    """The head of a post, if a line is nothing but one."""
    match = _HEAD.match(text, start, end)
    if match is None or (match["aside"] and not is_aside(match["aside"])):
        return None
    name = _EMBLEMS.sub("", match["name"])
    if name and (_QUOTED.search(match["name"]) or not is_author(name.partition(",")[0])):
        return None
    return Head(name or match["handle"], match.start("name" if name else "handle"), match["handle"])


def read_platform(text: str, lines: Sequence[Span], index: int, start: int) -> Head | None:
    """The head of a post that names its author and the platform, if its text begins on the next line."""
    end = lines[index][1]
    if index + 1 == len(lines) or end - start > _MAX_PLATFORM or text.count("\n", end, lines[index + 1][0]) != 1:
        return None
    while end > start and not (text[end - 1].isalnum() or text[end - 1] in ":)"):
        end -= 1  # an arrow or emblem
    while start < end and not (text[start].isalnum() or text[start] in "@(["):
        start += 1
    match = _PLATFORM_HEAD.match(text, start, end)
    if match is None or _SENTENCE.search(match["name"]) or not is_author(match["name"]):
        return None
    return Head(match["name"], match.start("name"), "")


def read_named(text: str, lines: Sequence[Span], index: int) -> Head | None:
    """The head of a post without an account: a line with a name alone, and below it one with date and time."""
    start, end = lines[index]
    if index + 1 == len(lines) or not is_foot(text, *lines[index + 1]):
        return None
    is_near = text.count("\n", end, lines[index + 1][0]) == 1
    is_one = " " not in text[start:end] or may_name(text, start, end)
    return Head(text[start:end], start, "") if is_near and is_one and end - start <= _MAX_HEAD else None


def may_name(text: str, start: int, end: int) -> bool:
    """Whether a line above an account can be its owner's name."""
    words = text[start:end].split(None, _MAX_NAME)
    ends = text[end - 1].isalpha() or not text[end - 1].isascii()
    return len(words) <= _MAX_NAME and words[0][:1].isupper() and ends


def is_foot(text: str, start: int, end: int) -> bool:
    """Whether a line below a post is not its text."""
    return _FOOT.fullmatch(text, start, end) is not None or is_aside(text[start:end])


def is_badge(text: str, start: int, end: int) -> bool:
    """Whether a line is what platforms set between a name and its account."""
    return _BADGE.fullmatch(text, start, end) is not None


def is_aside(words: str) -> bool:
    """Whether some words are dates, times and counts, or emblems alone."""
    if len(words) > _MAX_ASIDE:
        return False
    parts = _WORD.findall(words)
    has_number = any(character.isdigit() for character in words)
    return (has_number or not parts) and all(_ASIDE_WORD.fullmatch(part.rstrip(".,:-")) for part in parts)


def shares_another(text: str, start: int, end: int) -> bool:
    """Whether a line says that the post above shares another, which begins below."""
    return _SHARES.fullmatch(text, start, end) is not None


def behind_mentions(text: str, start: int, end: int) -> int:
    """Where a post begins behind the accounts that it answers or shares."""
    match = _MENTIONS.match(text, start, end)
    return match.end() if match else start


def is_author(name: str) -> bool:
    """Whether some words can be the name of somebody who posts, with a title or a role before it."""
    words = [word for word in name.split() if _MARKS.sub("", word)]
    if not words or len(words) > _MAX_AUTHOR or TELLING.search(name):
        return False
    small = [word for word in words if word[0].islower() and word.casefold() not in _SMALL]
    last = words[-1].strip("()[],.'’")
    is_noun = last.casefold() in LEXICON.nouns or "_" in last
    if any(word.casefold() in LEXICON.verbs and word.casefold() not in LEXICON.nouns for word in small):
        return False
    return len(small) <= _MAX_SMALL and (not last[:1].islower() or is_noun or len(words) == 1)
