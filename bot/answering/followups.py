"""What a customer asks, said so that it stands alone: a follow-up is filled in from the messages before it. Pure.

The messages of the customer are read one after another, each as a new topic or as one that goes on from the last; so a
follow-up to a follow-up finds the question that began it. What was said is data: nothing in it is obeyed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.answering.dialogue.choices import offered, picked
from bot.answering.dialogue.rewrites import acceptable
from bot.answering.dialogue.slots import exchanged, exchanged_inside, platform_in
from bot.answering.dialogue.subjects import SUBJECT_WORDS, subject_of
from bot.answering.dialogue.utterances import Utterance, read
from bot.answering.smalltalk import small_talk
from bot.models import Said
from embeddings.terms import terms
from knowledge.models import Platform

MESSAGES_READ = 40
"""So many of the last messages are read, however long the conversation is."""
LONG_CHARACTERS = 600
"""A longer message tells its own story."""
REPLY_CHARACTERS = 4000
NAMES_AT_MOST = 3
"""More things that a message names weigh no more."""

_NO_TITLES: Mapping[str, str] = MappingProxyType({})
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Resolution:
    """A message as it is searched."""

    text: str
    """Stands alone; empty when the message has no words."""
    follows: bool
    """Whether it was filled in from what was said before."""
    platform: Platform | None
    """Where the customer is, by this message or the last one that told."""
    because: str
    """A sentence for the trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thread:
    """What is talked about: the last question as it stands alone, its subject, the reply to it and the cited title."""

    question: str
    subject: str
    because: str
    follows: bool = False
    platform: Platform | None = None
    reply: Said | None = None
    title: str = ""


def resolve(message: str, history: Sequence[Said], titles: Mapping[str, str] = _NO_TITLES) -> Resolution:
    """`message` as a question that stands alone. `history` is what was said before, oldest first; `titles` are those of
    the articles, by id. Takes any text; reads a bounded part of it."""
    thread: _Thread | None = None
    for said in history[-MESSAGES_READ:]:
        if said.role == "user":
            thread = _heard(said.text, thread, titles) if _says_something(said.text) else thread
        elif thread is not None:
            cited = next((titles[id_] for id_ in said.article_ids if id_ in titles), thread.title)
            thread = replace(thread, reply=said, title=cited)
    if not _WORD.search(message):
        return Resolution("", False, thread.platform if thread else None, "The message has no words.")
    found = _heard(message, thread, titles)
    return Resolution(found.question, found.follows, found.platform, found.because)


def reworded(resolution: Resolution, rewrite: str | None, message: str, history: Sequence[Said]) -> Resolution:
    """The resolution in the words of a language model, if they say nothing of their own; else as it is."""
    if rewrite is None or not acceptable(rewrite, message, history):
        return resolution
    return replace(resolution, text=rewrite, because=f"{resolution.because} The language model worded it.")


def _says_something(text: str) -> bool:
    return _WORD.search(text) is not None and (len(text) > LONG_CHARACTERS or small_talk(text) is None)


def _heard(message: str, thread: _Thread | None, titles: Mapping[str, str]) -> _Thread:
    """What is talked about after the message."""
    platform = platform_in(message[:LONG_CHARACTERS]) or (thread.platform if thread else None)
    if thread is None or len(message) > LONG_CHARACTERS:
        because = "The message tells its own story." if thread else "Nothing was asked before."
        return _begun(message, message, platform, because)
    known = frozenset(terms(f"{thread.question} {_text_of(thread.reply)}"))
    heard = read(message, known)
    offer = offered(thread.reply, titles)
    if choice := picked(heard, offer):
        platform = (platform_in(choice) if offer.asked else None) or platform
        return _chosen(choice, heard, replace(thread, platform=platform))
    because, leaning = _leaning(heard, known)
    if heard.repeats or heard.empty:
        return replace(thread, follows=True, platform=platform, because="It asks for the same again.")
    if leaning <= 0 or (heard.corrects and heard.asks_how and heard.topical >= 2):
        return _begun(heard.text if heard.announces or heard.corrects else message, heard.text, platform, because)
    return replace(_gone_on(heard, thread), follows=True, platform=platform, because=because)


def _leaning(heard: Utterance, known: frozenset[str]) -> tuple[str, float]:
    """Why a message goes on from the one before or not, and how much it does: above 0 it does."""
    own_terms = terms(" ".join(heard.own))
    few = len(heard.text.split()) <= 4
    asks_of_it = heard.aspects and (heard.framed or heard.asks_about or few)
    does_to_it = heard.own and heard.slots and not heard.asks_about
    toward = {
        "It points back to what was said.": heard.pointing,
        "It asks about another case of what was said.": 2.5 * heard.asks_about,
        "It corrects what was asked.": 2.5 * heard.corrects,
        "It supposes something about what was said.": 2.0 * heard.supposes,
        "It names no topic of its own.": 2.0 * (heard.topical == 0),
        "It goes on from what was said.": 1.0 * heard.joins
        + heard.presupposes
        + (not known.isdisjoint(own_terms))
        + (heard.brief and not heard.framed)
        + (0.0 if heard.framed or heard.asks_about else 0.5 if heard.tells else 1.0),
    }
    away = {
        "It says that something else begins.": 3.0 * heard.announces,
        "It is written in another script.": 3.0 * any(not word.isascii() for word in heard.own),
        "It names a topic of its own.": float(min(heard.topical, NAMES_AT_MOST))
        + (heard.framed and heard.topical > 0)
        + 1.5 * (heard.topical > 0 and bool(asks_of_it or does_to_it)),
    }
    leaning = sum(toward.values()) - sum(away.values())
    reasons = toward if leaning > 0 else away
    return max(reasons, key=lambda reason: reasons[reason]), leaning


def _begun(question: str, text: str, platform: Platform | None, because: str) -> _Thread:
    return _Thread(question=question, subject=subject_of(text[-LONG_CHARACTERS:]), platform=platform, because=because)


def _chosen(choice: str, heard: Utterance, thread: _Thread) -> _Thread:
    """A choice that was offered: a question of its own, or a value for the question before."""
    because = "It picks one of the choices that were offered."
    if len(choice.split()) >= 3 and not heard.framed:
        return replace(_begun(choice, choice, thread.platform, because), follows=True)
    gone_on = _gone_on(read(choice), thread) if not heard.framed else _joined(heard, replace(thread, subject=choice))
    return replace(gone_on, follows=True, because=because)


def _gone_on(heard: Utterance, thread: _Thread) -> _Thread:
    """The question with the message's values in it, or the message with the question's subject behind it."""
    if heard.exchanges or (heard.slots and heard.corrects):
        subject = exchanged(thread.subject, heard.slots).rstrip("?")
        return replace(thread, question=exchanged(thread.question, heard.slots), subject=subject)
    return _joined(heard, thread)


def _joined(heard: Utterance, thread: _Thread) -> _Thread:
    values = () if heard.negates or heard.tells else heard.slots
    subject = exchanged_inside(thread.subject, values)
    cited = "" if heard.corrects else thread.title  # of a question that was misunderstood
    title = exchanged_inside(subject_of(cited), values) if cited else ""
    context = _both(subject, title)
    text = heard.text.rstrip(" ?!.,")
    question = f"{text} ({context})" + ("?" if heard.framed or heard.text.endswith("?") else "")
    if heard.topical:
        subject = " ".join(f"{subject} {text}".split()[-SUBJECT_WORDS:])
    return replace(thread, question=question, subject=subject)


def _both(subject: str, title: str) -> str:
    """The subject and the title of what was cited; one of them when it says all that the other says."""
    in_subject, in_title = set(terms(subject)), set(terms(title))
    if in_title <= in_subject:
        return subject
    return title if in_subject <= in_title else f"{subject}, {title}"


def _text_of(reply: Said | None) -> str:
    return reply.text[:REPLY_CHARACTERS] if reply else ""
