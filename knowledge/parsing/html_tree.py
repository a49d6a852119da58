"""An HTML tree made ready for writing: headings in order, callouts named, what Markdown cannot say unfolded."""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from knowledge.parsing.elements import BLOCKS

_HEADING = re.compile(r"^h[1-6]$")
_LABELS = {
    "note": "Note",
    "info": "Note",
    "information": "Note",
    "notice": "Note",
    "tip": "Tip",
    "hint": "Tip",
    "success": "Tip",
    "important": "Important",
    "warning": "Warning",
    "warn": "Warning",
    "danger": "Warning",
    "error": "Warning",
    "caution": "Caution",
}
_FRAMES = ("callout", "admonition", "alert", "notification", "message")
_CALLOUT = re.compile(rf"(?:(?:{'|'.join(_FRAMES)}|is)[-_]+)?({'|'.join(_LABELS)})|{'|'.join(_FRAMES[:3])}")
_CALLOUT_TAGS = ["div", "aside", "section", "p", "blockquote", "article"]
_SPOKEN_LABEL = re.compile(rf"\s*(?:{'|'.join(_LABELS)}|please note)\s*[:!.–—-]*\s*", re.IGNORECASE)
_LABEL_START = re.compile(rf"\s*(?:{'|'.join(_LABELS)}|please note)\s*:\s*", re.IGNORECASE)
_ANCHOR_MARKS = frozenset("#¶§🔗⚓")


def prepare(soup: BeautifulSoup, title: str | None, *, fragment: bool = False, level: int = 1) -> None:
    """Change the tree in place so that each element has one plain Markdown form.

    The first `h1` goes when it is the title; the highest heading left becomes an `h2` (in a fragment each keeps its
    level, with `h2` the highest). `level` is the level of the heading above a fragment.
    """
    _flatten_code(soup)
    _drop_anchors(soup)
    _drop_title(soup, title)
    _level_headings(soup, fragment)
    _open_details(soup, level)
    for tag in soup.find_all(_CALLOUT_TAGS):
        if not tag.decomposed:
            _name_callout(tag)
    for table in soup.find_all("table"):
        _open_single_cell(table)
    for nested in soup.select("ul > ul, ul > ol, ol > ul, ol > ol"):
        _adopt(nested)
    for item in soup.find_all("li"):
        _house(item)
    _break_paragraphs(soup)


def same_title(left: str, right: str) -> bool:
    """Whether two titles read the same, whatever their case and spacing."""
    return " ".join(left.split()).casefold() == " ".join(right.split()).casefold()


def _flatten_code(soup: BeautifulSoup) -> None:
    """Code holds nothing but text: breaks and blocks become line feeds, a language stays as a class."""
    for key in soup.find_all("kbd"):
        key.name = "span"
    for code in soup.find_all(["pre", "code", "samp", "tt"]):
        if code.find_parent(["pre", "code"]) is not None:
            continue
        names = [str(name) for tag in (code, *code.find_all(True)) for name in tag.get_attribute_list("class") if name]
        for inner in code.find_all(["br", *BLOCKS]):
            inner.append(NavigableString("\n"))
        code["class"] = " ".join(names)
        code.string = code.get_text()


def _drop_title(soup: BeautifulSoup, title: str | None) -> None:
    first = soup.find("h1")
    if title is not None and first is not None and same_title(first.get_text(), title):
        first.decompose()


def _drop_anchors(soup: BeautifulSoup) -> None:
    for link in soup.select("h1 a, h2 a, h3 a, h4 a, h5 a, h6 a"):
        text = link.get_text().strip()
        if str(link.get("href", "#")).startswith("#") and (not text or set(text) <= _ANCHOR_MARKS):
            link.decompose()


def _level_headings(soup: BeautifulSoup, fragment: bool) -> None:
    headings = [heading for heading in soup.find_all(_HEADING) if heading.get_text().strip()]
    levels = [int(heading.name[1]) for heading in headings]
    shift = 0 if fragment or not levels else 2 - min(levels)
    for heading, level in zip(headings, levels, strict=True):
        heading.name = f"h{min(6, max(2, level + shift))}"


def _open_details(soup: BeautifulSoup, level: int) -> None:
    """A `summary` becomes a heading one level below the one it stands under."""
    for tag in soup.find_all([_HEADING, "summary"]):
        folds = tag.find_parents("details")
        if _HEADING.match(tag.name):
            level = level if folds else int(tag.name[1])
        if tag.name != "summary":
            continue
        for inner in tag.find_all(_HEADING):
            inner.name = "span"
        tag.name = f"h{min(6, level + max(1, len(folds)))}"


def _name_callout(tag: Tag) -> None:
    kinds = [match for name in tag.get_attribute_list("class") if (match := _CALLOUT.fullmatch(str(name).lower()))]
    if not kinds or tag.find_parent("blockquote", attrs={"data-label": True}):
        return
    label = next((_LABELS[kind[1]] for kind in kinds if kind[1]), "Note")
    heading = tag.find(lambda inner: _is_callout_title(inner))
    if isinstance(heading, Tag):
        _settle_callout_title(heading)
    first = next((text for text in tag.find_all(string=True) if text.strip()), None)
    if first is not None and (spoken := _spoken(first)):
        label = _LABELS.get(spoken, label)
    tag.name = "blockquote"
    tag["data-label"] = label


def _is_callout_title(tag: Tag) -> bool:
    return any(
        str(name).lower().endswith(("-title", "-heading", "__title")) for name in tag.get_attribute_list("class")
    )


def _settle_callout_title(heading: Tag) -> None:
    if _SPOKEN_LABEL.fullmatch(heading.get_text()):
        heading.decompose()
    elif heading.get_text().strip():
        heading.name = "p"


def _spoken(first: NavigableString) -> str | None:
    """Take a label that the text itself starts with ("Note: …") off it, and say which it was."""
    bold = first.parent is not None and first.parent.name in {"strong", "b"}
    match = _SPOKEN_LABEL.fullmatch(first) if bold else _LABEL_START.match(first)
    if match is None:
        return None
    first.replace_with(NavigableString(first[match.end() :]))
    return re.sub(r"[^a-z ]", "", match.group().lower()).strip()


def _open_single_cell(table: Tag) -> None:
    cells = [cell for cell in table.find_all(["td", "th"]) if cell.find_parent("table") is table]
    if len(cells) == 1:
        for part in [*table.find_all(["tbody", "thead", "tfoot", "tr", "td", "th"]), table]:
            if part is table or part.find_parent("table") is table:
                part.name = "div"


def _adopt(nested: Tag) -> None:
    """A list that stands directly in a list belongs to the item before it."""
    owner = nested.find_previous_sibling("li")
    if owner is not None:
        owner.append(nested.extract())
    else:
        nested.wrap(BeautifulSoup("", "html.parser").new_tag("li"))


def _house(item: Tag) -> None:
    """An item outside any list gets one, with the items beside it."""
    if item.parent is None or item.parent.name in {"ul", "ol"}:
        return
    before = item.previous_sibling
    while before is not None and not isinstance(before, Tag) and not str(before).strip():
        before = before.previous_sibling
    if isinstance(before, Tag) and before.has_attr("data-housed"):
        before.append(item.extract())
    else:
        item.wrap(BeautifulSoup("", "html.parser").new_tag("ul", attrs={"data-housed": ""}))


def _break_paragraphs(soup: BeautifulSoup) -> None:
    """Several line breaks in a row part paragraphs; one at the edge of a block says nothing."""
    for line_break in soup.find_all("br"):
        if line_break.parent is None:
            continue
        run = [line_break, *_breaks_after(line_break)]
        for extra in run[1:]:
            extra.extract()
        if _at_edge(line_break.previous_siblings) or _at_edge(line_break.next_siblings):
            line_break.replace_with(NavigableString(" "))
        elif len(run) > 1:
            line_break["data-paragraph"] = ""


def _breaks_after(line_break: Tag) -> Iterator[Tag]:
    for sibling in line_break.next_siblings:
        if isinstance(sibling, Tag) and sibling.name == "br":
            yield sibling
        elif isinstance(sibling, Tag) or str(sibling).strip():
            return


def _at_edge(siblings: Iterator[object]) -> bool:
    for sibling in siblings:
        if isinstance(sibling, Tag):
            return sibling.name in BLOCKS
        if str(sibling).strip():
            return False
    return True
