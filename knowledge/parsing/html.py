"""HTML into Markdown: what a reader of the page sees, with steps, tables and callouts intact."""

import re

from bs4 import BeautifulSoup
from bs4.exceptions import ParserRejectedMarkup
from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.parsing.converter import ArticleConverter
from knowledge.parsing.elements import DROPPED, hides
from knowledge.parsing.html_tree import prepare

_DEEPEST = 200
_GONE = DROPPED - {"head"}
_INNER_SPACES = re.compile(r"(?<=\S) {2,}(?=\S)")
_BLANK_LINES = re.compile(r"\n{3,}")
_FENCE = re.compile(r"(?:[ >]|- |\d+\. )*(`{3,})[^`]*$")


class MarkupRejected(Exception):
    """HTML that is no HTML to Python's parser: what it stumbled over."""


def html_to_markdown(html: str, title: str | None = None) -> str:
    """The page's `main` or `article` (else its whole body) as Markdown.

    Scripts, styles, navigation, forms and hidden text are left out, and so are images (in a link without words the
    image's alternative text stands for them); films become `[Video](url)`. A first `h1` equal to `title` is dropped,
    the highest heading left is written `##`. Callouts become `> **Warning:** …`, `details` a heading over its text.
    Each table row has the header's columns: spanned cells are repeated.

    Raises RecursionError for elements nested more than 200 levels deep.
    """
    return _convert(_content(_visible(html)), title, fragment=False, level=1)


def fragment_to_markdown(html: str, level: int = 1) -> str:
    """A piece of HTML that stands in Markdown, under a heading of this level; its own headings keep their levels."""
    tree = _visible(html)
    return _convert((tree.body.inner_html if tree.body else "") or "", None, fragment=True, level=level)


def cell_to_markdown(html: str) -> str:
    """A piece of HTML as the Markdown of a table cell: one line, its blocks joined by "; "."""
    tree = _visible(html)
    soup = _soup(f"<td>{(tree.body.inner_html if tree.body else '') or ''}</td>")
    prepare(soup, None, fragment=True)
    return ArticleConverter().cell(soup)


def html_title(html: str) -> str | None:
    """The first `h1` of the content, else the page's `title`; None when neither has a text."""
    page_title = LexborHTMLParser(html).css_first("title")
    heading = _soup(_content(_visible(html))).find("h1")
    for found in (heading.get_text() if heading else "", page_title.text() if page_title else ""):
        if words := " ".join(found.replace("¶", " ").split()):
            return words
    return None


def _visible(html: str) -> LexborHTMLParser:
    """The parsed page without what no reader sees. Outermost nodes are removed: inner ones go with them."""
    tree = LexborHTMLParser(html)
    doomed: list[LexborNode] = []
    node, depth = tree.root, 0
    while node is not None:
        if depth > _DEEPEST:
            raise RecursionError(f"elements are nested more than {_DEEPEST} levels deep")
        gone = node.is_comment_node or (node.is_element_node and (node.tag in _GONE or hides(node.attributes)))
        if gone:
            doomed.append(node)
        node, steps = _next(node, descend=not gone)
        depth += steps
    for node in doomed:
        if node.tag == "body":
            node.inner_html = ""
        elif node.tag != "html":
            node.decompose()
    return tree


def _next(node: LexborNode, *, descend: bool) -> tuple[LexborNode | None, int]:
    """The next node in document order, and how many levels deeper it is."""
    if descend and node.child is not None:
        return node.child, 1
    at: LexborNode | None = node
    steps = 0
    while at is not None and at.next is None:
        at, steps = at.parent, steps - 1
    return (at.next if at is not None else None), steps


def _content(tree: LexborHTMLParser) -> str:
    for selector in ("main", "[role=main]", "article"):
        found = {node.mem_id: node for node in tree.css(selector) if (node.text() or "").strip()}
        outermost = [node for node in found.values() if not _within(node, found)]
        if outermost:
            return "\n".join(node.inner_html or "" for node in outermost)
    return (tree.body.inner_html if tree.body else "") or ""


def _within(node: LexborNode, others: dict[int, LexborNode]) -> bool:
    parent = node.parent
    while parent is not None and parent.mem_id not in others:
        parent = parent.parent
    return parent is not None


def _convert(html: str, title: str | None, *, fragment: bool, level: int) -> str:
    soup = _soup(html)
    prepare(soup, title, fragment=fragment, level=level)
    text: str = ArticleConverter().convert_soup(soup)
    return _BLANK_LINES.sub("\n\n", "\n".join(_tidy_lines(text))).strip("\n")


def _soup(html: str) -> BeautifulSoup:
    """The tree that is converted. MarkupRejected for what Python's parser gives up on, such as "<![" that nothing
    ends."""
    try:
        return BeautifulSoup(html, "html.parser")
    except ParserRejectedMarkup as error:
        raise MarkupRejected(str(error).splitlines()[-1].strip()) from error


def _tidy_lines(text: str) -> list[str]:
    """The lines without spaces at their ends or in runs; code keeps its own."""
    fence = ""
    lines = []
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if match and not fence:
            fence = match[1]
        elif fence and line.strip(" >") == fence:
            fence = ""
        elif not fence:
            line = _INNER_SPACES.sub(" ", line).rstrip()
        lines.append(line)
    return lines
