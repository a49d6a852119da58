"""Raw HTML blocks in Markdown, each written as Markdown in its place."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it.token import Token

from knowledge.parsing.edits import Edit, Lines, continued
from knowledge.parsing.elements import DROPPED, KNOWN, OPTIONAL_END, VOID, hides, read_attributes
from knowledge.parsing.html import fragment_to_markdown
from knowledge.parsing.tokens import render

_FIRST_TAG = re.compile(r"\s*</?([A-Za-z][A-Za-z0-9-]*)")
_PAIRED = KNOWN - VOID - OPTIONAL_END
_RAW = frozenset({"script", "style", "textarea", "title"})
_ITEM = re.compile(r"[ >]*(?:[-*+]|\d{1,9}[.)])(?: |$)")
_MARKUP = re.compile(
    r"""<!--.*?(?:-->|\Z)|</?([A-Za-z][A-Za-z0-9-]*)(?=[\s/>])(?:"[^"]*"|'[^']*'|[^"'>])*>?""", re.DOTALL
)


@dataclass(slots=True)
class _Block:
    """An HTML block: its lines, the end of its parent, the heading level above it.

    `reaches` is the last block that closes an element of this one; `open` has for each element that is never closed
    whether it hides what is in it.
    """

    token: Token
    first: int
    end: int
    parent_end: int
    level: int
    reaches: "_Block | None" = None
    open: list[bool] = field(default_factory=list)


def html_block_edits(tokens: list[Token], lines: Lines) -> Iterator[Edit]:
    """The edits that write each HTML block as Markdown.

    An element that spans several blocks (`<details>`, a blank line, Markdown, `</details>`) is written as a whole;
    one that hides and is never closed hides the rest of its list item, quote or article, as in a browser.
    """
    done = 0
    for block in _blocks(tokens, len(lines.lines)):
        if block.first < done:
            continue
        edit, done = _edit(block, lines)
        yield edit


def _edit(block: _Block, lines: Lines) -> tuple[Edit, int]:
    line, content = lines.lines[block.first], block.token.content
    first_line = content.split("\n", 1)[0]
    prefix = (
        line[: len(line) - len(first_line)] if line.endswith(first_line) else line[: len(line) - len(line.lstrip())]
    )
    name = _FIRST_TAG.match(content)
    if name and name[1].lower() not in KNOWN:
        at = lines.starts[block.first] + line.index("<", len(prefix))
        return Edit(at, at + 1, "\\<"), block.first + 1
    end = block.end
    if block.reaches is not None and not block.open:
        end = block.reaches.end
        content = render("\n".join(_unprefixed(text, prefix) for text in lines.lines[block.first : end]))
    elif any(block.open):
        end = block.parent_end
    text = fragment_to_markdown(_MARKUP.sub(_escape_unknown, content), block.level)
    return lines.replace(block.first, end, _placed(text, prefix, block.first, end, lines)), end


def _placed(text: str, prefix: str, first: int, end: int, lines: Lines) -> list[str]:
    """The text's lines behind the prefix, with blank lines towards their neighbours."""
    rest = continued(prefix)
    blank = rest.rstrip()
    marked = prefix != rest
    if not text:
        return [prefix.rstrip() if marked else blank]
    placed = [f"{rest}{line}".rstrip() for line in text.split("\n")]
    placed[0] = prefix + placed[0][len(rest) :]
    above = not marked and first > 0 and lines.lines[first - 1].strip(" >")
    below = end < len(lines.lines) and lines.lines[end].strip(" >") and not _ITEM.match(lines.lines[end])
    return [*([blank] if above else []), *placed, *([blank] if below else [])]


def _unprefixed(line: str, prefix: str) -> str:
    head = line[: len(prefix)]
    return line[len(prefix) :] if head == prefix or not head.strip(" >") else line.lstrip(" >")


def _escape_unknown(match: re.Match[str]) -> str:
    name = match[1]
    return f"&lt;{match.group()[1:]}" if name and name.lower() not in KNOWN else match.group()


def _blocks(tokens: list[Token], line_count: int) -> list[_Block]:
    found: list[_Block] = []
    parents: list[tuple[int, _Open]] = [(line_count, _Open())]
    level = 1
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
        if token.nesting == 1:
            parents.append((token.map[1] if token.map else parents[-1][0], _Open()))
        elif token.nesting == -1:
            parents.pop()
        elif token.type == "html_block" and token.map:
            parent_end, siblings = parents[-1]
            block = _Block(token, token.map[0], token.map[1], parent_end, level)
            siblings.read(block)
            found.append(block)
    return found


class _Open:
    """The elements that the blocks of one parent have opened and not closed, innermost last."""

    def __init__(self) -> None:
        self._elements: list[tuple[str, _Block]] = []
        self._names: Counter[str] = Counter()

    def read(self, block: _Block) -> None:
        """Pair the block's tags: an earlier block whose last open element this one closes reaches to it."""
        for name, hidden, opens in _tags(block.token.content):
            if opens:
                self._elements.append((name, block))
                self._names[name] += 1
                block.open.append(hidden)
            elif self._names[name]:
                self._close(name, block)

    def _close(self, name: str, block: _Block) -> None:
        closed = ""
        while closed != name:
            closed, opener = self._elements.pop()
            self._names[closed] -= 1
            opener.open.pop()
            if opener is not block:
                opener.reaches = block


def _tags(content: str) -> Iterator[tuple[str, bool, bool]]:
    """The tags of elements that need an end tag, in order: (name, whether it hides, whether it opens)."""
    raw = ""
    for match in _MARKUP.finditer(content):
        name, text = (match[1] or "").lower(), match.group()
        if name not in _PAIRED or text.endswith("/>") or (raw and name != raw):
            continue
        opens = not text.startswith("</")
        raw = name if opens and name in _RAW else ""
        yield name, opens and (name in DROPPED or hides(read_attributes(text[len(name) + 1 :]))), opens
