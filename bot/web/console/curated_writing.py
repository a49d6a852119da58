"""A curated answer is written, or changed: the form, the sentences to tick, the preview."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.assembly import now
from bot.curating import change_answer, owners, write_answer
from bot.errors import FootnoteError, RequestRefused
from bot.improving.curated_drafts import checked, wordings_in
from bot.models import Agent, CustomerContext
from bot.safety.redaction import redact
from bot.staffed import StaffedFootnote
from bot.storage.curated_answers import CuratedAnswer, CuratedAnswerChanged, CuratedNotFound, curated_answer
from bot.web.console.conversation import LARGEST
from bot.web.console.curated import not_there, preview_values, rows_of, words
from bot.web.console.curated_form import (
    MOST_FIELDS,
    CuratedForm,
    article_named,
    choosable,
    form_fields,
    form_of_content,
)
from bot.web.console.curated_views import CURATED, Preview, curated_path, preview_of
from bot.web.console.dependencies import agent_names, console_page, wants_json
from bot.web.console.permissions import MendingAgent
from bot.web.console.playground import articles_now
from bot.web.dependencies import RunningService
from bot.web.forms import form_of, form_pairs
from bot.web.service import Service
from knowledge.models import Article, Audience

DAYS = 90
"""How far ahead the last day lies unless another is chosen."""
MOST_FOUND = 5
"""Articles that the search finds for the question, offered to choose from."""
MOST_NAMED = 2_000
"""Articles that the field for another one suggests."""

router = APIRouter(prefix=CURATED, include_in_schema=False)


@router.get("/new")
async def new_answer(
    request: Request, agent: MendingAgent, service: RunningService, question: str = "", article: str = ""
) -> Response:
    """The form for a new answer, with a question filled in; as JSON, what its fields are."""
    if wants_json(request):
        return JSONResponse({"fields": list(CuratedForm.model_fields)})
    last = now().date() + timedelta(days=DAYS)
    wordings = redact(" ".join(question.split())).text
    chosen = (article,) if article else ()
    form = CuratedForm(wordings=wordings, owner=agent.name, expires_on=last.isoformat(), article=chosen)
    return await _form_page(service, agent, form)


@router.post("")
async def write_one(request: Request, agent: MendingAgent, service: RunningService) -> Response:
    """Look at sentences, at the preview, or store a new answer."""
    form, footnote = await _read(request), service.footnote

    def write(articles: Mapping[str, Article]) -> CuratedAnswer:
        return write_answer(footnote.database, form.draft(articles), articles, agent.name, now())

    return await _taken(request, service, agent, form, write)


@router.get("/{number}/edit")
async def edit_answer(request: Request, number: int, agent: MendingAgent, service: RunningService) -> Response:
    """The form with what an answer says now."""
    try:
        answer = await service.read(lambda: _answer(service, number))
    except CuratedNotFound as error:
        return not_there(request, agent, error)
    form = form_of_content(answer.content, answer.version)
    return (
        JSONResponse(form.model_dump(mode="json"))
        if wants_json(request)
        else await _form_page(service, agent, form, number)
    )


@router.post("/{number}")
async def change_one(request: Request, number: int, agent: MendingAgent, service: RunningService) -> Response:
    """Look at sentences, at the preview, or store what an answer is to say from now on."""
    form, footnote = await _read(request), service.footnote

    def change(articles: Mapping[str, Article]) -> CuratedAnswer:
        draft = form.draft(articles)
        return change_answer(footnote.database, number, form.seen, draft, articles, agent.name, now())

    try:
        await service.read(lambda: _answer(service, number))
        return await _taken(request, service, agent, form, change, number)
    except CuratedNotFound as error:
        return not_there(request, agent, error)


async def _read(request: Request) -> CuratedForm:
    return form_of(form_fields(await form_pairs(request, MOST_FIELDS)), CuratedForm)


async def _taken(
    request: Request,
    service: Service,
    agent: Agent,
    form: CuratedForm,
    store: Callable[[Mapping[str, Article]], CuratedAnswer],
    number: int | None = None,
) -> Response:
    """What the form asks for. A refusal shows the form again with everything that was typed."""
    if form.step != "save":
        return await _looked_at(request, service, agent, form, number)
    try:
        answer = await service.read(lambda: store(articles_now(service)))
    except CuratedNotFound:
        raise
    except RequestRefused as error:
        if wants_json(request):
            raise
        changed = error.now if isinstance(error, CuratedAnswerChanged) else None
        seen = changed.version if changed else form.seen
        again = form.model_copy(update={"seen": seen})
        return await _form_page(service, agent, again, number, error.status, str(error), changed)
    if wants_json(request):
        (row,) = await service.read(lambda: rows_of(service.footnote, [answer], articles_now(service), now().date()))
        return JSONResponse(row.to_json())
    return RedirectResponse(curated_path(answer.number), 303)


async def _looked_at(
    request: Request, service: Service, agent: Agent, form: CuratedForm, number: int | None
) -> Response:
    """The form again, with sentences or a preview; a script gets the reply that a customer would."""
    if not wants_json(request):
        return await _form_page(service, agent, form, number)
    values = await service.read(lambda: _values(service.footnote, form, articles_now(service), "", None))
    preview: Preview | None = values["preview"]
    return JSONResponse({"refusal": values["refusal"], "reply": preview.reply if preview else None})


async def _form_page(
    service: Service,
    agent: Agent,
    form: CuratedForm,
    number: int | None = None,
    status: int = 200,
    refusal: str = "",
    changed: CuratedAnswer | None = None,
) -> Response:
    values = await service.read(lambda: _values(service.footnote, form, articles_now(service), refusal, changed))
    return console_page("curated_form.html", agent, status, number=number, changed=changed, **values, **words())


def _values(
    footnote: StaffedFootnote,
    form: CuratedForm,
    articles: Mapping[str, Article],
    refusal: str,
    changed: CuratedAnswer | None,
) -> dict[str, Any]:
    own, preview, ids = preview_values(footnote, articles), None, form.looked_at(articles)
    if form.step == "preview":
        try:
            content = checked(form.draft(articles), articles, owners(footnote.database), now().date())
            preview = preview_of(content, **own)
        except RequestRefused as error:
            refusal = str(error)
    if form.other.strip() and article_named(form.other, articles) not in ids:
        refusal = refusal or f"Customers may read no article “{form.other.strip()}”. Write its id or its whole title."
    if form.step == "look" and not refusal:
        refusal = form.gone(articles)
    public = [article for article in articles.values() if article.audience is Audience.PUBLIC]
    return {
        "form": form,
        "refusal": refusal,
        "preview": preview,
        "stored": preview_of(changed.content, **own) if changed else None,
        "chosen": [choosable(articles[id_], form.sentence) for id_ in ids],
        "found": [articles[id_] for id_ in _found(footnote, form) if id_ in articles and id_ not in ids],
        "named": sorted(public, key=lambda article: article.title.casefold())[:MOST_NAMED],
        "names": agent_names(footnote.database),
    }


def _found(footnote: StaffedFootnote, form: CuratedForm) -> tuple[str, ...]:
    """The first articles that the search finds for the question; none where it cannot be searched."""
    wordings = wordings_in(form.wordings)
    if not wordings:
        return ()
    try:
        hits = footnote.assistant.search(wordings[0], CustomerContext(platform=form.platform))
    except FootnoteError:
        return ()  # the field for another article is there all the same
    return tuple(dict.fromkeys(hit.passage.article_id for hit in hits))[:MOST_FOUND]


def _answer(service: Service, number: int) -> CuratedAnswer:
    if not 0 <= number <= LARGEST:
        raise CuratedNotFound(number)
    return curated_answer(service.footnote.database, number)
