"""Which turns become proposed cases, what is suggested for them, and what a person may decide. Pure: a proposal is a
function of the turn, of what the customer and agents said of it, and of the articles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from bot.errors import RequestRefused
from bot.models import CustomerContext, HandoffReason, Said, Turn
from bot.storage.feedback import Feedback
from bot.storage.proposed_cases import (
    CaseQuote,
    CaseSource,
    Expectation,
    Proposal,
    ProposedCase,
    Replied,
    ReplyKind,
)
from knowledge.models import Article, Audience, Platform

REASONS = (HandoffReason.LOW_CONFIDENCE, HandoffReason.LOOP)
"""Handoffs that an article might have spared; the others are what a person is for."""
MOST_FOUND = 5
"""Of the articles found, the first ones that a person is offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What an agent says of a reply: whether it was right, else which article, and which piece of its body, would have
    been; `note` is for whoever decides, secrets masked."""

    right: bool
    article: str | None = None
    quote: str | None = None
    note: str = ""


def proposal_of(
    turn: Turn,
    context: CustomerContext,
    history: Sequence[Said] = (),
    thumb: Feedback | None = None,
    named: Sequence[str] = (),
) -> Proposal | None:
    """The turn as a proposal, because the customer held the reply for bad or it called a person for want of an answer;
    None for any other turn, and for one that the bot did not reply to. `context` is that of the conversation, for turns
    that have no receipt; `named` are the articles that an agent named to this customer afterwards."""
    if turn.reply is None:
        return None
    down = thumb is not None and not thumb.up
    if not down and turn.reply["reason"] not in REASONS:
        return None
    suggestion = None
    if named:
        suggestion = Expectation(
            expect="answer", articles=tuple(named), because="An agent named this to the customer afterwards."
        )
    elif not down:
        suggestion = Expectation(expect="handoff", because="It was handed over, and no agent has named an article.")
    comment = thumb.comment if thumb is not None and down else ""
    source = CaseSource.THUMB if down else CaseSource.HANDOFF
    return _proposal(turn, context, history, source, comment, suggestion)


def correction_proposal(
    turn: Turn, context: CustomerContext, history: Sequence[Said], correction: Correction, agent: str | None
) -> Proposal:
    """The turn as a proposal of an agent. RequestRefused for a turn without a reply, and for a correction that
    contradicts itself."""
    if turn.reply is None:
        raise RequestRefused("The bot did not reply to this message, so there is nothing to mark right or wrong.")
    if correction.right and (correction.article or correction.quote):
        raise RequestRefused("A reply that was right needs no other article; mark it wrong, or name none.")
    if correction.quote and not correction.article:
        raise RequestRefused("A sentence was given without its article; name the article that it stands in.")
    suggestion = _as_it_was(turn) if correction.right else _instead(correction)
    return _proposal(turn, context, history, CaseSource.CORRECTION, correction.note, suggestion, agent)


def articles_named(texts: Iterable[str], articles: Mapping[str, Article]) -> tuple[str, ...]:
    """Ids of the public articles whose address stands in one of the texts, each once, in the order of the texts."""
    addresses = {
        address: id_
        for id_, article in articles.items()
        if article.audience is Audience.PUBLIC
        for address in (f"/help/{id_}", article.url)
        if address
    }
    found = (addresses[word] for text in texts for word in _addresses_in(text) if word in addresses)
    return tuple(dict.fromkeys(found))


def decision_on(
    case: ProposedCase,
    articles: Mapping[str, Article],
    expect: str | None = None,
    named: Sequence[str] = (),
    quotes: Sequence[CaseQuote] = (),
) -> Expectation:
    """What a person accepts a case with: what they say, else what is suggested. An article alone means an answer.

    RequestRefused when neither says anything, when an answer has no article, and when an article is not there for
    customers to read or does not hold its quote.
    """
    if expect is None and not named and not quotes:
        if case.proposal.suggestion is None:
            raise RequestRefused(
                f"Nothing says what case {case.number} should have been; name an article, or what is expected."
            )
        chosen = case.proposal.suggestion
    else:
        ids = tuple(dict.fromkeys((*named, *(quote.article for quote in quotes))))
        chosen = Expectation(expect=_kind(expect or "answer"), articles=ids, quotes=tuple(quotes))
    for fault in _faults(chosen, articles):
        raise RequestRefused(f"Case {case.number} cannot be accepted: {fault}")
    return chosen


def check_suggestion(suggestion: Expectation, articles: Mapping[str, Article]) -> None:
    """RequestRefused when an article is named that is not there for customers to read, or does not hold its quote."""
    for fault in _faults(suggestion, articles):
        raise RequestRefused(f"This cannot be proposed: {fault}")


def _faults(chosen: Expectation, articles: Mapping[str, Article]) -> Iterable[str]:
    if chosen.expect == "answer" and not chosen.articles:
        yield "an answer is expected, but no article that gives it is named."
    if chosen.expect == "notice" and chosen.articles:
        yield "a notice comes from no article; leave the articles out."
    for id_ in chosen.articles:
        if id_ not in articles:
            yield f"there is no article {id_!r} in the index."
        elif articles[id_].audience is not Audience.PUBLIC:
            yield f"the article {id_!r} is internal and never quoted to a customer."
    for quote in chosen.quotes:
        if quote.article in articles and (not quote.text or quote.text not in articles[quote.article].body):
            yield f"the article {quote.article!r} does not say {quote.text!r}."


def _kind(expect: str) -> ReplyKind:
    for kind in get_args(ReplyKind):
        if kind == expect:
            return kind  # type: ignore[no-any-return]
    raise RequestRefused(f"{expect!r} cannot be expected; it must be one of {', '.join(get_args(ReplyKind))}.")


def _proposal(
    turn: Turn,
    context: CustomerContext,
    history: Sequence[Said],
    source: CaseSource,
    comment: str,
    suggestion: Expectation | None,
    by: str | None = None,
) -> Proposal:
    reply, receipt = turn.reply or {}, turn.receipt
    return Proposal(
        turn_id=turn.id,
        source=source,
        question=turn.question,
        replied=Replied(
            kind=reply["kind"], text=reply["text"], reason=reply["reason"], articles=_each_once(reply["citations"])
        ),
        history=tuple(history),
        platform=Platform(receipt["platform"]) if receipt else context.platform,
        locale=receipt["locale"] if receipt else context.locale,
        comment=comment,
        found=_each_once(turn.trace.get("candidates", ()))[:MOST_FOUND],
        suggestion=suggestion,
        by=by,
    )


def _as_it_was(turn: Turn) -> Expectation:
    reply = turn.reply or {}
    because = "An agent marked the reply right."
    if reply["kind"] != "answer":
        return Expectation(expect=reply["kind"], because=because)
    ids = _each_once(reply["citations"])
    quotes = dict.fromkeys(CaseQuote(each["article_id"], each["quote"]) for each in reply["citations"] if each["quote"])
    return Expectation(expect="answer", articles=ids, quotes=tuple(quotes), because=because)


def _instead(correction: Correction) -> Expectation | None:
    if correction.article is None:
        return None
    quotes = (CaseQuote(correction.article, correction.quote),) if correction.quote else ()
    because = "An agent marked the reply wrong and named this."
    return Expectation(expect="answer", articles=(correction.article,), quotes=quotes, because=because)


def _each_once(rows: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(row["article_id"]) for row in rows))


def _addresses_in(text: str) -> Iterable[str]:
    """The addresses in a text, without what an address of an article ends in, and their paths."""
    for word in text.replace("<", " ").replace(">", " ").replace("(", " ").replace(")", " ").split():
        whole = word.split("#")[0].split("?")[0].rstrip(".,;:!?/\"'*]")
        yield whole
        if "://" in whole and "/help/" in whole:
            yield whole[whole.index("/help/") :]
