"""The customer's own say in who answers: the button that calls a person, and a thumb for a reply."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.handoff.switchboard import Switchboard
from bot.storage.conversations import authorised_conversation
from bot.storage.database import Database
from bot.storage.ownership import Happening, ownership_of
from bot.web.admission import RunningAdmission, present
from bot.web.dependencies import BearerToken, RunningService
from bot.web.entries import entries_to_json
from bot.web.errors import documented_errors
from bot.web.schemas import FeedbackIn, HandoffIn, OutcomeOut

router = APIRouter(prefix="/api/v1/conversations/{conversation_id}", tags=["Conversations"])


@router.post("/handoff", response_model=OutcomeOut, responses=documented_errors(401, 404, 409, 413, 422, 429, 500, 503))
async def call_person(
    conversation_id: str,
    body: HandoffIn,
    request: Request,
    token: BearerToken,
    service: RunningService,
    admission: RunningAdmission,
) -> Response:
    """Call a person. With a contact or a note it may be sent again when a person has been called already: those are
    stored and passed on. Without, that is refused with `not_your_turn`."""
    database, switchboard = service.footnote.database, service.footnote.switchboard

    def called() -> dict[str, Any]:
        admission.count_message(request, authorised_conversation(database, conversation_id, token, present()))
        happening = switchboard.call_person(conversation_id, body.contact, body.note)
        return _outcome(database, switchboard, conversation_id, happening)

    return JSONResponse(await service.read(called))


@router.post(
    "/messages/{message_id}/feedback",
    response_model=OutcomeOut,
    responses=documented_errors(401, 404, 413, 422, 429, 500, 503),
)
async def rate_reply(
    conversation_id: str,
    message_id: str,
    body: FeedbackIn,
    request: Request,
    token: BearerToken,
    service: RunningService,
    admission: RunningAdmission,
) -> Response:
    """Rate a reply, by the `message_id` that it came with. A later rating takes the place of the earlier one. The
    second thumb down in a conversation calls a person."""
    database, switchboard = service.footnote.database, service.footnote.switchboard

    def rated() -> dict[str, Any]:
        admission.count_message(request, authorised_conversation(database, conversation_id, token, present()))
        happening = switchboard.rate(conversation_id, message_id, body.rating == "up", body.comment)
        return _outcome(database, switchboard, conversation_id, happening)

    return JSONResponse(await service.read(rated))


def _outcome(
    database: Database, switchboard: Switchboard, conversation_id: str, happening: Happening | None
) -> dict[str, Any]:
    owner = ownership_of(database, conversation_id).owner if happening is None else happening.after.owner
    asks = switchboard.asks_contact(conversation_id, owner)
    entries = () if happening is None else happening.entries
    return {"owner": owner.value, "asks_contact": asks, "entries": entries_to_json(database, entries)}
