"""Tokens that open one conversation and no other, each for a time that its use prolongs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from bot.storage.database import Transaction
from bot.storage.schema import conversation_tokens
from bot.storage.tokens import new_token, token_sha256

MOST_TOKENS = 10
"""That open a conversation at once: devices and tabs of one customer. One more ends the oldest."""


@dataclass(frozen=True, slots=True)
class Life:
    """How long a token opens its conversation: `idle` after its last use, `longest` after it was given."""

    idle: timedelta
    longest: timedelta

    @property
    def step(self) -> timedelta:
        """By how much its end has moved before that is written down."""
        return self.idle / 24

    def end(self, given_at: datetime, used_at: datetime) -> datetime:
        """When a token ends."""
        return min(used_at + self.idle, given_at + self.longest)


ANONYMOUS = Life(timedelta(days=30), timedelta(days=365))
"""Nothing else brings an anonymous visitor's conversation back."""
IDENTIFIED = Life(timedelta(days=1), timedelta(days=30))
"""The site can say again who the customer is."""


def give_token(connection: Transaction, conversation_id: str, life: Life, now: datetime) -> str:
    """A new token for the conversation. Only its SHA-256 is stored."""
    token = new_token()
    of_it = conversation_tokens.c.conversation_id == conversation_id
    connection.execute(delete(conversation_tokens).where(of_it, conversation_tokens.c.expires_at <= now))
    newest = select(conversation_tokens.c.token_sha256).where(of_it)
    newest = newest.order_by(conversation_tokens.c.given_at.desc(), conversation_tokens.c.token_sha256)
    kept = connection.scalars(newest.limit(MOST_TOKENS - 1)).all()
    connection.execute(delete(conversation_tokens).where(of_it, conversation_tokens.c.token_sha256.not_in(kept)))
    connection.execute(
        insert(conversation_tokens).values(
            token_sha256=token_sha256(token),
            conversation_id=conversation_id,
            given_at=now,
            expires_at=life.end(now, now),
        )
    )
    return token


def prolong_token(connection: Transaction, token: str, expires_at: datetime) -> None:
    """Has the token end later."""
    known = conversation_tokens.c.token_sha256 == token_sha256(token)
    connection.execute(update(conversation_tokens).where(known).values(expires_at=expires_at))


def end_tokens(connection: Transaction, conversation_id: str) -> None:
    """Has no token open the conversation any more."""
    connection.execute(delete(conversation_tokens).where(conversation_tokens.c.conversation_id == conversation_id))
