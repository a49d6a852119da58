"""Ids that are safe in a URL and in a file name."""

import hashlib
import re
import unicodedata

_UNSAFE = re.compile(r"[^a-z0-9._]+")
_APOSTROPHES = re.compile("(?<=\\w)['\u2019\u02bc](?=\\w)")
_DASHES = re.compile(r"-{2,}")


def digest(text: str) -> str:
    """8 hexadecimal digits of a hash of the text, to tell apart what slugs alike."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest()


def slug(text: str) -> str:
    """The text as an id of `[a-z0-9._-]`, at most 200 characters, never empty, without dots or hyphens at its ends.

    A safe id is its own slug. Accents and apostrophes are dropped; where whole letters are lost (another script) or
    the text is too long, a hash of the text is appended, so that different texts keep different ids.
    """
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text.casefold()))
    lost = any(char.isalnum() and not char.isascii() for char in plain)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    safe = _DASHES.sub("-", _UNSAFE.sub("-", plain)).strip("-.")
    if lost or not safe or len(safe) > 200:
        return f"{safe[:180].strip('-.')}-{digest(text)}".lstrip("-")
    return safe
