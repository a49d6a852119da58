"""What an editor sends of a curated answer: the fields, the articles that are looked at, and the sentences ticked."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from pydantic import Field

from bot.answering.curated_quotes import quotables_of
from bot.errors import RequestRefused
from bot.improving.curated_drafts import LEAD_CHARACTERS, MOST_WORDINGS, WORDING_CHARACTERS, CuratedDraft
from bot.storage.curated_answers import CuratedContent, CuratedQuote
from bot.web.console.actions import plain_lines
from bot.web.console.gap_views import article_path
from bot.web.schemas import Text, Wire
from knowledge.models import Article, Audience, Platform

MOST_FIELDS = 200
MOST_ARTICLES = 10
KEY_DIGITS = 16
ID_CHARACTERS = 1_000
REPEATED = ("article", "sentence")
"""Fields that come once for each that is ticked."""

Step = Literal["look", "preview", "save"]


class CuratedForm(Wire):
    """The form. `other` is an article that is to be looked at too; `seen` is the version that is being changed."""

    wordings: Text = Field(default="", max_length=2 * MOST_WORDINGS * WORDING_CHARACTERS)
    lead: Text = Field(default="", max_length=5 * LEAD_CHARACTERS)
    platform: Platform = Platform.ANY
    locale: str = Field(default="", max_length=35, pattern=r"^([A-Za-z]{2,3}([_-][A-Za-z0-9]{1,8})*)?$")
    owner: Text = Field(default="", max_length=200)
    expires_on: Text = Field(default="", max_length=40)
    article: tuple[Text, ...] = Field(default=(), max_length=MOST_FIELDS)
    sentence: tuple[Text, ...] = Field(default=(), max_length=MOST_FIELDS)
    other: Text = Field(default="", max_length=ID_CHARACTERS)
    seen: int = Field(default=0, ge=0, le=2**31 - 1)
    step: Step = "look"

    def draft(self, articles: Mapping[str, Article]) -> CuratedDraft:
        """What was typed and ticked. RequestRefused where a ticked sentence is not there any more."""
        quotes = self._ticked(articles)
        if gone := self.gone(articles):
            raise RequestRefused(f"{gone} Look at the sentences again, then save.")
        return CuratedDraft(
            wordings=plain_lines(self.wordings),
            lead=self.lead,
            quotes=tuple(quotes),
            platform=self.platform,
            locale=self.locale,
            owner=self.owner,
            expires_on=self.expires_on,
        )

    def gone(self, articles: Mapping[str, Article]) -> str:
        """A sentence about ticked sentences that do not stand in the articles any more; empty when all do."""
        missing = len({*self.sentence} - {sentence_key(quote) for quote in self._ticked(articles)} - {""})
        if missing == 1:
            return "A sentence that was ticked does not stand in its article any more."
        return f"{missing} sentences that were ticked do not stand in their articles any more." if missing else ""

    def _ticked(self, articles: Mapping[str, Article]) -> list[CuratedQuote]:
        ticked = set(self.sentence)
        every = (quote for id_ in self.looked_at(articles) for quote, _ in quotables_of(articles[id_]))
        return [quote for quote in every if sentence_key(quote) in ticked]

    def looked_at(self, articles: Mapping[str, Article]) -> tuple[str, ...]:
        """The articles that are there for customers, each once, the one that was typed last."""
        other = article_named(self.other, articles)
        ids = dict.fromkeys((*self.article, *((other,) if other else ())))
        return tuple(id_ for id_ in ids if _is_for_customers(articles.get(id_)))[:MOST_ARTICLES]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that may be ticked."""

    key: str
    text: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Choosable:
    """An article whose sentences may be ticked, under their headings."""

    id: str
    title: str
    path: str
    sections: tuple[tuple[str, tuple[Sentence, ...]], ...]


def form_fields(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The fields of the form; those that come again, as lists."""
    fields: dict[str, Any] = {name: value for name, value in pairs if name not in REPEATED}
    for name in REPEATED:
        fields[name] = tuple(value for own, value in pairs if own == name)
    return fields


def form_of_content(content: CuratedContent, version: int) -> CuratedForm:
    """The form that says what a stored answer says."""
    return CuratedForm(
        wordings="\n".join(content.wordings),
        lead=content.lead,
        platform=content.platform,
        locale=content.locale,
        owner=content.owner,
        expires_on=content.expires_on.isoformat(),
        article=content.article_ids,
        sentence=tuple(sentence_key(quote) for quote in content.quotes),
        seen=version,
    )


def choosable(article: Article, ticked: Sequence[str]) -> Choosable:
    """An article with its sentences."""
    rows = [
        (quote.heading, Sentence(sentence_key(quote), quotable.text, sentence_key(quote) in ticked))
        for quote, quotable in quotables_of(article)
    ]
    sections = tuple(
        (heading, tuple(sentence for _, sentence in together))
        for heading, together in groupby(rows, key=lambda row: row[0])
    )
    return Choosable(article.id, article.title, article_path(article.id), sections)


def sentence_key(quote: CuratedQuote) -> str:
    """What a form says for a sentence: the same only for the same text in the same place."""
    parts = "\0".join((quote.article_id, quote.heading, quote.text))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:KEY_DIGITS]


def article_named(name: str, articles: Mapping[str, Article]) -> str:
    """The id of the article that has this id or this title; empty where none has."""
    name = name.strip()
    if not name or name in articles:
        return name
    return next((id_ for id_, article in articles.items() if article.title.strip() == name), "")


def _is_for_customers(article: Article | None) -> bool:
    return article is not None and article.audience is Audience.PUBLIC
