"""Which passwords an agent may choose: long ones that are not easy to guess, and no other rule (NIST SP 800-63B-4,
section 3.1.1.2: at least 15 characters where the password is the only factor, at least 64 allowed, a list of what is
refused, no rules of composition, no expiry)."""

import re
import unicodedata
from collections.abc import Iterable

MIN_CHARACTERS = 15
MAX_CHARACTERS = 128
LEFT_CHARACTERS = 8
LEFT_DIFFERENT = 5
"""How much must be left, of how many different characters, when all that is guessed first is taken out."""
SHORTEST_NAME = 3
"""Shorter parts of a name are found in any text."""

_EXPECTED = (
    "abc123",
    "admin",
    "agent",
    "changeme",
    "console",
    "customer",
    "default",
    "dragon",
    "football",
    "footnote",
    "helpcenter",
    "helpdesk",
    "iloveyou",
    "letmein",
    "login",
    "master",
    "monkey",
    "passphrase",
    "pssw0rd",
    "passw0rd",
    "password",
    "princess",
    "secret",
    "sunshine",
    "support",
    "trustno1",
    "welcome",
)
"""What is tried first: the heads of the lists of leaked passwords, and the words of this place."""
_WELL_KNOWN = frozenset(
    {
        "correcthorsebatterystaple",
        "thequickbrownfoxjumpsoverthelazydog",
        "tobeornottobethatisthequestion",
        "maytheforcebewithyou",
    }
)
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn")
_RUN = 4
_REPEATED = re.compile(r"(.+?)\1+", re.DOTALL)
_APART = re.compile(r"[\W_]+")


def normalised_password(password: str) -> str:
    """The password as it is counted and hashed: NFKC, so that it is the same on another keyboard."""
    return unicodedata.normalize("NFKC", password)


def password_fault(password: str, names: Iterable[str]) -> str | None:
    """What is wrong with a password (as it is normalised) of the agent who has these names, as a sentence; None when
    nothing is."""
    if len(password) < MIN_CHARACTERS:
        return f"The password has fewer than {MIN_CHARACTERS} characters. A few words that do not belong together do."
    if len(password) > MAX_CHARACTERS:
        return f"The password has more than {MAX_CHARACTERS} characters."
    left = _without_what_is_guessed_first(password, names)
    if len(left) < LEFT_CHARACTERS or len(set(left)) < LEFT_DIFFERENT:
        return (
            "The password is easy to guess: it is hardly more than a name, words that everybody tries, repeats or rows "
            "of the keyboard. Choose another one."
        )
    return None


def _without_what_is_guessed_first(password: str, names: Iterable[str]) -> str:
    left = _APART.sub("", _plain(password))
    if left in _WELL_KNOWN:
        return ""
    own = {part for name in names for part in _APART.split(_plain(name)) if len(part) >= SHORTEST_NAME}
    for word in sorted({*_EXPECTED, *own}, key=len, reverse=True):
        left = left.replace(word, "")
    for row in _ROWS:
        for way in (row, row[::-1]):
            left = _without_runs(left, way)
    return _REPEATED.sub(r"\1", left)


def _plain(text: str) -> str:
    """In small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(mark for mark in apart if unicodedata.category(mark) != "Mn"))


def _without_runs(text: str, row: str) -> str:
    """The text without every piece of four or more characters that stand in a row of `row`."""
    for length in range(len(row), _RUN - 1, -1):
        for start in range(len(row) - length + 1):
            text = text.replace(row[start : start + length], "")
    return text
