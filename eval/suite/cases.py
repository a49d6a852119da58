"""The suite of the sample help center: what customers write, what must become of it, and where the answer stands."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bot.models import HandoffReason, Said
from eval.errors import DatasetError
from knowledge.models import Article, Audience, Platform

CORVANE_SUITE = Path(__file__).resolve().parent.parent / "datasets" / "corvane_suite"
_ID = re.compile(r"(?P<kind>[a-z_]+)-\d{3,}")


class Kind(StrEnum):
    """What a case tries out."""

    ANSWERABLE = "answerable"
    SEVERAL = "several"
    PLATFORM = "platform"
    TYPO = "typo"
    FOLLOW_UP = "follow_up"
    UNDERSPECIFIED = "underspecified"
    NEAR = "near"
    FAR = "far"
    PERSON = "person"
    POLICY = "policy"
    SECRET = "secret"  # noqa: S105
    ATTACK = "attack"
    SPANISH = "spanish"
    CHINESE = "chinese"


class Expected(StrEnum):
    """What may become of a message."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    HANDOFF = "handoff"
    NOTICE = "notice"


class Side(StrEnum):
    """What a case may be used for: to look at while something is built, or to measure what was built."""

    TUNE = "tune"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of an article's body, to the byte, that holds an answer or a part of one."""

    article: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteCase:
    """One message of a customer and what must become of it.

    `articles` are all that a right answer may cite, the best first; of kind `several` the first two are both needed.
    `reason` is that of an expected handoff, where only one will do. `forbidden` is what no reply may
    hold. `origin` says where the case was read.
    """

    id: str
    kind: Kind
    topic: str
    text: str
    expect: frozenset[Expected]
    history: tuple[Said, ...] = ()
    platform: Platform = Platform.ANY
    locale: str = "en"
    reason: HandoffReason | None = None
    articles: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    forbidden: tuple[str, ...] = ()
    origin: str = field(default="", compare=False)

    @property
    def side(self) -> Side:
        """That of its topic."""
        return side(self.topic)


def side(topic: str) -> Side:
    """The side of all cases of a topic: `tune` when the first byte of the topic's SHA-256 is even."""
    return Side.TEST if hashlib.sha256(topic.encode()).digest()[0] % 2 else Side.TUNE


def load_suite(folder: Path) -> tuple[SuiteCase, ...]:
    """The cases of all `.jsonl` files of a folder, ordered by id.

    Raises DatasetError, which names file and line, when there is none, when a line is not a case, or when an id or a
    message is there twice.
    """
    files = sorted(folder.glob("*.jsonl"))
    cases = [case for file in files for case in _read(file)]
    if not cases:
        raise DatasetError(f"The suite {folder} has no case; it needs .jsonl files with one case a line.")
    ids: dict[str, SuiteCase] = {}
    asked: dict[object, SuiteCase] = {}
    for case in cases:
        if first := ids.get(case.id):
            raise DatasetError(f"{case.origin} has the id {case.id!r} of {_inside(first.origin)}; give it a new one.")
        message = (case.text.casefold(), case.platform, case.locale, case.history)
        if twin := asked.get(message):
            raise DatasetError(f"{case.origin} asks the same as {_inside(twin.origin)}; leave one of them out.")
        ids[case.id] = asked[message] = case
    return tuple(sorted(cases, key=lambda case: case.id))


def check_suite(cases: Sequence[SuiteCase], articles: Mapping[str, Article]) -> tuple[str, ...]:
    """What is wrong between the cases and the help center that they are about, as sentences; none when all is well.

    Gold articles, and those cited in a history, must be there and public, quotes must stand in their article's body,
    and neither side may be empty.
    """
    faults = [
        f"No case of the suite is on the side {each.value!r}; add topics until both sides have some."
        for each in Side
        if all(case.side is not each for case in cases)
    ]
    for case in cases:
        where = f"{case.origin or 'The suite'}, case {case.id},"
        for id_ in dict.fromkeys((*case.articles, *(id_ for said in case.history for id_ in said.article_ids))):
            if id_ not in articles:
                faults.append(f"{where} names the article {id_!r}, which the help center lacks; correct the id.")
            elif articles[id_].audience is not Audience.PUBLIC:
                faults.append(f"{where} names the article {id_!r}, which is internal and never quoted to a customer.")
        faults += [
            f"{where} quotes what the article {quote.article!r} does not say: {quote.text!r}."
            for quote in case.quotes
            if quote.article in articles and quote.text not in articles[quote.article].body
        ]
    return tuple(faults)


class _Edge(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_min_length=1)


class _Said(_Edge):
    role: Literal["user", "assistant"]
    text: str
    kind: str | None = None
    article_ids: tuple[str, ...] = ()


class _Quote(_Edge):
    article: str
    text: str


class _Row(_Edge):
    id: str
    kind: Kind
    topic: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    text: str
    history: tuple[_Said, ...] = ()
    platform: Literal["web", "app"] | None = None
    locale: str = Field(default="en", pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")
    expect: frozenset[Expected]
    reason: HandoffReason | None = None
    articles: tuple[str, ...] = ()
    quotes: tuple[_Quote, ...] = ()
    forbidden: tuple[str, ...] = ()

    @field_validator("expect", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        names = value.split("|") if isinstance(value, str) else []
        if not names or len(set(names)) < len(names) or not set(names) <= set(Expected):
            raise ValueError(f"must be one of {', '.join(Expected)}, or several of them joined by |")
        return names

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        found = _ID.fullmatch(self.id)
        rules = {
            f"the id must be the kind and a number, such as {self.kind.value}-001": found is not None
            and found["kind"] == self.kind.value,
            "an article is named twice": len(set(self.articles)) == len(self.articles),
            "an answer is expected, but no article is named": self.expect != {Expected.ANSWER} or bool(self.articles),
            "a reason is given, but no handoff is expected": self.reason is None or Expected.HANDOFF in self.expect,
            "a quote is from an article that is not among the articles": all(
                quote.article in self.articles for quote in self.quotes
            ),
            "a case of kind several needs two articles": self.kind is not Kind.SEVERAL or len(self.articles) > 1,
            "a case of kind platform needs a platform": self.kind is not Kind.PLATFORM or self.platform is not None,
            "a case of kind follow_up needs a history": self.kind is not Kind.FOLLOW_UP or bool(self.history),
        }
        if broken := [rule for rule, holds in rules.items() if not holds]:
            raise ValueError("; ".join(broken))
        return self

    def case(self, origin: str) -> SuiteCase:
        return SuiteCase(
            id=self.id,
            kind=self.kind,
            topic=self.topic,
            text=self.text,
            expect=self.expect,
            history=tuple(Said(**each.model_dump()) for each in self.history),
            platform=Platform(self.platform or Platform.ANY),
            locale=self.locale,
            reason=self.reason,
            articles=self.articles,
            quotes=tuple(Quote(each.article, each.text) for each in self.quotes),
            forbidden=self.forbidden,
            origin=origin,
        )


def _read(file: Path) -> Iterator[SuiteCase]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"The suite's file {file} cannot be read: {error}.") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        origin = f"Line {number} of {file}"
        try:
            yield _Row.model_validate_json(line).case(origin)
        except ValidationError as error:
            raise DatasetError(f"{origin} is not a case of the suite: {_sentence(error)}.") from error


def _sentence(error: ValidationError) -> str:
    return "; ".join(
        f"{place}: {each['msg']}" if (place := ".".join(str(part) for part in each["loc"])) else each["msg"]
        for each in error.errors(include_url=False, include_input=False)
    ).replace("Value error, ", "")


def _inside(origin: str) -> str:
    return origin[:1].lower() + origin[1:]
