"""Sign-ins that were begun at an identity provider and have not come back yet. Each comes back once, and soon."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select

from bot.storage.database import Database
from bot.storage.schema import oidc_requests
from bot.storage.tokens import token_sha256

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class OidcRequest:
    """What is kept of a sign-in: what the provider's answer must fit, and where to go on in the console."""

    nonce: str
    verifier: str
    after: str


def keep_request(database: Database, state: str, request: OidcRequest, now: datetime) -> None:
    """Keeps a sign-in for the answer that will carry `state`."""
    with database.write() as connection:
        connection.execute(delete(oidc_requests).where(oidc_requests.c.expires_at <= now))
        connection.execute(
            insert(oidc_requests).values(
                state_sha256=token_sha256(state),
                nonce=request.nonce,
                verifier=request.verifier,
                after=request.after,
                expires_at=now + LIFETIME,
            )
        )


def take_request(database: Database, state: str, now: datetime) -> OidcRequest | None:
    """The sign-in that `state` belongs to, which is forgotten with that; None when there is none, or no more."""
    own = oidc_requests.c.state_sha256 == token_sha256(state)
    with database.write() as connection:
        row = connection.execute(select(oidc_requests).where(own).with_for_update()).first()
        connection.execute(delete(oidc_requests).where(or_(own, oidc_requests.c.expires_at <= now)))
    if row is None or row.expires_at <= now:
        return None
    return OidcRequest(row.nonce, row.verifier, row.after)
