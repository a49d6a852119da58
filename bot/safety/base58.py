"""Base58Check, the spelling of Bitcoin's keys (Bitcoin wiki, "Base58Check encoding"; BIP-32, BIP-38)."""

import hashlib

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_CHECKSUM = 4
_EXTENDED_LENGTH = 78
_EXTENDED_KEY_AT = 45
_BIP38_PREFIXES = (b"\x01\x42", b"\x01\x43")


def payload(text: str) -> bytes | None:
    """The bytes under a right checksum, or None; `text` holds base58 characters only."""
    number = 0
    for character in text:
        number = number * 58 + _VALUES[character]
    zeros = len(text) - len(text.lstrip(ALPHABET[0]))
    data = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    body, checksum = data[:-_CHECKSUM], data[-_CHECKSUM:]
    right = hashlib.sha256(hashlib.sha256(body).digest()).digest()[:_CHECKSUM] == checksum
    return body if right and body else None


def is_private_key(text: str) -> bool:
    """Whether it is a private key: WIF of any coin, an extended private key (xprv, yprv, tprv, …) or BIP-38."""
    body = payload(text)
    if body is None:
        return False
    if len(body) == _EXTENDED_LENGTH:
        return body[_EXTENDED_KEY_AT] == 0
    if body[:2] in _BIP38_PREFIXES:
        return len(body) == 39
    return len(body) == 33 or (len(body) == 34 and body[-1] == 1)
