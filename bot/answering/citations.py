"""Links to the exact place: a text fragment where it is unique on the page, else the heading's anchor, else the
article.

Text fragments follow https://wicg.github.io/scroll-to-text-fragment/ (`#:~:text=start` or `#:~:text=start,end`).
"""

from urllib.parse import quote as percent_encode

from bot.answering.pages import one_line, page_of
from bot.models import Citation
from knowledge.models import Article
from knowledge.rendering import plain_text

WHOLE_QUOTE_CHARACTERS = 200
"""A longer quote, or one of several blocks, is linked by its first and last words."""
END_WORDS = 6


def cite(article: Article, start: int, end: int, number: int, links_start_with: str) -> Citation:
    """The citation of `article.body[start:end]` under `number`."""
    quote = article.body[start:end]
    return Citation(
        number=number,
        article_id=article.id,
        title=article.title,
        heading=" › ".join(page_of(article.body).headings_above(start)),
        url=article_link(article, start, end, links_start_with),
        quote=quote,
        start=start,
        end=end,
        updated_at=article.updated_at,
    )


def article_link(article: Article, start: int, end: int, links_start_with: str) -> str:
    """The URL of `article.body[start:end]`: the article's own, or its page under `/help/`, with the exact place."""
    page, mark, own = (article.url or f"{links_start_with}/help/{percent_encode(article.id)}").partition("#")
    return page + (place(article, start, end) or mark + own)


def place(article: Article, start: int, end: int) -> str:
    """The fragment of a link to `article.body[start:end]`, with its `#`; empty when there is nothing to point at."""
    page = page_of(article.body)
    blocks = [one_line(line) for line in plain_text(article.body[start:end]).splitlines() if line.strip()]
    if blocks:
        if len(blocks) == 1 and len(blocks[0]) <= WHOLE_QUOTE_CHARACTERS:
            if page.text.count(blocks[0]) == 1:
                return f"#:~:text={encode_fragment(blocks[0])}"
        else:
            first = " ".join(blocks[0].split()[:END_WORDS])
            last = " ".join(blocks[-1].split()[-END_WORDS:])
            if page.text.count(first) == 1 and last in page.text[page.text.find(first) + len(first) :]:
                return f"#:~:text={encode_fragment(first)},{encode_fragment(last)}"
    anchor = None if article.url else page.anchor_above(start)  # another site's pages have anchors of their own
    return f"#{percent_encode(anchor)}" if anchor else ""


def encode_fragment(text: str) -> str:
    """Percent-encoded for a text directive, whose own syntax uses `-`, `,` and `&`."""
    return percent_encode(text, safe="").replace("-", "%2D")
