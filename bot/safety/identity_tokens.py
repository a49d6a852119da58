"""Who a customer is, by a token that the site's server has signed (JSON Web Token, RFC 7519). Pure: time is handed in.

Which algorithm a token may have is said by the site's keys, never by the token (RFC 8725, section 3.1).
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.errors import IdentityExpired, IdentityRefused
from bot.models import Identity
from bot.safety.identity_keys import IdentityKeys

LONGEST_LIFE = timedelta(hours=1)
LEEWAY = timedelta(seconds=60)
"""How far the site's clock may be from ours."""
SUBJECT_CHARACTERS = 255
NAME_CHARACTERS = 200
EMAIL_CHARACTERS = 254

_WITHIN_NAMES = {0x200C: None, 0x200D: None, 0xA0: " "}
"""What joins letters and parts them, and the blank that does not break."""
_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\"\\]+@[^\s@,;:<>()\[\]\"\\]+")


def verified_identity(token: str, keys: IdentityKeys, audience: str, now: datetime) -> Identity:
    """Who the token says the customer is: `sub`, and `name` and `email` where it has them. `aud` must be the site's
    key, `exp` at most an hour ahead; `nbf` and `iat` may not lie ahead.

    Raises IdentityExpired for a token that was good once, IdentityRefused for any other; neither repeats any of it.
    """
    if not keys:
        raise IdentityRefused("This site has no identity secret or key, so nobody can be identified on it.")
    claims = _signed_claims(token, keys)
    _require_audience(claims.get("aud"), audience)
    _require_time(claims, now)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not _is_line(subject, SUBJECT_CHARACTERS):
        raise IdentityRefused(f"The identity token's sub must be text of 1 to {SUBJECT_CHARACTERS} characters.")
    return Identity(subject=subject, name=_name(claims.get("name")), email=_email(claims.get("email")))


def _signed_claims(token: str, keys: IdentityKeys) -> Mapping[str, Any]:
    """What the token says, where one of the keys has signed it."""
    # With its cryptography it is heavy, and needed where a site has keys only.
    import jwt

    # Times and audience are looked at below: by the moment that was handed in, and with sentences of our own.
    unchecked = {f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}
    for algorithm, each in keys.by_algorithm.items():
        for key in each:
            try:
                claims: Mapping[str, Any] = jwt.decode(token, key, algorithms=[algorithm], options=unchecked)  # type: ignore[arg-type]
            except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError):
                continue
            except (jwt.PyJWTError, ValueError, RecursionError):
                # Its own sentence may quote what was sent.
                raise IdentityRefused("The identity token cannot be read. Send a signed JSON Web Token.") from None
            return claims
    known = " or ".join(sorted(keys.by_algorithm))
    raise IdentityRefused(f"The identity token is not signed with a key of this site; {known} is expected.")


def _require_audience(found: object, audience: str) -> None:
    meant = found if isinstance(found, list) else [found]
    if audience not in [each for each in meant if isinstance(each, str)]:
        raise IdentityRefused("The identity token's aud is not this site's key.")


def _require_time(claims: Mapping[str, Any], now: datetime) -> None:
    at = now.timestamp()
    leeway = LEEWAY.total_seconds()
    expires = _seconds(claims, "exp")
    if expires is None:
        raise IdentityRefused("The identity token has no exp. Let it end within an hour.")
    if expires > at + LONGEST_LIFE.total_seconds() + leeway:
        raise IdentityRefused("The identity token's exp is more than an hour ahead. Sign one that ends sooner.")
    for name in ("nbf", "iat"):
        begins = _seconds(claims, name)
        if begins is not None and begins > at + leeway:
            raise IdentityRefused(f"The identity token's {name} lies ahead. Set the clock of the server that signs it.")
    if expires <= at - leeway:
        raise IdentityExpired("The identity token has expired. Send a new one.")


def _seconds(claims: Mapping[str, Any], name: str) -> float | None:
    """A moment in seconds since 1970, or None where it is not given."""
    found = claims.get(name)
    if found is None:
        return None
    # A truth value is a whole number to Python, and every comparison with NaN is false.
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(_as_float(found)):
        raise IdentityRefused(f"The identity token's {name} is no number of seconds since 1970.")
    return float(found)


def _as_float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _name(found: object) -> str | None:
    if found is None:
        return None
    if not isinstance(found, str) or not _is_name(found):
        raise IdentityRefused(
            f"The identity token's name must be text of 1 to {NAME_CHARACTERS} characters on one line. "
            "Leave it out where there is none."
        )
    return found


def _email(found: object) -> str | None:
    if found is None:
        return None
    if not isinstance(found, str) or not _is_line(found, EMAIL_CHARACTERS) or not _EMAIL.fullmatch(found):
        raise IdentityRefused("The identity token's email is no e-mail address. Leave it out where there is none.")
    return found


def _is_line(text: str, most: int) -> bool:
    """Whether it is one line with something in it: no control characters, half characters or blanks around it."""
    return 0 < len(text) <= most and text.isprintable() and text == text.strip()


def _is_name(text: str) -> bool:
    """Whether it is a line, aside from signs within it that Persian, Sinhala and other names are written with."""
    return len(text) <= NAME_CHARACTERS and _is_line(text.translate(_WITHIN_NAMES), NAME_CHARACTERS)
