"""Codes, error numbers and tickers, matched exactly: "50101", "USDT-TRC20", "ERR_CONNECTION_RESET", "0x1f", "SOL"."""

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import IndexFileError
from embeddings.ids import LARGEST_ID, IdRows, Ids, checked_ids
from embeddings.scored_texts import ScoredTexts
from embeddings.terms import STOP_WORDS

CODES_FILE = "codes.json"
HEAD = {"format": 1}

CAPITALS = 0.9
"""A word is a ticker of the corpus when it is written in capitals in at least this share of its occurrences."""
MAX_CODE_CHARACTERS = 64

_EVERYDAY_TEXT = """
all always back before both caution contact copy done faq first free here help info last less more must never new next
no none not note now off ok on once one only open out over same save send stop sure tip tips two until up very warn
warning yes
"""
_NEVER = STOP_WORDS | frozenset(_EVERYDAY_TEXT.split()) | {"pm", "kb", "mb", "gb", "tb"}
"""Words that are sometimes put in capitals to be seen and still mean nothing but themselves, and units."""

_UNITS = (
    "usd[tc]?|eur|gbp|btc|eth|dollars?|euros?|pounds?|cents?|x|%|st|nd|rd|th|k|m|bn|px|[kmgt]b|ms|s|secs?|seconds?|"
    "mins?|minutes?|h|hrs?|hours?|d|days?|weeks?|months?|years?|am|pm|times|characters|digits|users|people|requests|"
    "orders|items|points|steps|percent|bits?|bytes?|[kmg]?hz|[kmg]bps|mah|v|w"
)
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s)>\]]*|(?<=\])\([^()\s]*\)", re.IGNORECASE)
_AMOUNT = re.compile(rf"[$€£¥₿]\s?\d[\d.,]*|(?<![\w.,/-])\d[\d.,]*+(?=\s?(?:{_UNITS})(?![^\W_]))", re.IGNORECASE)
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?")
_LABELLED = re.compile(r"\b(?:code|err|error|http|status)(?:[ \t]+(?:code|no|number))?[ \t:#=.(]{1,3}(\d{3,})\b", re.I)
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[-_./][A-Za-z0-9]+)*")
_PARTS = re.compile(r"[-_./]")
_CAPITALS = re.compile(r"([A-Z]{2,6})s?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SPACED = re.compile(r"(?<![^\W_])([A-Za-z]{2,6}) (\d{1,6})(?![^\W_])")


def codes(text: str) -> frozenset[str]:
    """The codes of a text, in lower case: what holds a digit and is no quantity, year, date or time; words of 2 to 6
    capital letters, unless the line is all in capitals; and joined codes with what they are joined of."""
    return frozenset(code for line in _lines(text) for code in _line_codes(line, _tokens(line)))


class CodeIndex:
    """Which codes stand in which text. Never changed once built, so threads may share it.

    Of codes made of letters alone only the corpus's known tickers count (those it nearly always writes in capitals),
    and they are found in a question however it writes them.
    """

    def __init__(self, ids: Ids, rows: dict[str, list[int]]) -> None:
        self._ids = ids
        self._places = IdRows(ids)
        self._rows = {code: np.array(places, dtype=np.int32) for code, places in rows.items()}
        self._by_bare: dict[str, list[str]] = {}
        for code in rows:
            self._by_bare.setdefault(_bare(code), []).append(code)

    @classmethod
    def build(cls, ids: Sequence[int], texts: Sequence[str]) -> "CodeIndex":
        """An index of `texts` under `ids` (unique, not negative; else ValueError)."""
        checked = checked_ids(ids, len(texts))
        capital_words = _capital_words(texts)
        rows: dict[str, list[int]] = {}
        for row, text in enumerate(texts):
            for code in codes(text):
                if _is_known(code, capital_words):
                    rows.setdefault(code, []).append(row)
        return cls(checked, dict(sorted(rows.items())))

    @classmethod
    def load(cls, folder: Path) -> "CodeIndex":
        """The index that `save` wrote; IndexFileError when its file is missing, damaged or of another version."""
        try:
            content = json.loads((folder / CODES_FILE).read_text(encoding="utf-8"))
            head = {name: content[name] for name in HEAD}
            ids, rows = content["ids"], content["codes"]
        except FileNotFoundError as error:
            raise IndexFileError(
                f"The index of codes in {folder} lacks {CODES_FILE}; build the index again."
            ) from error
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise IndexFileError(
                f"The index of codes in {folder} is damaged ({error}); build the index again."
            ) from error
        if head != HEAD:
            raise IndexFileError(f"The index of codes in {folder} was built by another version; build the index again.")
        if not _consistent(ids, rows):
            raise IndexFileError(f"The parts of the index of codes in {folder} do not fit; build the index again.")
        return cls(np.array(ids, dtype=np.int64), rows)

    def save(self, folder: Path) -> None:
        """Writes one file into `folder`, the same bytes for the same texts; IndexFileError when that fails."""
        rows = {code: places.tolist() for code, places in self._rows.items()}
        content = json.dumps({**HEAD, "ids": self._ids.tolist(), "codes": rows})
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / CODES_FILE).write_text(content, encoding="utf-8")
        except OSError as error:
            raise IndexFileError(f"The index of codes cannot be written to {folder}: {error}.") from error

    @property
    def ids(self) -> list[int]:
        """The ids in the order in which they were given."""
        return [int(id_) for id_ in self._ids]

    @property
    def codes(self) -> list[str]:
        """Every code of the corpus, in alphabetical order."""
        return list(self._rows)

    def __len__(self) -> int:
        return len(self._ids)

    def question_codes(self, text: str) -> frozenset[str]:
        """The codes of the corpus that stand in a question, in any case, joined otherwise or not at all ("trc 20"),
        and what looks like a code but is unknown to the corpus."""
        return self._known(text) | {code for code in codes(text) if not code.isalpha()}

    def scored(self, question: str) -> ScoredTexts:
        """For every text the share (0 to 1, by information) of the question's codes known to the corpus that stand in
        it; 0 for a question without any."""
        return ScoredTexts(self._ids, self._scores(question), self._places, "the index of codes")

    def matches(self, question: str, id: int) -> frozenset[str]:
        """The question's codes that stand in that text; ValueError for an unknown id."""
        (row,) = self._places.of([id], "the index of codes").tolist()
        return frozenset(code for code in self._known(question) if row in self._rows[code])

    def _known(self, text: str) -> frozenset[str]:
        found: set[str] = set()
        for line in _lines(text):
            tokens = _tokens(line)
            found.update(code for bare in _bare_forms(line, tokens) for code in self._by_bare.get(bare, ()))
            found.update(code for code in _line_codes(line, tokens) if code in self._rows)
        return frozenset(found)

    def _scores(self, question: str) -> NDArray[np.float64]:
        scores = np.zeros(len(self._ids))
        weights = {code: self._idf(code) for code in sorted(self._known(question))}
        for code, weight in weights.items():
            scores[self._rows[code]] += weight
        return np.minimum(scores / (math.fsum(weights.values()) or 1.0), 1.0)

    def _idf(self, code: str) -> float:
        frequency = len(self._rows[code])
        return math.log1p((len(self._ids) - frequency + 0.5) / (frequency + 0.5))


def _lines(text: str) -> Iterator[str]:
    """The lines without accents, compatibility forms, addresses of the web and points in time."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(character for character in decomposed if not unicodedata.combining(character))
    for line in text.splitlines():
        yield _TIMESTAMP.sub(" ", _ADDRESS.sub(" ", line))


def _tokens(line: str) -> list[str]:
    return [token for token in _TOKEN.findall(_AMOUNT.sub(" ", line)) if len(token) <= MAX_CODE_CHARACTERS]


def _is_shouted(tokens: Sequence[str]) -> bool:
    words = [word for token in tokens for word in _PARTS.split(token) if word.isalpha()]
    return all(map(str.isupper, words)) and any(len(word) > 6 or word.lower() in STOP_WORDS for word in words)


def _may_hold_words(token: str) -> bool:
    """Whether what a token is joined of may be words of their own: not in names of files, hosts and variables."""
    return "_" not in token and "." not in token


def _line_codes(line: str, tokens: Sequence[str]) -> Iterator[str]:
    yield from _LABELLED.findall(line)
    shouted = _is_shouted(tokens)
    for token in tokens:
        yield from _token_codes(token, shouted)


@lru_cache(maxsize=2**13)
def _token_codes(token: str, shouted: bool) -> tuple[str, ...]:
    if token.replace(".", "").isdigit() and "." in token:
        return ()
    parts = _PARTS.split(token)
    alone = [code for part in parts if (code := _word_code(part, shouted or not _may_hold_words(token)))]
    is_joined = len(parts) > 1 and ("_" in token or _is_joined_code(parts, shouted))
    return (*alone, token.lower()) if is_joined else tuple(alone)


def _word_code(word: str, shouted: bool) -> str | None:
    if word.isalpha():
        capitals = None if shouted else _CAPITALS.fullmatch(word)
        code = capitals[1].lower() if capitals else ""
        return code if code and code not in _NEVER else None
    if word.isdigit():
        return word if len(word) > 3 and not _YEAR.fullmatch(word) else None
    return word.lower() if len(word) > 2 and any(map(str.isdigit, word)) else None


def _is_joined_code(parts: Sequence[str], shouted: bool) -> bool:
    bare = "".join(parts)
    return (
        not bare.isdigit()
        and all((part.isupper() and not shouted) or any(map(str.isdigit, part)) for part in parts)
        and any(_word_code(part, shouted) for part in parts)
    )


def _capital_words(texts: Sequence[str]) -> frozenset[str]:
    """The words and joined words, in lower case, that the corpus nearly always writes in capitals."""
    written: Counter[str] = Counter()
    for tokens in (_tokens(line) for text in texts for line in _lines(text)):
        if not _is_shouted(tokens):
            written.update(tokens)
    counts: dict[str, list[int]] = {}
    for token, times in written.items():
        for word in {token, *(_PARTS.split(token) if _may_hold_words(token) else ())}:
            capitals = _CAPITALS.fullmatch(word)
            count = counts.setdefault((capitals[1] if capitals else word).lower(), [0, 0])
            count[0] += times * (bool(capitals) or word.isupper())
            count[1] += times
    return frozenset(word for word, (capitals, all_) in counts.items() if capitals >= CAPITALS * all_)


def _is_known(code: str, capital_words: frozenset[str]) -> bool:
    """Whether a code of a text is one of the corpus: letters alone could be a word that somebody put in capitals."""
    has_word = any(len(part) > 1 and part.isalpha() for part in _PARTS.split(code))
    return "_" in code or not has_word or code in capital_words


def _bare(code: str) -> str:
    """What different ways to join a code have in common."""
    if "_" in code:
        return code
    return _PARTS.sub("" if any(map(str.isdigit, code)) else "-", code)


def _bare_forms(line: str, tokens: Sequence[str]) -> Iterator[str]:
    """Under what the codes of a question may be known; numbers alone are left to `codes`."""
    for word, number in _SPACED.findall(line):
        yield (word + number).lower()
    for token in tokens:
        forms = {_bare(token), *(part for part in _PARTS.split(token) if _may_hold_words(token) or not part.isalpha())}
        yield from (form.lower() for form in sorted(forms) if not form.isdigit())


def _consistent(ids: Any, rows: Any) -> bool:
    return bool(
        isinstance(ids, list)
        and isinstance(rows, dict)
        and all(type(id_) is int and 0 <= id_ <= LARGEST_ID for id_ in ids)
        and len(set(ids)) == len(ids)
        and all(isinstance(places, list) and places for places in rows.values())
        and all(type(row) is int and 0 <= row < len(ids) for places in rows.values() for row in places)
        and all(low < high for places in rows.values() for low, high in pairwise(places))
    )
