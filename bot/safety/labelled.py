"""Secrets known by the words before them: "my API key is …", "password: …", "2FA code 123 456"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.safety.findings import SecretKind, Span

_QUOTES = "\"'`“”‘’«»„"
_IS = (
    r"(?:\s{0,3}(?:[\"'`”’*)_]{0,3}\s{0,2}(?::=|[:=]>?|=>|->|→|[-–—](?=\s))|\s(?:is|was|are|ist|es|est)\b"
    r"(?:\s(?:now|still|currently|(?:changed |set |reset )?to))?\s?[:=]?)"
    r"[\s*_`(]{0,6})"
)
"""What joins a label to its value: a colon, an equals sign, an arrow, "is"; Markdown emphasis around them."""
_VALUE = r"[^\s\"'`“”‘’«»„<>]{1,512}"
_PRIVATE_LABEL = r"(?:private[\s_-]?key|priv[\s_-]?key|secret[\s_-]?(?:recovery[\s_-]?)?seed|\bwif\b)"
_STRONG_LABEL = (
    r"(?:api[\s_-]?(?:key|secret|token|pass(?:word|phrase)?)(?:[\s_-]?(?:secret|id))?"
    r"|secret[\s_-]?(?:api[\s_-]?)?key|secret|access[\s_-]?(?:key|token)|client[\s_-]?secret"
    r"|(?:auth|refresh|session|bearer)[\s_-]?token|pass\s?phrase|pass[\s_-]?word|passwd|pwd|passcode"
    r"|(?:2fa|totp|otp|authenticator|backup|recovery|setup)[\s_-]?(?:key|secret|seed|codes?)"
    r"|contraseña|mot de passe|passwort|senha)"
)
_WEAK_LABEL = r"(?:token|key)"
_LABELLED = re.compile(
    rf"(?<![A-Za-z])(?:(?P<private>{_PRIVATE_LABEL})|(?P<strong>{_STRONG_LABEL})|(?P<weak>{_WEAK_LABEL}))s?(?![a-z])"
    rf"(?:(?P<is>{_IS})|(?P<plain>\s{{1,4}}|\s?\())"
    rf"(?:(?P<quote>[{_QUOTES}])(?P<quoted>[^\n{_QUOTES}]{{4,256}})[{_QUOTES}]|(?P<token>{_VALUE}))",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)]}>*_"
_SYMBOLS = frozenset("$%^&*#@!+=~|\\")
_NOT_A_SECRET = re.compile(
    r"\[|\S*://|www\.|0x[0-9a-f]{40}$|bc1[0-9a-z]{20,}$|T[1-9A-HJ-NP-Za-km-z]{33}$|[^@\s]+@[^@\s]+\.[a-z]{2,}$",
    re.IGNORECASE,
)
"""A link, an address on the web or a chain, an e-mail address."""
_PROSE = re.compile(
    r"(?:incorrect|invalid|wrong|required|expired|missing|null|none|true|false|undefined|empty|too|not|must|should|forgot\w*"
    r"|weak|strong|string|pass\w*|your|the|an?|is|are|can\w*|at|please|enter|x+|\*+|\.+)\b|[*.•]+$",
    re.IGNORECASE,
)
"""How a quoted message about a secret begins, or a placeholder."""


@dataclass(frozen=True, slots=True)
class _Demand:
    """How long a value must be to count, after "is" or a colon and after nothing."""

    joined: int
    plain: int


_DEMANDS = {"private": _Demand(8, 20), "strong": _Demand(6, 16), "weak": _Demand(16, 32)}


def labelled_secrets(text: str) -> Iterator[tuple[SecretKind, Span]]:
    """Each labelled value in a folded text with its kind; the label itself stays."""
    at = 0
    while match := _LABELLED.search(text, at):
        strength = next(name for name in _DEMANDS if match[name])
        kind = SecretKind.PRIVATE_KEY if strength == "private" else SecretKind.API_KEY
        span = _value(match, strength)
        if span:
            yield kind, span
        at = span[1] if span else max(match.end("is"), match.end("plain"))


def _value(match: re.Match[str], strength: str) -> Span | None:
    demand = _DEMANDS[strength]
    if match["quoted"]:
        value = match["quoted"].strip()
        if _PROSE.match(value):
            return None
        if match["is"] and strength != "weak" and not _NOT_A_SECRET.match(value):
            return match.span("quoted")
        return _counted(value, match.start("quoted"), demand.joined if match["is"] else demand.plain)
    value = match["token"].rstrip(_TRAILING)
    return _counted(value, match.start("token"), demand.joined if match["is"] else demand.plain)


def _counted(value: str, start: int, least: int) -> Span | None:
    """The span of a value that is long enough and mixed enough to be nothing but a secret."""
    if len(value) < least or _NOT_A_SECRET.match(value):
        return None
    letters = any(character.isalpha() for character in value)
    digits = any(character.isdigit() for character in value)
    symbols = any(character in _SYMBOLS for character in value[1:])
    return (start, start + len(value)) if letters and (digits or symbols) else None
