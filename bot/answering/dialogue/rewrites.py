"""Whether a language model's rewriting of a message may be searched: it must say what was said and no more. Pure."""

import re
from collections.abc import Iterable, Sequence

from bot.answering.dialogue.slots import slots_in
from bot.answering.dialogue.topic_words import PLAIN, words_of
from bot.answering.dialogue.utterances import read
from bot.models import Said
from embeddings.terms import terms

MESSAGES_READ = 40
MESSAGE_CHARACTERS = 4000
LEAST_WORDS_ALLOWED, WORDS_ADDED = 30, 20
"""A rewrite may have so many words, or so many more than the message."""
STEM_LETTERS = 5
"""Two forms of one word begin alike for at least so many letters."""

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_CAPITALS = re.compile(r"\b[A-Z][A-Z0-9]{1,9}\b")
_FORBIDDEN = re.compile(r"[\n\r\[\]{}<>`*#|]|https?:|www\.|//")
_NEGATED = re.compile(
    r"n['’]?t\b|\b(?:not|no|never|without|cannot|neither|nor|dont|doesnt|didnt|isnt|wont|cant)\b", re.IGNORECASE
)
_SAME = {
    "bitcoin": "btc", "ethereum": "eth", "ether": "eth", "tether": "usdt", "ripple": "xrp", "stellar": "xlm",
    "euro": "eur", "euros": "eur", "€": "eur", "pound": "gbp", "pounds": "gbp", "£": "gbp",
    "dollar": "usd", "dollars": "usd", "$": "usd", "tron": "trc20", "website": "web", "browser": "web",
}  # fmt: skip


def acceptable(rewrite: str, message: str, history: Sequence[Said]) -> bool:
    """Whether `rewrite` is one plain line that brings in no number, ticker, network, product or other word that neither
    the message nor the history has, and drops none that the message has. Neither may it negate what was not negated."""
    if not re.search(r"\w", rewrite) or _FORBIDDEN.search(rewrite.strip()) or _too_long(rewrite, message):
        return False
    said = [message, *(each.text[:MESSAGE_CHARACTERS] for each in history[-MESSAGES_READ:])]
    return _brings_nothing(rewrite, said) and _drops_nothing(rewrite, message)


def _too_long(rewrite: str, message: str) -> bool:
    return len(rewrite.split()) > max(LEAST_WORDS_ALLOWED, len(message.split()) + WORDS_ADDED)


def _brings_nothing(rewrite: str, said: Sequence[str]) -> bool:
    text = "\n".join(said)
    if not _specifics(rewrite) <= _specifics(text) | _folded(words_of(text)):
        return False
    if _NEGATED.search(rewrite) and not _NEGATED.search(text):
        return False
    return _held(_telling(rewrite), set(_telling(text)))


def _drops_nothing(rewrite: str, message: str) -> bool:
    heard = read(message)
    if not _specifics(heard.text) <= _specifics(rewrite) | _folded(words_of(rewrite)):
        return False
    if _NEGATED.search(heard.text) and not _NEGATED.search(rewrite):
        return False
    return _held(_telling(" ".join((*heard.own, *heard.aspects))), set(_telling(rewrite)))


def _specifics(text: str) -> set[str]:
    """Numbers, words in capitals and values of every kind, each in one form."""
    numbers = {number.replace(",", "") for number in _NUMBER.findall(text)}
    shouted = text.upper() == text
    capitals = set() if shouted else set(_CAPITALS.findall(text)) - {"I"}
    values = [word for slot in slots_in(text) for word in words_of(slot.value)]
    return numbers | _folded([*capitals, *values])


def _folded(words: Iterable[str]) -> set[str]:
    """Words without case and hyphens, synonyms and forms of an action as one."""
    return {_one_form(word.casefold().replace("-", "")) for word in words} - PLAIN


def _one_form(word: str) -> str:
    if word in _SAME:
        return _SAME[word]
    return (terms(word) or [word])[0][:STEM_LETTERS] if word.isalpha() and len(word) > STEM_LETTERS else word


def _telling(text: str) -> list[str]:
    return terms(" ".join(_SAME.get(word, word) for word in words_of(text) if word not in PLAIN))


def _held(wanted: Iterable[str], present: set[str]) -> bool:
    """Whether each of the terms, or another form of it, is among those present."""
    starts = {term[:STEM_LETTERS] for term in present if len(term) >= STEM_LETTERS}
    return all(term in present or (len(term) >= STEM_LETTERS and term[:STEM_LETTERS] in starts) for term in wanted)
