"""The text inside a Markdown block, freed of what does not belong in an article."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from markdown_it.token import Token

from knowledge.parsing import markup
from knowledge.parsing.edits import Edit, apply_edits
from knowledge.parsing.elements import BLOCKS, DROPPED, KNOWN, OPTIONAL_END, VOID, hides, read_attributes
from knowledge.parsing.html import cell_to_markdown
from knowledge.parsing.tokens import ATTRIBUTES, plain_text, render

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")
_HEADING_TAIL = re.compile(rf"\s*(?=\{{[:#.])(?:{ATTRIBUTES.pattern})\s*$")
_REMOVED = frozenset({"image", "attribute_list", "hidden_entity"})
_PUNCTUATION = frozenset(".,;:!?)")
_WRITTEN_AS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_CODE = frozenset({"code", "samp", "tt"})
_MEDIA = {"iframe": "Video", "video": "Video", "audio": "Recording"}


class Place(StrEnum):
    """Where a text stands: it decides how a line break in it is written."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    CELL = "cell"


def clean_inline(token: Token, place: Place) -> str:
    """The content of an inline token without images, HTML, comments, attribute lists and breaks made of spaces.

    Elements with a Markdown form take it, others leave their text, hidden ones go; `<tag-like>` words that are no
    HTML stay as escaped text. In a cell the result has `|` unescaped, as the token's content has.
    """
    children = token.children or []
    if place is Place.CELL and any(_is_block_tag(child) for child in children):
        return cell_to_markdown(render(token.content)).replace("\\|", "|")
    edits = [*_link_edits(token.content, children), *_removals(token.content, children)]
    edits += _TagReader(token.content, place).edits(children)
    if place is Place.HEADING and (tail := _HEADING_TAIL.search(token.content)):
        edits.append(Edit(tail.start(), len(token.content), ""))
    return apply_edits(token.content, edits) if edits else token.content


def _is_block_tag(child: Token) -> bool:
    match = _TAG.match(child.content) if child.type == "html_inline" else None
    return match is not None and match[2].lower() in BLOCKS


def _removals(content: str, children: list[Token]) -> Iterator[Edit]:
    for child in children:
        if child.type in _REMOVED:
            yield _removal(content, *child.meta["span"])
        elif child.type == "hardbreak" and "span" in child.meta:
            end = child.meta["span"][0]
            yield Edit(_before_spaces(content, end), end, "\\")


def _link_edits(content: str, children: list[Token]) -> Iterator[Edit]:
    """A link around nothing but an image keeps the image's alternative text; without one it goes."""
    opened: list[int] = []
    for at, child in enumerate(children):
        if child.type == "link_open":
            opened.append(at)
        elif child.type == "link_close" and opened:
            inside = children[opened.pop() + 1 : at]
            images = [inner for inner in inside if inner.type == "image"]
            if not images or any(inner.type != "image" and inner.content.strip() for inner in inside):
                continue
            start, end = child.meta.get("span", (0, 0))
            first, last = images[0].meta["span"][0], images[-1].meta["span"][1]
            alt = next((words for image in images if (words := plain_text(image))), "")
            yield Edit(first, last, markup.escape_text(alt)) if alt else _removal(content, start, end)


def _removal(content: str, start: int, end: int) -> Edit:
    """The edit that takes something out, with the space that would be one too many."""
    if start == 0 or content[start - 1] in " \n":
        end = _past_spaces(content, end)
    if end == len(content) or content[end] == "\n" or content[end] in _PUNCTUATION:
        start = _before_spaces(content, start)
    return Edit(start, end, "")


def _past_spaces(content: str, at: int) -> int:
    while at < len(content) and content[at] == " ":
        at += 1
    return at


def _before_spaces(content: str, at: int) -> int:
    while at > 0 and content[at - 1] == " ":
        at -= 1
    return at


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    start: int
    end: int
    attributes: dict[str, str | None]


class _TagReader:
    """Reads the HTML tags of one text in order and pairs them."""

    def __init__(self, content: str, place: Place) -> None:
        self._content = content
        self._place = place
        self._open: list[_Tag] = []
        self._names: Counter[str] = Counter()
        self._edits: list[Edit] = []

    def edits(self, children: list[Token]) -> list[Edit]:
        for child in children:
            if child.type == "html_inline":
                self._read(child.content, *child.meta["span"])
        for tag in self._open:
            self._unpaired(tag)
        return self._edits

    def _read(self, text: str, start: int, end: int) -> None:
        match = _TAG.match(text)
        name = match[2].lower() if match else ""
        if match is None:
            self._edits.append(_removal(self._content, start, end))
        elif name not in KNOWN:
            self._edits.append(Edit(start, start + 1, "\\<"))
        elif match[1]:
            self._close(name, start, end)
        else:
            tag = _Tag(name, start, end, read_attributes(text[match.end() : -1]))
            if name in VOID or text.endswith("/>"):
                self._single(tag)
            else:
                self._open.append(tag)
                self._names[name] += 1

    def _close(self, name: str, start: int, end: int) -> None:
        if not self._names[name]:
            self._edits.append(self._gone(name, start, end))
            return
        opener = self._pop()
        while opener.name != name:
            self._unpaired(opener)
            opener = self._pop()
        self._edits += self._pair(opener, start, end)

    def _pop(self) -> _Tag:
        tag = self._open.pop()
        self._names[tag.name] -= 1
        return tag

    def _single(self, tag: _Tag) -> None:
        content, start, end = self._content, tag.start, tag.end
        if tag.name == "br":
            self._edits.append(self._line_break(start, end))
        elif tag.name in _MEDIA:
            self._edits.append(Edit(start, end, markup.media_link(_MEDIA[tag.name], tag.attributes.get("src"))))
        elif tag.attributes or tag.name in {"img", "hr", "wbr"} or tag.name not in VOID:
            self._edits.append(_removal(content, start, end))
        else:
            self._edits.append(Edit(start, start + 1, "\\<"))

    def _line_break(self, start: int, end: int) -> Edit:
        content = self._content
        start, end = _before_spaces(content, start), _past_spaces(content, end)
        if start == 0 or end == len(content):
            return Edit(start, end, "")
        if self._place is Place.CELL:
            return Edit(start, end, " " if content[start - 1] in ".:;!?," else "; ")
        if self._place is Place.HEADING:
            return Edit(start, end, " ")
        return Edit(start, end, "\\" if content[end] == "\n" else "\\\n")

    def _unpaired(self, tag: _Tag) -> None:
        if hides(tag.attributes):
            self._edits.append(_removal(self._content, tag.start, len(self._content)))
        elif tag.name in _MEDIA and tag.attributes.get("src"):
            self._edits.append(Edit(tag.start, tag.end, markup.media_link(_MEDIA[tag.name], tag.attributes["src"])))
        elif tag.name in OPTIONAL_END or any(value is not None for value in tag.attributes.values()):
            self._edits.append(self._gone(tag.name, tag.start, tag.end))
        else:
            self._edits.append(Edit(tag.start, tag.start + 1, "\\<"))

    def _gone(self, name: str, start: int, end: int) -> Edit:
        """A tag without its text. Where a block's tag stood between words, a space does."""
        before, after = self._content[start - 1 : start], self._content[end : end + 1]
        parts = name in BLOCKS and before.strip() and after.strip()
        return Edit(start, end, " " if parts else "")

    def _pair(self, tag: _Tag, start: int, end: int) -> list[Edit]:
        inner = self._content[tag.end : start]
        if tag.name in _MEDIA:
            source = tag.attributes.get("src") or _source(inner)
            return [Edit(tag.start, end, markup.media_link(_MEDIA[tag.name], source))]
        if tag.name in DROPPED or hides(tag.attributes):
            return [_removal(self._content, tag.start, end)]
        before, after = self._content[tag.start - 1 : tag.start], self._content[end : end + 1]
        whole = self._whole(tag, inner, before, after)
        if whole is not None:
            return [Edit(tag.start, end, whole)]
        return [self._gone(tag.name, tag.start, tag.end), self._gone(tag.name, start, end)]

    def _whole(self, tag: _Tag, inner: str, before: str, after: str) -> str | None:
        """A pair and its text as Markdown, or None where only the tags go."""
        if tag.name == "sup" and inner.isascii() and "<" not in inner:
            return markup.raised(inner, before)
        if not inner.strip() or "<" in inner or "![" in inner:
            return _picture_link(tag, inner) if tag.name == "a" else None
        if tag.name in _WRITTEN_AS and not re.search(r"[*_\[\]`]", re.sub(r"\\.", "", inner)):
            return markup.emphasis(_WRITTEN_AS[tag.name], inner, before, after)
        if tag.name in _CODE and "`" not in inner.replace("\\`", ""):
            return markup.code_span(html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", inner)).strip())
        target = markup.link_target(tag.attributes.get("href")) if tag.name == "a" else None
        if target and "[" not in inner and "]" not in inner:
            text = inner.strip()
            return inner.replace(text, f"[{text}]({target})")
        return None


def _picture_link(tag: _Tag, inner: str) -> str | None:
    """`<a href=…><img alt=…></a>` as a link with the alternative text."""
    match = re.fullmatch(r"\s*<img\s([^<>]*)>\s*", inner, re.IGNORECASE)
    alt = (read_attributes(match[1]).get("alt") or "").strip() if match else ""
    target = markup.link_target(tag.attributes.get("href"))
    return f"[{markup.escape_text(alt)}]({target})" if alt and target and not set(alt) & set("[]") else None


def _source(inner: str) -> str | None:
    match = re.search(r"<source\s([^<>]*)>", inner, re.IGNORECASE)
    return read_attributes(match[1]).get("src") if match else None
