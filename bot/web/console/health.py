"""The page of what is wrong with the articles: duplicates, contradictions, dead links, what is old, what customers may
not read but ask for; what does most harm first."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.errors import IndexUnavailable
from bot.improving.content_health import HealthFinding, HealthKind, find_faults, ranked
from bot.indexing.generations import Generation
from bot.storage.gaps import surveyed_questions
from bot.storage.reports import citations
from bot.web.console.dependencies import console_page, wants_json
from bot.web.console.gap_views import article_path
from bot.web.console.looks import Look
from bot.web.console.permissions import ReadingAgent
from bot.web.dependencies import RunningService
from bot.web.service import Service
from embeddings.encoders import Encoder, Vectors

HEALTH = "/console/health"
DAYS = 30
"""The answers of so many days say how harmful a fault is."""
ON_A_PAGE = 40
WAIT_SECONDS = 0.25
KINDS = {
    HealthKind.CONTRADICTION: "Contradictions",
    HealthKind.DUPLICATE: "Near-duplicates",
    HealthKind.DEAD_LINK: "Dead links",
    HealthKind.INTERNAL_WANTED: "Internal, but asked for",
    HealthKind.OUTDATED: "Not changed for years",
    HealthKind.ONE_TEXT: "One text, many articles",
}

router = APIRouter(include_in_schema=False)

Faults = tuple[HealthFinding, ...]


def health_look(request: Request) -> Look[Faults]:
    """The look of this process; made for the first who asks."""
    state = request.app.state
    if not hasattr(state, "health_look"):
        state.health_look = Look("health")
    look: Look[Faults] = state.health_look
    return look


@router.get(HEALTH)
async def show_health(
    request: Request, agent: ReadingAgent, service: RunningService, kind: str = "", page: int = 1
) -> Response:
    """What is wrong with the articles of the present index, as a page or as JSON."""
    look = health_look(request)
    generation = await service.read(lambda: _present(service))
    key = generation.sha256 if generation else ""
    if generation is not None and look.result(key) is None and look.problem(key) is None:
        await service.read(lambda: _look(look, generation, service.footnote.encoder))
    faults, problem = look.result(key), look.problem(key)
    found = await service.read(lambda: _ranked(service, faults or ()))
    shown = [finding for finding in found if kind not in set(HealthKind) or finding.kind == kind]
    looking = generation is not None and faults is None and problem is None
    if wants_json(request):
        findings = [finding_json(finding) for finding in shown]
        return JSONResponse({"looking": looking, "problem": problem, "days": DAYS, "findings": findings})
    pages = max(1, -(-len(shown) // ON_A_PAGE))
    here = min(max(page, 1), pages)
    return console_page(
        "health.html",
        agent,
        findings=shown[(here - 1) * ON_A_PAGE : here * ON_A_PAGE],
        titles={id_: article.title for id_, article in generation.articles.items()} if generation else {},
        has_index=generation is not None,
        looking=looking,
        problem=problem,
        kinds=KINDS,
        counts={each: sum(finding.kind is each for finding in found) for each in HealthKind},
        every=len(found),
        chosen=kind if kind in set(HealthKind) else "",
        days=DAYS,
        article_path=article_path,
        number=here,
        pages=pages,
    )


def finding_json(finding: HealthFinding) -> dict[str, Any]:
    """A finding as JSON values."""
    return {
        "kind": finding.kind.value,
        "says": finding.says,
        "answers": finding.answers,
        "score": finding.score,
        "places": [{name: getattr(place, name) for name in place.__slots__} for place in finding.places],
    }


def _present(service: Service) -> Generation | None:
    try:
        return service.footnote.index.current()
    except IndexUnavailable:
        return None


def _look(look: Look[Faults], generation: Generation, encoder: Encoder) -> None:
    """Begin to look, and wait a moment: a small help center is looked through at once."""
    look.begin(generation.sha256, lambda: faults_of(generation, encoder))
    look.wait(WAIT_SECONDS)


def faults_of(generation: Generation, encoder: Encoder) -> Faults:
    """The faults of a generation's articles, with the vectors that its index has of their sentences."""
    texts = generation.indexes.texts

    def vectorise(sentences: list[str]) -> Vectors:
        known = [text for text in sentences if text in texts]
        new = [text for text in sentences if text not in texts]
        rows = dict(zip(known, texts.vectors(known), strict=True)) if known else {}
        rows.update(zip(new, encoder.encode_passages(new).vectors, strict=True) if new else ())
        return np.stack([rows[text] for text in sentences])

    return find_faults(
        list(generation.articles.values()),
        lambda sentences: vectorise(list(sentences)),
        datetime.now(UTC).date(),
        generation.kin,
        generation.superseded,
    )


def _ranked(service: Service, faults: Faults) -> Faults:
    today = datetime.now(UTC).date()
    database = service.footnote.database
    cited = citations(database, today - timedelta(days=DAYS - 1), today)
    wanted = surveyed_questions(database, about_internal=True)
    return ranked(faults, {each.article_id: each.answers for each in cited}, wanted)
