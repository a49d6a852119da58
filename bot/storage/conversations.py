"""Conversations: who may read one, and who may speak in it."""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot.errors import ConversationNotFound, NotAuthorised
from bot.models import Conversation, CustomerContext, Owner
from bot.storage.database import Database
from bot.storage.schema import conversations
from knowledge.models import Platform

_NO_TOKEN = "0" * 64
"""Compared against when there is no such conversation, so that both refusals cost the same."""


def start_conversation(
    database: Database, site_key: str, context: CustomerContext, now: datetime
) -> tuple[Conversation, str]:
    """A new conversation that the bot owns, and the token that opens it. Only the token's SHA-256 is stored."""
    token = secrets.token_urlsafe(32)
    conversation = Conversation(
        id=secrets.token_hex(16), site_key=site_key, context=context, owner=Owner.BOT, started_at=now
    )
    with database.write() as connection:
        connection.execute(
            insert(conversations).values(
                id=conversation.id,
                site_key=site_key,
                token_sha256=_digest(token),
                platform=context.platform.value,
                locale=context.locale,
                page_url=context.page_url,
                owner=conversation.owner.value,
                started_at=now,
            )
        )
    return conversation, token


def authorised_conversation(database: Database, conversation_id: str, token: str) -> Conversation:
    """The conversation that `token` opens. ConversationNotFound; NotAuthorised for another conversation's token."""
    digest = _digest(token)
    with database.read() as connection:
        row = connection.execute(select(conversations).where(conversations.c.id == conversation_id)).first()
    matches = hmac.compare_digest(digest, _NO_TOKEN if row is None else row.token_sha256)
    if row is None:
        raise ConversationNotFound
    if not matches:
        raise NotAuthorised(
            "This token does not open this conversation. Start a new one, or send the token it came with."
        )
    return _conversation(row)


def conversation_of(connection: Connection, conversation_id: str) -> Conversation:
    """The conversation, for those who need no token. ConversationNotFound."""
    row = connection.execute(select(conversations).where(conversations.c.id == conversation_id)).first()
    if row is None:
        raise ConversationNotFound
    return _conversation(row)


def note_contact(connection: Connection, conversation_id: str, contact: str | None, note: str | None) -> None:
    """Stores how the customer can be reached and what a person should know, in the place of what was given before;
    None leaves what is there. `contact` was checked, `note` has its secrets masked."""
    given = {"contact": contact, "note": note}
    values = {name: value for name, value in given.items() if value is not None}
    if values:
        connection.execute(update(conversations).where(conversations.c.id == conversation_id).values(values))


def _conversation(row: Row[Any]) -> Conversation:
    return Conversation(
        id=row.id,
        site_key=row.site_key,
        context=CustomerContext(platform=Platform(row.platform), locale=row.locale, page_url=row.page_url),
        owner=Owner(row.owner),
        started_at=row.started_at,
        contact=row.contact,
        note=row.note,
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
