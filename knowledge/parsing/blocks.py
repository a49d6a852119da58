"""Raw HTML blocks in Markdown, each written as Markdown in its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it.token import Token

from knowledge.parsing.edits import Edit, Lines, continued
from knowledge.parsing.elements import DROPPED, KNOWN, OPTIONAL_END, VOID, hides
from knowledge.parsing.html import fragment_to_markdown
from knowledge.parsing.tokens import render

_FIRST_TAG = re.compile(r"\s*</?([A-Za-z][A-Za-z0-9-]*)")
_MARKUP = re.compile(r"""<!--.*?(?:-->|\Z)|</?([A-Za-z][A-Za-z0-9-]*)(?=[\s/>])(?:"[^"]*"|'[^']*'|[^"'>])*>?""", re.DOTALL)


@dataclass(slots=True)
class _Block:
    """An HTML block: its lines, what stands before them, the heading level above it, the last block that its tags reach."""

    token: Token
    first: int
    end: int
    parent_end: int
    level: int
    reaches: "_Block | None" = None
    open: list[tuple[str, bool]] = field(default_factory=list)


def html_block_edits(tokens: list[Token], lines: Lines) -> Iterator[Edit]:
    """The edits that write each HTML block as Markdown.

    An element that spans several blocks (`<details>`, a blank line, Markdown, `</details>`) is written as a whole; one that
    hides and is never closed hides the rest of its list item, quote or article, as in a browser.
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
    prefix = line[: len(line) - len(first_line)] if line.endswith(first_line) else line[: len(line) - len(line.lstrip())]
    name = _FIRST_TAG.match(content)
    if name and name[1].lower() not in KNOWN:
        at = lines.starts[block.first] + line.index("<", len(prefix))
        return Edit(at, at + 1, "\\<"), block.first + 1
    end = block.end
    if block.reaches is not None:
        end = block.reaches.end
        content = render("\n".join(_unprefixed(text, prefix) for text in lines.lines[block.first : end]))
    elif any(hidden for _, hidden in block.open):
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
    below = end < len(lines.lines) and lines.lines[end].strip(" >")
    return [*([blank] if above else []), *placed, *([blank] if below else [])]


def _unprefixed(line: str, prefix: str) -> str:
    head = line[: len(prefix)]
    return line[len(prefix) :] if head == prefix or not head.strip(" >") else line.lstrip(" >")


def _escape_unknown(match: re.Match[str]) -> str:
    name = match[1]
    return f"&lt;{match.group()[1:]}" if name and name.lower() not in KNOWN else match.group()


def _blocks(tokens: list[Token], line_count: int) -> list[_Block]:
    found: list[_Block] = []
    parents: list[tuple[int, list[_Block]]] = [(line_count, [])]
    level = 1
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
        if token.nesting == 1:
            parents.append((token.map[1] if token.map else parents[-1][0], []))
        elif token.nesting == -1:
            parents.pop()
        elif token.type == "html_block" and token.map:
            parent_end, siblings = parents[-1]
            block = _Block(token, token.map[0], token.map[1], parent_end, level)
            _pair_tags(block, siblings)
            siblings.append(block)
            found.append(block)
    return found


def _pair_tags(block: _Block, siblings: list[_Block]) -> None:
    """Let the blocks before this one, whose elements it closes, reach to it. Blocks that are all closed leave the list."""
    reader = _TagEvents()
    reader.feed(block.token.content)
    reader.close()
    for name, hidden, opens in reader.events:
        if opens:
            block.open.append((name, hidden))
        elif any(name == tag for tag, _ in block.open):
            _shut(block, name)
        else:
            opener = next((at for at in range(len(siblings) - 1, -1, -1) if any(name == tag for tag, _ in siblings[at].open)), None)
            if opener is not None:
                for inner in siblings[opener + 1 :]:
                    inner.open.clear()
                _shut(siblings[opener], name)
                siblings[opener].reaches = block
                del siblings[opener + 1 :]
    siblings[:] = [sibling for sibling in siblings if sibling.open]


def _shut(block: _Block, name: str) -> None:
    at = max(at for at, (tag, _) in enumerate(block.open) if tag == name)
    del block.open[at:]


class _TagEvents(HTMLParser):
    """The tags of a fragment that need an end tag, in order: (name, hidden, whether it opens)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.events: list[tuple[str, bool, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in KNOWN and tag not in VOID and tag not in OPTIONAL_END:
            self.events.append((tag, tag in DROPPED or hides(dict(attrs)), True))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag that closes itself opens nothing."""

    def handle_endtag(self, tag: str) -> None:
        if tag in KNOWN and tag not in VOID and tag not in OPTIONAL_END:
            self.events.append((tag, False, False))
