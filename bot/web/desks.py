"""What help desks tell by webhook: proven by its signature, then taken in once.

An error makes a desk send again or switch its webhook off, so what is genuine and of no use here is answered 200.
"""

from datetime import UTC, datetime
from typing import Any

import structlog
from fastapi import APIRouter
from starlette.requests import Request

from bot.errors import ConversationNotFound, RequestRefused
from bot.handoff.desks.chatwoot_webhooks import chatwoot_event
from bot.handoff.desks.inbound import DeskEvent, WebhookMisdirected
from bot.handoff.desks.zendesk_webhooks import zendesk_event
from bot.web.dependencies import RunningService
from bot.web.errors import documented_errors
from bot.web.schemas import DeskEventOut, ErrorOut
from bot.web.service import Service

router = APIRouter(prefix="/api/v1/desks", tags=["Help desks"])

_log = structlog.get_logger("footnote.web")
_RESPONSES: dict[int | str, dict[str, Any]] = {
    **documented_errors(413, 500, 503),
    400: {"model": ErrorOut, "description": "It was signed, but it is not of the documented shape."},
    401: {"model": ErrorOut, "description": "It was not signed with a secret that is known here, or not lately."},
    404: {"model": ErrorOut, "description": "No webhook secret of this desk is set."},
}


class DeskNotListening(RequestRefused):
    """A webhook of a desk whose webhooks are not expected."""

    code = "desk_not_found"
    status = 404

    def __init__(self, name: str, variable: str) -> None:
        super().__init__(f"Webhooks of {name} are not expected here: {variable} is not set.")


@router.post("/zendesk", responses=_RESPONSES)
async def zendesk(request: Request, service: RunningService) -> DeskEventOut:
    """Zendesk tells of a ticket: an agent's public comment goes to the customer, solving the ticket ends the
    conversation. The webhook subscribes to the ticket events `comment_added` and `status_changed`."""
    settings = service.footnote.settings
    if not (secrets := settings.zendesk_webhook_secrets.each):
        raise DeskNotListening("Zendesk", "FOOTNOTE_ZENDESK_WEBHOOK_SECRETS")
    return await _take(service, "zendesk", zendesk_event(request.headers, await request.body(), secrets, _now()))


@router.post("/chatwoot", responses=_RESPONSES)
async def chatwoot(request: Request, service: RunningService) -> DeskEventOut:
    """Chatwoot tells of a conversation: an agent's message goes to the customer, resolving ends the conversation. The
    webhook subscribes to `message_created` and `conversation_status_changed`."""
    settings = service.footnote.settings
    secrets, inbox_id = settings.chatwoot_webhook_secrets.each, settings.chatwoot_inbox_id
    if not secrets or inbox_id is None:
        raise DeskNotListening("Chatwoot", "FOOTNOTE_CHATWOOT_WEBHOOK_SECRETS")
    body = await request.body()
    return await _take(service, "chatwoot", chatwoot_event(request.headers, body, secrets, _now(), inbox_id))


async def _take(service: Service, desk: str, event: DeskEvent | None) -> DeskEventOut:
    if event is None:
        return DeskEventOut(taken=False)
    switchboard = service.footnote.switchboard
    try:
        happening = await service.read(lambda: switchboard.take(desk, event))
    except (ConversationNotFound, WebhookMisdirected) as error:
        _log.warning("webhook_ignored", desk=desk, code=error.code, thread_id=event.thread_id)
        return DeskEventOut(taken=False)
    return DeskEventOut(taken=not happening.repeated)


def _now() -> int:
    return int(datetime.now(UTC).timestamp())
