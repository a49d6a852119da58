"""What stands above an article's text, or beside it in a row: id, title, dates, audience and the rest."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any

import yaml
from dateutil.parser import ParserError
from dateutil.parser import parse as parse_date
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from knowledge.errors import ArticleError
from knowledge.models import Action, Audience, Platform

_FENCED = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)(?:^)(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_OPENED = re.compile(r"\A\ufeff?---[ \t]*\r?\n\s*[\w\"'-]+[ \t]*:(?:\s|\Z)")
_MONTH_NAME = re.compile(r"[A-Za-z]{3}")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?")
_DEFAULTS = (datetime(2000, 1, 1), datetime(2001, 2, 2))


MOST_QUESTIONS = 200
"""An article that needs more of customers' wordings is several articles."""


class _PlainLoader(yaml.SafeLoader):
    """SafeLoader in which `no`, `0123`, `12:30` and `2026-02-09` stay the words as written; only null is read."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [
            (tag, pattern) for tag, pattern in resolvers if tag in {"tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"}
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def split_front_matter(text: str, origin: str) -> tuple[dict[str, Any], str]:
    """The YAML mapping between `---` lines at the very start of the text, and the text below it.

    Scalars are strings as written, or None. Without front matter the mapping is empty. Raises ArticleError for front
    matter that is broken, no mapping, or never closed.
    """
    match = _FENCED.match(text)
    if match is None:
        if _OPENED.match(text):
            raise ArticleError(
                f'The front matter of {origin} opens with "---" and is never closed: add a line "---" below it.'
            )
        return {}, text
    try:
        values = yaml.load(match[1], Loader=_PlainLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError, LookupError, AttributeError, TypeError) as error:
        raise ArticleError(f"The front matter of {origin} is not valid YAML: {_where(error)}. Correct it.") from error
    if values is None:
        return {}, text[match.end() :]
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise ArticleError(f'The front matter of {origin} is no list of "key: value" lines. Write it so, or remove it.')
    return values, text[match.end() :]


def _where(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem:
        line = f" (line {error.problem_mark.line + 2})" if error.problem_mark else ""
        return f"{error.problem}{line}"
    if isinstance(error, LookupError | AttributeError | TypeError):
        return "a value does not fit the tag (`!!…`) in front of it"
    return "it is nested too deep" if isinstance(error, RecursionError) else " ".join(str(error).split())


def _words(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("should be a text, not true or false")
    return " ".join(_whole(str(value)).split()) if isinstance(value, str | int | float | date) else value


def _whole(text: str) -> str:
    """The text without lone surrogates, which no file and no database can hold."""
    return text.encode(errors="ignore").decode()


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _day(value: object) -> object:
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, str):
        return value
    text = _whole(value).strip()
    try:
        if _ISO_DATE.fullmatch(text):
            return date.fromisoformat(text[:10])
        if _MONTH_NAME.search(text):
            first, second = (parse_date(text, default=default).date() for default in _DEFAULTS)
            if first == second:
                return first
    except (ParserError, OverflowError, ValueError) as error:
        raise ValueError(f'"{text}" is no date') from error
    raise ValueError(f'"{text}" is no date: write it as 2026-02-09, 9 Feb 2026 or Feb 9, 2026')


def _count(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}(?:,\d{3})+|\d{1,18}", value.strip()):
        return int(value.strip().replace(",", ""))
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f'"{_whole(str(value))}" is no number of views')
    return value


def _several(value: object) -> object:
    return [value] if isinstance(value, str | int) else value


_Text = Annotated[str, BeforeValidator(_words)]
_Day = Annotated[date, BeforeValidator(_day)]


class _ActionRow(BaseModel):
    model_config = ConfigDict(extra="ignore")

    label: _Text = Field(min_length=1)
    url: _Text

    @field_validator("url")
    @classmethod
    def _https(cls, value: str) -> str:
        if not re.fullmatch(r"https://[^\s/?#]+\S*", value):
            raise ValueError(f'"{value}" does not start with https://')
        return value


class FrontMatter(BaseModel):
    """The fields of an article besides its body. Keys of other systems are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: _Text | None = Field(default=None, min_length=1)
    title: _Text | None = Field(default=None, min_length=1)
    url: _Text | None = None
    section: _Text = "faq"
    platform: Annotated[Platform, BeforeValidator(_lower)] = Platform.ANY
    audience: Annotated[Audience, BeforeValidator(_lower)] = Audience.PUBLIC
    locale: _Text = "en"
    published_at: _Day | None = None
    updated_at: _Day | None = None
    views: Annotated[int, BeforeValidator(_count), Field(ge=0)] | None = None
    actions: tuple[_ActionRow, ...] = ()
    supersedes: Annotated[tuple[_Text, ...], BeforeValidator(_several)] = ()
    questions: Annotated[tuple[_Text, ...], BeforeValidator(_several), Field(max_length=MOST_QUESTIONS)] = ()

    @field_validator("url")
    @classmethod
    def _on_the_web(cls, value: str | None) -> str | None:
        value = value.replace(" ", "%20") if value else None
        if value is not None and not re.fullmatch(r"https?://[^\s/?#]+\S*|/(?![/\\])\S*", value):
            raise ValueError(f'"{value}" is no http(s) address')
        return value

    @field_validator("section")
    @classmethod
    def _hyphened(cls, value: str) -> str:
        return re.sub(r"[\s_]+", "-", value.lower())

    def fields(self) -> dict[str, Any]:
        """The keyword arguments of `Article` besides id, title, body, source and origin."""
        return {
            "url": self.url,
            "section": self.section,
            "platform": self.platform,
            "audience": self.audience,
            "locale": self.locale,
            "published_at": self.published_at,
            "updated_at": self.updated_at,
            "views": self.views,
            "actions": tuple(Action(row.label, row.url) for row in self.actions),
            "supersedes": self.supersedes,
            "questions": tuple(dict.fromkeys(filter(None, self.questions))),
        }


def read_front_matter(values: Mapping[str, Any], origin: str) -> FrontMatter:
    """The values checked. Raises ArticleError with a sentence that names the origin and every field that is wrong."""
    try:
        return FrontMatter.model_validate({key: value for key, value in values.items() if value not in (None, "")})
    except ValidationError as error:
        problems = "; ".join(_problems(error))
        raise ArticleError(f"The front matter of {origin} cannot be used: {problems}. Correct it.") from error


def _problems(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        place = ".".join(str(part) for part in problem["loc"])
        yield f"{place}: {problem['msg'].removeprefix('Value error, ')}"
