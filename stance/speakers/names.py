"""Names in phrases: their words, their head, and the personal name among titles and institutions."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from stance.speakers.entries import Entry
from stance.speakers.registry import Registry
from stance.speakers.vocabulary import VOCABULARY

_WORD = regex.compile(r"@?(?:\p{L}\.){2,}|@?[\p{L}\p{N}]+(?:['’.\-‑&][\p{L}\p{N}]+)*['’]?s?")
# "al-Sisi" is a name though it begins with a small letter.
_PARTICLE = regex.compile(r"\p{Ll}{1,3}['’\-]\p{Lu}")
_POSSESSIVE = regex.compile(r"['’]s?$")
_ARTICLE = regex.compile(r"^(?i:(?:the|a|an|this|that|these|both)\s+)")
_CORE_END = regex.compile(r",|\s(?:of|for|to|in|on|at|from|who|which|with|by|near)\s")
# No name of a person is longer, nor is a run of capitalised words with its titles and states worth more.
_MAX_NAME, _MAX_RUN = 5, 12
# Offices that name their field with "for".
_HEADS = (["minister"], ["secretary"], ["commissioner"], ["representative"])
# The longest name of a state or body, in words.
_MAX_BODY = 5
# Capitals of up to this length are an abbreviation.
_MAX_ABBREVIATION = 5


def words_of(text: str) -> list[str]:
    """Words of a phrase, possessive endings removed."""
    return [without_possessive(word) for word in _WORD.findall(text)]


def lower_words(text: str) -> list[str]:
    """Words of a phrase, casefolded, possessive endings removed."""
    return [word.casefold() for word in words_of(text)]


def without_possessive(text: str) -> str:
    """Without a final apostrophe or apostrophe-s."""
    return _POSSESSIVE.sub("", text)


def strip_article(text: str) -> str:
    """Without a leading article or determiner and surrounding punctuation."""
    return _ARTICLE.sub("", text.strip(" \t\n,.;:—–-")).strip()


def core_words(text: str) -> list[str]:
    """Words of a noun phrase before "of", "for", "to", "in", a comma or a relative clause; the last is its head."""
    return lower_words(_CORE_END.split(text, maxsplit=1)[0])


def person_in(part: str, registry: Registry, *, is_apposition: bool = False) -> str | None:
    """The personal name at the end of a phrase, without titles, or ``None``.

    Args:
        part: a noun phrase without commas.
        registry: tells names of states and bodies from names of persons.
        is_apposition: whether it stands behind another name, where "the …" never names a person.
    """
    words = words_of(part)
    if is_apposition and words and words[0].casefold() in {"the", "a", "an"}:
        return None
    run = _name_run(words)
    before = [word.casefold() for word in words[: len(words) - len(run)]]
    kept = _without_descriptors(run, registry)
    has_descriptor = len(kept) < len(run)
    joint = before[-1] if before else ""
    is_field = joint == "for" and has_descriptor and before[-2:-1] in _HEADS  # "Minister for Foreign Affairs Jane Doe"
    # "JEM Information" is no person of that surname.
    is_account = len(kept) == 1 and has_descriptor and _is_unknown_abbreviation(run[len(run) - 2], registry)
    if not kept or is_account or (joint in {"for", "to", "by", "with"} and not is_field):
        return None
    if joint in {"of", "the", "and", "in", "at"} and not has_descriptor:
        return None
    name = " ".join(kept)
    known = registry.find(name)
    if known is not None and known.speaker.kind != "person":
        return None
    if len(kept) == 1 and (registry.actor_of(name) or (name.isupper() and len(name) <= _MAX_ABBREVIATION)):
        return None
    has_title = has_descriptor or any(_is_descriptor(word) for word in before[-4:])
    return name if len(kept) > 1 or has_title or not before or registry.persons(name) else None


def body_in(text: str, registry: Registry) -> tuple[Entry, str] | None:
    """The first state, union, body or people named in a phrase, longest names first, and the words that name it."""
    raw, words = _WORD.findall(text), words_of(text)
    for start, word in enumerate(words):
        if not (word[:1].isupper() or word[:1] == "@"):
            continue
        for length in range(min(_MAX_BODY, len(words) - start), 0, -1):
            name = " ".join([*raw[start : start + length - 1], words[start + length - 1]])
            actor = registry.actor_of(word) if length == 1 else None
            entry = registry.entries.get(actor) if actor else registry.find(name)
            if entry is not None and entry.speaker.kind != "person":
                return entry, name
    return None


def _name_run(words: Sequence[str]) -> list[str]:
    """The capitalised words at the end of a phrase, with the particles between them."""
    run: list[str] = []
    for word in reversed(words[-_MAX_RUN:]):
        is_capital = word[:1].isupper() or _PARTICLE.match(word) is not None
        if not is_capital and not (run and word.casefold() in VOCABULARY.particles):
            break
        run.append(word)
    run.reverse()
    while run and run[0].islower() and run[0] in VOCABULARY.particles and len(run) < 3:
        run.pop(0)
    return run


def _is_descriptor(word: str) -> bool:
    return VOCABULARY.is_title(word) or word in VOCABULARY.honorifics


def _is_unknown_abbreviation(word: str, registry: Registry) -> bool:
    return word.isupper() and not _is_descriptor(word.casefold()) and registry.find(word) is None


def _without_descriptors(run: Sequence[str], registry: Registry) -> list[str]:
    """A run of capitalised words without titles, states and institutions before the name; empty if none is left."""
    start = 0
    is_shouted = len(run) > 1 and all(word.isupper() for word in run)
    for index, word in enumerate(run):
        low, is_last = word.casefold().rstrip("."), index + 1 == len(run)
        known = registry.find(word)
        is_place = registry.actor_of(word) is not None or (known is not None and known.speaker.kind != "person")
        is_initial = len(word) == 1 and not index
        is_plain = is_initial or (is_shouted and len(word) >= _MAX_ABBREVIATION - 1)
        is_abbreviation = word.isupper() and not is_plain and len(word) <= _MAX_ABBREVIATION and "." not in word
        is_noun = _is_descriptor(low) or VOCABULARY.is_institution(low) or VOCABULARY.is_group(low)
        if is_noun or low in VOCABULARY.openers or (not is_last and (is_place or is_abbreviation)):
            start = index + 1
    return list(run[start:]) if len(run) - start <= _MAX_NAME else []
