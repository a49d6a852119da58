"""What the assistant's last message offered to choose from, and which of it a reply means. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.answering.dialogue.slots import platform_in, slots_in
from bot.answering.dialogue.utterances import Utterance
from bot.answering.options import chosen
from bot.models import Said

_LISTED = re.compile(r"^[ \t]*(?:[-*•]|\(?(?:\d{1,2}|[a-d])[.)])[ \t]+(\S.*?)[ \t]*$", re.MULTILINE)
_MARKUP = re.compile(r"\*\*|__|`|\s?\[\d+\](?!\()")
_MOST_LISTED = 12
_MOST_CHARACTERS = 200
_PLACES = ("first", "second", "third", "fourth", "fifth")
_ANY_PLACE = "|".join((*_PLACES, "last"))
_PLACE = re.compile(
    rf"\b(?P<named>{_ANY_PLACE}) (?:one|option|choice|way|step|method|possibility)\b|"
    rf"\b(?:option|choice|step|number|no\.?) (?P<number>\d)\b|"
    rf"^\W*(?:the )?(?P<alone>{_ANY_PLACE})(?: please| pls)?\W*$",
    re.IGNORECASE,
)
_ABOUT_CHOICES = frozenset((*_PLACES, "option", "options", "step", "method", "choice", "possibility"))


@dataclass(frozen=True, slots=True)
class Offer:
    """Short texts in the order in which they stood; `asked` when the assistant asked which one is meant."""

    texts: tuple[str, ...]
    asked: bool


def offered(reply: Said | None, titles: Mapping[str, str]) -> Offer:
    """The list in the assistant's last message; where it asked back without one, the titles of what it cited."""
    if reply is None:
        return Offer((), False)
    asked = reply.kind == "clarify"
    listed = [_MARKUP.sub("", text)[:_MOST_CHARACTERS] for text in _LISTED.findall(reply.text[:4000])[:_MOST_LISTED]]
    if len(listed) < 2 and asked:
        listed = [titles[id_] for id_ in reply.article_ids if id_ in titles]
    return Offer(tuple(listed) if len(listed) > 1 else (), asked)


def picked(heard: Utterance, offer: Offer) -> str | None:
    """The text that a reply means: by its place, or, when the assistant asked, by words that only one of them has. None
    when it means none."""
    if not offer.texts:
        return None
    if found := _PLACE.search(heard.text):
        names_more = heard.slots or not _ABOUT_CHOICES.issuperset(heard.own)
        place = next(part for part in found.groups() if part)
        return None if names_more else _at(place.lower(), offer.texts)
    if not offer.asked or heard.framed or (heard.corrects and len(heard.own) > 1):
        return None
    return chosen(heard.text, offer.texts) or _by_value(heard, offer.texts)


def _at(place: str, texts: Sequence[str]) -> str | None:
    number = int(place) - 1 if place.isdigit() else len(texts) - 1 if place == "last" else _PLACES.index(place)
    return texts[number] if 0 <= number < len(texts) else None


def _by_value(heard: Utterance, texts: Sequence[str]) -> str | None:
    """The only text for the platform, or with one of the values, that the reply names and nothing else."""
    if not heard.bare:
        return None
    if platform := platform_in(heard.text):
        fitting = [text for text in texts if platform_in(text) is platform]
    else:
        named = {slot.value.casefold() for slot in heard.slots}
        fitting = [text for text in texts if named & {slot.value.casefold() for slot in slots_in(text)}]
    return fitting[0] if len(fitting) == 1 else None
