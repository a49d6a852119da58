"""Curated answers as they are shown and told to scripts. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from bot.answering.actions import actions_for
from bot.answering.curated_quotes import compose_curated, problem_of
from bot.models import Answer
from bot.storage.curated_answers import CuratedAnswer, CuratedContent, CuratedState, told_differences
from bot.web.console.marked_answer import Place, marked_html, places_of, sources_of
from bot.wire import reply_to_json
from knowledge.models import Article

CURATED = "/console/curated"
STATES = {
    CuratedState.ACTIVE: "Active",
    CuratedState.WITHDRAWN: "Withdrawn",
    CuratedState.EXPIRED: "Expired",
    CuratedState.DELETED: "Deleted",
}
GIVEN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Preview:
    """An answer as a customer sees it."""

    html: Markup
    reply: Mapping[str, Any]
    places: tuple[Place, ...]
    sources: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CuratedRow:
    """An answer on its page or in the list: what it is today, why it is not given though it is active (`problem`, empty
    where it is), and how often it was given to customers in the last 30 days."""

    answer: CuratedAnswer
    state: CuratedState
    problem: str
    given: int
    articles: tuple[tuple[str, str], ...]
    """The id and title of each that it quotes; the id for the title of one that is gone."""

    @property
    def path(self) -> str:
        """Where its page is."""
        return curated_path(self.answer.number)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        answer, content = self.answer, self.answer.content
        return {
            "number": answer.number,
            "version": answer.version,
            "path": self.path,
            "state": self.state.value,
            "because": answer.because,
            "problem": self.problem,
            "wordings": list(content.wordings),
            "lead": content.lead,
            "quotes": [asdict(quote) for quote in content.quotes],
            "platform": content.platform.value,
            "locale": content.locale,
            "owner": content.owner,
            "expires_on": content.expires_on.isoformat(),
            "made_at": answer.made_at.isoformat(),
            "made_by": answer.made_by,
            f"given_in_{GIVEN_DAYS}_days": self.given,
        }


def curated_row(
    answer: CuratedAnswer, articles: Mapping[str, Article], given: Mapping[int, int], today: date
) -> CuratedRow:
    """An answer over the articles as they are now."""
    state = answer.state_on(today)
    return CuratedRow(
        answer=answer,
        state=state,
        problem=problem_of(answer.content, articles) if state is CuratedState.ACTIVE else "",
        given=given.get(answer.number, 0),
        articles=tuple((id_, articles[id_].title if id_ in articles else id_) for id_ in answer.content.article_ids),
    )


def preview_of(
    content: CuratedContent, articles: Mapping[str, Article], hosts: Collection[str], links_start_with: str
) -> Preview | None:
    """The answer as a customer would see it now; None where a quote does not stand."""
    composed = compose_curated(content, articles, 1.0, links_start_with)
    return _preview(composed, articles, hosts) if composed else None


def versions_told(versions: tuple[CuratedAnswer, ...]) -> list[tuple[CuratedAnswer, str]]:
    """Each version, the newest first, with what it made otherwise."""
    befores = (*versions[1:], None)
    return [
        (answer, told_differences(before, answer) if before else "written")
        for answer, before in zip(versions, befores, strict=True)
    ]


def curated_path(number: int) -> str:
    """Where one answer is shown."""
    return f"{CURATED}/{number}"


def writing_path(question: str, article_id: str = "") -> str:
    """Where an answer to this question is written."""
    asked = {"question": question, "article": article_id}
    return f"{CURATED}/new?{urlencode({name: value for name, value in asked.items() if value})}"


def list_path(state: CuratedState, before: int | None = None) -> str:
    """Where the answers of a state are listed."""
    asked = {"state": state.value, **({"before": before} if before else {})}
    return f"{CURATED}?{urlencode(asked)}"


def _preview(composed: Answer, articles: Mapping[str, Article], hosts: Collection[str]) -> Preview:
    cited = [citation.article_id for citation in composed.citations]
    reply = reply_to_json(composed)
    actions = actions_for(cited, articles, hosts)
    reply["actions"] = [{"label": each.label, "url": each.url, "article_id": id_} for each, id_ in actions]
    places = places_of(reply["citations"])
    html = marked_html(reply["text"], reply["citations"], places)
    return Preview(html, reply, places, sources_of(places))
