from datetime import datetime, timedelta

from bot.storage.database import Database
from bot.storage.quarantine import QuarantineRow, quarantined, replace_quarantine
from knowledge.models import Rejected


def test_each_reading_replaces_what_its_source_had(database: Database, now: datetime) -> None:
    with database.write() as connection:
        replace_quarantine(connection, "b", [Rejected("b", "2.md", "Broken."), Rejected("b", "1.md", "Binary.")], now)
        replace_quarantine(connection, "a", [Rejected("a", "1.md", "Too long.")], now)
    later = now + timedelta(hours=1)
    with database.write() as connection:
        replace_quarantine(connection, "b", [Rejected("b", "2.md", "Still broken.")], later)
    assert quarantined(database) == (
        QuarantineRow("a", "1.md", "Too long.", now),
        QuarantineRow("b", "2.md", "Still broken.", later),
    )
    with database.write() as connection:
        replace_quarantine(connection, "a", [], later)
        replace_quarantine(connection, "b", [], later)
    assert quarantined(database) == ()


def test_one_origin_keeps_all_its_sentences_once(database: Database, now: datetime) -> None:
    rows = [Rejected("a", "1.md", "No title."), Rejected("a", "1.md", "No date."), Rejected("a", "1.md", "No title.")]
    with database.write() as connection:
        replace_quarantine(connection, "a", rows, now)
    assert quarantined(database) == (QuarantineRow("a", "1.md", "No title. No date.", now),)
