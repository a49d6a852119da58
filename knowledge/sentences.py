"""Where sentences begin and end, in plain text and in Markdown.

The rules are pysbd's (Sadvilkar and Neumann 2020, "PySBD: Pragmatic Sentence Boundary Disambiguation"). It takes
quadratic time and now and then returns a sentence that does not stand in the text. So it only sees short windows of a
masked copy of the same length, and a boundary that it proposes counts only where a sentence can end.
"""

import re
import warnings
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

Span = tuple[int, int]

_WINDOW = 1000
_OVERLAP = 250
"""Characters that pysbd sees at once, and how many of them it sees again where it found no boundary."""

_PREFIX = re.compile(r"[ \t]*(?:(?:[>|]|(?:[-*+]|#{1,6}|\d{1,9}[.)]|\[[ xX]\])(?=\s|$))[ \t]*)*")
_QUOTE = re.compile(r"[ \t]*>[ \t>]*")
_HEADING = re.compile(r"[ \t>]*#{1,6}\s")
_HARD_BREAK = re.compile(r"(?: {2}|\\)$")
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})(.*)")
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|\Z)")

_ATOM = re.compile(
    r"""
      (?P<code>  (?<!`)(?P<ticks>`+)(?!`) [^`]+ (?P=ticks)(?!`) )
    | (?P<link>  !?\[(?P<label>(?:\\.|[^\[\]\\])*)\] \( [^()\s]* (?:\([^()\s]*\)[^()\s]*)* (?:\s+"[^"]{0,300}")? \) )
    | (?P<loud>  \*\*(?=[^\s*])[^*]+(?<=\S)\*\* | (?<!\w)__(?=[^\s_])[^_]+(?<=\S)__(?!\w)
               | (?<![\w*])\*(?=[^\s*])[^*]+(?<=\S)\*(?![\w*]) | (?<!\w)_(?=[^\s_])[^_]+(?<=\S)_(?!\w) )
    | (?P<auto>  <[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*> )
    | (?P<url>   \b(?:https?://|www\.) [^\s<>"]* [^\s<>".,;:!?'*_)\]}’”»。！？] )
    """,
    re.VERBOSE,
)
_CLOSERS = re.compile(r"""[\])}"'’”»›*_]*""")
_END = re.compile(rf"[.!?]{_CLOSERS.pattern}(?=\s)|[。！？．]{_CLOSERS.pattern}")
_ABBREVIATION = re.compile(r"\b(?:e\.\s?g|i\.\s?e|cf|vs|approx|Dr|Mrs?|Ms|Prof|St)\.$")
_CLOCK = re.compile(r"\b[ap]\.m\.$", re.IGNORECASE)
_ZONE = re.compile(r"\(?[A-Z]{2,5}\b")
_NUMBERED = re.compile(r"\b(?:nos?|v|ver|pp?|art|sec|fig)\.$", re.IGNORECASE)

_PYSBD_MARKS = "∯♬♭☉☇☈☄ȸȹ∮☏ƪ♟♝ᓰᓱᓳᓴᓷᓸ✂⌬⎋"
_SPACES = "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029"
_FLAT = str.maketrans(_PYSBD_MARKS + _SPACES, "x" * len(_PYSBD_MARKS) + " " * len(_SPACES))


def sentence_spans(text: str) -> tuple[Span, ...]:
    """(start, end) of each sentence: in order, apart, without white space at either side; all other text is inside one.

    A line that begins with a list, heading, table or quote mark begins a sentence (the mark belongs to it), as do the
    lines after a blank one, a heading and a hard break; other lines go on. Code in fences is one sentence. No sentence
    ends inside a URL, a link, emphasis or a code span, nor after such abbreviations as "e.g." and "No." before a
    number; closing quotes, brackets and marks stay with theirs. Takes any string, in time linear in its length.
    """
    spans = []
    for start, end, whole in _runs(text):
        cuts = [start, *([] if whole else _boundaries(_masked(text[start:end]), start)), end]
        for left, right in pairwise(cuts):
            piece = text[left:right]
            first = left + len(piece) - len(piece.lstrip())
            if first < right:
                spans.append((first, left + len(piece.rstrip())))
    return tuple(spans)


def _runs(text: str) -> Iterator[tuple[int, int, bool]]:
    """(start, end, code in fences?) of pieces that no sentence reaches across; blank lines are in none."""
    lines = [found.span() for found in _LINE.finditer(text) if found.end() > found.start()]
    fences = _fences(text, lines)
    begun: int | None = None
    before, at = "", 0
    while at < len(lines):
        start, end = lines[at]
        line = text[start:end].rstrip("\r\n")
        if begun is not None and (at in fences or _begins(line, before)):
            yield begun, start, False
            begun = None
        if at in fences:
            yield start, lines[fences[at]][1], True
            at = fences[at]
        elif begun is None and line.strip():
            begun = start
        before, at = line, at + 1
    if begun is not None:
        yield begun, len(text), False


def _begins(line: str, before: str) -> bool:
    """Whether no sentence goes on from the line before into this one."""
    if not line.strip() or _HEADING.match(before) or _HARD_BREAK.search(before):
        return True
    prefix = _PREFIX.match(line)
    mark = prefix[0].strip() if prefix else ""
    if mark.strip("> \t"):
        return True
    quote_goes_on = bool(_QUOTE.match(before)) and (bool(line.strip("> \t")) or not before.strip("> \t"))
    return bool(mark) and not quote_goes_on


def _fences(text: str, lines: list[Span]) -> dict[int, int]:
    """First line to last line of each fenced block that is closed."""
    closed: dict[int, int] = {}
    opened, fence = 0, ""
    for at, (start, end) in enumerate(lines):
        found = _FENCE.match(text, start, end)
        if not found:
            continue
        if not fence and "`" not in found[2]:
            opened, fence = at, found[1]
        elif fence and found[1].startswith(fence) and not found[2].strip():
            closed[opened], fence = at, ""
    return closed


def _masked(run: str) -> str:
    """A copy of the same length in which marks and atoms are letters, and all white space is blanks."""
    lines = []
    for number, found in enumerate(_LINE.finditer(run)):
        mark = (_QUOTE if number else _PREFIX).match(found[0])
        width = mark.end() if mark else 0
        lines.append((" " * width if number else re.sub(r"\S", "x", found[0][:width])) + found[0][width:])
    return _ATOM.sub(_letters, "".join(lines)).translate(_FLAT)


def _letters(atom: re.Match[str]) -> str:
    """As many letters as the atom has characters: it begins like its content and may end like a sentence."""
    content = atom["label"] if atom["link"] else atom[0].strip("*_`<")
    initial = next((character for character in content if character.isalnum()), "x")
    head = "9" if initial.isdigit() else "X" if initial.isupper() else "x"
    ends = (atom["link"] or atom["loud"]) and re.search(r"[^\d\s][.!?]$", content)
    return head + "x" * (len(atom[0]) - 2) + (content[-1] if ends else "x")


def _boundaries(masked: str, offset: int) -> list[int]:
    """Where sentences of a run end (the last left out), moved by `offset`."""
    found: list[int] = []
    at, size = 0, len(masked.rstrip())
    while at < size:
        window = masked[at : min(at + _WINDOW, size)]
        ends = [at + end for end in _proposed(window) if _valid(masked, at + end)]
        found += (offset + end for end in ends)
        if at + len(window) == size:
            break
        at = ends[-1] if ends else at + _WINDOW - _OVERLAP
    return found


def _proposed(window: str) -> list[int]:
    """The ends of pysbd's sentences that are ends by `_END` too; none where a sentence does not stand in the window."""
    possible = {match.end() for match in _END.finditer(window)}
    if not possible:
        return []
    ends, at = [], 0
    for sentence in _segmenter().processor(window).process():
        start = window.find(sentence.strip(), at)
        if start < 0 or window[at:start].strip():
            return []
        at = start + len(sentence.strip())
        closers = _CLOSERS.match(window, at)
        ends.append(closers.end() if closers else at)
    return sorted(possible.intersection(ends)) if not window[at:].strip() else []


def _valid(masked: str, end: int) -> bool:
    """Whether text follows, and what stands before is no abbreviation of something that does."""
    tail, following = masked[max(0, end - 12) : end], masked[end : end + 40].lstrip()
    if not following or _ABBREVIATION.search(tail):
        return False
    if _NUMBERED.search(tail):
        return not following[0].isdigit()
    return not (_CLOCK.search(tail) and _ZONE.match(following))


@cache
def _segmenter() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes in its source, reported when it is first compiled
        from pysbd import Segmenter

    return Segmenter(language="en", clean=False)
