"""What of an answer can be checked by itself: its plain text, and that a citation's link leads to its quote. Pure."""

import re
from functools import lru_cache
from html import escape
from urllib.parse import unquote, urlsplit

from bot.models import Citation
from eval.text_directives import Match, matches, page_blocks
from knowledge.models import Article
from knowledge.rendering import heading_anchors, plain_text, render_html

DIRECTIVE = ":~:text="
_FOOTNOTE = re.compile(r"\s\[\d+\](?!\()")


def shown_text(markdown: str) -> str:
    """What a browser shows of an answer or a quote, footnote numbers left out."""
    return plain_text(_FOOTNOTE.sub("", markdown))


def fragment_leads_to_quote(citation: Citation, article: Article) -> bool:
    """Whether the link's text directive matches one place of the rendered article, and that is the quote; of a link
    without a directive, whether its fragment is a heading's anchor."""
    anchor, marker, directive = urlsplit(citation.url).fragment.partition(DIRECTIVE)
    if not marker:
        return unquote(anchor) in {id_ for _, id_ in heading_anchors(article.body)}
    blocks = _blocks(article.title, article.body)
    found = matches(directive, blocks)
    return len(found) == 1 and _letters(_matched(found[0], blocks)) == _letters(plain_text(citation.quote))


@lru_cache(maxsize=1024)
def _blocks(title: str, body: str) -> tuple[str, ...]:
    return page_blocks(f"<html><body><h1>{escape(title)}</h1>{render_html(body)}</body></html>")


def _matched(match: Match, blocks: tuple[str, ...]) -> str:
    (first, start), (last, after) = match.first, match.after
    if first == last:
        return blocks[first][start:after]
    return "".join((blocks[first][start:], *blocks[first + 1 : last], blocks[last][:after]))


def _letters(text: str) -> str:
    return "".join(text.split())
