"""What a person who takes over is told of a conversation, so that the customer need not say it again. Pure.

The short summary is made of the customer's own sentences: no word in it is anybody else's.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from bot.models import CustomerContext, HandoffReason, Identity, Message, Speaker, Turn
from knowledge.sentences import sentence_spans

MOST_LINES = 100
MOST_CHARACTERS = 20_000
"""Of a transcript: its last lines, and of them as many as fit."""
LONGEST_LINE = 4000
SUMMARY_CHARACTERS = 320
SUMMARY_SENTENCES = 3
SENTENCES_READ = 300
"""Of what the customer said, the last so many: a briefing is made while nobody else can write."""
CONSOLE_PATH = "/console/conversations/"
SAID = {
    HandoffReason.USER_REQUEST: "The customer asked for a person.",
    HandoffReason.LOW_CONFIDENCE: "No article answered the question surely enough.",
    HandoffReason.SENSITIVE_TOPIC: "The subject is one that a person must handle.",
    HandoffReason.SECRET_SEEN: "The customer sent a secret, which was masked.",
    HandoffReason.LOOP: "The same need stayed unanswered twice.",
    HandoffReason.NEGATIVE_FEEDBACK: "The customer found the answers unhelpful.",
    HandoffReason.POLICY: "An agent took over, the bot gave no answer in time, or a rule asks for a person.",
}
_WORD = re.compile(r"\w+")
_CJK = re.compile(r"[぀-ヿ㐀-鿿가-힯]")


Author = Literal["customer", "assistant", "agent"]
_AUTHORS: Mapping[Speaker, Author] = {
    Speaker.CUSTOMER: "customer",
    Speaker.BOT: "assistant",
    Speaker.AGENT: "agent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message of a transcript. `at` is an ISO 8601 moment; `citations` are the public JSON of an answer's."""

    author: Author
    text: str
    at: str
    citations: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known beside the words. `contact` was checked (bot/handoff/contacts.py); `expected` is an honest
    sentence about the wait, and `business_hours` what it rests on, where somebody knows."""

    conversation_id: str
    context: CustomerContext
    reason: HandoffReason
    contact: str | None = None
    identity: Identity | None = None
    note: str = ""
    index_hash: str | None = None
    config_hash: str | None = None
    links_start_with: str = ""
    business_hours: Mapping[str, Any] | None = None


def lines_of(turns: Iterable[Turn]) -> tuple[Line, ...]:
    """The transcript of stored turns, first to last; a question back has its choices as a list."""
    lines: list[Line] = []
    for turn in turns:
        at = turn.asked_at.isoformat()
        lines.append(Line(author="customer", text=turn.question, at=at))
        if turn.reply is not None:
            text = "\n".join([turn.reply["text"], *(f"- {option}" for option in turn.reply["options"])])
            lines.append(Line(author="assistant", text=text, at=at, citations=turn.reply["citations"]))
    return tuple(lines)


def lines_of_log(messages: Iterable[Message]) -> tuple[Line, ...]:
    """The transcript of a conversation's log: what was shown, without changes of the owner and notices."""
    return tuple(_logged(message) for message in messages if message.shown and message.speaker in _AUTHORS)


def briefing(
    lines: Sequence[Line],
    circumstances: Circumstances,
    says_nothing: Callable[[str], bool] = lambda _: False,
) -> dict[str, Any]:
    """The data of a `handoff.requested` event, as JSON values.

    `says_nothing` tells messages that hold no need of their own ("talk to a human", "thanks"): they are neither the
    last question nor in the summary, unless there is nothing else. A language model's summary comes later, by an event
    of its own (bot/handoff/summarising.py).
    """
    said = [line.text for line in _last([each for each in lines if each.author == "customer" and each.text.strip()])]
    needs = [text for text in said if not says_nothing(text)] or said
    known = circumstances
    return {
        "reason": {"code": known.reason.value, "text": SAID[known.reason]},
        "summary": short_summary(needs, says_nothing),
        "last_question": needs[-1] if needs else "",
        "transcript": [_line(line) for line in _last(lines)],
        "tried": tried(lines),
        "end_user": end_user(known.contact, known.identity),
        "note": known.note,
        "platform": known.context.platform.value,
        "language": known.context.locale,
        "page_url": bare_url(known.context.page_url),
        "index_hash": known.index_hash,
        "config_hash": known.config_hash,
        "console_url": f"{known.links_start_with}{CONSOLE_PATH}{known.conversation_id}",
        "business_hours": None if known.business_hours is None else dict(known.business_hours),
    }


def end_user(contact: str | None, identity: Identity | None) -> dict[str, Any]:
    """The customer of an event: `email` is where they can be reached, `verified` whether the site has said who they
    are. What a customer typed is never verified: `email_verified` says whether `email` is the site's word."""
    if identity is None:
        return {"email": contact, "verified": False}
    return {
        "id": identity.subject,
        "name": identity.name,
        "email": contact or identity.email,
        "email_verified": identity.email is not None and contact in (None, identity.email),
        "verified": True,
    }


def short_summary(messages: Sequence[str], says_nothing: Callable[[str], bool] = lambda _: False) -> str:
    """At most three sentences of the messages, in the order said, in at most 320 characters.

    Sentences are chosen by the words that recur among them, each word counting once (SumBasic: Nenkova and Vanderwende
    2005); what was said first wins a tie. A first sentence that is too long by itself is cut at a word, with "…". Of a
    long conversation only the end is read.
    """
    recent = _last_texts(messages)
    sentences = list(dict.fromkeys(sentence for text in recent for sentence in _sentences(text)))[-SENTENCES_READ:]
    telling = [sentence for sentence in sentences if not says_nothing(sentence)] or sentences
    words = {sentence: _words(sentence) for sentence in telling}
    counts = Counter(word for each in words.values() for word in each)
    chosen: list[str] = []
    room = SUMMARY_CHARACTERS
    while len(chosen) < SUMMARY_SENTENCES:
        fitting = [sentence for sentence in telling if sentence not in chosen and len(sentence) <= room]
        best = max(fitting, key=lambda sentence: _worth(words[sentence], counts), default=None)
        if best is None or (chosen and _worth(words[best], counts) == 0):
            break
        chosen.append(best)
        room -= len(best) + 1
        for word in words[best]:
            counts[word] = 0
    if not chosen and telling:
        return telling[0][: SUMMARY_CHARACTERS - 1].rsplit(maxsplit=1)[0] + "…"
    return " ".join(sentence for sentence in telling if sentence in chosen)


def tried(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Each article that the customer was shown, once, in order: id, title, URL and how many times."""
    shown: dict[str, dict[str, Any]] = {}
    for line in lines:
        for id_, citation in {cited["article_id"]: cited for cited in reversed(line.citations)}.items():
            entry = {"article_id": id_, "title": citation["title"], "url": citation["url"], "times": 0}
            shown.setdefault(id_, entry)["times"] += 1
    return list(shown.values())


def bare_url(url: str | None) -> str | None:
    """A page's address without user, query and fragment, where customers' tokens stand; None when it is no page's."""
    try:
        parts = urlsplit(url or "")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return urlunsplit((parts.scheme, parts.hostname + port, parts.path, "", ""))


def _logged(message: Message) -> Line:
    reply = message.reply or {}
    text = "\n".join([message.text or reply.get("text", ""), *(f"- {option}" for option in reply.get("options", ()))])
    author = _AUTHORS[message.speaker]
    return Line(author=author, text=text, at=message.said_at.isoformat(), citations=reply.get("citations", ()))


def _line(line: Line) -> dict[str, Any]:
    wanted = ("number", "article_id", "title", "url", "quote")
    return {
        "author": line.author,
        "text": _shortened(line.text),
        "at": line.at,
        "citations": [{name: citation.get(name) for name in wanted} for citation in line.citations],
    }


def _last(lines: Sequence[Line]) -> Sequence[Line]:
    return lines[-len(kept) :] if (kept := _last_texts([line.text for line in lines])) else ()


def _last_texts(texts: Sequence[str]) -> Sequence[str]:
    room, kept = MOST_CHARACTERS, 0
    for text in reversed(texts[-MOST_LINES:]):
        room -= min(len(text), LONGEST_LINE)
        if room < 0 and kept:
            break
        kept += 1
    return texts[len(texts) - kept :]


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"


def _sentences(text: str) -> list[str]:
    text = text[:LONGEST_LINE]
    return [" ".join(text[start:end].split()) for start, end in sentence_spans(text)]


def _words(sentence: str) -> frozenset[str]:
    """Words of three letters and more in small letters; of scripts without spaces, pairs of characters."""
    found: set[str] = set()
    for word in _WORD.findall(sentence.lower()):
        if _CJK.search(word):
            found.update(first + second for first, second in pairwise(word))
        elif len(word) > 2:
            found.add(word)
    return frozenset(found)


def _worth(words: frozenset[str], counts: Counter[str]) -> float:
    return sum(counts[word] for word in words) / (len(words) + 3) if words else 0.0
