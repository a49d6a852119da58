"""Signed webhooks as Standard Webhooks 1.0 describes them (https://www.standardwebhooks.com). Pure: time comes in.

The signature is HMAC-SHA256 over `id.timestamp.body`, in base64 after `v1,`. A message carries one signature for each
secret, so that a receiver may still have the old one while it is replaced; any one that fits is enough.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

TOLERANCE_SECONDS = 300
PREFIX = "whsec_"
SHORTEST_KEY, LONGEST_KEY = 24, 64
"""Bytes of a key, by the standard."""


class SignatureRefused(Exception):
    """A message is not what it claims to be: a sentence that says why."""


def key_of(secret: str) -> bytes:
    """The key in `whsec_` and base64. ValueError with a sentence that does not repeat the secret."""
    try:
        key = base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except ValueError as error:
        raise ValueError(f"A webhook secret must be {PREFIX} and base64; this one is not base64.") from error
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise ValueError(f"A webhook secret must hold {SHORTEST_KEY} to {LONGEST_KEY} bytes; this one has {len(key)}.")
    return key


def signed_headers(message_id: str, timestamp: int, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """The three headers for a message, signed with every key. ValueError without a key, or for an id with a dot."""
    if not keys:
        raise ValueError("A webhook needs at least one secret to be signed with.")
    if "." in message_id or not message_id.isascii():
        raise ValueError(f"The webhook id {message_id!r} may hold no dot and nothing but ASCII.")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(message_id, timestamp, body, key) for key in keys),
    }


def verify(headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], now: int) -> str:
    """The id of a message that one of `keys` has signed within five minutes of `now`. SignatureRefused."""
    given = {name.lower(): value for name, value in headers.items()}
    message_id, stamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    signatures = given.get("webhook-signature", "")
    if not (message_id and stamp and signatures):
        raise SignatureRefused("The message lacks webhook-id, webhook-timestamp or webhook-signature.")
    timestamp = fresh(stamp, now)
    expected = [_signature(message_id, timestamp, body, key) for key in keys]
    if not matches(expected, signatures.split()):
        raise SignatureRefused("No signature of the message fits; its secret may have been replaced.")
    return message_id


def fresh(stamp: str, now: int) -> int:
    """A timestamp in seconds within five minutes of `now`. SignatureRefused."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise SignatureRefused("The message's timestamp is no number of seconds.")
    require_recent(int(stamp), now)
    return int(stamp)


def require_recent(timestamp: float, now: int) -> None:
    """SignatureRefused when `timestamp` is more than five minutes away from `now`, in either direction."""
    if abs(now - timestamp) > TOLERANCE_SECONDS:
        side = "old" if timestamp < now else "new"
        raise SignatureRefused(f"The message's timestamp is too {side}: more than {TOLERANCE_SECONDS} s away from now.")


def matches(expected: Sequence[str], given: Sequence[str]) -> bool:
    """Whether any of `given` is one of `expected`; the time taken does not tell how nearly."""
    pairs = [(ours.encode(), theirs.encode("utf-8", "replace")) for ours in expected for theirs in given[:16]]
    return any([hmac.compare_digest(ours, theirs) for ours, theirs in pairs])  # noqa: C419 - all are compared


def _signature(message_id: str, timestamp: int, body: bytes, key: bytes) -> str:
    signed = b".".join((message_id.encode("utf-8", "replace"), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
