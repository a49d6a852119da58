"""What a language model wrote, taken apart into statements and put together again from an allow-list.

Of a model's Markdown only words, bold, numbered steps, bullets and paragraphs pass. Links keep their words; pictures,
HTML, headings, code marks and addresses in angle brackets are gone; numbers in brackets are read as citations and never
shown as written. Pure.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from markdown_it import MarkdownIt

from knowledge.rendering import plain_text
from knowledge.sentences import sentence_spans


class Form(StrEnum):
    """What a statement is part of: a paragraph, a step of a numbered list, or a bullet."""

    PARAGRAPH = "paragraph"
    STEP = "step"
    BULLET = "bullet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence or step: as CommonMark of the allow-list, as the text that it shows, and the numbers that it cites.

    `opens` when it begins a paragraph or a list item; `step` is the number that a step was given. A statement that
    `announces` ends in a colon and cites nothing: it says nothing by itself.
    """

    markdown: str
    plain: str
    cited: tuple[int, ...]
    form: Form
    opens: bool
    step: int = 0

    @property
    def announces(self) -> bool:
        """Whether it only says that something comes."""
        return self.plain.endswith(":") and not self.cited


_CITED = re.compile(
    r"\s*(?:\[\s*\^?\d+(?:\s*[,;–-]\s*\^?\d+)*\s*\](?:\([^()\s]*\))?|【\s*\d+[^】\n]{0,40}】)",
)
_CITED_AFTER_END = re.compile(rf"([.!?:])((?:{_CITED.pattern})+)")
_CITED_FIRST = re.compile(rf"(?:{_CITED.pattern})+[.!?]*")
_BRACKETED = re.compile(r"[\[［【]\W*\d+\W*[\]］】]")
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?:(?P<number>\d{1,3})[.)]|[-*+•–])[ \t]+")
_SKIPPED = re.compile(r"\s*(?:`{3}|~{3}|#{1,6}(?:\s|$)|\[[^\]]*\]:\s|(?:[-*_]\s*){3,}$|\|[\s:|-]*$)")
_SPECIAL = re.compile(r"[\\`*\[\]<]|(?<!\w)_|_(?!\w)|&(?=#|\w+;)")
_SPECIAL_FIRST = re.compile(r"[#>=~-]|\+(?=\s|$)|\d{1,9}(?=[.)](?:\s|$))")
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|www\.)[^\s<>\"]*[^\s<>\".,;:!?')\]]|[^\s@<>]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE
)
_UNSEEN = ("Cc", "Cf", "Co", "Cs")
_SPACE = re.compile(r"\s+")
_SPACE_BEFORE_END = re.compile(r"\s+(?=[.,;:!?](?:\s|$))")


class StatementReader:
    """Takes text as it comes and gives the statements of every line that has ended. However the text is cut into
    pieces, the statements are the same."""

    def __init__(self) -> None:
        self._rest = ""
        self._opens = True
        self._form = Form.PARAGRAPH
        self._step = 0

    def feed(self, text: str) -> Iterator[Statement]:
        """The statements that `text` completes."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            yield from self._read(line)

    def end(self) -> Iterator[Statement]:
        """The statements of the last line."""
        line, self._rest = self._rest, ""
        yield from self._read(line)

    def _read(self, line: str) -> Iterator[Statement]:
        line = line.rstrip().lstrip("> ") if line.lstrip().startswith(">") else line.rstrip()
        if not line.strip() or _SKIPPED.match(line):
            self._opens = True
            return
        content = self._without_marker(line).strip().strip("|").replace("|", " ")
        content = _CITED_AFTER_END.sub(r"\2\1", content)
        found = [self._statement(sentence) for sentence in _sentences(content)]
        for statement in _with_citations([statement for statement in found if statement]):
            yield replace(statement, opens=self._opens)
            self._opens = self._opens and statement.announces

    def _without_marker(self, line: str) -> str:
        """The line's words, with the form that its marker says. What is nested in an item goes on with it."""
        item = _ITEM.match(line)
        in_item = self._form is not Form.PARAGRAPH
        indented = line[:1] in (" ", "\t")
        if item and not (in_item and len(item["indent"].expandtabs(4)) >= 2):
            self._opens = True
            self._form = Form.STEP if item["number"] else Form.BULLET
            self._step = int(item["number"] or 0)
        elif not item and not (in_item and indented):
            self._opens = self._opens or in_item
            self._form = Form.PARAGRAPH
            self._step = 0
        elif self._opens and in_item:
            self._opens = False
        return line[item.end() :] if item else line

    def _statement(self, content: str) -> Statement | None:
        cited = [int(number) for found in _CITED.finditer(content) for number in _numbers(found[0])]
        markdown, plain = rebuilt(_CITED.sub("", content))
        if not re.search(r"\w", plain):
            return None
        return Statement(
            markdown=markdown,
            plain=plain,
            cited=tuple(dict.fromkeys(cited)),
            form=self._form,
            opens=False,
            step=self._step,
        )


def _sentences(content: str) -> list[str]:
    """The sentences of a line, each with the citations right after it."""
    found: list[str] = []
    for start, end in sentence_spans(content):
        sentence = content[start:end]
        if found and (leading := _CITED_FIRST.match(sentence)):
            found[-1] += leading[0]
            sentence = sentence[leading.end() :]
        found.append(sentence)
    return found


def _with_citations(line: Sequence[Statement]) -> list[Statement]:
    """The statements of a line; one that cites nothing rests on what the next one of the same line cites."""
    cited: tuple[int, ...] = ()
    found = []
    for statement in reversed(line):
        cited = statement.cited or cited
        found.append(statement if statement.announces else replace(statement, cited=cited))
    return found[::-1]


def rebuilt(content: str) -> tuple[str, str]:
    """One line of a model's Markdown as CommonMark with bold only, and the text that a browser shows for it."""
    parts: list[str] = []
    shown: list[str] = []
    bold: list[int] = []
    hidden = False
    visible = "".join(each for each in content if unicodedata.category(each) not in _UNSEEN)
    for token in _inline_parser().parseInline(visible)[0].children or ():
        match token.type:
            case "text" | "code_inline" | "text_special" if not hidden:
                text = _SPACE.sub(" ", token.content)
                shown.append(text)
                parts.append(_SPECIAL.sub(r"\\\g<0>", text))
            case "softbreak" | "hardbreak" | "html_inline":
                shown.append(" ")
                parts.append(" ")
            case "strong_open":
                bold.append(len(parts))
            case "strong_close" if bold and (opened := bold.pop()) is not None and not bold:
                inside = "".join(parts[opened:])
                parts[opened:] = [_bold(inside)]
            case "link_open":
                hidden = token.markup == "autolink"
            case "link_close":
                hidden = False
    plain = _tidy("".join(shown))
    markdown = _safe_first(_tidy("".join(parts)))
    if " ".join(plain_text(markdown).split()) != plain:  # marks that fell together: the words alone are enough
        markdown = _safe_first(_SPECIAL.sub(r"\\\g<0>", plain))
    return markdown, plain


def addresses(text: str) -> tuple[str, ...]:
    """The web and mail addresses in a text."""
    return tuple(_ADDRESS.findall(text))


def has_bracketed_number(text: str) -> bool:
    """Whether a reader could take something in `text` for a citation, however it was written."""
    return _BRACKETED.search(text) is not None


def lay_out(statements: Sequence[Statement], numbers: Sequence[Sequence[int]]) -> str:
    """The statements as CommonMark, each with its footnote numbers: paragraphs, and lists of one level."""
    text, before, count = "", None, 0
    for statement, cited in zip(statements, numbers, strict=True):
        said = f"{statement.markdown} {' '.join(f'[{number}]' for number in cited)}"
        in_list = before is not None and before.form is statement.form is not Form.PARAGRAPH
        if before is not None and not statement.opens:
            text += f" {said}"
        elif statement.form is Form.PARAGRAPH:
            text += f"\n\n{said}"
        else:
            goes_on = in_list or statement.step == count + 1
            count = (count + 1 if goes_on else 1) if statement.form is Form.STEP else count
            marker = f"{count}." if statement.form is Form.STEP else "-"
            text += ("\n" if in_list else "\n\n") + f"{marker} {said}"
        before = statement
    return text.strip()


def _numbers(cited: str) -> Iterator[int]:
    """The numbers of a citation mark; a range stands for all in it, 【3†source】 for its first."""
    found = [int(number) for number in re.findall(r"\d{1,9}", cited)]
    if "【" in cited:
        yield from found[:1]
    elif re.search(r"\d\s*[–-]\s*\d", cited) and len(found) == 2 and found[0] <= found[1] <= found[0] + 10:
        yield from range(found[0], found[1] + 1)
    else:
        yield from found


def _tidy(text: str) -> str:
    return _SPACE_BEFORE_END.sub("", " ".join(text.split()))


def _bold(inside: str) -> str:
    words = inside.strip()
    before, after = inside[: len(inside) - len(inside.lstrip())], inside[len(inside.rstrip()) :]
    return f"{before}**{words}**{after}" if words else inside


def _safe_first(markdown: str) -> str:
    """The line with whatever would begin a block at its start taken literally."""
    found = _SPECIAL_FIRST.match(markdown)
    if found is None:
        return markdown
    place = found.end() if found[0].isdigit() else 0
    return f"{markdown[:place]}\\{markdown[place:]}"


@cache
def _inline_parser() -> MarkdownIt:
    """Knows HTML and links to anywhere, so that they can be left out instead of being shown as text."""
    parser = MarkdownIt("commonmark", {"html": True})
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005
    return parser
