"""What could not become an article when its source was last read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from bot.storage.database import Database
from bot.storage.schema import quarantine
from knowledge.models import Rejected


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """A file or row of a source, the sentence that says what is wrong with it, and when that was seen."""

    source_key: str
    origin: str
    sentence: str
    seen_at: datetime


def replace_quarantine(connection: Connection, source_key: str, rows: Sequence[Rejected], now: datetime) -> None:
    """Puts `rows` in place of what was noted for this source; none clears it. One origin keeps all its sentences."""
    connection.execute(delete(quarantine).where(quarantine.c.source_key == source_key))
    sentences: dict[str, dict[str, None]] = {}
    for row in rows:
        sentences.setdefault(row.origin, {})[row.sentence] = None
    if sentences:
        connection.execute(
            insert(quarantine),
            [
                {"source_key": source_key, "origin": origin, "sentence": " ".join(said), "seen_at": now}
                for origin, said in sentences.items()
            ],
        )


def quarantined(database: Database) -> tuple[QuarantineRow, ...]:
    """All of it, by source and origin."""
    query = select(quarantine.c.source_key, quarantine.c.origin, quarantine.c.sentence, quarantine.c.seen_at).order_by(
        quarantine.c.source_key, quarantine.c.origin
    )
    with database.read() as connection:
        return tuple(QuarantineRow(*row) for row in connection.execute(query))
