"""A switchboard on a database, for tests of what becomes of what it stores."""

from datetime import UTC, datetime, timedelta

from bot.handoff.announcing import Announcer
from bot.handoff.switchboard import Switchboard
from bot.models import CustomerContext
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.ownership import Patience

LONG = timedelta(days=1)
PATIENCE = Patience(bot=LONG, queue=LONG, human=LONG)


def now() -> datetime:
    return datetime.now(UTC)


def switchboard_on(database: Database) -> Switchboard:
    """One that tells no desk and runs out of patience never."""
    return Switchboard(database, Announcer((), now), now, PATIENCE)


def new_conversation(database: Database) -> tuple[str, str]:
    """A conversation's id and its token."""
    conversation, token = start_conversation(database, "site", CustomerContext(), now())
    return conversation.id, token
