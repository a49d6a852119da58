"""Markdown from anywhere in the one form that article bodies have."""

import re
from collections.abc import Iterator

from markdown_it.token import Token

from knowledge.parsing.blocks import html_block_edits
from knowledge.parsing.characters import clean_characters
from knowledge.parsing.edits import Edit, Lines, apply_edits, continued
from knowledge.parsing.inline import Place, clean_inline
from knowledge.parsing.tokens import parse, plain_text

_MOST_PASSES = 12
_CODE = frozenset({"fence", "code_block", "html_block"})
_CALLOUT = re.compile(r"\[!([A-Za-z]+)\][+-]?[ \t]*\\?(?:\n|$)?")
_HEADING_LINE = re.compile(r"^ {0,3}(?:#(?:[ \t]|$)|=+[ \t]*$)", re.MULTILINE)
"""A line that a heading of level 1 has; text without one need not be parsed to know that there is none."""
_PLACES = {"heading_open": Place.HEADING, "th_open": Place.CELL, "td_open": Place.CELL}


def normalise_markdown(text: str) -> str:
    """The text in the normal form of `Article.body`; clean Markdown comes back byte for byte, and so does the result.

    NFC, LF, no hidden characters, no HTML (it is written as Markdown, or unwrapped, except in code), no comments,
    images or attribute lists, `> [!NOTE]` as `> **Note:** …`, hard breaks as a backslash, no spaces at line ends, no
    tabs outside code, single blank lines between blocks, none at the ends. `<tag-like>` words that are no HTML stay
    as escaped text.

    Raises RecursionError for HTML nested more than 200 levels deep.
    """
    for _ in range(_MOST_PASSES):
        before = text
        text = _pass(clean_characters(text))
        if text == before:
            break
    return text


def split_title(body: str) -> tuple[str | None, str]:
    """The first heading of level 1 (its words, without markup) and the body without it; None when there is none."""
    tokens = parse(body) if _HEADING_LINE.search(body) else []
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1" and token.level == 0 and token.map:
            title = plain_text(tokens[at + 1])
            if title:
                lines = Lines.of(body)
                rest = apply_edits(body, [lines.replace(token.map[0], token.map[1], [])])
                return title, normalise_markdown(rest)
    return None, body


def _pass(text: str) -> str:
    lines = Lines.of(text)
    tokens = parse(text)
    edits = list(_space_edits(tokens, lines))
    edits += html_block_edits(tokens, lines)
    edits += _callout_edits(tokens, lines)
    edits += _text_edits(tokens, lines)
    text = apply_edits(text, edits) if edits else text
    return re.sub(r"\A(?:[ \t]*\n)+", "", text).rstrip(" \t\n")


def _space_edits(tokens: list[Token], lines: Lines) -> Iterator[Edit]:
    code = {line for token in tokens if token.type in _CODE and token.map for line in range(*token.map)}
    blank_above = False
    for at, line in enumerate(lines.lines):
        blank = not line.strip(" \t") and at not in code
        if blank and blank_above:
            yield lines.replace(at, at + 1, [])
        elif at not in code and "\t" in line:
            yield lines.replace(at, at + 1, [line.expandtabs(4).rstrip(" ")])
        elif at not in code and line.endswith(" "):
            start = lines.starts[at]
            yield Edit(start + len(line.rstrip(" ")), start + len(line), "")
        blank_above = blank


def _callout_edits(tokens: list[Token], lines: Lines) -> Iterator[Edit]:
    """`> [!NOTE]` in a paragraph of its own joins the paragraph after it."""
    for at, token in enumerate(tokens[:-5]):
        if token.type != "blockquote_open" or tokens[at + 1].type != "paragraph_open":
            continue
        marker, following = tokens[at + 2], tokens[at + 5]
        match = _CALLOUT.fullmatch(marker.content.strip())
        if match and tokens[at + 4].type == "paragraph_open" and marker.map and following.map:
            first, second = marker.map[0], following.map[0]
            prefix = _prefix(lines.lines[first], marker.content)
            words = following.content.split("\n")[0]
            yield lines.replace(first, second + 1, [f"{prefix}{_label(match)} {words}"])


def _label(match: re.Match[str]) -> str:
    return f"**{match[1].capitalize()}:**"


def _text_edits(tokens: list[Token], lines: Lines) -> Iterator[Edit]:
    columns: dict[int, int] = {}
    for at, token in enumerate(tokens):
        if token.type != "inline" or not token.map:
            continue
        opener = tokens[at - 1]
        place = _PLACES.get(opener.type, Place.PARAGRAPH)
        new = clean_inline(token, place)
        if place is Place.CELL:
            edit = _cell_edit(token, new, lines, columns)
        else:
            if at > 1 and tokens[at - 2].type == "blockquote_open" and (match := _CALLOUT.match(new)):
                new = f"{_label(match)} {new[match.end() :]}".rstrip()
            edit = _lines_edit(token, opener, new, lines)
        if edit is not None:
            yield edit


def _cell_edit(token: Token, new: str, lines: Lines, columns: dict[int, int]) -> Edit | None:
    """The edit of a cell; `columns` holds how far each row has been read."""
    row = token.map[0] if token.map else 0
    written = token.content.replace("|", "\\|")
    start = lines.lines[row].find(written, columns.get(row, 0))
    if not written or start < 0:
        return None
    columns[row] = start + len(written)
    if new == token.content:
        return None
    start += lines.starts[row]
    return Edit(start, start + len(written), " ".join(new.split("\n")).strip().replace("|", "\\|"))


def _lines_edit(token: Token, opener: Token, new: str, lines: Lines) -> Edit | None:
    if new == token.content or not token.map:
        return None
    first = token.map[0]
    old = token.content.split("\n")
    sources = lines.lines[first : first + len(old)]
    prefixes = [_prefix(source, line) for source, line in zip(sources, old, strict=False)]
    end = opener.map[1] if opener.map and opener.type == "heading_open" else first + len(old)
    written = _written(new, token.content, prefixes)
    if written and opener.markup in {"=", "-"}:
        written.append(lines.lines[end - 1])
    if not written:
        left = prefixes[0].rstrip("# ") if opener.type == "heading_open" else prefixes[0].rstrip()
        written = [left]
    return lines.replace(first, end, written)


def _written(new: str, old: str, prefixes: list[str]) -> list[str]:
    """The new content's lines behind the old one's prefixes. An empty line goes, two breaks make a paragraph."""
    rest = continued(prefixes[0])
    texts = [line.rstrip(" ") for line in new.split("\n")]
    texts = [line for line in texts if line.strip()]
    while texts and texts[-1].endswith("\\") and not old.endswith("\\"):
        texts[-1] = texts[-1][:-1].rstrip(" ")
        texts = texts if texts[-1] else texts[:-1]
    written: list[str] = []
    for at, line in enumerate(texts):
        prefix = (
            prefixes[at] if at < len(prefixes) and len(texts) == len(prefixes) else rest if written else prefixes[0]
        )
        if line.strip() == "\\":
            if written:
                written[-1] = written[-1].removesuffix("\\").rstrip(" ")
                written.append(rest.rstrip())
        else:
            written.append(prefix + (line if written else line.lstrip(" ")))
    return written


def _prefix(source: str, content: str) -> str:
    """What stands before the content's first line in its source line: quote, list and heading marks, spaces."""
    line = content.split("\n", 1)[0]
    end = len(source)
    while end >= len(line) and not source.startswith(line, end - len(line)):
        end -= 1
    return source[: max(0, end - len(line))]
