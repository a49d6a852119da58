"""The ids that clients give their messages: stored as sent, unless a secret stands in one."""

import hashlib
import re

from bot.safety.redaction import redact

_RANDOM = re.compile(r"[0-9a-f]{20,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""Hexadecimal digits, longer than any card number, or a UUID: by chance some look like a key or hold a card number."""


def storable_id(sent: str) -> str:
    """The id to store for the id that was sent; one that holds a secret becomes its digest, the same each time."""
    if _RANDOM.fullmatch(sent) or not redact(sent).findings:
        return sent
    return f"sha256:{hashlib.sha256(sent.encode()).hexdigest()}"
