"""A sentence as lexemes: words, numbers, dates, clock times and addresses, with the marked spans and clauses they stand
in."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class LexemeKind(StrEnum):
    """What a lexeme is."""

    WORD = "word"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    ADDRESS = "address"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A word, number, date, clock time, address or mark as written, case kept.

    `span` numbers the bold, code or quoted span it stands in (0: none); `clause` grows by 2 at a semicolon and
    by 1 at a colon, comma, opening bracket, dash or joining word; a closing bracket takes 1 back.
    """

    kind: LexemeKind
    text: str
    span: int
    clause: int


_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_SCANNER = re.compile(
    rf"""
      (?P<address> [\w.+-]*@[\w-]+(?:\.[\w-]+)+ | (?:https?://|www\.)[^\s<>\x02\x03]*[\w/] )
    | (?P<date> \b\d{{4}}-\d\d-\d\d\b
              | \b\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?(?:{_MONTH})\b\.?(?:,?\s\d{{4}}\b)?
              | \b(?:{_MONTH})\b\.?\s\d{{1,2}}(?:st|nd|rd|th)?\b(?![:.,]\d)(?:,?\s\d{{4}}\b)?
              | \b(?:{_MONTH})\s\d{{4}}\b )
    | (?P<time> \b\d{{1,2}}:\d\d(?:\s?[ap]\.?m\b\.?)? | \b\d{{1,2}}\s?[ap]\.?m\b\.? | \b(?:noon|midnight)\b )
    | (?P<number> (?:[$€£¥]\s?)?(?<![\w.])\d+(?:,\d{{3}})*(?:\.\d+)?(?:%|k|m|bn|x|st|nd|rd|th|h|s)?(?![\w]|\.\d) )
    | (?P<word> [^\W_]+(?:['._-][^\W_]+)* )
    | (?P<mark> [;:,()/>→›–—\x02\x03] )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LINK = re.compile(r"!?\[((?:\\.|[^\[\]\\])*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_LEADING = re.compile(r"\s*(?:>\s*)*(?:(?:[-*+]|\d{1,3}[.)])\s+)?")
_FOOTNOTE = re.compile(r"\s?\[\d+\](?!\()")
_MARKED = re.compile(r"\*\*(.+?)\*\*|__(.+?)__|`([^`]+)`|“([^”]+)”|\"([^\"]+)\"")
_POSSESSIVE = re.compile(r"(?<=[^\W_])'s?(?![^\W_])")
_CELL = re.compile(r"(?<!\\)\||\t")

_PHRASES = {
    r"can(?:no|')t|can not": "can not",
    r"won't": "will not",
    r"n't": " not",
    r"(?:no|not|never) (?:longer|more|later) than|at (?:the )?(?:most|latest|maximum)": "atmost",
    r"(?:no|not) (?:less|fewer|sooner|earlier) than|at (?:the )?(?:least|minimum)": "atleast",
    r"or (?:more|higher|above|longer|later|newer)|and (?:more|above|higher)": "ormore",
    r"or (?:less|fewer|lower|below|shorter)": "orless",
    r"(?:more|longer|higher|greater) than": "morethan",
    r"(?:less|fewer|shorter|lower) than": "lessthan",
    r"up to": "upto",
    r"no longer": "not",
    r"erc[ -]20": "ERC20",
    r"trc[ -]20": "TRC20",
    r"bep[ -]20": "BEP20",
    r"(?:bnb|binance) smart chain": "BSC",
    r"free of charge|(?:at )?no (?:extra |additional )?(?:cost|charge)|without (?:a |any )?(?:fee|charge)s?": "free",
    r"(?:turn|switch)(?:ed|ing|es|s)? on": "turnedon",
    r"(?:turn|switch)(?:ed|ing|es|s)? off": "turnedoff",
    r"as soon as": "once",
    r"(?:every|each|per|a) hour": "hourly",
    r"(?:every|each|per|a) day|once a day": "daily",
    r"(?:every|each|per|a) week|once a week": "weekly",
    r"(?:every|each|per|a) month|once a month": "monthly",
    r"(?:every|each|per|a) year|once a year": "yearly",
}
"""Sayings of several words that are read as one word."""
_SPAN = r"(?<!within )(?<!after )(?<!for )(?<!about )(?<!in )(?<!under )"
"""In "within a day" the saying is a span of time; elsewhere, "a day" says how often."""


def _saying(number: int, pattern: str, meant: str) -> str:
    start = "" if pattern == "n't" else r"(?<![^\W_])"
    return rf"(?P<p{number}>{start}{_SPAN if meant.endswith('ly') else ''}(?:{pattern})(?![^\W_]))"


_PHRASE = re.compile(
    "|".join(_saying(number, *both) for number, both in enumerate(_PHRASES.items())),
    re.IGNORECASE,
)
_MEANT = tuple(_PHRASES.values())
_JOINING = {"and", "but", "while", "or", "whereas", "because", "although", "though", "if", "when", "so"}
PATH_MARKS = {">", "→", "›"}
_STEPS = {";": 2, ")": -1, **dict.fromkeys(PATH_MARKS, 0)}
"""By how much a mark changes the clause; others by 1. After a bracket the clause before it goes on."""


def lexemes(markdown: str) -> tuple[Lexeme, ...]:
    """The lexemes of a sentence, step or cells of Markdown, its list marker, link targets and footnote numbers left
    out. Takes any string."""
    found: list[Lexeme] = []
    span = spans = clause = 0
    for match in _SCANNER.finditer(_flat(markdown)):
        kind, text = LexemeKind(str(match.lastgroup)), match[0].strip()
        if text == "\x02":
            spans += 1
            span = spans
        elif text == "\x03":
            span = 0
        else:
            clause += _step(kind, text) if not span else 0
            found.append(Lexeme(kind, text, span, clause))
    return tuple(found)


def without_marker(markdown: str) -> str:
    """A sentence without its list or quote marker and its footnote numbers."""
    found = _LEADING.match(markdown)
    return _FOOTNOTE.sub("", markdown[found.end() if found else 0 :])


def _flat(markdown: str) -> str:
    text = unicodedata.normalize("NFKC", markdown).replace("’", "'")
    text = _POSSESSIVE.sub("", text)
    text = re.sub(r"[\x00-\x08\x0e-\x1f]", " ", text)
    text = _LINK.sub(r"\1", without_marker(text))
    text = _CELL.sub(" ; ", text)
    text = _PHRASE.sub(_meant, text)
    return _MARKED.sub(lambda match: f"\x02{next(part for part in match.groups() if part)}\x03", text)


def _meant(match: re.Match[str]) -> str:
    meant = _MEANT[int(str(match.lastgroup)[1:])]
    return meant[0].upper() + meant[1:] if match[0][0].isupper() else meant


def _step(kind: LexemeKind, text: str) -> int:
    if kind is LexemeKind.MARK:
        return _STEPS.get(text, 1)
    return int(kind is LexemeKind.WORD and text.lower() in _JOINING)
