"""Links to the exact place: a text fragment where it is unique on the page, else the heading's anchor, else the
article."""

from functools import lru_cache
from urllib.parse import quote as percent_encode

from bot.answering.pages import PAGES_KEPT, one_line, page_of
from bot.answering.text_fragments import PageText, page_text
from bot.models import Citation
from knowledge.models import HEADINGS_JOINT, Article


def cite(article: Article, start: int, end: int, number: int, links_start_with: str) -> Citation:
    """The citation of `article.body[start:end]` under `number`."""
    quote = article.body[start:end]
    return Citation(
        number=number,
        article_id=article.id,
        title=article.title,
        heading=HEADINGS_JOINT.join(page_of(article.body).headings_above(start)),
        url=article_link(article, start, end, links_start_with),
        quote=quote,
        start=start,
        end=end,
        updated_at=article.updated_at,
    )


def article_link(article: Article, start: int, end: int, links_start_with: str) -> str:
    """The URL of `article.body[start:end]`: the article's own, or its page under `/help/`, with the exact place.

    An article's own URL keeps its fragment, behind which a text directive may stand: some sites know their pages by it.
    """
    own = article.url or f"{links_start_with}/help/{percent_encode(article.id)}"
    directive = text_directive(article, start, end)
    if directive:
        return f"{own}{'' if '#' in own else '#'}:~:text={directive}"
    anchor = None if article.url else page_of(article.body).anchor_above(start)  # another site has its own anchors
    return f"{own}#{percent_encode(anchor)}" if anchor else own


def text_directive(article: Article, start: int, end: int) -> str | None:
    """The percent-encoded text directive (`prefix-,start,end,-suffix`) that leads to `article.body[start:end]` on the
    article's page and to no other place of it; None when there is none."""
    spots = page_of(article.body).spots(start, end)
    if spots is None:
        return None
    first, after = spots
    text = _text_of(article.body, (article.title, *(action.label for action in article.actions)))
    return text.directive((first.block, first.character), (after.block, after.character))


@lru_cache(maxsize=PAGES_KEPT)
def _text_of(body: str, around: tuple[str, ...]) -> PageText:
    return page_text([block.text for block in page_of(body).shown], around=[one_line(text) for text in around])
