"""Names of agents: one spelling each, none that could be taken for another's."""

import re
import unicodedata

NAME_CHARACTERS = 64
DISPLAY_NAME_CHARACTERS = 60

RESERVED = frozenset(
    {"bot", "chatwoot", "console", "customer", "email", "footnote", "intercom", "system", "webhook", "zendesk"}
)
"""What else stands beside a message as its author."""

_JOINERS = "\u200c\u200d"
"""Invisible, and a part of names in Persian and in the scripts of India."""
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]*[a-z0-9])?")


def normalised_name(name: str) -> str:
    """The one spelling of a name: without blanks around it, in small letters, wide letters as narrow ones."""
    return unicodedata.normalize("NFKC", name).strip().lower()


def name_fault(name: str) -> str | None:
    """What is wrong with a normalised name, as a sentence; None when nothing is."""
    if len(name) > NAME_CHARACTERS or not _NAME.fullmatch(name):
        return (
            f"An agent's name has 1 to {NAME_CHARACTERS} letters a-z, digits and . _ @ + -, and begins and ends with a "
            "letter or digit, such as maria or maria@example.com."
        )
    if name in RESERVED:
        return f"The name {name!r} stands for something else in conversations. Choose another one."
    return None


def tidy_display_name(display_name: str) -> str:
    """A name for customers to read: composed letters, and single blanks."""
    return " ".join(unicodedata.normalize("NFC", display_name).split())


def display_name_fault(display_name: str) -> str | None:
    """What is wrong with a tidy display name, as a sentence; None when nothing is."""
    if not display_name or len(display_name) > DISPLAY_NAME_CHARACTERS:
        return f"The name that customers read has 1 to {DISPLAY_NAME_CHARACTERS} characters."
    if any(unicodedata.category(letter)[0] == "C" and letter not in _JOINERS for letter in display_name):
        return "The name that customers read holds a character that cannot be seen. Leave it out."
    return None
