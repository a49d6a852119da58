"""Articles and the passages they are cut into."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

HEADINGS_JOINT = " › "
"""Between the headings of a path."""


class Platform(StrEnum):
    """Where a customer is, or which version of the product an article describes."""

    WEB = "web"
    APP = "app"
    ANY = "any"


class Audience(StrEnum):
    """Who may read an article. An internal one is never quoted to a customer."""

    PUBLIC = "public"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Action:
    """A self-service tool of an article, shown as a button under an answer that cites it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One help-center article in normal form.

    `body` is normalised Markdown (NFC, LF, no raw HTML, no hidden characters, no leading or trailing blank lines) that
    starts below the title. Offsets everywhere in Footnote are indices into this string. `questions` are
    what customers ask that it answers: it is found by them, and they are never shown. `source` and `origin` say where
    it came from (the source's key; the file or row inside it) and are no part of its content.
    """

    id: str
    title: str
    body: str
    url: str | None = None
    section: str = "faq"
    platform: Platform = Platform.ANY
    audience: Audience = Audience.PUBLIC
    locale: str = "en"
    published_at: date | None = None
    updated_at: date | None = None
    views: int | None = None
    actions: tuple[Action, ...] = ()
    supersedes: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    source: str = field(default="", compare=False)
    origin: str = field(default="", compare=False)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values under the field names; `from_json` reads them back."""
        return {
            "id": self.id,
            "title": self.title,
            "body": self.body,
            "url": self.url,
            "section": self.section,
            "platform": self.platform.value,
            "audience": self.audience.value,
            "locale": self.locale,
            "published_at": self.published_at.isoformat() if self.published_at else None,
            "updated_at": self.updated_at.isoformat() if self.updated_at else None,
            "views": self.views,
            "actions": [{"label": action.label, "url": action.url} for action in self.actions],
            "supersedes": list(self.supersedes),
            "questions": list(self.questions),
            "source": self.source,
            "origin": self.origin,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Article":
        """The article that `to_json` wrote."""
        return cls(
            **{
                **row,
                "platform": Platform(row["platform"]),
                "audience": Audience(row["audience"]),
                "published_at": _date(row["published_at"]),
                "updated_at": _date(row["updated_at"]),
                "actions": tuple(Action(**action) for action in row["actions"]),
                "supersedes": tuple(row["supersedes"]),
                "questions": tuple(row.get("questions", ())),
            }
        )


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something in a source that could not become an article, and the sentence that says why."""

    source: str
    origin: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A contiguous piece of an article, small enough for the encoder: `text == article.body[start:end]`.

    `heading` is the path of headings above it, joined with " › " (empty above the first heading). `url` is the
    article's own URL, if it has one. `id` is 15 hexadecimal digits (60 bits) of a hash over article id, title, heading
    and text; `key` is the same as an integer, the id under which indexes know it.
    """

    id: str
    article_id: str
    title: str
    heading: str
    url: str | None
    text: str
    start: int
    end: int

    @property
    def key(self) -> int:
        """The id as a non-negative 60-bit integer."""
        return int(self.id, 16)

    @property
    def embedded_text(self) -> str:
        """What the encoder and the lexical index read: title and heading path as context, then the text."""
        return "\n".join(part for part in (self.title, self.heading, self.text) if part)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values under the field names."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Passage":
        """The passage that `to_json` wrote."""
        return cls(**row)


def passage_id(article_id: str, title: str, heading: str, text: str, repeat: int = 0) -> str:
    """15 hexadecimal digits for a passage; `repeat` tells apart equal passages under one heading (0, 1, …)."""
    parts = (article_id, title, heading, text, str(repeat))
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()[:15]


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
