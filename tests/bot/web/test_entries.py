from datetime import UTC, datetime

import pytest

from bot.models import Message, Owner, Speaker
from bot.web.entries import NAMELESS, entry_to_json

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def message(speaker: Speaker, author: str | None, **more: object) -> Message:
    values = {"conversation_id": "c", "number": 3, "id": "msg_1", "source_id": None, "text": "Hello", "said_at": NOW}
    return Message(speaker=speaker, author=author, **{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("author", "name"),
    [("ada", "Ada L."), ("Maria at Zendesk", "Maria at Zendesk"), ("zendesk", NAMELESS), ("chatwoot", NAMELESS)],
)
def test_people_have_the_name_that_customers_read(author: str, name: str) -> None:
    told = entry_to_json(message(Speaker.AGENT, author), {"ada": "Ada L."})
    assert (told["type"], told["author"], told["name"], told["text"]) == ("message", "agent", name, "Hello")


def test_customers_and_the_bot_have_no_name() -> None:
    for speaker in (Speaker.CUSTOMER, Speaker.BOT):
        assert entry_to_json(message(speaker, None), {"ada": "Ada L."})["name"] is None


def test_a_desk_that_has_a_conversation_has_no_name() -> None:
    told = entry_to_json(message(Speaker.SYSTEM, "zendesk", owner=Owner.HUMAN, text=""), {"ada": "Ada L."})
    assert (told["type"], told["owner"], told["agent_name"]) == ("owner", "human", None)
