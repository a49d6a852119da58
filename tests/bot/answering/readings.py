"""Articles read for a question with relevances that a test chooses."""

from collections.abc import Mapping

from bot.answering.evidence import Evidence
from bot.answering.extractive.article_reading import ArticleReading, read_article
from bot.models import Hit
from knowledge.models import Article, Platform
from knowledge.splitting import split
from tests.fakes import LetterEncoder


def evidence(
    article: Article,
    question: str,
    relevance: Mapping[str, float],
    platform: Platform = Platform.ANY,
    scores: Mapping[str, float] | None = None,
) -> Evidence:
    """`relevance` by the beginnings of texts, `scores` of passages by what stands in them; else 0.5 each."""

    def judged(text: str) -> float:
        return next((value for start, value in relevance.items() if text.startswith(start)), 0.5)

    passages = split(article, LetterEncoder().count_tokens, 256)
    scored = [
        next((score for part, score in (scores or {}).items() if part in passage.text), 0.5) for passage in passages
    ]
    return Evidence(
        question=question,
        hits=tuple(Hit(passage, score, {}) for passage, score in zip(passages, scored, strict=True)),
        articles={article.id: article},
        relevance=lambda texts: [judged(text) for text in texts],
        confidence=1.0,
        links_start_with="",
        platform=platform,
    )


def reading(
    body: str,
    question: str,
    relevance: Mapping[str, float] | None = None,
    *,
    title: str = "Title",
    platform: Platform = Platform.ANY,
    scores: Mapping[str, float] | None = None,
) -> ArticleReading:
    """An article with this body as it is read for the question."""
    article = Article(id="a", title=title, body=body)
    return read_article(article, evidence(article, question, relevance or {}, platform, scores))
