"""From a run of the playground to what its page lays out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from bot.answering.calibration import Calibration
from bot.answering.explaining import Loss, contributions, loss
from bot.answering.passage_rules import PINNED
from bot.answering.receipts import article_sha256
from bot.models import Turn
from bot.trials.run import Run
from bot.web.console.lit_article import LitArticle, lit_article, quoted_only
from bot.web.console.marked_answer import Place, marked_html, places_of, sources_of
from bot.web.console.threshold_chart import ThresholdChart, threshold_chart
from bot.web.console.traces import SIGNALS, Trace, trace_of
from knowledge.models import Article

ROWS = 15
"""Candidates that the page shows; the JSON has all of them."""
COSTS_TOLD = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """What one signal of a candidate adds to its score; `share` is what a bar shows, of the highest there is."""

    name: str
    value: float
    weighted: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRow:
    """A passage that was considered, and why it lost; `why` is empty for the winner."""

    rank: int
    passage_id: str
    place: str
    path: str
    score: float
    cells: tuple[Cell, ...]
    why: str
    is_cited: bool
    is_pinned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run as its page lays it out."""

    run: Run
    answer: Markup
    places: tuple[Place, ...]
    sources: tuple[Place, ...]
    articles: tuple[LitArticle, ...]
    trace: Trace
    chart: ThresholdChart | None
    threshold_from: str
    signals: tuple[tuple[str, float], ...]
    rows: tuple[CandidateRow, ...]
    more_candidates: int
    tokens: Mapping[str, Any]


def run_view(run: Run, articles: Mapping[str, Article], calibration: Calibration | None) -> RunView:
    """The view of a run over the articles as they are now."""
    reply, trace = run.reply, run.trace
    decision, candidates = trace["decision"], trace["candidates"]
    places = places_of(reply["citations"])
    is_searched = bool(candidates) and decision["confidence"] is not None
    rows = candidate_rows(trace, {place.article_id for place in places})
    return RunView(
        run=run,
        answer=marked_html(reply["text"], reply["citations"], places),
        places=places,
        sources=sources_of(places),
        articles=_articles(run, places, articles),
        trace=trace_of(_turn(run)),
        chart=threshold_chart(decision["confidence"], decision["threshold"], calibration) if is_searched else None,
        threshold_from=decision.get("threshold_from") or "",
        signals=tuple((SIGNALS.get(name, name), weight) for name, weight in trace["weights"].items()),
        rows=rows[:ROWS],
        more_candidates=max(0, len(rows) - ROWS),
        tokens=_tokens(trace.get("composition") or {}),
    )


def candidate_rows(trace: Mapping[str, Any], cited: set[str]) -> tuple[CandidateRow, ...]:
    """Every candidate, best first, with each weighed signal and why it lost."""
    candidates, weights = trace["candidates"], trace["weights"]
    added = [contributions(each["signals"], weights) for each in candidates]
    highest = max((value for each in added for name, value in each.items() if name in weights), default=0.0) or 1.0
    return tuple(
        CandidateRow(
            rank=each["rank"],
            passage_id=each.get("passage_id", ""),
            place=" › ".join(part for part in (each["title"], each["heading"]) if part) or each["article_id"],
            path=f"/help/{quote(each['article_id'], safe='/')}",
            score=each["score"],
            cells=tuple(
                Cell(
                    SIGNALS.get(name, name),
                    each["signals"].get(name, 0.0),
                    own.get(name, 0.0),
                    share(own, name, highest),
                )
                for name in weights
            ),
            why=why_lost(loss(candidates[0]["signals"], each["signals"], weights)) if each is not candidates[0] else "",
            is_cited=each["article_id"] in cited,
            is_pinned=PINNED in each["signals"],
        )
        for each, own in zip(candidates, added, strict=True)
    )


def share(added: Mapping[str, float], name: str, highest: float) -> float:
    """What a bar shows of what a signal adds, 0–1."""
    return round(min(1.0, max(0.0, added.get(name, 0.0) / highest)), 3)


def why_lost(found: Loss) -> str:
    """A loss in words: what cost the passage the most, and what spoke for it the most."""
    costs = ", ".join(f"{_words(part.signal)} −{part.amount:.3f}" for part in found.costs[:COSTS_TOLD])
    gains = ", ".join(f"{_words(part.signal)} +{part.amount:.3f}" for part in found.gains[:1])
    told = f"{found.behind:.3f} behind" + (f": {costs}" if costs else ", as good as the winner")
    return f"{told}; for it: {gains}" if gains else told


def _words(signal: str) -> str:
    return SIGNALS.get(signal, signal.replace("_", " "))


def _articles(run: Run, places: Sequence[Place], articles: Mapping[str, Article]) -> tuple[LitArticle, ...]:
    """The cited articles; where none is, the one that came nearest. What has changed since the run is not shown."""
    titles = {place.article_id: place.title for place in places}
    candidates: Sequence[Mapping[str, Any]] = run.trace["candidates"]
    if not titles and candidates:
        titles = {candidates[0]["article_id"]: candidates[0]["title"]}
    return tuple(_article(run, id_, title, places, articles.get(id_)) for id_, title in titles.items())


def _article(run: Run, id_: str, title: str, places: Sequence[Place], article: Article | None) -> LitArticle:
    if article is None:
        return quoted_only(id_, title, places, "This article is not in the index any more.")
    then = (run.receipt.get("articles") or {}).get(id_)
    if then is not None and then != article_sha256(article):
        return quoted_only(id_, title, places, "This article has changed since the run.")
    best = next((each for each in run.trace["candidates"] if each["article_id"] == id_), None)
    return lit_article(article, places, [(best["start"], best["end"])] if best else ())


def _turn(run: Run) -> Turn:
    """The run as a turn that was never stored, for what reads traces of turns."""
    return Turn(
        id="",
        conversation_id="",
        client_message_id="",
        question=run.question.text,
        reply=run.reply,
        trace=run.trace,
        asked_at=run.asked_at,
        receipt=run.receipt,
    )


def _tokens(account: Mapping[str, Any]) -> dict[str, Any]:
    """How many tokens a language model read and wrote, by what it was asked for."""
    asked = {"rewriting": account.get("rewriting"), "answer": account.get("model")}
    return {purpose: told["tokens"] for purpose, told in asked.items() if told and told.get("tokens")}
