"""What requests say, checked: the classes are the schemas of the interface, too."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from stance.serve import settings
from stance.serve.refusals import Refused
from stance.types import Intensity, Kind

_SHOWN = 3


def _one_line(name: str) -> str:
    if not name.strip():
        raise ValueError("it is blank")
    if not name.isprintable():
        raise ValueError("it has line ends or control characters in it")
    return name.strip()


def _words(text: str) -> str:
    if "\0" in text or text.startswith("%PDF-"):
        raise ValueError("this is a binary file; give plain text")
    if not text.strip():
        raise ValueError("it is empty; give a text with words in it")
    return text


Name = Annotated[str, Field(min_length=1, max_length=settings.NAME), AfterValidator(_one_line)]
Words = Annotated[str, Field(min_length=1), AfterValidator(_words)]
Description = Annotated[str, Field(min_length=1, max_length=settings.DESCRIPTION), AfterValidator(_words)]


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Text(_Body):
    """One document."""

    text: Words = Field(description="The whole text; offsets count code points of it.")
    id: Name | None = Field(None, description="What it is called; by default a name made of its SHA-256.")


class OwnLabel(_Body):
    """A label of the user's own."""

    name: Name
    descriptions: list[Description] = Field(
        [], max_length=settings.DESCRIPTIONS, description="What the speaker does; without any, the name alone tells."
    )


class Question(_Body):
    """Texts, and how to read them."""

    documents: list[Text] = Field(min_length=1, max_length=settings.DOCUMENTS)
    model: Name | None = Field(None, description="One of those offered; by default the first.")
    labels: list[OwnLabel] | None = Field(
        None,
        min_length=1,
        max_length=settings.LABELS,
        description="Labels of one's own, which a zero-shot model scores; not together with a model.",
    )
    date: dt.date | None = Field(None, description="Day of publication.")
    author: Name | None = Field(None, description='Who speaks where a text says "we".')
    force: bool = Field(False, description="Even if a text does not look English.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.labels and self.model:
            raise ValueError("give a model or labels of your own, not both")
        names = [label.name for label in self.labels or ()]
        if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
            raise ValueError(f"labels that occur twice: {', '.join(twice)}")
        return self


class Correction(_Body):
    """A statement as it should be: a line of a gold file."""

    doc: Name = Field(description="The document's id.")
    start: int = Field(ge=0, description="Offset of the first code point in the document.")
    end: int = Field(ge=0, description="Offset behind the last one.")
    text: Words
    speaker: Name | None = Field(description="The fullest name; null where the text does not tell.")
    aliases: list[Name] = Field(max_length=20, description="Other right names.")
    actor: Name | None = Field(description="Whom the statement counts for.")
    source: Annotated[str, Field(max_length=1000)] | None = Field(description="The words that name the speaker.")
    kind: Kind
    labels: list[Name] = Field(max_length=settings.LABELS)
    intensity: dict[str, Intensity] = Field(description="How strongly each label is worded.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.end - self.start != len(self.text):
            raise ValueError("start and end do not fit the length of the text")
        if len(set(self.labels)) < len(self.labels):
            raise ValueError("a label occurs twice")
        if set(self.intensity) != set(self.labels):
            raise ValueError("intensity must have exactly the labels taken")
        if self.actor and not self.speaker:
            raise ValueError("there is an actor, but no speaker; name the speaker, or leave both out")
        return self


B = TypeVar("B", bound=_Body)


def parse(kind: type[B], body: bytes) -> B:
    """A request's body as an object.

    Raises:
        Refused: 400 for what is no JSON, 422 for JSON that says something else; the first problems are named.
    """
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        raise Refused(400, "the request is not sound JSON in UTF-8")
    said = [_sentence(problem["loc"], problem["msg"]) for problem in found[:_SHOWN]]
    if len(found) > _SHOWN:
        said.append(f"{len(found) - _SHOWN} more")
    raise Refused(422, "; ".join(said))


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)[:_LONGEST].removeprefix(".")
    said = message.removeprefix("Value error, ")
    said = said[:1].lower() + said[1:]
    return f"{path}: {said}" if path else said


_LONGEST = 100
