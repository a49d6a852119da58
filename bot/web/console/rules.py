"""Pins and mutes: the rules that there are, a new one, and the end of one."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.answering.search_index import SearchIndex
from bot.assembly import now
from bot.errors import IndexUnavailable, RequestRefused
from bot.models import Agent
from bot.ruling import (
    MOST_DAYS,
    QUESTION_CHARACTERS,
    REASON_CHARACTERS,
    RuleAsked,
    beginning_of,
    end,
    passage_with_id,
    set_rule,
)
from bot.staffed import StaffedFootnote
from bot.storage.passage_rules import PassageRule, RuleKind, RuleNotFound, count_rules, passage_rule, passage_rules
from bot.storage.ruled_replies import replies_under
from bot.web.console.conversation import LARGEST
from bot.web.console.dependencies import console_page, wants_json
from bot.web.console.gap_views import article_path
from bot.web.console.permissions import MendingAgent
from bot.web.console.rule_views import KINDS, NEW_RULE, RULES, RuleRow, rule_row, rules_path
from bot.web.dependencies import RunningService
from bot.web.errors import error_response
from bot.web.forms import read_form
from bot.web.schemas import Text, Wire
from knowledge.models import Passage

ON_A_PAGE = 25
COUNTED_DAYS = 30
USUAL_DAYS = 90
NO_PASSAGE = (
    "There is no such passage in the index that serves now: its text has changed since. Look for it on its article's "
    "page."
)

router = APIRouter(prefix=RULES, include_in_schema=False)


class RuleForm(Wire):
    """What an editor fills in; an empty question means all questions."""

    kind: RuleKind
    passage: Text = Field(max_length=100)
    question: Text = Field(default="", max_length=10 * QUESTION_CHARACTERS)
    reason: Text = Field(default="", max_length=10 * REASON_CHARACTERS)
    last_day: Text = Field(default="", max_length=20)

    def asked(self) -> RuleAsked:
        """What is asked for. RequestRefused where the day is none."""
        try:
            last_day = date.fromisoformat(self.last_day) if self.last_day else None
        except ValueError as error:
            raise RequestRefused(f"“{self.last_day}” is no day; write it like 2027-01-31.") from error
        return RuleAsked(
            kind=self.kind, passage_id=self.passage, question=self.question, reason=self.reason, last_day=last_day
        )


@router.get("")
async def show_rules(
    request: Request,
    agent: MendingAgent,
    service: RunningService,
    ended: bool = False,
    before: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
) -> Response:
    """The rules that hold, or those that do not any more, the newest first."""
    footnote = service.footnote
    if wants_json(request):
        return JSONResponse(await service.read(lambda: rules_json(footnote, ended, before)))
    return await service.read(lambda: rules_page(footnote, agent, ended, before))


@router.get("/new")
async def show_form(
    request: Request,
    agent: MendingAgent,
    service: RunningService,
    passage: Annotated[str, Query(max_length=100)] = "",
    kind: RuleKind = RuleKind.MUTE,
    question: Annotated[str, Query(max_length=10 * QUESTION_CHARACTERS)] = "",
) -> Response:
    """The form for a rule; as JSON, the passage that it would be for. Without a passage, where one is chosen."""
    footnote, today = service.footnote, now().date()
    usual = (today + timedelta(days=USUAL_DAYS)).isoformat()
    form = RuleForm(kind=kind, passage=passage, question=question, last_day=usual)
    return await service.read(lambda: _form(request, footnote, agent, form))


@router.post("")
async def make(request: Request, agent: MendingAgent, service: RunningService) -> Response:
    """Make a rule that holds at once."""
    form, footnote = await read_form(request, RuleForm), service.footnote
    try:
        rule = await service.read(
            lambda: set_rule(footnote.database, footnote.index.current(), form.asked(), agent.name, now())
        )
    except (RequestRefused, IndexUnavailable) as error:
        if wants_json(request):
            raise
        status, refusal = error.status, str(error)
        return await service.read(lambda: _form(request, footnote, agent, form, status, refusal))
    if wants_json(request):
        return JSONResponse(await service.read(lambda: _row(footnote, rule).to_json()), 201)
    return RedirectResponse(f"{RULES}#rule-{rule.number}", 303)


@router.post("/{number}/end")
async def end_one(request: Request, number: int, agent: MendingAgent, service: RunningService) -> Response:
    """End a rule before its last day."""
    footnote = service.footnote
    if not 0 <= number <= LARGEST:
        raise RuleNotFound(number)
    try:
        rule = await service.read(lambda: end(footnote.database, number, agent.name, now()))
    except RequestRefused as error:
        if wants_json(request):
            raise
        status, refusal = error.status, str(error)
        return await service.read(lambda: rules_page(footnote, agent, False, None, status, refusal))
    if wants_json(request):
        return JSONResponse(await service.read(lambda: _row(footnote, rule).to_json()))
    return RedirectResponse(rules_path(), 303)


def rules_json(footnote: StaffedFootnote, ended: bool, before: int | None) -> dict[str, object]:
    """The list as JSON values."""
    holding, over = count_rules(footnote.database, now().date())
    rows, following = _rows(footnote, ended, before)
    return {"holding": holding, "ended": over, "rules": [row.to_json() for row in rows], "next_before": following}


def rules_page(
    footnote: StaffedFootnote, agent: Agent, ended: bool, before: int | None, status: int = 200, refusal: str = ""
) -> Response:
    """The list as a page."""
    rows, following = _rows(footnote, ended, before)
    holding, over = count_rules(footnote.database, now().date())
    return console_page(
        "rules.html",
        agent,
        status,
        rows=rows,
        following=following,
        ended=ended,
        before=before,
        holding=holding,
        over=over,
        kinds=KINDS,
        days=COUNTED_DAYS,
        rules_path=rules_path,
        article_path=article_path,
        refusal=refusal,
    )


def _rows(footnote: StaffedFootnote, ended: bool, before: int | None) -> tuple[list[RuleRow], int | None]:
    """The rows of one page, and before which number the next one begins."""
    today = now().date()
    found = passage_rules(footnote.database, today, holding=not ended, before=before, most=ON_A_PAGE + 1)
    shown = found[:ON_A_PAGE]
    since = today - timedelta(days=COUNTED_DAYS - 1)
    replies = replies_under(footnote.database, [rule.number for rule in shown], since)
    index = footnote.current_generation()
    rows = [rule_row(rule, index, today, replies) for rule in shown]
    return rows, shown[-1].number if len(found) > ON_A_PAGE else None


def _passage(passage: Passage | None) -> dict[str, str]:
    if passage is None:
        return {}
    return {"passage_id": passage.id, "article_id": passage.article_id, "beginning": beginning_of(passage.text)}


def _row(footnote: StaffedFootnote, rule: PassageRule) -> RuleRow:
    stored = passage_rule(footnote.database, rule.number)
    return rule_row(stored, footnote.current_generation(), now().date(), {})


def _form(
    request: Request, footnote: StaffedFootnote, agent: Agent, form: RuleForm, status: int = 200, refusal: str = ""
) -> Response:
    index: SearchIndex | None = footnote.current_generation()
    passage = passage_with_id(index, form.passage) if index is not None else None
    if passage is None and form.passage and not refusal:
        if wants_json(request):
            return error_response(404, "passage_not_found", NO_PASSAGE)
        return console_page("nothing.html", agent, 404, sentence=NO_PASSAGE)
    if wants_json(request):
        return JSONResponse({"kinds": [kind.value for kind in RuleKind], "most_days": MOST_DAYS, **_passage(passage)})
    today = now().date()
    return console_page(
        "new_rule.html",
        agent,
        status,
        form=form,
        passage=passage,
        path=RULES,
        way_in=NEW_RULE,
        today=today.isoformat(),
        latest=(today + timedelta(days=MOST_DAYS)).isoformat(),
        most={"question": QUESTION_CHARACTERS, "reason": REASON_CHARACTERS},
        article_path=article_path,
        refusal=refusal,
    )
