from collections.abc import Iterator

import pytest

from bot.handoff.desks.desk import NotDelivered
from bot.handoff.desks.zendesk import ZendeskDesk
from bot.handoff.outgoing import Outgoing
from tests.desk_receivers import LosesAnswer, receiving
from tests.handoff_events import CONVERSATION, MemoryThread, ended, requested, summed_up, wrote
from tests.vendor_desks import ZendeskReceiver


@pytest.fixture
def receiver() -> Iterator[ZendeskReceiver]:
    with receiving(ZendeskReceiver()) as running:
        yield running


def desk(receiver: ZendeskReceiver, **more: int) -> ZendeskDesk:
    return ZendeskDesk(
        Outgoing({receiver.url.split("//")[1]}), receiver.url + "/", "agent@corvane.example", "zd-token", **more
    )


def test_a_ticket_has_the_note_inside_and_the_customer_as_its_requester(receiver: ZendeskReceiver) -> None:
    thread = MemoryThread()
    desk(receiver, group_id=98).deliver(requested(1), thread, again=False)
    (ticket,) = receiver.tickets.values()
    assert ticket["external_id"] == f"footnote:{CONVERSATION}"
    assert ticket["requester"] == {"name": "ada@example.com", "email": "ada@example.com"}
    assert ticket["tags"] == ["footnote", "loop"]
    assert ticket["group_id"] == 98
    assert ticket["comment"]["public"] is False
    assert "Summary: My withdrawal is stuck." in ticket["comment"]["body"]
    assert receiver.requests[0].headers["idempotency-key"] == requested(1).id
    assert thread.details == {"ticket_id": "35436", "requester_id": "20978392"}


def test_what_the_customer_writes_is_a_public_comment_of_the_requester(receiver: ZendeskReceiver) -> None:
    thread, zendesk = MemoryThread(), desk(receiver)
    zendesk.deliver(requested(1), thread, again=False)
    zendesk.deliver(wrote(2, "Anybody there?"), thread, again=False)
    zendesk.deliver(wrote(3, "I am Kim.", "agent"), thread, again=False)
    _, theirs, ours = receiver.comments[35436]
    assert (theirs["public"], theirs["author_id"]) == (True, 20978392)
    assert theirs["body"].startswith("Anybody there?\n")
    assert ours == {"public": False, "body": ours["body"]}
    assert ours["body"].startswith("Agent: I am Kim.")


def test_without_an_address_no_agent_seems_to_have_said_it(receiver: ZendeskReceiver) -> None:
    thread, zendesk = MemoryThread(), desk(receiver)
    zendesk.deliver(requested(1, end_user={"email": None}), thread, again=False)
    zendesk.deliver(wrote(2, "Anybody there?"), thread, again=False)
    assert "requester" not in receiver.tickets[35436]
    assert receiver.comments[35436][1]["public"] is False
    assert receiver.comments[35436][1]["body"].startswith("Customer: Anybody there?")


def test_a_ticket_is_solved_and_opened_again(receiver: ZendeskReceiver) -> None:
    thread, zendesk = MemoryThread(), desk(receiver)
    statuses = []
    for event in (requested(1), ended(2), requested(3)):
        zendesk.deliver(event, thread, again=False)
        statuses.append(receiver.tickets[35436]["status"])
    assert statuses == ["new", "solved", "open"]


def test_a_ticket_that_was_deleted_there_is_made_anew(receiver: ZendeskReceiver) -> None:
    thread, zendesk = MemoryThread(), desk(receiver)
    thread.remember(ticket_id="1")
    zendesk.deliver(wrote(2, "Anybody there?"), thread, again=True)
    assert thread.get("ticket_id") == "35436"
    assert "Anybody there?" in receiver.tickets[35436]["comment"]["body"]
    assert receiver.mistakes == []


def test_a_ticket_whose_key_zendesk_has_forgotten_is_found_by_its_external_id(receiver: ZendeskReceiver) -> None:
    receiver.keeps_keys = False
    thread, zendesk = MemoryThread(), desk(receiver)
    receiver.enqueue(LosesAnswer())
    with pytest.raises(NotDelivered):
        zendesk.deliver(requested(1), thread, again=False)
    zendesk.deliver(requested(1), thread, again=True)
    assert len(receiver.tickets) == len(receiver.comments[35436]) == 1


def test_an_event_that_nobody_knows_is_given_up(receiver: ZendeskReceiver) -> None:
    strange = requested(1)
    object.__setattr__(strange, "type", "handoff.strange")
    with pytest.raises(NotDelivered, match="not known") as failure:
        desk(receiver).deliver(strange, MemoryThread(), again=False)
    assert failure.value.final


def test_a_model_s_summary_is_an_internal_note_and_makes_no_ticket(receiver: ZendeskReceiver) -> None:
    thread, zendesk = MemoryThread(), desk(receiver)
    zendesk.deliver(summed_up(1), thread, again=False)
    assert receiver.tickets == {}
    zendesk.deliver(requested(2), thread, again=False)
    zendesk.deliver(summed_up(3), thread, again=False)
    note = receiver.comments[35436][1]
    assert note["public"] is False
    assert note["body"].startswith("Summary, written by a language model: A withdrawal is stuck.")
    assert receiver.tickets[35436]["status"] == "new"
    del receiver.tickets[35436]
    zendesk.deliver(summed_up(4), thread, again=False)
    assert receiver.tickets == {}, "the ticket was deleted there; nobody needs one for this"
