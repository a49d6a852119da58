"""Curated answers for tests."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from bot.answering.curated_quotes import quotables_of
from bot.storage.curated_answers import CuratedAnswer, CuratedContent, CuratedQuote, CuratedState
from knowledge.models import Article

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def quotes_in(article: Article, *parts: str) -> tuple[CuratedQuote, ...]:
    """The first quote of the article that holds each of these parts."""
    return tuple(next(quote for quote, _ in quotables_of(article) if part in quote.text) for part in parts)


def content(*quotes: CuratedQuote, **values: Any) -> CuratedContent:
    usual = CuratedContent(
        wordings=("How do I change my email?", "new mail address"),
        quotes=quotes,
        owner="ada",
        expires_on=date(2026, 12, 31),
    )
    return replace(usual, **values)


def curated(of: CuratedContent, number: int = 1, **values: Any) -> CuratedAnswer:
    usual = CuratedAnswer(number=number, version=1, content=of, state=CuratedState.ACTIVE, made_at=NOW, made_by="ada")
    return replace(usual, **values)
