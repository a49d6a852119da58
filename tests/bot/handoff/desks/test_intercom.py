from collections.abc import Iterator

import pytest

from bot.handoff.desks.intercom import IntercomDesk
from bot.handoff.outgoing import Outgoing
from tests.desk_receivers import receiving
from tests.handoff_events import CONVERSATION, MemoryThread, ended, requested, summed_up, wrote
from tests.vendor_desks import IntercomReceiver


@pytest.fixture
def receiver() -> Iterator[IntercomReceiver]:
    with receiving(IntercomReceiver()) as running:
        yield running


@pytest.fixture
def desk(receiver: IntercomReceiver) -> IntercomDesk:
    return IntercomDesk(Outgoing({receiver.url.split("//")[1]}), receiver.url + "/", "ic-token", "814860")


def test_a_handoff_is_a_lead_s_conversation_with_a_note(receiver: IntercomReceiver, desk: IntercomDesk) -> None:
    thread = MemoryThread()
    desk.deliver(requested(1), thread, again=False)
    (lead,) = receiver.contacts
    assert (lead["role"], lead["external_id"], lead["email"]) == ("lead", f"footnote:{CONVERSATION}", "ada@example.com")
    ((number, (note,)),) = receiver.parts.items()
    assert note["message_type"] == "note"
    assert "Where is my &lt;b&gt;withdrawal&lt;/b&gt;?" in note["body"]
    assert "Since Monday &amp; still nothing." in note["body"]
    assert "<script" not in note["body"]
    assert thread.details == {"contact_id": lead["id"], "conversation_id": number}


def test_what_the_customer_writes_is_the_lead_s_comment_and_an_end_closes(
    receiver: IntercomReceiver, desk: IntercomDesk
) -> None:
    thread = MemoryThread()
    for event in (requested(1), wrote(2, "Anybody there?"), ended(3)):
        desk.deliver(event, thread, again=False)
    ((_, (_, comment, end)),) = receiver.parts.items()
    assert (comment["type"], comment["message_type"]) == ("user", "comment")
    assert comment["body"].startswith("Anybody there?")
    assert end["message_type"] == "note"
    assert [each["state"] for each in receiver.conversations.values()] == ["closed"]
    assert receiver.mistakes == []


def test_a_model_s_summary_is_a_note_and_opens_nothing(receiver: IntercomReceiver, desk: IntercomDesk) -> None:
    thread = MemoryThread()
    desk.deliver(summed_up(1), thread, again=False)
    assert receiver.requests == []
    desk.deliver(requested(2), thread, again=False)
    desk.deliver(summed_up(3, "<b>It</b> is stuck."), thread, again=False)
    ((_, (_, note)),) = receiver.parts.items()
    assert note["message_type"] == "note"
    assert note["body"].startswith("<p>Summary, written by a language model: &lt;b&gt;It&lt;/b&gt; is stuck.</p>")
