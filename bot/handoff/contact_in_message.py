"""An e-mail address that a customer who was asked for one writes into the chat. Pure."""

import re

from bot.handoff.contacts import ContactRefused, checked_email

MOST_OTHER_WORDS = 8
"""Beside the address: "you can reach me at … thanks" is about a contact, a longer message about something else."""
MOST_CHARACTERS = 1000
"""Of such a message; looking for an address takes time with the square of a word's length."""
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_AROUND = "'`*_.-"
_WORD = re.compile(r"\w+")


def contact_in(message: str) -> str | None:
    """The checked address in a message that says little else; None where there is none, or more than one.

    Ask only of a customer who was asked for an address: in other messages it may be anybody's.
    """
    if len(message) > MOST_CHARACTERS or message.count("@") != 1:
        return None
    found = _ADDRESS.findall(message)
    if len(found) != 1:
        return None
    others = message.replace(found[0], " ")
    if len(_WORD.findall(others)) > MOST_OTHER_WORDS:
        return None
    try:
        return checked_email(found[0].strip(_AROUND))
    except ContactRefused:
        return None
