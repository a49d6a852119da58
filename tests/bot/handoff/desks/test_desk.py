"""What every desk that speaks HTTP must do, whatever its shapes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.handoff.desks.chatwoot import ChatwootDesk
from bot.handoff.desks.desk import Desk, NotDelivered, as_text, mark_of, marked, part, rows
from bot.handoff.desks.intercom import IntercomDesk
from bot.handoff.desks.webhook import WebhookDesk
from bot.handoff.desks.zendesk import ZendeskDesk
from bot.handoff.outgoing import Outgoing
from tests.desk_receivers import Babbles, Hangs, LosesAnswer, Receiver, Refuses, WebhookReceiver, receiving
from tests.handoff_events import MemoryThread, ended, reminded, requested, wrote
from tests.vendor_desks import ChatwootReceiver, IntercomReceiver, ZendeskReceiver


@dataclass(frozen=True, slots=True)
class Pair:
    desk: Desk
    receiver: Receiver
    heard: Callable[[], list[str]]
    """Everything that the desk has taken, in order, each time it was taken."""


def _pair(name: str, receiver: Receiver) -> Pair:
    sender = Outgoing({receiver.url.split("//")[1]}, total_seconds=2.0)
    match receiver:
        case WebhookReceiver():
            desk = WebhookDesk(sender, receiver.url + "/hook", [receiver.secret], lambda: datetime.now(UTC))
            return Pair(desk, receiver, lambda: list(receiver.seen))
        case ZendeskReceiver():
            zendesk = ZendeskDesk(sender, receiver.url, "agent@corvane.example", "zd-token")
            return Pair(
                zendesk, receiver, lambda: [said["body"] for each in receiver.comments.values() for said in each]
            )
        case ChatwootReceiver():
            chatwoot = ChatwootDesk(sender, receiver.url, 3, 7, "cw-token")
            return Pair(
                chatwoot,
                receiver,
                lambda: [
                    said["content_attributes"]["footnote_event_id"]
                    for each in receiver.messages.values()
                    for said in each
                ],
            )
        case IntercomReceiver():
            intercom = IntercomDesk(sender, receiver.url, "ic-token", "814860")
            return Pair(intercom, receiver, lambda: [said["body"] for each in receiver.parts.values() for said in each])
    raise AssertionError(name)


KINDS = {
    "webhook": WebhookReceiver,
    "zendesk": ZendeskReceiver,
    "chatwoot": ChatwootReceiver,
    "intercom": IntercomReceiver,
}


@pytest.fixture(params=KINDS)
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    with receiving(KINDS[request.param]()) as receiver:
        yield _pair(request.param, receiver)


def heard(pair: Pair, *numbers: int) -> bool:
    said = pair.heard()
    return len(said) == len(numbers) and all(
        f"evt_{number:032x}" in text for number, text in zip(numbers, said, strict=True)
    )


def test_a_whole_handoff_is_of_the_documented_shape(pair: Pair) -> None:
    thread = MemoryThread()
    told = [
        requested(1),
        wrote(2, "Anybody there?"),
        wrote(3, "I am Kim.", "agent"),
        ended(4),
        requested(5),
        reminded(6),
    ]
    for event in told:
        pair.desk.deliver(event, thread, again=False)
    assert pair.receiver.mistakes == []
    assert heard(pair, 1, 2, 3, 4, 5, 6)


def test_what_is_delivered_twice_is_known_as_one(pair: Pair) -> None:
    thread = MemoryThread()
    for event in (requested(1), requested(1), wrote(2, "Hello"), wrote(2, "Hello"), ended(3), ended(3)):
        pair.desk.deliver(event, thread, again=True)
    assert pair.receiver.mistakes == []
    assert heard(pair, 1, 2, 3)


def test_an_answer_that_is_lost_at_any_step_makes_no_second_copy(pair: Pair) -> None:
    """Each request in turn is done but not answered; then all is tried again."""
    for step in range(8):
        with receiving(type(pair.receiver)()) as receiver:
            each = _pair("", receiver)
            receiver.enqueue(*[None] * step, LosesAnswer())
            thread, again = MemoryThread(), False
            for event in (requested(1), wrote(2, "Hello")):
                try:
                    each.desk.deliver(event, thread, again)
                except NotDelivered as failure:
                    assert failure.down
                    each.desk.deliver(event, thread, again=True)
            assert receiver.mistakes == []
            assert heard(each, 1, 2), f"request {step + 1} was done without an answer"


def test_a_process_that_dies_and_forgets_all_finds_what_it_created(pair: Pair) -> None:
    pair.desk.deliver(requested(1), MemoryThread(), again=False)
    pair.desk.deliver(requested(1), MemoryThread(), again=True)
    pair.desk.deliver(wrote(2, "Hello"), MemoryThread(), again=True)
    assert pair.receiver.mistakes == []
    assert heard(pair, 1, 2)


@pytest.mark.parametrize("status", [429, 500])
def test_a_desk_that_fails_takes_nothing_and_gets_it_the_next_time(pair: Pair, status: int) -> None:
    thread = MemoryThread()
    pair.receiver.enqueue(Refuses(status, retry_after="3"))
    with pytest.raises(NotDelivered) as failure:
        pair.desk.deliver(requested(1), thread, again=False)
    assert failure.value.down
    assert failure.value.wished_seconds == 3
    pair.desk.deliver(requested(1), thread, again=True)
    assert heard(pair, 1)


def test_a_desk_that_hangs_is_left(pair: Pair) -> None:
    pair.receiver.enqueue(Hangs())
    with pytest.raises(NotDelivered, match="did not answer within") as failure:
        pair.desk.deliver(requested(1), MemoryThread(), again=False)
    assert failure.value.down


@pytest.mark.parametrize("status", [401, 403, 422])
def test_a_refusal_is_told_and_does_not_name_a_secret(pair: Pair, status: int) -> None:
    pair.receiver.enqueue(Refuses(status))
    with pytest.raises(NotDelivered, match=f"status {status}") as failure:
        pair.desk.deliver(requested(1), MemoryThread(), again=False)
    assert not failure.value.down
    assert not any(secret in str(failure.value) for secret in ("zd-token", "cw-token", "ic-token", "kkkk"))


@pytest.mark.parametrize("body", [b"<html>login</html>", b"{}", b'{"ticket": {"id": null}, "id": [], "payload": 3}'])
def test_an_answer_of_another_shape_is_no_success(pair: Pair, body: bytes) -> None:
    if pair.desk.name == "webhook":
        return  # a status is all that a webhook's answer is
    pair.receiver.always = Babbles(body)
    with pytest.raises(NotDelivered, match="is the address right"):
        pair.desk.deliver(requested(1), MemoryThread(), again=False)


def test_odd_text_is_delivered(pair: Pair) -> None:
    thread = MemoryThread()
    pair.desk.deliver(
        requested(1, end_user={"email": None}, last_question="", note="\ud800 \0 🙂"), thread, again=False
    )
    pair.desk.deliver(wrote(2, "</p><script>alert(1)</script> \ud800"), thread, again=False)
    assert pair.receiver.mistakes == []
    assert heard(pair, 1, 2)


def test_nothing_is_created_to_say_that_nothing_is_needed(pair: Pair) -> None:
    pair.desk.deliver(ended(1), MemoryThread(), again=False)
    assert pair.desk.name == "webhook" or pair.heard() == []


def test_pieces_of_foreign_json() -> None:
    assert part({"a": {"b": 1}}, "a", "b") == 1
    assert part({"a": []}, "a", "b") is part(None, "a") is None
    assert rows(None) == rows({"a": 1}) == []
    assert (as_text(5), as_text("5")) == ("5", "5")
    for value in (None, True, "", {}, 1.5):
        with pytest.raises(NotDelivered):
            as_text(value)
    assert marked("x", requested(1)) == f"x\n\n{mark_of(requested(1))}"
