"""Authors of posts on the line of their text: "Jane Doe (@jdoe): …", "Doe on Telegram: …", "X | Jane Doe | …"."""

from __future__ import annotations

from dataclasses import dataclass

import regex

from stance.segment.posts import PLATFORM, TELLING, Head, is_aside, is_author

# What may stand before the author: a bullet, the platform, "Post by".
_BULLET = regex.compile(r"(?:[▪•*·‣»►→–—-]{1,2}\s+)?")
_LEAD = regex.compile(
    rf"(?P<told>(?:On\s)?{PLATFORM}\s*[|:,—–-]\s+(?=\S))?"
    r"(?:(?:(?P<told>RT|MT|(?:(?:A|X|Facebook|Telegram|Instagram) )?(?:[Pp]ost|[Tt]weet|[Tt]hread|[Mm]essage)"
    r" (?:by|from))|From)\s+(?=[@\p{Lu}]|the\s))?"
    rf"(?P<told>{PLATFORM} (?:channel|page|account|feed) of\s+)?"
)
_HANDLE = regex.compile(r"[(\[]?\s?(?P<handle>@\w{2,30})(?:\s?[)\]])?")
_BADGED = regex.compile(
    r"(?P<name>\p{Lu}[^\n@:.!?;]{1,60}?)[^\p{L}\p{N}\s\p{P}]++\s*(?P<handle>@\w{2,30})\s+(?=[\p{Lu}\"“])"
    r"|(?P<name>)(?P<handle>@\w{2,30})\s*[^\p{L}\p{N}\s\p{P}]++\s+(?=[\p{Lu}\"“])"
)
_BOX = regex.compile(r"\[(?P<name>[^\n@\[\]]{0,60})(?P<handle>@\w{2,30})\]:?\s+(?=\S)")
# What divides the author from the text; a colon within a time does not.
_DIVIDER = regex.compile(r"(?<!\d):(?=\s|[\"“„«]|$)|(?<=\d):(?=\s|$)|\s[—–|]{1,2}\s+(?=[^\p{Ll}\s])")
_BAR = regex.compile(rf"{PLATFORM}\s*[|:]")
# How an author is said to have written.
_WRITES = (
    r"(?:(?:has|had|also|then|later|just)\s)*+(?P<verb>(?:re)?tweet(?:s|ed)?|(?:re)?post(?:s|ed)?|writes?|wrote|written"
    r"|repl(?:y|ies|ied)|respond(?:s|ed)|share[sd]|quote[sd]|add(?:s|ed)|put out)\b"
)
_WRITING = regex.compile(rf"(?:^|[\s,]){_WRITES}")
_POSTED = regex.compile(
    rf",?\s+(?:{_WRITES}|(?:on|via|over|in an? (?:\p{{L}}++ )?(?:post|thread|tweet|note|message)|(?:took|turned) to)\s)"
)
_ON_PLATFORM = regex.compile(
    rf"(?i:\b(?:on|via|over|to|from)\s+(?:(?:his|her|its|their|the)\s+)?(?:official\s+|own\s+)?)"
    rf"(?:{PLATFORM}\b|(?:same (?:platform|network|channel)|social media)\b)|[(|/]\s*(?:on\s|via\s)?{PLATFORM}\b"
    r"|['’]s (?:\p{L}++ )?(?:account|channel|feed|page|timeline)\b"
)
_STOP = regex.compile(
    r"(?<!\b\p{L})(?<!\b(?:[ap]\.m|Mr|Ms|Mrs|Dr|Gen|Col|Amb|Sen|Rep|Gov|St|Hon|Prof|Sec))[.!?][\"”’)]?\s+"
)
# An author and what is said of the post are no longer, in characters.
_MAX_LEAD, _MAX_ABOUT = 180, 70
# A role before an account is no longer, in words.
_MAX_ROLE = 3
# Nor are the words behind a platform.
_MAX_BEHIND = 6
_NAME = regex.compile(r"[^\p{L}\p{N}]*+(?P<name>.*?)[^\p{L}\p{N}.)]*+")
_OPENS, _CLOSES = '"“„«', '"”“»'


@dataclass(frozen=True, slots=True)
class Authored:
    """A post behind the name of its author.

    Attributes:
        head: who wrote it.
        begin: where the words that tell begin; a sentence may stand before them on the line.
        start: where the text begins; the end of the line where it stands below.
        end: where it ends.
        behind: where what is no longer the post begins; the end of the line where nothing is.
    """

    head: Head
    begin: int
    start: int
    end: int
    behind: int


def read_authored(text: str, start: int, end: int) -> Authored | None:
    """The post on a line that begins with its author, if it does."""
    bullet = _BULLET.match(text, start, end)
    begin = bullet.end() if bullet else start
    if (box := _BOX.match(text, begin, end) or _BADGED.match(text, begin, end)) is not None:
        head = _named(text, box.start("name"), box.end("name"), box["handle"], box.start("handle"))
        return Authored(head, begin, box.end(), end, end) if head else None
    name, is_told = _behind_lead(text, begin, end)
    reach = min(end, name + _MAX_LEAD)
    account = _HANDLE.search(text, name, reach)
    divider = _DIVIDER.search(text, account.end() if account else name + 1, reach)
    while divider is not None and "|" in divider.group() and _BAR.match(text, divider.end(), end):
        divider = _DIVIDER.search(text, divider.end(), reach)  # "Jane Doe | Telegram | …"
    if divider is None:
        return None
    stops = list(_STOP.finditer(text, name, account.start() if account else divider.start()))
    if stops:
        begin = stops[-1].end()
        name, is_told = _behind_lead(text, begin, end)
    if account is not None:
        head = _with_account(text, name, account, divider.start(), is_above=divider.end() == end)
    else:
        head = _on_platform(text, name, divider, end, is_told=is_told)
    return _authored(text, head, begin, divider.end(), end) if head else None


def _behind_lead(text: str, start: int, end: int) -> tuple[int, bool]:
    """Where a name begins behind the words that lead to it, and whether these tell of a post."""
    match = _LEAD.match(text, start, end)
    return (match.end(), match["told"] is not None) if match else (start, False)


def _with_account(text: str, begin: int, account: regex.Match[str], stop: int, *, is_above: bool) -> Head | None:
    """Name and account before a divider: "Jane Doe (@jdoe), minister in Oslo, posts", "UN spox @jdoe".

    ``is_above`` says that the text stands below.
    """
    about = text[account.end() : stop]
    if len(about) > _MAX_ABOUT or _STOP.search(about):
        return None
    plain = about.strip(" ,·|•—–-")
    is_apposition = about.startswith((",", " (", "(")) and not TELLING.search(about)
    if plain and not (is_aside(plain) or plain[0].isdigit() or is_apposition or is_above or _POSTED.match(f" {plain}")):
        return None
    head = _named(text, begin, account.start(), account["handle"], account.start("handle"))
    is_role = head is None and not plain and len(text[begin : account.start()].split()) <= _MAX_ROLE
    return Head(account["handle"], account.start("handle"), account["handle"]) if is_role else head


def _on_platform(text: str, begin: int, divider: regex.Match[str], end: int, *, is_told: bool) -> Head | None:
    """A name before a divider, with a platform or a verb that only posts have: "Doe, a minister, on X"; "Doe tweeted".

    ``is_told`` says that the words before the name tell of a post.
    """
    words = text[begin : divider.start()]
    platform, writes = _ON_PLATFORM.search(words), _WRITING.search(words)
    is_tweet = writes is not None and "tweet" in writes["verb"]
    is_quoted = text[divider.end() : end].lstrip()[:1] in tuple(_OPENS)
    if not (platform or is_told or is_tweet) or (writes is not None and is_quoted):
        return None  # "Doe wrote on Facebook: “…”" is read like any sentence
    if platform is not None and len(words[platform.end() :].split()) > _MAX_BEHIND:
        return None  # "Doe took to Twitter after the talks with the opposition, saying: …"
    length = min((match.start() for match in (platform, writes, _POSTED.search(words)) if match), default=len(words))
    return None if TELLING.search(words[:length]) else _named(text, begin, begin + length, "", begin)


def _named(text: str, begin: int, stop: int, handle: str, place: int) -> Head | None:
    """The head of a name, marks and emblems around it cut off; the account where there is no name."""
    match = _NAME.fullmatch(text, begin, stop)
    if match is None or not match["name"]:
        return Head(handle, place, handle) if handle else None
    return Head(match["name"], match.start("name"), handle) if is_author(match["name"].partition(",")[0]) else None


def _authored(text: str, head: Head, begin: int, start: int, end: int) -> Authored:
    """The post behind a divider: all of the line, or the quotation that opens it."""
    while start < end and text[start].isspace():
        start += 1
    if start < end and text[start] in _OPENS:
        places = [place for mark in _CLOSES if (place := text.rfind(mark, start + 1, end)) > 0]
        if not places:
            return Authored(head, begin, start + 1, end, end)
        close = max(places)
        if any(character.isalnum() for character in text[close + 1 : end]):
            close = min(place for mark in _CLOSES if (place := text.find(mark, start + 1, end)) > 0)
        return Authored(head, begin, start + 1, close, close + 1)
    bar = text.rfind(" | ", start, end)
    return Authored(head, begin, start, bar if bar >= 0 and is_aside(text[bar + 3 : end]) else end, end)
