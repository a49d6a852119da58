"""A Markdown body as safe HTML, and as the text that a browser would show for it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from knowledge.structure import Lines, heading_text, inline_text, markdown_parser

_HEADINGS = {f"h{level}" for level in range(1, 7)}
_LISTS_AND_TABLES = {"ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"}
_TAGS = _HEADINGS | _LISTS_AND_TABLES | {"p", "br", "hr", "strong", "em", "blockquote", "code", "pre", "a"}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}} | {tag: {"id"} for tag in _HEADINGS}
_SCHEMES = {"https", "http", "mailto"}
_SCHEME = re.compile(r"(?:https?://|mailto:)[^\\]", re.IGNORECASE)
_ANCHOR_LENGTH = 80
_SPACE = re.compile(r"[ \t\n\r\f]+")


def render_html(body: str) -> str:
    """The body as HTML that is safe to put into a page. Takes any string.

    Markup in the body is shown as text and a picture as its description. Headings of the top level carry the ids of
    `heading_anchors`. Links go to http, https and mailto addresses and to paths below /help/; any other keeps its text
    only. Nothing but the elements and attributes listed above passes (nh3, an allow-list over the parsed HTML).
    """
    env: EnvType = {}
    tokens = markdown_parser().parse(body, env)
    for token, anchor in _anchors(tokens):
        token.attrSet("id", anchor)
    return nh3.clean(
        _renderer().render(tokens, markdown_parser().options, env),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes=_SCHEMES,
        link_rel="noopener nofollow",
    )


def heading_anchors(body: str) -> tuple[tuple[int, str], ...]:
    """Where each heading of the top level begins (an offset into `body`, ascending) and its id in `render_html`.

    An id is `h-` and the heading's words in lower case, 80 characters at most, with `-2`, `-3` … when it has been given
    before; the prefix keeps it apart from the ids of the page around it.
    """
    lines = Lines(body)
    found = _anchors(markdown_parser().parse(body))
    return tuple((lines.start(token.map[0]), anchor) for token, anchor in found if token.map)


def plain_text(markdown: str) -> str:
    """The text a browser shows for a fragment of Markdown: blocks on lines of their own, table cells apart by a tab.

    Marks, link targets and list markers are gone, runs of spaces are one, code keeps its lines. Rows of a table that
    come without their head (each line begins with `|`) count as rows. Takes any string.
    """
    tokens = markdown_parser().parse(markdown)
    if not any(token.type == "table_open" for token in tokens) and markdown.lstrip(" ").startswith("|"):
        tokens = markdown_parser().parse(_headless(markdown))
    return "\n".join(text for text in _texts(tokens) if text)


def _anchors(tokens: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    given: set[str] = set()
    repeats: dict[str, int] = {}
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0:
            slug = anchor = _slug(heading_text(tokens[place : place + 2]))
            while anchor in given:
                repeats[slug] = repeats.get(slug, 1) + 1
                anchor = f"{slug}-{repeats[slug]}"
            given.add(anchor)
            yield token, anchor


def _slug(heading: str) -> str:
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", heading).casefold().replace("_", " "))
    return f"h-{'-'.join(words)[:_ANCHOR_LENGTH].rstrip('-') or 'section'}"


def _attribute(tag: str, name: str, value: str) -> str | None:
    return None if tag == "a" and name == "href" and not _allowed(value) else value


def _allowed(href: str) -> bool:
    """A full address of a known scheme, or a path that stays below /help/ however a browser resolves it."""
    if _SCHEME.match(href):
        return True
    path = unquote(re.split(r"[?#]", href, maxsplit=1)[0])
    return (
        href.startswith("/help/") and path.isprintable() and "\\" not in path and not {".", ".."} & set(path.split("/"))
    )


def _texts(tokens: Iterable[Token]) -> Iterator[str]:
    cells: list[str] = []
    in_row = False
    for token in tokens:
        if token.type == "tr_open":
            cells, in_row = [], True
        elif token.type == "tr_close":
            in_row = False
            yield "\t".join(cells).strip("\t")
        elif token.type == "inline":
            lines = (_SPACE.sub(" ", line).strip(" ") for line in inline_text(token.children).split("\n"))
            if in_row:
                cells.append(" ".join(lines))
            else:
                yield "\n".join(lines)
        elif token.type in ("fence", "code_block"):
            yield token.content.strip("\n")


def _headless(rows: str) -> str:
    """The rows below an empty head wide enough for each of them."""
    width = max(line.count("|") for line in rows.split("\n"))
    return f"{'|' * (width + 1)}\n{'|-' * width}|\n{rows.lstrip()}"


class _Renderer(RendererHTML):
    """Shows a picture as its description."""

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return self.renderInline(tokens[idx].children or [], options, env)


@cache
def _renderer() -> _Renderer:
    return _Renderer(MarkdownIt())
