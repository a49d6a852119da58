"""The streams of live events as what they cost: how many there may be, how long they last, what they leave."""

import socket
import time

import pytest

from bot.models import Speaker
from bot.web import admission, live, live_events
from tests.bot.web.listening import EventReader, connect
from tests.bot.web.live_place import BYTES_PER_STREAM, SLACK, STATUS, Place, tell, wait_until


def test_too_many_streams_are_refused_in_a_sentence(talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_STREAMS", 0)
    refused = talk.client.get(f"/api/v1/conversations/{talk.id}/events", headers=talk.headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "overloaded")
    assert "retry-after" in refused.headers


def test_one_address_has_so_many_streams_and_others_go_on(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "MOST_STREAMS_PER_ADDRESS", 2)
    streams = place.app.state.admission.streams

    def connected(address: str) -> tuple[socket.socket, int, bytes]:
        """From a proxy of this machine, which says for whom it asks."""
        customer = place.start()
        headers = {**customer.headers, "x-forwarded-for": address}
        stream, head, _ = connect(place.address, customer.path, headers)
        return stream, int(head.split()[1]), head.lower()

    house = [connected(f"2001:db8::{number}") for number in range(3)]
    elsewhere = connected("2001:db8:0:1::1")
    assert [status for _, status, _ in (*house, elsewhere)] == [200, 200, 429, 200]
    assert b"retry-after: " in house[2][2]
    house[0][0].close()
    wait_until(lambda: streams.total() == 2)
    again = connected("2001:db8::9")
    assert again[1] == 200
    for stream, *_ in (*house, elsewhere, again):
        stream.close()
    wait_until(lambda: not streams)


def test_a_refused_stream_is_not_counted(place: Place) -> None:
    customer = place.start()
    for query, status in (("?after=7", b" 422 "), ("", b" 401 ")):
        headers = {**customer.headers, "x-forwarded-for": "203.0.113.7"}
        if not query:
            headers["authorization"] = "Bearer another"
        stream, head, _ = connect(place.address, customer.path + query, headers)
        stream.close()
        assert status in head
    assert not place.app.state.admission.streams


def test_the_oldest_of_too_many_streams_is_told_to_stay_away(place: Place) -> None:
    customer = place.start()
    listeners = [customer.listen() for _ in range(live.MOST_PER_CONVERSATION + 1)]
    listeners[0].wait_for_end()
    place.switchboard.receive(customer.id, "m1", "Hello?")
    for listener in listeners[1:]:
        listener.wait_for("Hello?")
        listener.cut()
    listeners[0].cut()
    assert [(one.name, one.data) for one in listeners[0].heard] == [("bye", {"reason": "replaced"})]


def test_a_silent_stream_is_kept_alive_and_renewed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_events, "PING_SECONDS", 0.05)
    monkeypatch.setitem(live_events.LIFETIME_SECONDS, Speaker.CUSTOMER, 1.0)
    with place.start().listen() as listener:
        listener.wait_for_end()
    assert [(one.name, one.id, one.data) for one in listener.heard] == [("bye", None, {"reason": "renew"})]
    assert 2 <= listener.reader.comments <= 20


def test_a_stopping_server_says_goodbye_at_once(place: Place) -> None:
    listeners = [customer.listen() for customer in (place.start() for _ in range(20))]
    listeners.append(place.start().agent_listens())
    began = time.monotonic()
    place.server.should_exit = True
    for listener in listeners:
        listener.wait_for_end()
    late = max(listener.ended_at or 0 for listener in listeners) - began
    tell(f"every stream ended after {late:.2f} s")
    assert late < 2 + SLACK
    for listener in listeners:
        listener.cut()
        assert [(one.name, one.data) for one in listener.heard] == [("bye", {"reason": "restarting"})]


def test_a_reader_that_has_gone_leaves_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "AWAY_SECONDS", 0.0)
    customer = place.start()
    with customer.listen(), customer.agent_listens():
        assert place.news.is_watched(customer.id)
    news = place.news
    wait_until(lambda: not (news.is_watched(customer.id) or news._watchers or any(news._streams.values())))


def test_nothing_is_read_ahead_for_a_reader_that_is_slow(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's buffers take some megabytes; what is behind them stays in the database."""
    reading, reads = live_events.messages_after, []
    monkeypatch.setattr(live_events, "messages_after", lambda *args, **more: reads.append(1) or reading(*args, **more))
    customer, entries, text = place.start(), 400, "x" * 50_000
    for number in range(entries):
        place.switchboard.receive(customer.id, f"m{number}", text)
    connection, _head, rest = connect(place.address, customer.path, customer.headers, receive_buffer=4096)
    settled = 0
    while settled < (settled := len(reads)) or not reads:
        time.sleep(0.5)
    assert len(reads) < entries // live_events.ENTRIES_AT_ONCE, "it waits for its reader"
    reader = EventReader()
    heard = reader.feed(rest)
    with connection:
        while len(heard) < entries:
            heard += reader.feed(connection.recv(1 << 20))
    assert [one.id for one in heard] == list(range(1, entries + 1))


@pytest.mark.skipif(not STATUS.exists(), reason="/proc/self/status, where Linux tells a process's memory, is not there")
def test_an_idle_stream_costs_little_memory_and_no_thread(place: Place) -> None:
    def opened(count: int) -> list[socket.socket]:
        return [connect(place.address, one.path, one.headers)[0] for one in (place.start() for _ in range(count))]

    def closed(sockets: list[socket.socket]) -> None:
        for each in sockets:
            each.close()

    def measured() -> tuple[int, int]:
        time.sleep(1)
        words = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
        return int(words["VmRSS"].split()[0]) * 1024, int(words["Threads"])

    closed(opened(50))
    memory, threads = measured()
    streams = opened(200)
    memory_then, threads_then = measured()
    closed(streams)
    each = (memory_then - memory) / len(streams)
    tell(f"{each / 1000:.1f} kB for each idle stream, {threads_then - threads} more threads")
    assert each < BYTES_PER_STREAM
    assert threads_then - threads < 12
