"""Reports: how much was answered, how well, for whom; as a page, as JSON and as CSV, all of the same figures."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.answering.calibration import Calibration, calibration_file, read_calibration
from bot.staffed import StaffedFootnote
from bot.storage.reports import report_rows
from bot.storage.scope import Scope
from bot.web.console import report_words as words
from bot.web.console.article_list import article_path
from bot.web.console.charts import bars, columns
from bot.web.console.dependencies import console_page, wants_json
from bot.web.console.figures import Report, days_between, report_of
from bot.web.console.permissions import ReadingAgent
from bot.web.console.report_query import ReportQuery, ReportRefused, read_report_query, usual_report
from bot.web.console.spreadsheet import csv_text
from bot.web.dependencies import RunningService, running_service
from bot.web.errors import error_response
from knowledge.models import Article

PATH = "/console/reports"
CSV = "text/csv; charset=utf-8"

router = APIRouter(prefix="/console", include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeReport:
    """A report, what it was made for, and what it is compared with."""

    query: ReportQuery
    report: Report
    promise: dict[str, Any]
    sections: tuple[str, ...]
    locales: tuple[str, ...]
    titles: dict[str, str]
    """Of the cited articles that are still in the index, by id."""
    is_blank: bool
    """Whether no customer was ever answered."""

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {
            "asked": self.query.fields(),
            "promise": self.promise,
            "definitions": words.DEFINITIONS,
            "tables": self.report.tables(),
        }

    def to_csv(self) -> str:
        """One row for each figure."""
        return csv_text(
            ("table", "row", "figure", "value"),
            (
                (table, row, figure, value)
                for table, rows in self.report.tables().items()
                for row, figures in rows.items()
                for figure, value in figures.items()
            ),
        )


def make_report(footnote: StaffedFootnote, query: ReportQuery, now: datetime) -> MadeReport:
    """The report on what is stored now. StorageError."""
    generation = footnote.current_generation()
    articles: dict[str, Article] = dict(generation.articles) if generation else {}
    about = [id_ for id_, article in articles.items() if article.section == query.section] if query.section else None
    scope = Scope(
        first=query.first,
        last=query.last,
        platform=query.platform or None,
        locale=query.locale or None,
        articles=about,
    )
    rows = report_rows(footnote.database, scope, now)

    def section_of(article_id: str) -> str:
        found = articles.get(article_id)
        return found.section if found else (words.GONE if article_id else words.NOT_SEARCHED)

    report = report_of(rows, days_between(query.first, query.last), section_of)
    return MadeReport(
        query=query,
        report=report,
        promise=promise_of(footnote),
        sections=tuple(sorted({article.section for article in articles.values()})),
        locales=rows.locales,
        titles={
            each.article_id: articles[each.article_id].title for each in report.cited if each.article_id in articles
        },
        is_blank=rows.first_day is None,
    )


def promise_of(footnote: StaffedFootnote) -> dict[str, Any]:
    """What is promised of answers: the threshold, and the numbers of the calibration where one is in force."""
    threshold = footnote.threshold()
    found = read_calibration(calibration_file(footnote.settings.index_folder))
    calibration = found if isinstance(found, Calibration) and threshold.state == "valid" else None
    return {
        "threshold": threshold.value,
        "state": threshold.state,
        "sentence": threshold.sentence,
        "wrong_at_most": calibration.alpha if calibration else None,
        "with_probability": 1 - calibration.delta if calibration else None,
        "coverage": calibration.coverage if calibration else None,
    }


def asked_report(request: Request) -> ReportQuery:
    """The report that the address names. ReportRefused."""
    return read_report_query(request.query_params, datetime.now(UTC).date())


AskedReport = Annotated[ReportQuery, Depends(asked_report)]


@router.get("/reports.json")
async def report_as_json(agent: ReadingAgent, query: AskedReport, service: RunningService) -> JSONResponse:  # noqa: ARG001
    """The report as JSON."""
    made = await service.read(lambda: make_report(service.footnote, query, datetime.now(UTC)))
    return JSONResponse(made.to_json())


@router.get("/reports.csv")
async def report_as_csv(agent: ReadingAgent, query: AskedReport, service: RunningService) -> Response:  # noqa: ARG001
    """The report as CSV, one row for each figure."""
    made = await service.read(lambda: make_report(service.footnote, query, datetime.now(UTC)))
    name = f"footnote-report-{query.first}-{query.last}.csv"
    return Response(made.to_csv(), media_type=CSV, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/reports")
async def show_report(request: Request, agent: ReadingAgent) -> Response:
    """The report as a page, or as JSON for who asks for that. Of what cannot be reported the page says so, above the
    usual report."""
    service, today = running_service(request), datetime.now(UTC).date()
    refusal, status = "", 200
    try:
        query = read_report_query(request.query_params, today)
    except ReportRefused as error:
        if wants_json(request):
            return error_response(error.status, error.code, str(error))
        query, refusal, status = usual_report(today), str(error), error.status
    made = await service.read(lambda: make_report(service.footnote, query, datetime.now(UTC)))
    if wants_json(request):
        return JSONResponse(made.to_json())
    return await service.read(
        lambda: console_page("reports.html", agent, status, refusal=refusal, **page_values(made, today))
    )


def page_values(made: MadeReport, today: date) -> dict[str, object]:
    """What the page lays out."""
    tables, query = made.report.tables(), made.query
    return {
        "made": made,
        "query": query,
        "tables": tables,
        "words": words,
        "path": PATH,
        "links": {id_: article_path(id_) for id_ in made.titles},
        "ranges": {days: each.address(PATH) for days, each in query.ranges(today).items()},
        "downloads": {kind: query.address(f"{PATH}.{kind.lower()}") for kind in ("CSV", "JSON")},
        "charts": {
            figure: columns(label, [(day, int(row[figure] or 0)) for day, row in tables["day"].items()])
            for figure, label in words.CHARTED.items()
        },
        "bars": {
            table: bars(
                words.TABLES[table][0],
                [
                    (words.row_name(table, name, made.titles), int(row["questions"] or 0))
                    for name, row in tables[table].items()
                ],
            )
            for table in words.BARRED
        },
        "reasons": bars(
            words.TABLES["reason"][0],
            [
                (words.row_name("reason", name, made.titles), int(row["replies"] or 0))
                for name, row in tables["reason"].items()
            ],
        ),
    }
