"""Contact data: an e-mail address that a person typed, checked before anybody relies on it. Pure."""

import re

from bot.errors import RequestRefused

LONGEST = 254
"""Characters of an address (RFC 5321, 4.5.3.1.3, without the angle brackets)."""
LONGEST_LOCAL = 64
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LAST_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]")


class ContactRefused(RequestRefused):
    """What was given as a contact is no e-mail address."""

    code = "contact_refused"
    status = 422


def checked_email(text: str) -> str:
    """The address in `text`, its domain in small letters and in Punycode. ContactRefused with a sentence for whoever
    typed it. Takes dot-atoms only: no quoted local part, no comment, no address literal, no list, and no "=?": mail
    programs read what follows as an encoded word (RFC 2047), which may hold another address, or a line of its own."""
    address = text.strip()
    if not address:
        raise ContactRefused("Please give an e-mail address, such as name@example.com.")
    if len(address) > LONGEST:
        raise ContactRefused(f"An e-mail address has at most {LONGEST} characters; this one has {len(address):,}.")
    local, at, domain = address.rpartition("@")
    domain = _ascii(domain)
    labels = domain.split(".")
    holds = (
        at
        and len(local) <= LONGEST_LOCAL
        and _LOCAL.fullmatch(local)
        and "=?" not in local
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and _LAST_LABEL.fullmatch(labels[-1])
    )
    if not holds or len(local) + 1 + len(domain) > LONGEST:
        raise ContactRefused("This is not an e-mail address. Please give one such as name@example.com.")
    return f"{local}@{domain}"


def _ascii(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
