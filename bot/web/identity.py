"""The customer of a conversation that is open already logs in."""

from fastapi import APIRouter
from starlette.requests import Request

from bot.errors import UnknownSite
from bot.storage.conversations import authorised_conversation, identify_customer
from bot.web.admission import RunningAdmission, present
from bot.web.dependencies import BearerToken, RunningService
from bot.web.errors import documented_errors
from bot.web.live_events import RunningNews
from bot.web.schemas import ConversationOut, IdentityIn

router = APIRouter(prefix="/api/v1/conversations/{conversation_id}", tags=["Conversations"])


@router.post("/identity", responses=documented_errors(401, 403, 404, 409, 413, 422, 429, 500, 503))
async def identify(
    conversation_id: str,
    body: IdentityIn,
    request: Request,
    token: BearerToken,
    service: RunningService,
    admission: RunningAdmission,
    news: RunningNews,
) -> ConversationOut:
    """Tell who the customer is, and get another token. The tokens that an anonymous visitor had open the conversation
    no longer, and its live events end with `renew`. It cannot become another customer's: that is refused with
    `identity_taken`."""
    database = service.footnote.database
    conversation = await service.read(lambda: authorised_conversation(database, conversation_id, token, present()))
    site = admission.sites.by_key.get(conversation.site_key)
    if site is None:
        raise UnknownSite("The site of this conversation is no longer there, so nobody can be identified in it.")
    admission.count_opening(request, site)

    def identified() -> str:
        identity = admission.identity(site, body.identity_token)
        return identify_customer(database, conversation_id, identity, present())

    renewed = await service.read(identified)
    if conversation.identity is None:
        news.renew(conversation_id)
    return ConversationOut(conversation_id=conversation_id, token=renewed)
