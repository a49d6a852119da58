"""Markdown as markdown-it reads it, with the place of each inline token."""

import html
import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, html_inline, image, link, newline
from markdown_it.token import Token

from knowledge.parsing.characters import clean_characters

_Rule = Callable[[StateInline, bool], bool]

ATTRIBUTES = re.compile(r"""\{:?[ ]*(?:[#.][\w:.-]+|[\w-]+=(?:"[^"\n]*"|'[^'\n]*'|[\w.-]+))(?:[ ]+[^{}\n]*)?\}""")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CARRIERS = frozenset({"link_close", "image", "code_inline", "attribute_list"})


def parse(text: str) -> list[Token]:
    """The block tokens of CommonMark with tables.

    Children of type html_inline, image, link_close, hardbreak (written with spaces), attribute_list and hidden_entity
    carry `meta["span"]`: their start and end in the content of their inline token. An attribute_list is a Kramdown
    list such as `{.external}` behind a link or alone on its line; a hidden_entity stands for a character that no
    reader sees.
    """
    return _PARSER.parse(text)


def plain_text(token: Token) -> str:
    """The words of an inline token, without markup, on one line."""
    parts = [
        child.content if child.type in {"text", "code_inline"} else " " if child.type.endswith("break") else ""
        for child in token.children or []
    ]
    return " ".join("".join(parts).split())


def render(text: str) -> str:
    """The Markdown as HTML, raw HTML included: to be read by `html.fragment_to_markdown`, never to be shown."""
    return str(_RENDERER.render(text))


def _placed(rule: _Rule) -> _Rule:
    def place(state: StateInline, silent: bool) -> bool:
        start, before = state.pos, len(state.tokens)
        found = rule(state, silent)
        if found and not silent and len(state.tokens) > before:
            state.tokens[-1].meta["span"] = (start, state.pos)
        return found

    return place


def _attribute_list(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "{":
        return False
    match = ATTRIBUTES.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    marked = match.group()[1] in ":#."
    behind = state.pending == "" or (marked and state.pending == " ")
    behind = behind and bool(state.tokens) and state.tokens[-1].type in _CARRIERS
    starts_line = state.pos == 0 or state.src[state.pos - 1] == "\n"
    alone = starts_line and marked and state.src[match.end() : match.end() + 1] in {"", "\n"}
    if silent or not (behind or alone):
        return False
    token = state.push("attribute_list", "", 0)
    token.content = match.group()
    token.meta["span"] = match.span()
    state.pos = match.end()
    return True


def _hidden_entity(state: StateInline, silent: bool) -> bool:
    match = _ENTITY.match(state.src, state.pos, state.posMax)
    if match is None or clean_characters(html.unescape(match.group())):
        return False
    if not silent:
        state.push("hidden_entity", "", 0).meta["span"] = match.span()
    state.pos = match.end()
    return True


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")
    for name, rule in (("html_inline", html_inline), ("image", image), ("link", link), ("newline", newline)):
        parser.inline.ruler.at(name, _placed(rule))
    parser.inline.ruler.before("entity", "hidden_entity", _hidden_entity)
    parser.inline.ruler.push("attribute_list", _attribute_list)
    return parser


_PARSER = _parser()
_RENDERER = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")
