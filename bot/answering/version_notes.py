"""What an answer says about the versions of the articles that it quotes. Pure."""

from collections.abc import Callable, Collection, Mapping

from bot.answering.versions import Versions, article_platform, steps_differ
from knowledge.models import Article, Platform

Say = Callable[..., str]
"""Renders a template of prompts/ with its variables."""


def version_note(
    cited: Collection[str], versions: Versions, articles: Mapping[str, Article], platform: Platform, say: Say
) -> str:
    """Lines to stand under an answer that cites the articles `cited`: that one is outdated, for the other platform, or
    has other steps there, told of the first of which that holds; empty when there is nothing to tell. `platform` is the
    customer's."""
    told = (_told(id_, versions, articles, platform, say) for id_ in dict.fromkeys(cited))
    return next(filter(None, told), "")


def _told(id_: str, versions: Versions, articles: Mapping[str, Article], platform: Platform, say: Say) -> str:
    siblings = versions.siblings.get(id_)
    other = siblings.platforms[0].value if siblings and platform is Platform.ANY else None
    if siblings and not steps_differ(articles[id_], articles[siblings.ids[0]]):
        other = None
    outdated, unfit = versions.outdated.get(id_), id_ in versions.unfit
    if not (outdated or unfit or other):
        return ""
    own = article_platform(articles[id_]).value
    return say("replies/about_versions.txt", own=own, other=other, outdated=outdated, unfit=unfit)
