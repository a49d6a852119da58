"""One case of the suite, asked as a customer would, and what became of it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.answering.search_index import SearchIndex
from bot.assistant import Assistant, Outcome
from bot.models import Answer, Citation, CustomerContext, Handoff, HandoffReason, Reply
from eval.answer_checks import fragment_leads_to_quote, shown_text
from eval.suite.cases import SuiteCase

ARTICLES_RANKED = 10
"""Of the articles found, the first ones that are kept."""
CANDIDATES_SHOWN = 5
"""Of the passages considered, the best ones that the report shows of a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutcome:
    """A case and its reply. Everything but the time is the same at every run over the same index and settings."""

    id: str
    kind: str
    topic: str
    side: str
    text: str
    expect: tuple[str, ...]
    gold: tuple[str, ...]
    """Ids of the articles that a right answer may cite, the best first."""
    reply: str
    """The kind of the reply."""
    reason: str | None
    confidence: float
    as_expected: bool
    cited: tuple[str, ...]
    """Ids of the cited articles, each once, in the order of the citations."""
    would_cite: tuple[str, ...]
    """What is cited, or would be if no answer were withheld for low confidence."""
    found: tuple[str, ...]
    """Ids of the first articles found."""
    proposed: bool
    """Whether every gold article is among all the articles found."""
    quotes_held: float | None
    """The share of the gold quotes that the citations hold; None where there is no gold quote or no answer."""
    citations: int
    exact_quotes: int
    good_links: int
    leaked: tuple[str, ...]
    """What must not be in the reply and is."""
    milliseconds: float
    trace: Mapping[str, Any]
    """For a reader of the report: the reply's text, the decision, the best passages."""

    @property
    def is_answered(self) -> bool:
        """Whether the bot answered."""
        return self.reply == "answer"

    @property
    def is_answerable(self) -> bool:
        """Whether an article answers it."""
        return bool(self.gold)

    @property
    def is_right(self) -> bool:
        """Whether the answer, given or withheld, cites an article that answers the question."""
        return bool(set(self.would_cite) & set(self.gold))

    @property
    def is_wrong(self) -> bool:
        """Whether it was answered and should not have been, or from the wrong articles."""
        return self.is_answered and not self.is_right

    def to_json(self) -> dict[str, Any]:
        """Its row of the report."""
        return asdict(self)


def ask(case: SuiteCase, assistant: Assistant, index: SearchIndex, withheld: bool = True) -> CaseOutcome:
    """What a customer who writes this case's text gets, with the time it took. Unless `withheld`, what an answer that
    was withheld would have cited is not looked for."""
    context = CustomerContext(platform=case.platform, locale=case.locale)
    started = time.perf_counter()
    outcome = assistant.answer(case.text, context, case.history)
    milliseconds = (time.perf_counter() - started) * 1000
    reply = outcome.reply
    citations = reply.citations if isinstance(reply, Answer) else ()
    cited = cited_articles(reply)
    reason = reply.reason.value if isinstance(reply, Handoff) else None
    leaked = tuple(text for text in case.forbidden if text.casefold() in reply.text.casefold())
    would = _told_without_threshold(case, assistant, context, reply) if withheld else reply
    found = tuple(dict.fromkeys(each["article_id"] for each in outcome.trace["candidates"]))
    return CaseOutcome(
        id=case.id,
        kind=case.kind,
        topic=case.topic,
        side=case.side.value,
        text=outcome.question,
        expect=tuple(sorted(case.expect)),
        gold=case.articles,
        reply=reply.kind,
        reason=reason,
        confidence=reply.confidence,
        as_expected=is_expected(case, reply.kind, reason, cited) and not leaked,
        cited=cited,
        would_cite=cited_articles(would),
        found=found[:ARTICLES_RANKED],
        proposed=bool(case.articles) and set(case.articles) <= set(found),
        quotes_held=quotes_held(case, citations) if citations else None,
        citations=len(citations),
        exact_quotes=sum(
            each.quote == index.articles[each.article_id].body[each.start : each.end] for each in citations
        ),
        good_links=sum(fragment_leads_to_quote(each, index.articles[each.article_id]) for each in citations),
        leaked=leaked,
        milliseconds=milliseconds,
        trace=_shown(outcome),
    )


def is_expected(case: SuiteCase, kind: str, reason: str | None, cited: Sequence[str]) -> bool:
    """Whether a reply of this kind, for this reason and with these articles is one of those that the case wants."""
    if kind not in case.expect:
        return False
    if kind == "handoff" and case.reason is not None and reason != case.reason:
        return False
    return kind != "answer" or not case.articles or bool(set(cited) & set(case.articles))


def quotes_held(case: SuiteCase, citations: Sequence[Citation]) -> float | None:
    """The share of the case's gold quotes that stand in a citation's quote of the same article, marks and spaces left
    out; None where it has none."""
    if not case.quotes:
        return None
    shown = [(each.article_id, _letters(shown_text(each.quote))) for each in citations]
    held = [
        any(id_ == quote.article and _letters(shown_text(quote.text)) in text for id_, text in shown)
        for quote in case.quotes
    ]
    return sum(held) / len(held)


def cited_articles(reply: Reply) -> tuple[str, ...]:
    """Ids of the articles that a reply cites, each once."""
    return tuple(dict.fromkeys(each.article_id for each in reply.citations)) if isinstance(reply, Answer) else ()


def _told_without_threshold(case: SuiteCase, assistant: Assistant, context: CustomerContext, reply: Reply) -> Reply:
    if not (isinstance(reply, Handoff) and reply.reason is HandoffReason.LOW_CONFIDENCE):
        return reply
    return replace(assistant, answer_threshold=0.0).answer(case.text, context, case.history).reply


def _letters(text: str) -> str:
    return "".join(text.split()).casefold()


def _shown(outcome: Outcome) -> dict[str, Any]:
    trace = outcome.trace
    return {
        "reply": outcome.reply.text,
        "resolution": trace["resolution"],
        "decision": trace["decision"],
        "confidence_signals": trace["confidence_signals"],
        "candidates": [
            {key: each[key] for key in ("article_id", "title", "score", "start", "end")}
            for each in trace["candidates"][:CANDIDATES_SHOWN]
        ],
    }
