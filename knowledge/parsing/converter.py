"""HTML elements written as Markdown: markdownify with this project's tables, steps and callouts."""
# ruff: noqa: ARG002, D102, N802  (names and arguments are the ones that markdownify calls)

import re
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from markdownify import MarkdownConverter

from knowledge.parsing import markup
from knowledge.parsing.elements import BLOCKS
from knowledge.parsing.tables import cell_lines, pipe_table

_JOINT = "\x1f"
_WHITESPACE = re.compile(r"[ \t\r\n\f]+")
_LANGUAGE = re.compile(r"(?:language|lang|highlight-source|brush)[-:]([\w+#.-]+)")


class ArticleConverter(MarkdownConverter):
    """Writes a prepared tree (see `outline.prepare`): ATX headings, `-` bullets, steps with their own numbers.

    The methods are named as markdownify calls them: `convert_<tag>(element, text of its children, names of its
    parents)`.
    """

    def __init__(self) -> None:
        super().__init__(heading_style="atx", wrap=True, wrap_width=None, bullets="-")
        self._cells: dict[int, str] = {}

    def cell(self, soup: BeautifulSoup) -> str:
        """The Markdown of the tree's first cell, on one line."""
        self.convert_soup(soup)
        return self._cell(soup.find("td"))

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        tags = parent_tags or set()
        text = str(el).replace("\xa0", " ")
        if "pre" in tags:
            return text
        text = _WHITESPACE.sub(" ", text)
        if "_noformat" not in tags:
            text = markup.escape_text(text)
            if text.endswith("!") and _name(el.next_sibling) == "a":
                text = f"{text[:-1]}\\!"
        if _opens_block(el, el.previous_sibling):
            text = text.lstrip()
            text = text if "_noformat" in tags else markup.guard_line(text)
        return text.rstrip() if _opens_block(el, el.next_sibling) else text

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        target = markup.link_target(_value(el, "href"))
        inner = text.strip(f" {_JOINT}")
        if not inner or target is None or "\n" in inner or _JOINT in inner:
            return text
        lead, tail = text[: len(text) - len(text.lstrip(" "))], text[len(text.rstrip(" ")) :]
        return f"{lead}[{_closed(inner)}]({target}){tail}"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        link = el.find_parent("a")
        if link is None or link.get_text().strip() or link.find("img") is not el:
            return ""
        return markup.escape_text(" ".join(_value(el, "alt").split()))

    def convert_b(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self._emphasised(el, text, parent_tags, "**", {"b", "strong"})

    convert_strong = convert_b

    def convert_em(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self._emphasised(el, text, parent_tags, "*", {"em", "i"})

    convert_i = convert_em

    def convert_del(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self._emphasised(el, text, parent_tags, "~~", {"del", "s"})

    convert_s = convert_del

    def _emphasised(self, el: Tag, text: str, parent_tags: set[str], marker: str, same: set[str]) -> str:
        if parent_tags & same or _JOINT in text or el.find(BLOCKS) is not None:
            return text
        before, after = _neighbour(el, forward=False), _neighbour(el, forward=True)
        return markup.emphasis(marker, text, before, after)

    def convert_sup(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return markup.raised(text, _neighbour(el, forward=False))

    def convert_sub(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return text

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return markup.code_span(text.strip())

    convert_samp = convert_code
    convert_tt = convert_code

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return _JOINT + _JOINT.join(markup.code_span(line.strip()) for line in text.split("\n")) + _JOINT
        language = _LANGUAGE.search(" ".join(str(name) for name in el.get_attribute_list("class")))
        body = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
        return _block(markup.code_block(body, language[1] if language else "")) if body.strip() else ""

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return _JOINT
        return "\n\n" if el.has_attr("data-paragraph") else "\\\n"

    def convert_hr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _JOINT if "_inline" in parent_tags else _block("---")

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return _JOINT + text.strip() + _JOINT
        text = text.strip()
        return _block(text) if text else ""

    convert_div = convert_p
    convert_figcaption = convert_p
    convert_dd = convert_p
    convert_article = convert_p
    convert_section = convert_p

    def convert_dt(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self.convert_p(el, self._emphasised(el, text, parent_tags, "**", set()), parent_tags)

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:
        line = " ".join(_joined(text.replace("\n", _JOINT), " ").split())
        if "_inline" in parent_tags:
            return _JOINT + line + _JOINT
        if not line:
            return ""
        return _block(line if "**" in line else f"**{line}**") if "li" in parent_tags else _block(f"{'#' * n} {line}")

    def convert_blockquote(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        label = _value(el, "data-label")
        text = text.strip(f" \n{_JOINT}")
        if label and text:
            apart = "\n\n" if re.match(r"[-#|>]|\d+\. |```", text) else " "
            text = f"**{label}:**{apart}{text}"
        if not text:
            return ""
        if "_inline" in parent_tags:
            return _JOINT + text + _JOINT
        return _block("\n".join(f"> {line}".rstrip() for line in text.split("\n")))

    def convert_list(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return _JOINT + text + _JOINT
        text = text.strip("\n")
        gap = "\n" if "li" in parent_tags and (el.name == "ul" or text.startswith("1. ")) else "\n\n"
        return f"{gap}{text}{gap}" if text else ""

    convert_ul = convert_list
    convert_ol = convert_list

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        ordered = el.parent is not None and el.parent.name == "ol"
        marker = f"{_number(el)}. " if ordered else "- "
        if "_inline" in parent_tags:
            text = text.strip(f" {_JOINT}")
            return f"{_JOINT}{marker if ordered else ''}{text}{_JOINT}" if text else ""
        first, *rest = text.strip().split("\n")
        indented = [f"{' ' * len(marker)}{line}".rstrip() for line in rest]
        return "\n".join([f"{marker}{first}", *indented]) + "\n" if first else ""

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        self._cells[id(el)] = re.sub(r"(?<!\\)((?:\\\\)*)\|", r"\1\\|", _joined(text.replace("\n", _JOINT), "; "))
        return ""

    convert_th = convert_td

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return ""

    def convert_caption(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        self._cells[id(el)] = _joined(text.replace("\n", _JOINT), " ")
        return ""

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return _JOINT + _JOINT.join(cell_lines(el, self._cell)) + _JOINT
        caption = self._cell(el.find("caption"))
        table = pipe_table(el, self._cell)
        return (_block(f"**{caption}**") if caption and table else "") + (_block(table) if table else "")

    def _cell(self, cell: Tag | None) -> str:
        return self._cells.get(id(cell), "")

    def convert_iframe(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self._media("Video", _value(el, "src") or _value(el, "data-src"), parent_tags)

    convert_embed = convert_iframe

    def convert_video(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        source = el.find("source")
        return self._media("Video", _value(el, "src") or (_value(source, "src") if source else ""), parent_tags)

    def convert_audio(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        source = el.find("source")
        return self._media("Recording", _value(el, "src") or (_value(source, "src") if source else ""), parent_tags)

    def _media(self, label: str, url: str, parent_tags: set[str]) -> str:
        link = markup.media_link(label, url)
        if not link or "a" in parent_tags:
            return ""
        return _JOINT + link + _JOINT if "_inline" in parent_tags else _block(link)


def _block(text: str) -> str:
    return f"\n\n{text}\n\n"


def _joined(text: str, joint: str) -> str:
    """The parts of a cell on one line; after a full stop or a colon a space is joint enough."""
    line = ""
    for part in (" ".join(part.split()) for part in text.split(_JOINT)):
        if part and line:
            line += " " if line[-1] in ".:;!?,…" else joint
        line += part
    return line


def _closed(label: str) -> str:
    """A link's label with its brackets escaped where they do not pair."""
    bare = re.sub(r"\\.", "", label)
    return label if bare.count("[") == bare.count("]") == 0 else re.sub(r"(?<!\\)([\[\]])", r"\\\1", label)


def _number(item: Tag) -> int:
    before = [tag for tag in item.find_previous_siblings("li") if tag.get_text().strip()]
    for passed, tag in enumerate([item, *before]):
        if (value := _value(tag, "value")).isdecimal():
            return int(value[:9]) + passed
    start = _value(item.parent, "start") if item.parent is not None else ""
    return (int(start[:9]) if start.isdecimal() else 1) + len(before)


def _value(tag: Tag | None, name: str) -> str:
    return str(tag.get(name) or "") if tag is not None else ""


def _name(node: Any) -> str:
    return node.name if isinstance(node, Tag) else ""


def _opens_block(el: NavigableString, sibling: Any) -> bool:
    """Whether this side of a text is the edge of a block."""
    if sibling is None:
        return _name(el.parent) in BLOCKS
    return _name(sibling) in BLOCKS or _name(sibling) in {"br", "iframe", "video", "audio", "embed"}


def _neighbour(el: Tag, *, forward: bool) -> str:
    """The character of the text beside an inline element, "" at a block's edge."""
    sibling = el.next_sibling if forward else el.previous_sibling
    text = sibling.get_text() if isinstance(sibling, Tag) else str(sibling or "")
    if _name(sibling) in BLOCKS or _name(sibling) in {"br", "img"} or not text:
        return ""
    return text[0] if forward else text[-1]
