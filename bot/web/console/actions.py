"""What agents do to a conversation: forms that work without a script, and the same with one."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.errors import FootnoteError, IndexUnavailable, MessageTooLong, Overloaded, RequestRefused
from bot.models import Agent, Speaker
from bot.safety.message_ids import storable_id
from bot.storage.ownership import Happening
from bot.web.console.case import read_case
from bot.web.console.conversation import LARGEST, conversation_page
from bot.web.console.dependencies import wants_json
from bot.web.console.permissions import ConversingAgent
from bot.web.console.suggestions import suggest
from bot.web.console.views import CONVERSATIONS, conversation_path
from bot.web.dependencies import RunningService
from bot.web.errors import described
from bot.web.forms import read_form
from bot.web.live_events import RunningNews
from bot.web.schemas import Text, Wire
from bot.web.service import Service

REPLY_CHARACTERS = 10_000

router = APIRouter(prefix=f"{CONVERSATIONS}/{{conversation_id}}", include_in_schema=False)


class ReplyForm(Wire):
    """What an agent writes to the customer, or has written so far."""

    text: Text = Field(max_length=5 * REPLY_CHARACTERS)
    client_message_id: Text = Field(min_length=1, max_length=128)


class CloseForm(Wire):
    """The newest entry that the page showed."""

    seen: int = Field(ge=0, le=LARGEST)


class TypingForm(Wire):
    """Whether the agent is writing."""

    on: bool


class Desk:
    """An agent at work on one conversation: does something and answers the form, or the script, that wished it."""

    def __init__(self, conversation_id: str, request: Request, agent: ConversingAgent, service: RunningService) -> None:
        self.conversation_id = conversation_id
        self.agent: Agent = agent
        self.service: Service = service
        self.request = request
        self._scripted = wants_json(request)

    async def done(self, work: Callable[[], Happening], draft: str = "") -> Response:
        """Back to the conversation, or the sentence of a refusal with what was written."""
        try:
            await self.service.read(work)
        except RequestRefused as error:
            return await self._refused(error, draft)
        if self._scripted:
            return JSONResponse({"done": True})
        return RedirectResponse(conversation_path(self.conversation_id), 303)

    async def suggested(self, written: str) -> Response:
        """A suggestion for the text area, below what was written."""
        footnote = self.service.footnote
        try:
            case = await self.service.read(lambda: read_case(footnote.database, self.conversation_id))
            suggestion = await self.service.begin_answer(lambda: suggest(footnote, case.conversation, case.log))
        except (RequestRefused, IndexUnavailable, Overloaded) as error:
            return await self._refused(error, written)
        if self._scripted:
            return JSONResponse({"text": suggestion.text, "about": suggestion.about})
        draft = "\n\n".join(part for part in (written, suggestion.text) if part)
        return await conversation_page(
            self.service, self.agent, self.conversation_id, draft=draft, about_draft=suggestion.about
        )

    async def _refused(self, error: FootnoteError, draft: str) -> Response:
        if self._scripted:
            raise error
        sentence = described(error)[1]
        return await conversation_page(
            self.service, self.agent, self.conversation_id, status=error.status, refusal=sentence, draft=draft
        )


AtWork = Annotated[Desk, Depends(Desk)]


@router.post("/claim")
async def claim(desk: AtWork) -> Response:
    """Take the conversation."""
    return await desk.done(lambda: desk.service.footnote.switchboard.claim(desk.conversation_id, desk.agent.name))


@router.post("/release")
async def release(desk: AtWork) -> Response:
    """Put the conversation back into the queue."""
    return await desk.done(lambda: desk.service.footnote.switchboard.release(desk.conversation_id, desk.agent.name))


@router.post("/return")
async def give_back(desk: AtWork) -> Response:
    """Give the conversation back to the bot."""
    return await desk.done(lambda: desk.service.footnote.switchboard.give_back(desk.conversation_id, desk.agent.name))


@router.post("/close")
async def close(desk: AtWork) -> Response:
    """End the conversation, unless the customer has written since the page was made."""
    seen = (await read_form(desk.request, CloseForm)).seen
    switchboard = desk.service.footnote.switchboard
    return await desk.done(lambda: switchboard.close(desk.conversation_id, desk.agent.name, seen))


@router.post("/reply")
async def reply(desk: AtWork) -> Response:
    """Write to the customer, once for each `client_message_id`."""
    form = await read_form(desk.request, ReplyForm)
    text, id_ = plain_lines(form.text), storable_id(form.client_message_id)

    def say() -> Happening:
        if len(text) > REPLY_CHARACTERS:
            raise MessageTooLong(
                f"The reply has {len(text):,} characters; at most {REPLY_CHARACTERS:,} are sent. Shorten it."
            )
        return desk.service.footnote.switchboard.say(desk.conversation_id, desk.agent.name, text, id_)

    return await desk.done(say, text)


@router.post("/suggestion")
async def suggestion(desk: AtWork) -> Response:
    """An answer for the agent to look over, below what the agent has written so far; nothing is stored."""
    form = await read_form(desk.request, ReplyForm)
    return await desk.suggested(plain_lines(form.text))


@router.post("/typing", status_code=204)
async def typing(desk: AtWork, news: RunningNews) -> None:
    """Tell the customer that the agent writes, every three seconds as long as that lasts, or has stopped."""
    form = await read_form(desk.request, TypingForm)
    news.typing(desk.conversation_id, Speaker.AGENT, form.on)


def plain_lines(text: str) -> str:
    """A text area's text with the line ends of a file and nothing around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
