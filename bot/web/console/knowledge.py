"""What the bot answers from: articles, where they come from, the generations of the index; an article with its passages
drawn in its text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.answering.shelving import successor_of
from bot.assembly import now
from bot.errors import FootnoteError, IndexUnavailable, RequestRefused
from bot.indexing.generations import Generation
from bot.indexing.rolling_back import Standing, kept_generations, roll_back
from bot.models import Agent
from bot.roles import Permission, may
from bot.staffed import StaffedFootnote
from bot.storage.audit import note
from bot.storage.database import Database, Transaction
from bot.storage.generations import GenerationRow
from bot.storage.passage_rules import PassageRule, rules_of_article
from bot.storage.quarantine import QuarantineRow, quarantined
from bot.storage.reports import Cited, citations, citations_by_day
from bot.storage.sources import RememberedSource, remembered_sources
from bot.updating import withdraw_outdated
from bot.web.console.article_list import (
    PATH,
    SORTS,
    ArticleRow,
    ListPage,
    ListQuery,
    article_path,
    article_rows,
    list_page,
    read_list_query,
)
from bot.web.console.boundaries import Piece, in_order, pieces_of
from bot.web.console.charts import columns
from bot.web.console.dependencies import console_page, wants_json
from bot.web.console.figures import days_between
from bot.web.console.permissions import ReadingAgent, require
from bot.web.console.reindexing import REINDEXING, Reindexing, RunningReindexing
from bot.web.console.rule_views import new_rule_path
from bot.web.console.views import PLATFORMS
from bot.web.dependencies import RunningService
from bot.web.errors import error_response
from bot.web.forms import read_form
from bot.web.schemas import Wire

ROLL_BACK = "/console/generations/roll-back"
CITED_DAYS = 30
CHARTED_DAYS = 90
MOST_QUARANTINED = 200

router = APIRouter(prefix="/console", include_in_schema=False)

RollingBackAgent = Annotated[Agent, require(Permission.ROLL_BACK)]


class RollBackForm(Wire):
    """The generation that shall serve."""

    number: int = Field(ge=1)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source and what of it could not become an article."""

    source: RememberedSource
    rejected: tuple[QuarantineRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownArticle:
    """An article for its page."""

    row: ArticleRow
    pieces: tuple[Piece, ...]
    passages: int
    family: tuple[ArticleRow, ...]
    """The other articles of its family."""
    successor: str | None
    """The id of the article that replaces it."""
    by_day: Mapping[str, Cited]
    passage_ids: tuple[str, ...]
    """As the passages are numbered."""
    rules: tuple[PassageRule, ...]
    """The pins and mutes that hold for its passages."""

    def to_json(self) -> dict[str, Any]:
        """As JSON values; a day without a citation is left out."""
        return {
            **self.row.to_json(),
            "members": [each.article.id for each in self.family],
            "successor": self.successor,
            "passage_ids": self.passage_ids,
            "rules": [rule.number for rule in self.rules],
            "pieces": [{"start": each.start, "end": each.end, "passages": each.numbers} for each in self.pieces],
            "days": {
                day: {"answers": each.answers, "thumbs_up": each.ups, "thumbs_down": each.downs}
                for day, each in self.by_day.items()
            },
        }


@router.get("/knowledge")
async def show_knowledge(
    request: Request, agent: ReadingAgent, service: RunningService, job: RunningReindexing
) -> Response:
    """The articles that serve, and beside them sources and generations."""
    query, footnote = read_list_query(request.query_params), service.footnote
    found = await service.read(lambda: find_articles(footnote, query, now().date()))
    if wants_json(request):
        return JSONResponse(await service.read(lambda: knowledge_json(footnote, found)))
    return await service.read(lambda: knowledge_page(footnote, agent, job, query, found))


@router.get("/knowledge/{article_id:path}")
async def show_article(request: Request, article_id: str, agent: ReadingAgent, service: RunningService) -> Response:
    """One article: its text with the passages drawn in it, its family, and how often it was cited."""
    footnote, today = service.footnote, now().date()
    shown = await service.read(lambda: find_article(footnote, article_id, today))
    if shown is None:
        sentence = (
            f"The article “{article_id[:200]}” is not in the index that serves now. It was deleted or got another id "
            "since the page that led here was made."
        )
        if wants_json(request):
            return error_response(404, "article_not_found", sentence)
        return console_page("no_article.html", agent, 404, sentence=sentence, path=PATH)
    if wants_json(request):
        return JSONResponse(shown.to_json())
    return await service.read(lambda: article_page(agent, shown, today))


@router.post("/generations/roll-back")
async def roll_back_index(
    request: Request, agent: RollingBackAgent, service: RunningService, job: RunningReindexing
) -> Response:
    """Let another generation serve."""
    number, footnote = (await read_form(request, RollBackForm)).number, service.footnote

    def write_down(connection: Transaction, row: GenerationRow) -> None:
        note(connection, now(), agent.name, "rolled_back", str(row.number), articles=row.articles)

    def go_back() -> None:
        folder = footnote.settings.index_folder
        roll_back(footnote.database, folder, footnote.encoder.identity, number, write_down)
        withdraw_outdated(footnote)

    try:
        await service.read(go_back)
    except (RequestRefused, IndexUnavailable) as error:
        if wants_json(request):
            raise
        refused = error
        return await service.read(lambda: _refused(footnote, agent, job, refused))
    if wants_json(request):
        return JSONResponse({"generation": number})
    return RedirectResponse(f"{PATH}#generations", 303)


def find_articles(footnote: StaffedFootnote, query: ListQuery, today: date) -> ListPage:
    """The rows that the query names; none without an index."""
    generation = footnote.current_generation()
    rows = [] if generation is None else _rows(generation, footnote.database, today)
    return list_page(rows, query)


def find_article(footnote: StaffedFootnote, article_id: str, today: date) -> ShownArticle | None:
    """An article of the index that serves; None when there is none of this id."""
    generation = footnote.current_generation()
    if generation is None or article_id not in generation.articles:
        return None
    rows = {row.article.id: row for row in _rows(generation, footnote.database, today)}
    passages = [generation.passages[key] for key in generation.passage_keys.get(article_id, ())]
    article = rows[article_id].article
    successor = successor_of(article_id, generation.articles)
    first = today - timedelta(days=CHARTED_DAYS - 1)
    return ShownArticle(
        row=rows[article_id],
        pieces=pieces_of(article.body, passages),
        passages=len(passages),
        family=tuple(rows[id_] for id_ in generation.kin.get(article_id, ()) if id_ != article_id),
        successor=successor.id if successor else None,
        by_day=citations_by_day(footnote.database, article_id, first, today),
        passage_ids=tuple(each.id for each in in_order(passages)),
        rules=rules_of_article(footnote.database, article_id, today),
    )


def knowledge_json(footnote: StaffedFootnote, found: ListPage) -> dict[str, Any]:
    """The same as JSON values."""
    return {
        "total": found.total,
        "articles": [row.to_json() for row in found.rows],
        "sources": [
            {
                "location": each.source.location,
                "last_read_at": each.source.last_read_at.isoformat() if each.source.last_read_at else None,
                "rejected": [{"origin": row.origin, "sentence": row.sentence} for row in each.rejected],
            }
            for each in _sources(footnote.database)
        ],
        "generations": [each.to_json() for each in kept_generations(footnote.database, footnote.settings.index_folder)],
    }


def knowledge_page(
    footnote: StaffedFootnote,
    agent: Agent,
    job: Reindexing,
    query: ListQuery,
    found: ListPage,
    status: int = 200,
    refusal: str = "",
) -> Response:
    """The page of everything that the bot answers from."""
    generation = footnote.current_generation()
    articles = generation.articles.values() if generation else ()
    return console_page(
        "knowledge.html",
        agent,
        status,
        refusal=refusal,
        query=query,
        found=found,
        sections=sorted({article.section for article in articles}),
        has_index=generation is not None,
        sorts=SORTS,
        sources=_sources(footnote.database),
        most_quarantined=MOST_QUARANTINED,
        kept=kept_generations(footnote.database, footnote.settings.index_folder),
        serves=Standing.SERVES,
        progress=job.progress,
        may_reindex=may(agent.role, Permission.REINDEX),
        may_roll_back=may(agent.role, Permission.ROLL_BACK),
        addresses={"path": PATH, "reindexing": REINDEXING, "roll_back": ROLL_BACK},
        days=CITED_DAYS,
        **_words(),
    )


def article_page(agent: Agent, shown: ShownArticle, today: date) -> Response:
    """The page of one article."""
    none = Cited(shown.row.article.id, 0, 0, 0)
    days = [day.isoformat() for day in days_between(today - timedelta(days=CHARTED_DAYS - 1), today)]
    by_day = {day: shown.by_day.get(day, none) for day in days}
    return console_page(
        "article.html",
        agent,
        shown=shown,
        article=shown.row.article,
        chart=columns("Answers that cite it by day", [(day, each.answers) for day, each in by_day.items()]),
        by_day={day: each for day, each in reversed(by_day.items()) if each.answers},
        days=CITED_DAYS,
        charted_days=CHARTED_DAYS,
        path=PATH,
        mends=may(agent.role, Permission.MEND),
        new_rule_path=new_rule_path,
        **_words(),
    )


def _refused(footnote: StaffedFootnote, agent: Agent, job: Reindexing, error: FootnoteError) -> Response:
    query = ListQuery()
    found = find_articles(footnote, query, now().date())
    return knowledge_page(footnote, agent, job, query, found, error.status, str(error))


def _rows(generation: Generation, database: Database, today: date) -> list[ArticleRow]:
    return article_rows(
        generation.articles.values(),
        generation.passage_keys,
        generation.kin,
        generation.superseded,
        citations(database, today - timedelta(days=CITED_DAYS - 1), today),
    )


def _sources(database: Database) -> Sequence[SourceRow]:
    """Every source that was ever read, the ones with failures too."""
    failed: dict[str, list[QuarantineRow]] = {}
    for row in quarantined(database):
        failed.setdefault(row.source_key, []).append(row)
    return [SourceRow(source, tuple(failed.get(source.key, ()))) for source in remembered_sources(database)]


def _words() -> dict[str, Any]:
    return {
        "platforms": {platform.value: words for platform, words in PLATFORMS.items()},
        "audiences": {"public": "Everybody", "internal": "Internal"},
        "article_path_in_console": article_path,
    }
