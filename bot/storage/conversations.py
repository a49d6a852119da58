"""Conversations: who may read one, and who may speak in it."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, case, insert, select, update

from bot.errors import ConversationNotFound, IdentityTaken, NotAuthorised
from bot.models import Conversation, CustomerContext, Identity, Owner
from bot.storage.conversation_tokens import ANONYMOUS, IDENTIFIED, end_tokens, give_token, prolong_token
from bot.storage.database import Database
from bot.storage.schema import conversation_tokens, conversations
from bot.storage.tokens import token_sha256
from knowledge.models import Platform

RESUMED_WITHIN = timedelta(days=30)
"""How long after its beginning an identified customer gets a conversation back."""


def start_conversation(
    database: Database, site_key: str, context: CustomerContext, now: datetime, identity: Identity | None = None
) -> tuple[Conversation, str]:
    """A new conversation that the bot owns, and a token that opens it. `identity` was verified."""
    conversation = Conversation(
        id=secrets.token_hex(16),
        site_key=site_key,
        context=context,
        owner=Owner.BOT,
        started_at=now,
        identity=identity,
    )
    with database.write() as connection:
        connection.execute(
            insert(conversations).values(
                id=conversation.id,
                site_key=site_key,
                owner=conversation.owner.value,
                started_at=now,
                **_context_values(context),
                **_identity_values(identity),
            )
        )
        token = give_token(connection, conversation.id, ANONYMOUS if identity is None else IDENTIFIED, now)
    return conversation, token


def resume_conversation(
    database: Database, site_key: str, context: CustomerContext, now: datetime, identity: Identity
) -> tuple[Conversation, str] | None:
    """The newest conversation of a customer at a site, with where the customer is now, and one more token that opens
    it; None when there is none of the last 30 days. `identity` was verified for this site."""
    own = and_(
        conversations.c.site_key == site_key,
        conversations.c.identity_subject == identity.subject,
        conversations.c.started_at > now - RESUMED_WITHIN,
    )
    newest = select(conversations.c.id).where(own).order_by(conversations.c.started_at.desc(), conversations.c.id)
    with database.write() as connection:
        id_ = connection.scalars(newest.limit(1)).first()
        if id_ is None:
            return None
        values = {**_context_values(context), **_identity_values(identity)}
        connection.execute(update(conversations).where(conversations.c.id == id_).values(values))
        return conversation_of(connection, id_), give_token(connection, id_, IDENTIFIED, now)


def identify_customer(database: Database, conversation_id: str, identity: Identity, now: datetime) -> str:
    """Has a conversation be this customer's, and gives a token that opens it. `identity` was verified; IdentityTaken
    when it is another customer's.

    Whoever had it as an anonymous visitor may be somebody else: those tokens open it no longer, and in the place of an
    address that was left then comes the one that the site knows, or none.
    """
    it = conversations.c.id == conversation_id
    subject = conversations.c.identity_subject
    known = case((conversations.c.contact.is_not(None), identity.email))
    with database.write() as connection:
        was_anonymous = connection.execute(
            update(conversations).where(it, subject.is_(None)).values(**_identity_values(identity), contact=known)
        ).rowcount
        if was_anonymous:
            end_tokens(connection, conversation_id)
        elif not connection.execute(
            update(conversations).where(it, subject == identity.subject).values(_identity_values(identity))
        ).rowcount:
            raise IdentityTaken("This conversation is another customer's. Open a new one for this customer.")
        return give_token(connection, conversation_id, IDENTIFIED, now)


def authorised_conversation(database: Database, conversation_id: str, token: str, now: datetime) -> Conversation:
    """The conversation that `token` opens, which opens it for longer by being used. ConversationNotFound; NotAuthorised
    for another conversation's token and for one that has ended."""
    this = conversation_tokens.c.token_sha256 == token_sha256(token)
    of_it = and_(conversation_tokens.c.conversation_id == conversations.c.id, this)
    asked = select(conversations, conversation_tokens.c.given_at, conversation_tokens.c.expires_at)
    with database.read() as connection:
        found = asked.outerjoin_from(conversations, conversation_tokens, of_it)
        row = connection.execute(found.where(conversations.c.id == conversation_id)).first()
    if row is None:
        raise ConversationNotFound
    if row.expires_at is None or row.expires_at <= now:
        raise NotAuthorised("This token does not open this conversation, or no longer. Open a conversation anew.")
    conversation = _conversation(row)
    life = ANONYMOUS if conversation.identity is None else IDENTIFIED
    end = life.end(row.given_at, now)
    if end - row.expires_at >= life.step:
        with database.write() as writing:
            prolong_token(writing, token, end)
    return conversation


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


def _context_values(context: CustomerContext) -> dict[str, str | None]:
    return {"platform": context.platform.value, "locale": context.locale, "page_url": context.page_url}


def _identity_values(identity: Identity | None) -> dict[str, str | None]:
    if identity is None:
        return {}
    return {
        "identity_subject": identity.subject,
        "identity_name": identity.name,
        "identity_email": identity.email,
    }


def _conversation(row: Row[Any]) -> Conversation:
    identity = None
    if row.identity_subject is not None:
        identity = Identity(subject=row.identity_subject, name=row.identity_name, email=row.identity_email)
    return Conversation(
        id=row.id,
        site_key=row.site_key,
        context=CustomerContext(platform=Platform(row.platform), locale=row.locale, page_url=row.page_url),
        owner=Owner(row.owner),
        started_at=row.started_at,
        contact=row.contact,
        note=row.note,
        identity=identity,
    )
