import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx2
import pytest

from bot.errors import StorageError
from bot.handoff.switchboard import NotYourTurn, Switchboard
from bot.models import Ownership, Speaker, Turn
from bot.storage.database import open_database
from bot.web import live, live_events
from tests.bot.web.listening import EventReader, Heard, connect
from tests.bot.web.live_place import SECOND, SLACK, Customer, Place, tell
from tests.bot.web.switching import now, switchboard_on


def turn(customer: Customer, client_message_id: str, text: str) -> Turn:
    reply = {"kind": "notice", "text": text, "citations": [], "actions": [], "confidence": 1.0}
    return Turn(
        id="unused",
        conversation_id=customer.id,
        client_message_id=client_message_id,
        question="?",
        reply={**reply, "reason": None, "options": []},
        trace={},
        asked_at=now(),
    )


def do_something(switchboard: Switchboard, customer: Customer, own: str, rng: random.Random) -> None:
    """An event of any kind, by whoever; what the state machine refuses is left out."""
    id_ = customer.id
    events: list[Callable[[], object]] = [
        lambda: switchboard.receive(id_, own, f"Hello {own}?"),
        lambda: switchboard.say(id_, "ada", f"Good day {own} 🙂\n\nSecond paragraph.", own),
        lambda: switchboard.call_person(id_),
        lambda: switchboard.claim(id_, "ada"),
        lambda: switchboard.give_back(id_, "ada"),
        lambda: answer(switchboard, customer, own, rng.choice([None, Ownership()])),
    ]
    with suppress(NotYourTurn):
        rng.choice(events)()


def talk_a_while(customer: Customer, switchboards: list[Switchboard], rng: random.Random) -> None:
    for number in range(30):
        do_something(rng.choice(switchboards), customer, f"m{number}", rng)
        time.sleep(rng.random() * 0.02)


def answer(switchboard: Switchboard, customer: Customer, own: str, begun: Ownership | None = None) -> None:
    """The customer writes and the bot replies; begun in another tenure than the present one, the reply is held."""
    begun = begun or switchboard.receive(customer.id, own, "Who?").ownership
    switchboard.receive(customer.id, own, "Who?")
    switchboard.send(turn(customer, own, f"The bot says {own}."), begun, None)


def read_until_cut(customer: Customer, last: int, rng: random.Random) -> list[Heard]:
    """Connects, takes a random number of bytes for a random while, and hangs up."""
    by_header = rng.random() < 0.5
    headers = {**customer.headers, "last-event-id": str(last)} if by_header else customer.headers
    path = customer.path if by_header else f"{customer.path}?after={last}"
    connection, _head, rest = connect(customer.place.address, path, headers)
    reader, left = EventReader(), rng.choice([0, 100, 900, 100_000])
    heard = reader.feed(rest[:left])
    left -= len(rest)
    connection.settimeout(rng.random() * 0.1 + 0.001)
    with connection, suppress(TimeoutError):
        while left > 0 and (data := connection.recv(left)):
            heard += reader.feed(data)
            left -= len(data)
    return heard


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_cut_the_client_hears_the_log_without_loss_or_double(place: Place, seed: int) -> None:
    rng, customer = random.Random(seed), place.start()
    with open_database(place.footnote.settings.database_file) as theirs:
        others = [place.switchboard, switchboard_on(theirs)]
        writer = threading.Thread(target=talk_a_while, args=[customer, others, random.Random(seed)])
        writer.start()
        heard: list[Heard] = []
        deadline = time.monotonic() + 60
        while writer.is_alive() or len(heard) < len(customer.log()):
            heard += read_until_cut(customer, heard[-1].id or 0 if heard else 0, rng)
            assert time.monotonic() < deadline
        writer.join()
    log = customer.log()
    assert len(log) > 5
    assert [one.id for one in heard] == [entry["number"] for entry in log]
    assert [one.data for one in heard] == log
    assert [one.name for one in heard] == [entry["type"] for entry in log]


@pytest.mark.usefixtures("never_polls")
def test_both_sides_hear_each_other_within_a_second(place: Place) -> None:
    customer, late = place.start(), []
    place.switchboard.call_person(customer.id)
    place.switchboard.claim(customer.id, "ada")
    with customer.listen() as to_customer, customer.listen() as other_tab, customer.agent_listens() as to_agent:
        for number in range(10):
            asked, answered = f"Question {number}?", f"Answer {number}."
            began = time.monotonic()
            place.switchboard.receive(customer.id, f"m{number}", asked)
            late.append(max(one.wait_for(asked).at for one in (to_agent, other_tab, to_customer)) - began)
            began = time.monotonic()
            place.switchboard.say(customer.id, "ada", answered, f"a{number}")
            late.append(max(one.wait_for(answered).at for one in (to_customer, other_tab, to_agent)) - began)
        tell(f"latency: median {sorted(late)[10] * 1000:.0f} ms, worst {max(late) * 1000:.0f} ms")
        assert max(late) < SECOND + SLACK
        assert [one.id for one in to_customer.heard] == [entry["number"] for entry in customer.log()]


def test_what_another_process_stores_is_heard_within_a_second(place: Place) -> None:
    customer, late = place.start(), []
    with open_database(place.footnote.settings.database_file) as theirs, customer.listen() as listener:
        elsewhere = switchboard_on(theirs)
        for number in range(5):
            began = time.monotonic()
            elsewhere.receive(customer.id, f"m{number}", f"Question {number}?")
            late.append(listener.wait_for(f"Question {number}?").at - began)
    tell(f"latency by poll: worst {max(late) * 1000:.0f} ms")
    assert max(late) < SECOND + SLACK


@pytest.mark.usefixtures("never_polls")
def test_what_is_sent_over_http_is_heard_with_the_bots_reply(place: Place) -> None:
    customer = place.start()
    path = customer.path.removesuffix("events") + "messages"
    with customer.listen() as listener:
        body = {"text": "How do I change my email?", "client_message_id": "m1"}
        answered = httpx2.post(place.address + path, json=body, headers=customer.headers).json()
        heard = listener.wait(lambda heard: len(heard) == 2)
    assert [(one.data["author"], one.data["client_message_id"]) for one in heard] == [("customer", "m1"), ("bot", "m1")]
    assert heard[0].data["message_id"] == answered["message_id"]
    assert heard[1].data["reply"] == answered["reply"]


def test_the_events_are_the_entries_of_the_transcript(place: Place) -> None:
    customer = place.start()
    answer(place.switchboard, customer, "m1")
    place.switchboard.call_person(customer.id)
    place.switchboard.claim(customer.id, "ada")
    place.switchboard.say(customer.id, "ada", "Line one\r\nline two\n\nevent: bye", "a1")
    log = customer.log()
    assert {entry["type"] for entry in log} == {"message", "owner", "notice"}
    with customer.listen() as listener:
        heard = listener.wait(lambda heard: len(heard) == len(log))
    assert [(one.name, one.id, one.data) for one in heard] == [(one["type"], one["number"], one) for one in log]
    assert {one["author"] for one in log if one["type"] == "message"} == {"customer", "bot", "agent"}
    assert b"content-type: text/event-stream" in listener.head
    assert b"cache-control: no-cache\r\n" in listener.head
    assert b"x-accel-buffering: no" in listener.head
    assert 1000 <= (listener.reader.retry or 0) < 3000


def test_it_goes_on_where_it_is_told_to(place: Place) -> None:
    customer = place.start()
    for number in range(1, 6):
        place.switchboard.receive(customer.id, f"m{number}", str(number))
    with (
        customer.listen(query="?after=2") as by_query,
        customer.listen(after=4) as by_header,
        customer.listen(after=4, query="?after=2") as by_both,
        customer.listen(after=5) as by_last,
    ):
        place.switchboard.receive(customer.id, "m6", "6")
        for listener in (by_query, by_header, by_both, by_last):
            listener.wait_for("6")
    assert [one.id for one in by_query.heard] == [3, 4, 5, 6]
    assert [one.id for one in by_header.heard] == [5, 6]
    assert [one.id for one in by_both.heard] == [5, 6], "the header is the newer of the two"
    assert [one.id for one in by_last.heard] == [6]


def test_a_log_longer_than_one_batch_comes_whole(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_events, "ENTRIES_AT_ONCE", 3)
    customer = place.start()
    for number in range(1, 10):
        place.switchboard.receive(customer.id, f"m{number}", str(number))
    with customer.listen() as listener:
        heard = listener.wait(lambda heard: len(heard) == 9)
        assert [one.id for one in heard] == list(range(1, 10))
        place.switchboard.receive(customer.id, "m10", "10")
        listener.wait_for("10")


def test_what_is_held_never_reaches_the_customer(place: Place) -> None:
    customer = place.start()
    begun = place.switchboard.receive(customer.id, "m1", "Where is my money?").ownership
    place.switchboard.claim(customer.id, "ada")
    with customer.listen() as listener, customer.agent_listens() as agent:
        place.switchboard.send(turn(customer, "m1", "Held back."), begun, None)
        agent.wait_for("Held back.")
        place.switchboard.say(customer.id, "ada", "I am looking.", "a1")
        listener.wait_for("I am looking.")
        time.sleep(2 * live.POLL_SECONDS)
    assert "Held back." not in str(listener.heard)
    numbers = [one.id for one in listener.heard]
    assert numbers == [entry["number"] for entry in customer.log()]
    every = customer.log(to_customer=False)
    told = [(entry["type"], entry.get("kind") or entry.get("text") or entry.get("owner")) for entry in every]
    assert len(every) == len(numbers) + 1, told
    with customer.listen(after=numbers[-2]) as again:
        again.wait_for("I am looking.")
    assert len(again.heard) == 1


@pytest.mark.parametrize(
    ("query", "headers", "code", "words"),
    [
        ("?after=-1", {}, "invalid_request", "The field after is not valid"),
        ("?after=x", {}, "invalid_request", "The field after is not valid"),
        ("?after=1.5", {}, "invalid_request", "The field after is not valid"),
        ("", {"last-event-id": "x"}, "invalid_request", "last-event-id is not valid"),
        ("", {"last-event-id": "-1"}, "invalid_request", "last-event-id is not valid"),
        ("", {"last-event-id": ""}, "invalid_request", "last-event-id is not valid"),
        ("?after=1", {}, "unknown_number", "has 0 entries, so none can follow number 1"),
        ("", {"last-event-id": "9" * 30}, "unknown_number", "Leave Last-Event-ID and after out"),
        ("?after=0", {"last-event-id": "7"}, "unknown_number", "has 0 entries"),
    ],
)
def test_a_place_that_is_none_is_refused(talk, query: str, headers: dict[str, str], code: str, words: str) -> None:
    refused = talk.client.get(f"/api/v1/conversations/{talk.id}/events{query}", headers={**talk.headers, **headers})
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == code
    assert words in refused.json()["error"]["message"]


@pytest.mark.parametrize(("method", "path"), [("GET", "events"), ("POST", "typing")])
def test_only_the_conversations_own_token_opens_it(talk, method: str, path: str) -> None:
    def status(id_: str, **headers: str) -> int:
        answered = talk.client.request(
            method, f"/api/v1/conversations/{id_}/{path}", headers=headers, json={"on": True}
        )
        assert set(answered.json()) == {"error"}
        return int(answered.status_code)

    assert status(talk.id) == 401
    assert status(talk.id, authorization="Bearer another") == 401
    assert status("nobody", **talk.headers) == 404


def test_a_database_that_cannot_be_read_for_a_while_loses_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, failures = live_events.messages_after, iter(range(4))

    def failing(*arguments: Any, **options: Any) -> object:
        if next(failures, None) is not None:
            raise StorageError("The disk is full.")
        return reading(*arguments, **options)

    customer = place.start()
    with customer.listen() as listener:
        monkeypatch.setattr(live_events, "messages_after", failing)
        place.switchboard.receive(customer.id, "m1", "Hello?")
        listener.wait_for("Hello?")
    assert next(failures, None) is None
    assert [one.id for one in listener.heard] == [1]


@pytest.mark.usefixtures("never_polls")
def test_what_is_stored_while_a_stream_reads_is_not_passed_over(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    customer, looking = place.start(), live_events.last_numbers
    reading, more = live_events.messages_after, iter(range(1, 10))

    def then_more_is_said(work: Callable[..., Any]) -> Callable[..., Any]:
        def worked(*arguments: Any, **options: Any) -> Any:
            result = work(*arguments, **options)
            if number := next(more, None):
                place.switchboard.receive(customer.id, f"m{number}", str(number))
            return result

        return worked

    monkeypatch.setattr(live_events, "last_numbers", then_more_is_said(looking))
    monkeypatch.setattr(live_events, "messages_after", then_more_is_said(reading))
    with customer.listen() as listener:
        listener.wait_for("9")
    assert [one.id for one in listener.heard] == list(range(1, 10))


def test_each_side_hears_the_other_typing(place: Place) -> None:
    customer = place.start()

    def types(body: object) -> httpx2.Response:
        path = customer.path.replace("events", "typing")
        return httpx2.post(place.address + path, json=body, headers=customer.headers)

    with customer.listen() as to_customer, customer.agent_listens() as to_agent:
        assert types({"on": True}).status_code == 204
        to_agent.wait(lambda heard: len(heard) == 1)
        place.news.typing(customer.id, Speaker.AGENT, on=True)
        to_customer.wait(lambda heard: len(heard) == 1)
        assert types({"on": False}).status_code == 204
        to_agent.wait(lambda heard: len(heard) == 2)
        with customer.listen() as new_tab:
            new_tab.wait(lambda heard: len(heard) == 1)
    assert [(one.name, one.id, one.data) for one in to_agent.heard] == [
        ("typing", None, {"who": "customer", "on": True}),
        ("typing", None, {"who": "customer", "on": False}),
    ]
    assert (
        [one.data for one in to_customer.heard] == [{"who": "agent", "on": True}] == [one.data for one in new_tab.heard]
    )
    assert customer.log() == [], "it is not stored"
    for wrong in ({"on": "yes"}, {"on": 1}, {}, {"on": True, "who": "agent"}, []):
        assert types(wrong).status_code == 422
