"""Who speaks through a text: statements, reports and declarations belong to whoever issued them."""

from __future__ import annotations

import regex

from stance.speakers.descriptions import Descriptions
from stance.speakers.discourse import Discourse
from stance.speakers.entities import Cast, Entity, Found
from stance.speakers.mentions import Mention, Reading, read_mention
from stance.speakers.names import body_in, strip_article, without_possessive, words_of
from stance.speakers.vocabulary import VOCABULARY

_BY = regex.compile(r"\b(?:by|from)\s+(.+?)(?:\s+on (?:behalf|the)\b|\s+on\s|$)")
_OF = regex.compile(r"^.*?\bof\s+(?:the\s+)?(\p{Lu}.+)$")
_SITE = regex.compile(r"\bon (?:the )?(.{1,80}?)['’]s (?:web ?site|website|page|account|channel|blog)")
# "the EU's joint statement", "the final declaration": what stands before the noun.
_NOUN = regex.compile(r"(?i)\s*\b(?:joint|separate|written|official|final)?\s*\w+$")
# "The mission report", "the ministry statement".
_BODY = regex.compile(r"(?i)the\s+(\p{L}+)\s+\p{L}+")
# A text that the document names with its issuer before.
_ISSUED = regex.compile(
    r"(?i)\b(?:statement|declaration|report|communiqu[eé]|resolution|letter|document|readout|release|message)\b"
    r"\s+(?:of|by|from|issued by|released by|published by)\s+(?:the\s+)?((?:\p{L}[\p{L}.'’-]*+\s?){1,8})"
)
_ISSUER = regex.compile(
    r"(?:\p{Lu}[\p{L}.'’-]*+)"
    r"(?:\s+(?:(?:of|for|the|policy|foreign|affairs|department|ministry|office)\b|\p{Lu}[\p{L}.'’-]*+))*"
)
_NOBODY = regex.compile(r"(?i)(?:a|an|its|his|her|their)\b")
_SMALL = {"of", "and", "the"}
# "The Ministers", "the Central Organ", "the Heads of State and Government".
_ISSUING = regex.compile(r"(?i:the)\s+\p{Lu}[\p{L}-]+(?:\s+(?:(?:of|and)\s+)*\p{Lu}[\p{L}-]+){0,5}")
_TEXTS = VOCABULARY.lasting
_NO_ISSUERS = {"state", "person", "office", "ngo"}
# How far back in the document an issuer is looked for.
_REACH = 900


class Issuers:
    """Resolves nouns for texts in one document."""

    def __init__(self, cast: Cast, discourse: Discourse, descriptions: Descriptions) -> None:
        self.cast, self.discourse, self.descriptions = cast, discourse, descriptions
        # Reports and laws keep their issuer through a document.
        self._lasting: dict[str, Entity] = {}

    def resolve(self, mention: Mention, reading: Reading) -> Found:
        """Whoever issued the text that a mention names; the text itself if the document does not tell."""
        found = self._found(mention, reading)
        if reading.head in VOCABULARY.lasting:
            before = self._lasting.get(reading.head)
            if before is not None and before is not found.entity and before.entry is None and before.heads & _TEXTS:
                before.issuer = found.entity  # "a report on the mission said …", then "the mission's report"
            self._lasting[reading.head] = found.entity
        return found

    def issuing(self, mention: Mention, reading: Reading, author: tuple[Entity, ...]) -> Found | None:
        """The body that issued the document, for what it calls itself ("the Ministers", "the Council").

        Args:
            mention: the words.
            reading: of them.
            author: of the document, where one is given.
        """
        if reading.head not in VOCABULARY.issuing or reading.body or not _ISSUING.fullmatch(mention.text):
            return None
        issuer = author[0] if len(author) == 1 else None if author else self._heading()
        # An author that nobody knows may be a newspaper.
        if issuer is None or issuer.kind in _NO_ISSUERS or not (issuer.entry or issuer.body):
            return None
        is_own = reading.head.endswith("s") or reading.head in issuer.heads
        known = None if is_own else self.descriptions.resolve(reading)  # "the Council" may be another one
        return known or Found(issuer, "the body that issued the document")

    def _heading(self) -> Entity | None:
        """Who issued the document by its heading: "Communiqué of the Nordic Council", "G7 Leaders' Statement"."""
        heading = self.cast.lookup.heading
        words = words_of(heading)
        noun = next((i for i, word in enumerate(words) if word.casefold() in VOCABULARY.documents), None)
        if noun is None or any(word[0].islower() and word not in _SMALL for word in words[: noun + 1]):
            return None  # that of a report: "Norway rejects the statement of the bloc"
        named = body_in(heading, self.cast.registry)
        return self.cast.registered(named[0]) if named and named[0].speaker.kind != "state" else None

    def _found(self, mention: Mention, reading: Reading) -> Found:
        issuer = self._of_body(mention.text)
        known = None if issuer else self._lasting.get(reading.head)
        if known is not None:
            return Found(known, f"the issuer of the {reading.head} named before")
        issuer = issuer or self._sited(mention) or self._in_mention(strip_article(mention.text))
        if issuer is not None:
            return Found(issuer, f"the issuer of the {reading.head}")
        if (issuer := self._before(mention.start)) is not None:
            return Found(issuer, "the issuer of a text named before")
        if reading.is_definite and (issuer := self._speaking()) is not None:
            return Found(issuer, f"the {reading.head}: whoever spoke last")
        return Found(self.cast.named(reading), "a text whose issuer is not named")

    def _read(self, words: str) -> Reading:
        return read_mention(words, self.cast.registry)

    def _of_body(self, text: str) -> Entity | None:
        """The mission of "the mission report", where the document names one."""
        match = _BODY.fullmatch(text)
        if match is None or not VOCABULARY.is_institution(match[1].casefold()):
            return None
        described = self.descriptions.resolve(self._read(f"the {match[1]}"))
        return described.entity if described else None

    def _sited(self, mention: Mention) -> Entity | None:
        """Whose site a text stands on by the words behind it: "a statement on the ministry's website"."""
        site = _SITE.match(self.cast.text, mention.start + len(mention.text) + 1)
        described = self.descriptions.resolve(self._read(f"the {site[1]}")) if site else None
        return described.entity if described else None

    def _in_mention(self, text: str) -> Entity | None:
        """ "a statement by X", "the declaration of X", "a post on X's page", "X's statement", "the X report"."""
        if match := _BY.search(text) or _OF.search(text):
            return self.cast.named(self._read(match[1]))
        if match := _SITE.search(text):
            described = self.descriptions.resolve(self._read(f"the {match[1]}"))
            return described.entity if described else self.cast.named(self._read(match[1]))
        before = without_possessive(_NOUN.sub("", text.partition(" of ")[0]))
        owner = self._read(before) if before else None
        if owner is None or owner.body is None:
            return self.cast.named(owner) if owner and owner.entry else None
        is_state = self.cast.registry.actor_of(owner.text) is not None
        return self.cast.registered(owner.body) if is_state else self.cast.named(owner)

    def _before(self, start: int) -> Entity | None:
        """The issuer of a text named in the sentences before."""
        issued = _ISSUED.search(self.cast.text, max(0, start - _REACH), start)
        if issued is None or _NOBODY.match(issued[1]):
            return None
        name = _ISSUER.match(issued[1])
        return self.cast.named(self._read(name[0].strip())) if name else None

    def _speaking(self) -> Entity | None:
        """Who spoke last: a body, if one did."""
        seen = self.discourse.latest(speaking=True)
        return next((entity for entity in seen if not entity.is_person), seen[0] if seen else None)
