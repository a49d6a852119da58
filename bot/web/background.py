"""What a server does beside answering: it delivers to desks, sums handoffs up, ends waits and forgets what is over."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from anyio import to_thread

from bot.assembly import now
from bot.assembly_desks import open_courier, open_sweeper
from bot.handoff.desks.desk import Desk
from bot.handoff.summarising import Summariser
from bot.handoff.switchboard import Switchboard
from bot.storage.database import Database

STOP_SECONDS = 2.0
"""How long a delivery may still take when the server stops. One that takes longer is tried again by the next server."""

_log = structlog.get_logger("footnote.web")


@asynccontextmanager
async def working(
    database: Database, switchboard: Switchboard, desks: Sequence[Desk], summariser: Summariser | None = None
) -> AsyncIterator[None]:
    """Works in threads of its own while the block lasts. What happens meanwhile is delivered at once."""
    courier = open_courier(database, desks, now)
    sweeper = open_sweeper(database, switchboard, now)
    switchboard.listen(lambda _happening: courier.wake())
    await to_thread.run_sync(courier.start)
    sweeper.start()
    if summariser is not None:
        switchboard.listen(summariser.hear)
        summariser.start()
    try:
        yield
    finally:
        if summariser is not None:
            await to_thread.run_sync(summariser.stop)
        stopped = await to_thread.run_sync(lambda: (sweeper.stop(STOP_SECONDS), courier.stop(STOP_SECONDS)))
        if not all(stopped):
            _log.warning("stopped_in_the_middle", sweeping=not stopped[0], delivering=not stopped[1])
