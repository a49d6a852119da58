"""What a text directive matches on a page: a small reference of https://wicg.github.io/scroll-to-text-fragment/.

Written from the specification and over the served HTML, apart from the code that makes directives, to judge it. Pure.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

_INLINE = frozenset(
    ("a", "abbr", "b", "code", "em", "i", "img", "mark", "small", "span", "strong", "sub", "sup", "time")
)
_UNSEEN = {"head", "script", "style", "noscript", "template", "svg", "title"}
_COLLAPSED = " \t\n\r\f"
_QUOTES = {**dict.fromkeys("‘’‚‛", "'"), **dict.fromkeys("“”„‟", '"')}
_MID_LETTER, _MID_NUMBER = ":·.'‘’․‧", ",;.'‘’․⁄"


@dataclass(frozen=True, slots=True)
class Match:
    """Where a directive matched: the text from a character of a block up to one of another."""

    first: tuple[int, int]
    after: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Terms:
    """A text directive, decoded; empty where a term is missing."""

    prefix: str
    start: str
    end: str
    suffix: str


def parse_directive(directive: str) -> Terms | None:
    """The terms of `prefix-,start,end,-suffix`, percent-encoded; None when that is not its form."""
    tokens = directive.split(",")
    prefix = tokens.pop(0)[:-1] if tokens[0].endswith("-") else ""
    suffix = tokens.pop()[1:] if tokens and tokens[-1].startswith("-") else ""
    if len(tokens) not in (1, 2) or not all(tokens) or any("-" in each or "&" in each for each in tokens):
        return None
    return Terms(unquote(prefix), unquote(tokens[0]), unquote("".join(tokens[1:])), unquote(suffix))


def matches(directive: str, blocks: Sequence[str]) -> tuple[Match, ...]:
    """Every place of a page that a directive fits, in order, each beginning elsewhere; a browser goes to the first.

    `blocks` are the page's texts. A match spans blocks, but each term lies in one.
    """
    terms = parse_directive(directive)
    if terms is None:
        return ()
    page = [_searched(text) for text in blocks]
    return tuple(_found(terms, page))


def _found(terms: Terms, page: Sequence["_Searched"]) -> Iterator[Match]:
    if not terms.prefix:
        for start in _find(terms.start, page, (0, 0), True, bool(terms.end) or not terms.suffix):
            if match := _completed(terms, page, start):
                yield match
        return
    for prefix in _find(terms.prefix, page, (0, 0), True, False):
        at = _next_text(page, prefix.after)
        follows = next(_find(terms.start, page, at, False, bool(terms.end) or not terms.suffix), None)
        if follows and follows.first == at and (match := _completed(terms, page, follows)):
            yield match


def _completed(terms: Terms, page: Sequence["_Searched"], start: Match) -> Match | None:
    """The match that begins with `start`, with its end and in front of its suffix."""
    ends = _find(terms.end, page, start.after, True, not terms.suffix) if terms.end else iter((start,))
    for end in ends:
        at = _next_text(page, end.after)
        if not terms.suffix or any(each.first == at for each in _find(terms.suffix, page, at, False, True, near=True)):
            return Match(start.first, end.after)
    return None


def _find(
    term: str,
    page: Sequence["_Searched"],
    since: tuple[int, int],
    bound_left: bool,
    bound_right: bool,
    near: bool = False,
) -> Iterator[Match]:
    """The places of a term from `since` on, with word boundaries where asked; only those in its block if `near`."""
    block, character = since
    for number in range(block, block + 1 if near else len(page)):
        for left, right in page[number].places(term, character if number == block else 0) if number < len(page) else ():
            text = page[number].text
            if (not bound_left or at_word_boundary(text, left)) and (not bound_right or at_word_boundary(text, right)):
                yield Match((number, left), (number, right))


def _next_text(page: Sequence["_Searched"], place: tuple[int, int]) -> tuple[int, int]:
    """The first place from `place` on that is no white space."""
    block, character = place
    while block < len(page):
        for at in range(character, len(page[block].text)):
            if not page[block].text[at].isspace():
                return block, at
        block, character = block + 1, 0
    return len(page), 0


class _Searched:
    """A block's text by base characters, each with its place in the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        pairs = [(base, at) for at, character in enumerate(text) for base in _bases(character)]
        self._bases = "".join(base for base, _ in pairs)
        self._at = [at for _, at in pairs]

    def places(self, term: str, since: int) -> Iterator[tuple[int, int]]:
        """(start, end) of each place of a term from the character `since` on; they may overlap."""
        wanted = "".join(base for character in term for base in _bases(character))
        place = self._bases.find(wanted) if wanted else -1
        while place >= 0:
            left, right = self._at[place], self._at[place + len(wanted) - 1] + 1
            while right < len(self.text) and not any(_bases(self.text[right])):
                right += 1
            if left >= since:
                yield left, right
            place = self._bases.find(wanted, place + 1)


@lru_cache(maxsize=4096)
def _searched(text: str) -> _Searched:
    return _Searched(text)


@cache
def _bases(character: str) -> str:
    """A character as its base characters: the primary level of https://www.unicode.org/reports/tr10/, nearly."""
    if character.isascii():
        return character.lower()
    split = unicodedata.normalize("NFKD", _QUOTES.get(character, character)).casefold()
    return "".join(each for each in split if not unicodedata.combining(each) and unicodedata.category(each) != "Cf")


def at_word_boundary(text: str, place: int) -> bool:
    """Whether a word may begin or end at `place`, by https://www.unicode.org/reports/tr29/#Word_Boundaries.

    Where a script writes no space between words, every place is one, as in that report without a dictionary.
    """
    if place <= 0 or place >= len(text):
        return True
    if _kind(text[place]) == "extend":
        return False
    left = place - 1
    while left > 0 and _kind(text[left]) == "extend":
        left -= 1
    kinds = _kind(text[left]), _kind(text[place])
    if kinds[0] in ("letter", "number", "join") and kinds[1] in ("letter", "number", "join"):
        return False
    before = _kind(text[left - 1]) if left > 0 else ""
    after = _kind(text[place + 1]) if place + 1 < len(text) else ""
    within_word = (kinds[0] == after == "letter" and text[place] in _MID_LETTER) or (
        before == kinds[1] == "letter" and text[left] in _MID_LETTER
    )
    within_number = (kinds[0] == after == "number" and text[place] in _MID_NUMBER) or (
        before == kinds[1] == "number" and text[left] in _MID_NUMBER
    )
    return not (within_word or within_number or text[place - 1] == "\u200d")


def _kind(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Mc", "Cf") or "\U0001f3fb" <= character <= "\U0001f3ff":
        return "extend"
    if category == "Nd":
        return "number"
    if category == "Pc" or character == "\u202f":
        return "join"
    return "letter" if category[0] == "L" and not _without_spaces(character) else "other"


def _without_spaces(character: str) -> bool:
    name = unicodedata.name(character, "")
    return name.startswith(("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"))


def page_blocks(html: str) -> tuple[str, ...]:
    """The texts of a page that a browser's search sees, block by block, white space collapsed as it is shown."""
    body = LexborHTMLParser(html).body
    blocks: list[str] = [""]
    if body is not None:
        _collect(body, blocks, pre=False)
    return tuple(shown for block in blocks if (shown := block.strip(_COLLAPSED)))


def _collect(node: LexborNode, blocks: list[str], pre: bool) -> None:
    for child in node.iter(include_text=True):
        tag = child.tag
        if tag == "-text":
            _append(child.text_content or "", blocks, pre)
        elif tag == "br":
            blocks[-1] = blocks[-1].rstrip(" ") + "\n"
        elif tag not in _UNSEEN and "hidden" not in child.attributes:
            block = tag not in _INLINE
            blocks += [""] if block else []
            _collect(child, blocks, pre or tag == "pre")
            blocks += [""] if block else []


def _append(text: str, blocks: list[str], pre: bool) -> None:
    for character in text:
        if pre or character not in _COLLAPSED:
            blocks[-1] += character
        elif blocks[-1] and blocks[-1][-1] not in " \n":
            blocks[-1] += " "
