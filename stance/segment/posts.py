"""Posts with a head: a line with the account of their author, then their text; and time stamps of live blogs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex

Span = tuple[int, int]

# "12.05 —", "[12.05 NPT]", "(9:22 PM)", "IST 15:31 |", "Wed 09.10"
_STAMP = regex.compile(
    r"""(?x) [\[(]? (?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\p{Ll}*+,?\ )? (?:(?:\p{Lu}{1,3}T|UTC)\ )?
    (?:[01]?\d|2[0-3])[.:h][0-5]\d (?:\ ?(?i:[ap]\.?m\b\.?))? (?:\ (?:\p{Lu}{1,3}T|UTC)\b)? [\])]?
    (?:\ ?:(?=\s)|\ [—–|-](?=\s))? \s+ (?=\P{Ll})"""
)
# "Jane Doe ✔ @jdoe · 3m", or the account alone
_HEAD = regex.compile(
    r"(?P<name>[^\n@:]{0,60}?)\s*+(?:✔|☑|✓|\(verified\))?\s*(?P<handle>@\w{2,30})\s*+(?:[·|][^\n]{1,20})?$"
)
# "Student leader Jane Doe, via Telegram:", "jdoe (Twitter, from web)", "On Twitter, jdoe:", "Telegram, channel DOE"
_PLATFORM = (
    r"(?:Twitter|Telegram|Facebook|Instagram|Weibo|VKontakte|VK|TikTok|YouTube|WhatsApp|Truth Social|Mastodon|Bluesky"
    r"|X|t\.me/\w++)"
)
_PLATFORM_HEAD = regex.compile(
    rf"(?P<name>[^\n:|()—–,]{{2,60}}?)(?:,? (?:via|on) (?:(?:her|his|its|the) )?{_PLATFORM}:"
    rf"| ?(?:[|—–]|\() ?(?:[^\n:()]{{0,20}} )?{_PLATFORM}\b[^\n:]{{0,20}}:?)$"
    rf"|(?P<name>\p{{Lu}}[\p{{L}}.'’\-]*+ \p{{Lu}}[\p{{L}}.'’\-]*+) on {_PLATFORM}$"
    rf"|(?:On )?{_PLATFORM}, (?:channel )?(?P<name>[^\n:|()—–,]{{2,60}}?)(?: \([^()\n]{{0,30}}\))?:?$"
)
_SHARED = regex.compile(r"RT (?P<handle>@\w{2,30}):?\s+(?=\S)")
# "@jdoe: …", "Doe (Telegram): …": the text on the line of its author.
_INLINE = regex.compile(
    rf"(?P<name>(?P<handle>@\w{{2,30}})|\p{{Lu}}[\p{{L}}.'’\-]*+(?: [\p{{L}}.'’\-]++){{0,4}} \((?:on )?{_PLATFORM}\))"
    r" ?:\s+(?=\S)"
)
_MENTIONS = regex.compile(r"(?:(?:RT )?@\w{2,30}:?\s+)++(?=\S)")
# What stands below a post: its time, its counts, whom it answers.
_FOOT = regex.compile(
    r"(?i)replying to .*"
    r"|\d{1,2}(?:st|nd|rd|th)? \p{L}{3,9},? (?:\d{4},? )?(?:at )?\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?"
    r"|[^\n]{0,30}?\b\d{1,2}[:.]\d\d\b(?=.*\b\d{4}\b|.*\d\d$)[^\n]{0,40}"
    r"|[^\n]{0,20}?\b\d{4}\b[^\n]{0,12}\b\d{1,2}[:.]\d\d[^\n]{0,10}"
    r"|translated from .*|[\d,.]+k? (?:likes|retweets|views).*"
)
# The line with a name above that of an account is no longer, in words.
_MAX_NAME = 6
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
    if match is None:
        return None
    name = match["name"].strip(" ,·|-–—")
    return Head(name or match["handle"], match.start("name" if name else "handle"), match["handle"])


def read_platform(text: str, lines: Sequence[Span], index: int, start: int) -> Head | None:
    """The head of a post that names its author and the platform, if its text begins on the next line."""
    end = lines[index][1]
    if index + 1 == len(lines) or end - start > _MAX_PLATFORM or text.count("\n", end, lines[index + 1][0]) != 1:
        return None
    match = _PLATFORM_HEAD.match(text, start, end)
    if match is None or not ("," not in match["name"] and len(match["name"].split()) <= _MAX_NAME):
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


def read_shared(text: str, start: int, end: int) -> tuple[Head, int] | None:
    """The author of a post on its own line ("RT @jdoe: …", "Doe (Telegram): …"), and where its text begins."""
    if match := _SHARED.match(text, start, end):
        return Head(match["handle"], match.start("handle"), match["handle"]), match.end()
    match = _INLINE.match(text, start, end)
    if match is None:
        return None
    name = match["name"].partition(" (")[0]
    return Head(name, match.start("name"), match["handle"] or ""), match.end()


def may_name(text: str, start: int, end: int) -> bool:
    """Whether a line above an account can be its owner's name."""
    words = text[start:end].split(None, _MAX_NAME)
    return len(words) <= _MAX_NAME and words[0][:1].isupper() and text[end - 1].isalpha()


def is_foot(text: str, start: int, end: int) -> bool:
    """Whether a line below a post is not its text."""
    return _FOOT.fullmatch(text, start, end) is not None


def behind_mentions(text: str, start: int, end: int) -> int:
    """Where a post begins behind the accounts that it answers or shares."""
    match = _MENTIONS.match(text, start, end)
    return match.end() if match else start
