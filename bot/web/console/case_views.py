"""Proposed cases as they are shown and told to scripts. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from bot.proposing import edition
from bot.storage.proposed_cases import CaseSource, CaseState, Expectation, ProposedCase
from bot.web.console.gap_views import article_path
from knowledge.models import Article, Audience

CASES = "/console/cases"
STATES = {CaseState.PROPOSED: "Proposed", CaseState.ACCEPTED: "Accepted", CaseState.DISMISSED: "Dismissed"}
SOURCES = {
    CaseSource.CORRECTION: "Marked by an agent",
    CaseSource.THUMB: "Thumbs down",
    CaseSource.HANDOFF: "Handed over",
}
EXPECTED = {
    "answer": "An answer from this article",
    "handoff": "Nobody can answer this: hand it over",
    "clarify": "A question back",
    "notice": "A word without an article",
}
"""What may be expected of a question, in the order in which it is offered."""
SHOULD_BE = {
    "answer": "Should be answered",
    "handoff": "Should be handed over",
    "clarify": "Should be asked back",
    "notice": "Should get a word without an article",
}


@dataclass(frozen=True, slots=True)
class NamedArticle:
    """An article that somebody or something named; `readable` is False where customers may not read it any more."""

    id: str
    title: str
    path: str
    readable: bool


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """Which cases are listed: of one state and source, behind a number."""

    state: CaseState = CaseState.PROPOSED
    source: CaseSource | None = None
    after: int = 0

    def path(self, **changes: object) -> str:
        """Where this list is, or another: `state`, `source` or `after` in place of its own; a change of what is listed
        begins anew."""
        own = {"state": self.state.value, "source": self.source.value if self.source else "", "after": 0}
        asked = {name: value for name, value in {**own, **changes}.items() if value}
        return f"{CASES}?{urlencode(asked)}"


def case_path(number: int) -> str:
    """Where one case is shown."""
    return f"{CASES}/{number}"


def named_article(id_: str, articles: Mapping[str, Article]) -> NamedArticle:
    """An article by its title, or by its id where it is gone."""
    article = articles.get(id_)
    readable = article is not None and article.audience is Audience.PUBLIC
    return NamedArticle(id_, article.title if article else id_, article_path(id_), readable)


def case_json(case: ProposedCase) -> dict[str, Any]:
    """A case as JSON values."""
    proposal = case.proposal
    return {
        "number": case.number,
        "path": case_path(case.number),
        "seen": edition(case),
        "state": case.state.value,
        "source": proposal.source.value,
        "turn_id": proposal.turn_id,
        "question": proposal.question,
        "history": [{"role": said.role, "text": said.text} for said in proposal.history],
        "platform": proposal.platform.value,
        "locale": proposal.locale,
        "replied": asdict(proposal.replied),
        "found": list(proposal.found),
        "comment": proposal.comment,
        "by": proposal.by,
        "suggestion": _expectation_json(proposal.suggestion),
        "decision": _expectation_json(case.decision),
        "proposed_at": case.proposed_at.isoformat(),
        "decided_at": case.decided_at.isoformat() if case.decided_at else None,
        "decided_by": case.decided_by,
    }


def _expectation_json(expectation: Expectation | None) -> dict[str, Any] | None:
    return None if expectation is None else asdict(expectation)
