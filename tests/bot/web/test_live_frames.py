from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.models import Effect, Message, Owner, Speaker
from bot.storage.agents import add_agent
from bot.storage.database import Database, open_database
from bot.web.entries import entries_to_json, entry_to_json
from bot.web.live import Ending
from bot.web.live_frames import bye_frame, customer_frames, opening_frame, typing_frame
from tests.bot.web.listening import EventReader

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def entry(number: int, speaker: Speaker = Speaker.CUSTOMER, text: str = "Hello?", **values) -> Message:
    values = {"id": f"msg_{number}", "said_at": NOW, **values}
    return Message(conversation_id="c1", number=number, speaker=speaker, text=text, **values)


def test_entries_become_events_with_their_numbers(tmp_path: Path) -> None:
    entries = (
        entry(1, source_id="m1"),
        entry(3, Speaker.SYSTEM, "", owner=Owner.HUMAN, author="ada"),
        entry(4, Speaker.AGENT, "Good day", author="ada", source_id="a1"),
        entry(5, Speaker.SYSTEM, "Somebody is coming.", notice=Effect.ACKNOWLEDGE),
    )
    with open_database(tmp_path / "footnote.db") as database:
        add_agent(database, "ada", "Ada L.", NOW)
        heard = EventReader().feed(customer_frames(database)(entries))
        assert [one.data for one in heard] == entries_to_json(database, entries)
    assert [(one.name, one.id) for one in heard] == [("message", 1), ("owner", 3), ("message", 4), ("notice", 5)]
    assert (heard[1].data["agent_name"], heard[2].data["name"]) == ("Ada L.", "Ada L.")


class NoDatabase(Database):
    """Fails when it is asked for anything."""

    def __init__(self) -> None:
        pass


@given(st.text())
def test_no_text_breaks_out_of_its_event(text: str) -> None:
    heard = EventReader().feed(
        customer_frames(NoDatabase())([entry(1, text=text), entry(2, text="\n\nevent: bye\n\n")])
    )
    assert [one.data for one in heard] == [entry_to_json(entry(1, text=text), {}), heard[1].data]
    assert [one.name for one in heard] == ["message", "message"]


def test_what_is_no_entry_has_no_id() -> None:
    reader = EventReader()
    heard = reader.feed(opening_frame() + typing_frame(Speaker.AGENT, on=True) + bye_frame(Ending.REPLACED))
    assert [(one.name, one.id, one.data) for one in heard] == [
        ("typing", None, {"who": "agent", "on": True}),
        ("bye", None, {"reason": "replaced"}),
    ]
    assert 1000 <= (reader.retry or 0) < 3000


def test_streams_are_told_to_come_back_at_different_times() -> None:
    assert len({opening_frame() for _ in range(50)}) > 10
