"""Private keys in running text: Base58Check, 32 bytes in hexadecimal, PEM blocks, Solana key pairs, byte arrays."""

import re
from collections.abc import Iterator, Sequence

from bot.safety import base58
from bot.safety.clauses import without_public
from bot.safety.findings import Span

_HEX = "[0-9a-fA-F]"
_B58 = "[1-9A-HJ-NP-Za-km-z]"
_BASE58_KEY = re.compile(rf"(?<![0-9A-Za-z])(?:{_B58}{{50,58}}|{_B58}{{110,113}})(?![0-9A-Za-z])")
_EXTENDED_KEY = re.compile(rf"(?<![0-9A-Za-z])[xyzvutYZUV]prv{_B58}{{90,120}}(?![0-9A-Za-z])")
_SOLANA_KEY_PAIR = re.compile(rf"(?<![0-9A-Za-z]){_B58}{{87,88}}(?![0-9A-Za-z])")
_HEX_KEY = re.compile(rf"(?<![0-9A-Za-z])(?:0[xX])?(?:{_HEX}{{64}}|{_HEX}{{128}})(?![0-9A-Za-z])")
_EVEN_HEX = re.compile(
    r"(?<![0-9A-Za-z])(?:0[xX])?(?:"
    + "|".join(rf"(?:{_HEX}{{{size}}}[\s:,.|_-]{{1,3}}){{{64 // size - 1}}}{_HEX}{{{size}}}" for size in (2, 4, 8, 16))
    + r")(?![0-9A-Za-z])"
)
_HEX_GROUPS = re.compile(r"(?<![0-9A-Za-z_-])(?:0[xX])?[0-9a-fA-F]{4,60}(?:\s{1,4}[0-9a-fA-F]{1,60})+(?![0-9A-Za-z_-])")
_B58_GROUPS = re.compile(rf"(?<![0-9A-Za-z])(?>{_B58}{{3,60}}\s{{1,4}})+{_B58}{{1,60}}(?![0-9A-Za-z])")
_OTHER_KEYS = re.compile(
    r"(?<![0-9A-Za-z])(?:S[A-Z2-7]{55}|nsec1[02-9ac-hj-np-z]{58}|suiprivkey1[02-9ac-hj-np-z]{50,70}"
    r"|AGE-SECRET-KEY-1[02-9A-Z]{58}|(?:xprv|ed25519e?_sk)1[02-9ac-hj-np-z]{50,200})(?![0-9A-Za-z])"
)
"""Stellar (SEP-23), Nostr (NIP-19), Sui, age, Cardano (CIP-5)."""
_GROUP = re.compile(r"\S+")
_PEM_BEGIN = re.compile(
    r"(?<=[-–—]{2})\s?BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?[-–—]{0,10}", re.IGNORECASE
)
_MOST_DASHES = 10
_PEM_END = re.compile(r"(?<=[-–—]{2})\s?END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?[-–—]{0,10}", re.IGNORECASE)
_PEM_BODY = re.compile(r"(?>\s{0,4}[A-Za-z0-9+/=]{20,})*+(?:\s{0,2}[A-Za-z0-9+/]{1,76}={1,2})?")
_BYTES = re.compile(r"[\[({]?\s{0,4}(?<!\d)(?<!\d[.,])\d{1,3}(?>\s{0,4},\s{0,4}\d{1,3}){31,}+(?!\d)\s{0,4}[\])}]?")
_BYTE_COUNTS = (32, 64)
_FEWEST_DISTINCT = 12
_FEWEST_HEX_LETTERS = 8
_SPLIT_LENGTHS = {"5": 51, "9": 51, "K": 52, "L": 52, "c": 52, "6": 58, **dict.fromkeys("xyzvutYZUV", 111)}


def private_keys(text: str) -> list[Span]:
    """Where private keys stand in a folded text, in no order; they may overlap."""
    found = [match.span() for match in _BASE58_KEY.finditer(text) if base58.is_private_key(match.group())]
    found += [match.span() for match in _EXTENDED_KEY.finditer(text)]
    found += [match.span() for match in _OTHER_KEYS.finditer(text)]
    found += without_public(text, (match.span() for match in _SOLANA_KEY_PAIR.finditer(text)))
    found += without_public(text, (match.span() for match in _HEX_KEY.finditer(text)))
    found += without_public(
        text, (match.span() for match in _EVEN_HEX.finditer(text) if _is_hexadecimal(match.group()))
    )
    found += without_public(text, _split_hex(text))
    return found + list(_split_base58(text)) + list(_pem_blocks(text)) + list(_byte_arrays(text))


def _is_hexadecimal(text: str) -> bool:
    """Whether it has the letters and digits of random hexadecimal digits, which a table of numbers lacks."""
    letters = sum(map(text.count, "abcdefABCDEF"))
    digits = sum(map(text.count, "0123456789"))
    return letters >= _FEWEST_HEX_LETTERS and digits >= _FEWEST_HEX_LETTERS


def _split_hex(text: str) -> Iterator[Span]:
    """Groups of hexadecimal digits between spaces or line breaks that make up 64 in all."""
    for match in _HEX_GROUPS.finditer(text):
        groups = [group.span() for group in _GROUP.finditer(text, match.start(), match.end())]
        first = total = 0
        for last, (start, end) in enumerate(groups):
            total += _digits(text, start, end)
            while total > 64:
                total -= _digits(text, *groups[first])
                first += 1
            if total == 64 and first < last and _is_hexadecimal(text[groups[first][0] : end]):
                yield groups[first][0], end
                first, total = last + 1, 0


def _digits(text: str, start: int, end: int) -> int:
    return end - start - (2 if text[start : start + 2] in ("0x", "0X") else 0)


def _split_base58(text: str) -> Iterator[Span]:
    """A key in groups between spaces or line breaks, proved by its checksum."""
    for match in _B58_GROUPS.finditer(text):
        groups = [group.span() for group in _GROUP.finditer(text, match.start(), match.end())]
        joined = "".join(text[start:end] for start, end in groups)
        offsets = _offsets(groups)
        ends = {offset + end - start: end for offset, (start, end) in zip(offsets, groups, strict=True)}
        for offset, (start, _) in zip(offsets, groups, strict=True):
            length = _SPLIT_LENGTHS.get(joined[offset], 0)
            for at in (offset + length, offset + length + 1):
                if length and at in ends and _is_split_key(joined[offset:at]):
                    yield start, ends[at]


def _offsets(groups: Sequence[Span]) -> list[int]:
    """Where each group begins once the groups are joined."""
    offsets, total = [], 0
    for start, end in groups:
        offsets.append(total)
        total += end - start
    return offsets


def _is_split_key(text: str) -> bool:
    return len(set(text)) >= _FEWEST_DISTINCT and base58.is_private_key(text)


def _pem_blocks(text: str) -> Iterator[Span]:
    """From BEGIN to the END that follows it; without one, as far as the lines could be a key's."""
    begins = [match.span() for match in _PEM_BEGIN.finditer(text)]
    ends = [match.end() for match in _PEM_END.finditer(text)]
    for place, (start, stop) in enumerate(begins):
        limit = begins[place + 1][0] if place + 1 < len(begins) else len(text)
        while ends and ends[0] <= stop:
            ends.pop(0)
        if ends and ends[0] <= limit:
            yield _before_dashes(text, start), ends[0]
        elif body := _PEM_BODY.match(text, stop, limit):
            yield _before_dashes(text, start), body.end()


def _before_dashes(text: str, at: int) -> int:
    window = text[max(0, at - _MOST_DASHES) : at]
    return at - len(window) + len(window.rstrip("-–—"))


def _byte_arrays(text: str) -> Iterator[Span]:
    for match in _BYTES.finditer(text):
        numbers = [int(number) for number in re.findall(r"\d+", match.group())]
        bracketed = match.group()[0] in "[({" and match.group()[-1] in "])}"
        if len(numbers) in _BYTE_COUNTS and max(numbers) < 256 and (bracketed or len(numbers) == _BYTE_COUNTS[-1]):
            yield match.span()
