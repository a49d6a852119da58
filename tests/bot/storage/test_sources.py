from datetime import datetime, timedelta

from bot.storage.database import Database
from bot.storage.sources import RememberedSource, remember_source, remembered_sources


def test_sources_come_back_in_the_order_they_were_first_read(database: Database, now: datetime) -> None:
    assert remembered_sources(database) == ()
    with database.write() as connection:
        for key in ("zebra", "ant", "mole"):
            remember_source(connection, key, f"/{key}", now)
    later = now + timedelta(days=1)
    with database.write() as connection:
        remember_source(connection, "ant", "/moved/ant", later)
        remember_source(connection, "newest", "/newest", now - timedelta(days=1))
    assert remembered_sources(database) == (
        RememberedSource("zebra", "/zebra", now, now),
        RememberedSource("ant", "/moved/ant", now, later),
        RememberedSource("mole", "/mole", now, now),
        RememberedSource("newest", "/newest", now - timedelta(days=1), now - timedelta(days=1)),
    )
