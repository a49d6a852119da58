"""One question back instead of a guess, when what was found splits between families of articles. Pure.

The rule and its numbers were found by measurement (docs/decisions/0019-clarify-and-receipts.md): a message of one or
two words that say something, for which several families are found that are nearly as good by score and by the title
that the customer would read; and steps that differ between web and app when nobody said which is meant.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.answering.extractive.question_kinds import asks_how_to
from bot.answering.options import platform_option, told_apart, topic_option
from bot.answering.pages import PAGES_KEPT
from bot.answering.versions import ANNOUNCEMENTS, Kin, article_platform, steps_differ
from bot.models import Clarify, Hit, Said
from embeddings.terms import terms
from knowledge.models import Article, Audience, Platform
from prompts.templates import render

MOST_WORDS = 2
"""A message with more words that say something says what it is about."""
NEAR_BY_SCORE = 0.2
"""A family may be meant when its best passage's score is no further below the best."""
NEAR_BY_TITLE = 0.2
"""… and when its title's cosine is no further below that of the nearest title. The best passage's family is exempt."""
ABOUT_THE_QUESTION = 0.3
"""… and when its title's cosine is at least this."""
MOST_OPTIONS = 4
SURE_OF_THE_TOPIC = 0.4
"""Web or app is only asked when the answer is at least this probable to be among the versions."""
TITLE_LEADS = 0.05
"""A title nearer by this much says which family a how-to question is about."""

_SAYS_NOTHING = frozenset(
    terms(
        "problem problems issue issues trouble question questions help work works working info information need want "
        "know understand something anything thing things happen happened doing use explain tell"
    )
)
_NAMES_PLATFORM = re.compile(
    r"\b(apps?|android|ios|iphone|ipad|phone|mobile|tablet|web|website|site|browser|desktop|computer|pc|laptop|mac)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Rival:
    """A family that may be meant: the article found of it, its best passage's score, its title's cosine."""

    article: Article
    score: float
    title: float


def clarify(
    hits: Sequence[Hit],
    kin: Kin,
    articles: Mapping[str, Article],
    question: str,
    history: Sequence[Said],
    platform: Platform,
    confidence: float,
) -> Clarify | None:
    """A question with 2–4 choices, or None when there is nothing to ask: one family leads, nothing fits, or the
    customer was asked just before. `hits` are best first, `question` is the text that was searched."""
    if not hits or _was_asked(history):
        return None
    rivals = _rivals(hits, kin, articles)
    words = frozenset(terms(question)) - _SAYS_NOTHING
    how_to = asks_how_to(question) and _title_leads(rivals)
    by_platform: tuple[str, ...] = ()
    if platform is Platform.ANY and confidence >= SURE_OF_THE_TOPIC and (how_to or len(words) <= MOST_WORDS):
        by_platform = _platform_options(rivals[0].article, kin, articles, question)
    options = () if by_platform and how_to else _topic_options(rivals, words, kin, articles)
    options, asks_platform = (options, False) if options else (by_platform, True)
    if not options:
        return None
    return Clarify(text=render("replies/clarify.txt", platform=asks_platform), options=options, confidence=confidence)


def _was_asked(history: Sequence[Said]) -> bool:
    """Whether the assistant's last message was a question back."""
    last = next((said for said in reversed(history) if said.role == "assistant"), None)
    return last is not None and last.kind == "clarify"


def _rivals(hits: Sequence[Hit], kin: Kin, articles: Mapping[str, Article]) -> tuple[_Rival, ...]:
    """One of each family whose score is near the best, best first."""
    found: dict[str, _Rival] = {}
    for hit in hits:
        if hit.score < hits[0].score - NEAR_BY_SCORE:
            continue
        id_ = hit.passage.article_id
        rival = _Rival(articles[id_], hit.score, hit.signals.get("title", 0.0))
        family = min(kin.get(id_, (id_,)))
        known = found.setdefault(family, rival)
        if rival.title > known.title:
            found[family] = _Rival(known.article, known.score, rival.title)
    return tuple(found.values())


def _title_leads(rivals: Sequence[_Rival]) -> bool:
    return all(rivals[0].title >= rival.title + TITLE_LEADS for rival in rivals[1:])


def _topic_options(
    rivals: Sequence[_Rival], words: frozenset[str], kin: Kin, articles: Mapping[str, Article]
) -> tuple[str, ...]:
    """Titles of the families between which the evidence splits; none when it does not. News is meant by nobody who does
    not ask for it."""
    if not 0 < len(words) <= MOST_WORDS:
        return ()
    nearest = max(rival.title for rival in rivals)
    meant = [
        rival
        for rival in rivals
        if rival is rivals[0] or (rival.title >= nearest - NEAR_BY_TITLE and rival.article.section != ANNOUNCEMENTS)
        if rival.title >= ABOUT_THE_QUESTION
    ][:MOST_OPTIONS]
    if words - frozenset().union(*(_said_in(rival.article) for rival in meant)):
        return ()  # a word that none of them has: the question is about something else
    saying_all = [rival for rival in meant if words <= frozenset(terms(rival.article.title))]
    if saying_all == meant[:1]:
        return ()
    texts = [topic_option(rival.article, _versions(rival.article, kin, articles)) for rival in meant]
    if words == frozenset(terms(texts[0])):
        return ()  # it is the question
    places = told_apart(texts)
    return tuple(texts[place] for place in places) if len(places) > 1 else ()


def _platform_options(best: Article, kin: Kin, articles: Mapping[str, Article], question: str) -> tuple[str, ...]:
    """The titles of the family's versions for web and app, when their steps differ and the question names neither."""
    if article_platform(best) is Platform.ANY or _NAMES_PLATFORM.search(question):
        return ()
    newest: dict[Platform, Article] = {}
    for version in _versions(best, kin, articles):
        known = newest.setdefault(article_platform(version), version)
        if str(version.updated_at or "") > str(known.updated_at or ""):
            newest[article_platform(version)] = version
    web, app = newest.get(Platform.WEB), newest.get(Platform.APP)
    if web is None or app is None or not steps_differ(web, app):
        return ()
    return platform_option(web), platform_option(app)


def _versions(article: Article, kin: Kin, articles: Mapping[str, Article]) -> tuple[Article, ...]:
    """The articles of its family that a customer may read, in the order of their ids."""
    members = [articles[id_] for id_ in sorted(kin.get(article.id, (article.id,))) if id_ in articles]
    return tuple(member for member in members if member.audience is Audience.PUBLIC)


@lru_cache(maxsize=PAGES_KEPT)
def _said_in(article: Article) -> frozenset[str]:
    return frozenset(terms(f"{article.title}\n{article.body}"))
