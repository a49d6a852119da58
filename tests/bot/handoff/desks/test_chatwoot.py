from collections.abc import Iterator

import pytest

from bot.handoff.desks.chatwoot import ChatwootDesk
from bot.handoff.outgoing import Outgoing
from tests.desk_receivers import receiving
from tests.handoff_events import CONVERSATION, MemoryThread, ended, requested, summed_up, wrote
from tests.vendor_desks import ChatwootReceiver


@pytest.fixture
def receiver() -> Iterator[ChatwootReceiver]:
    with receiving(ChatwootReceiver()) as running:
        yield running


@pytest.fixture
def desk(receiver: ChatwootReceiver) -> ChatwootDesk:
    return ChatwootDesk(Outgoing({receiver.url.split("//")[1]}), receiver.url + "/", 3, 7, "cw-token")


def test_a_handoff_is_a_contact_a_conversation_and_a_private_note(
    receiver: ChatwootReceiver, desk: ChatwootDesk
) -> None:
    thread = MemoryThread()
    desk.deliver(requested(1), thread, again=False)
    assert [(each.method, each.path.removeprefix("/api/v1/accounts/3")) for each in receiver.requests] == [
        ("POST", "/contacts"),
        ("POST", "/conversations"),
        ("POST", "/conversations/900/messages"),
        ("POST", "/conversations/900/toggle_status"),
    ]
    (contact,) = receiver.contacts
    assert contact["identifier"] == f"footnote:{CONVERSATION}"
    assert contact["custom_attributes"] == {"contact_email": "ada@example.com"}
    assert "email" not in contact  # nobody has proven that it is theirs
    assert receiver.conversations[900]["custom_attributes"] == {"footnote_conversation_id": CONVERSATION}
    (note,) = receiver.messages[900]
    assert (note["message_type"], note["private"]) == ("outgoing", True)
    assert "Summary: My withdrawal is stuck." in note["content"]
    assert thread.details == {"contact_id": "100", "source_id": "source-100", "conversation_id": "900"}


def test_what_is_said_goes_to_its_side(receiver: ChatwootReceiver, desk: ChatwootDesk) -> None:
    thread = MemoryThread()
    for event in (requested(1), wrote(2, "Anybody there?"), wrote(3, "I am Kim.", "agent"), ended(4)):
        desk.deliver(event, thread, again=False)
    _, theirs, ours, end = receiver.messages[900]
    assert (theirs["message_type"], theirs["private"], theirs["content"]) == ("incoming", False, "Anybody there?")
    assert (ours["message_type"], ours["private"]) == (end["message_type"], end["private"]) == ("outgoing", True)
    assert receiver.conversations[900]["status"] == "resolved"


def test_a_second_handoff_opens_the_same_conversation_again(receiver: ChatwootReceiver, desk: ChatwootDesk) -> None:
    thread = MemoryThread()
    for event in (requested(1), ended(2), requested(3)):
        desk.deliver(event, thread, again=False)
    assert receiver.conversations[900]["status"] == "open"
    assert len(receiver.conversations) == len(receiver.contacts) == 1


def test_a_model_s_summary_is_a_private_note_and_opens_nothing(receiver: ChatwootReceiver, desk: ChatwootDesk) -> None:
    thread = MemoryThread()
    desk.deliver(summed_up(1), thread, again=False)
    assert receiver.requests == []
    for event in (requested(2), ended(3), summed_up(4)):
        desk.deliver(event, thread, again=False)
    note = receiver.messages[900][-1]
    assert (note["message_type"], note["private"]) == ("outgoing", True)
    assert note["content"] == "Summary, written by a language model: A withdrawal is stuck."
    assert receiver.conversations[900]["status"] == "resolved"
