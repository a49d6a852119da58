import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import pytest

from bot.answering.llm import Patience
from bot.answering.model.model_summarising import ModelSummariser, Spoken
from bot.answering.model.openai_model import OpenAIModel
from bot.errors import StorageError
from bot.handoff.delivery import Courier
from bot.handoff.desks.desk import Thread
from bot.handoff.escalation import asks_for_person
from bot.handoff.summarising import Summarise, Summariser
from bot.handoff.summary import Line
from bot.storage.database import Database
from bot.storage.outbox import OutgoingEvent
from bot.storage.queue import last_handoff
from tests.bot.handoff.house import House
from tests.scripted_llm import MODEL, Hangs, Refuses, Says, ScriptedServer, scripted_server

QUESTION = "My withdrawal of 2 ETH is stuck since Monday."
GOOD = "The customer waits for a withdrawal of 2 ETH since Monday."
PATIENT = Patience(connect=5, first_token=20, between_tokens=20, total=20)


@pytest.fixture(scope="module")
def listening() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def server(listening: ScriptedServer) -> ScriptedServer:
    listening.forget()
    return listening


@pytest.fixture
def model(server: ScriptedServer) -> Iterator[Summarise]:
    with closing(OpenAIModel(server.url, MODEL)) as model:
        asked = ModelSummariser(llm=model, count_tokens=len, prompt_tokens=8000, patience=PATIENT)
        yield lambda lines: asked.summarise([Spoken(line.author, line.text) for line in lines])


@pytest.fixture
def open_summariser(either_database: Database) -> Iterator[Callable[..., tuple[House, Summariser]]]:
    """Makes a house with a summariser that listens and runs; ends it."""
    running: list[Summariser] = []

    def opened(summarise: Summarise, **more: int) -> tuple[House, Summariser]:
        house = House(either_database)
        summariser = Summariser(house.database, house.switchboard, summarise, asks_for_person, **more)
        house.switchboard.listen(summariser.hear)
        summariser.start()
        running.append(summariser)
        return house, summariser

    yield opened
    for each in running:
        each.stop(20)


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def summary_of(house: House) -> str | None:
    handoff = last_handoff(house.database, house.id)
    return handoff.summary if handoff else None


def call(house: House, source_id: str = "c1", text: str = QUESTION) -> None:
    house.ask(source_id, text)
    house.switchboard.call_person(house.id)


def test_a_summary_is_kept_and_told_once(
    open_summariser: Callable[..., tuple[House, Summariser]], model: Summarise, server: ScriptedServer
) -> None:
    server.enqueue(Says(text=GOOD))
    house, summariser = open_summariser(model)
    call(house)
    until(lambda: summary_of(house))
    assert summary_of(house) == GOOD
    for desk in house.desks:
        (asked, data), (kind, summary) = house.told(desk)
        assert (asked, data["summary"]) == ("handoff.requested", QUESTION), "the request did not wait"
        assert (kind, summary) == ("handoff.summary", {"summary": GOOD})
    heard = house.heard[-1]
    assert (heard.entries, heard.step.effects, heard.before) == ((), (), heard.after), "the courier is to be woken"
    server.enqueue(Says(text="The customer waits."))
    assert not summariser.sum_up(house.id, 1)
    assert (summary_of(house), house.told("zendesk")) == (GOOD, [])


def test_what_nobody_said_is_told_to_nobody(
    open_summariser: Callable[..., tuple[House, Summariser]], model: Summarise, server: ScriptedServer
) -> None:
    server.enqueue(Says(text="The customer waits for a withdrawal of 3 ETH."))
    house, summariser = open_summariser(model)
    call(house)
    until(lambda: len(server.requests) == 1)
    assert summariser.stop(20)
    assert summary_of(house) is None
    assert house.told_types("zendesk") == ["requested"]


def test_a_model_that_fails_is_no_trouble_and_the_next_handoff_is_summed_up(
    open_summariser: Callable[..., tuple[House, Summariser]], model: Summarise, server: ScriptedServer
) -> None:
    server.enqueue(Refuses(status=401), Says(text=GOOD))
    house, _ = open_summariser(model)
    call(house)
    until(lambda: len(server.requests) == 1)
    house.switchboard.close(house.id, None)
    house.clock.pass_by(minutes=1)
    call(house, "c2")
    until(lambda: summary_of(house))
    assert house.told_types("zendesk") == ["requested", "ended", "requested", "summary"]


class TakingDesk:
    name = "zendesk"

    def __init__(self) -> None:
        self.taken: list[str] = []

    def deliver(self, event: OutgoingEvent, thread: Thread, again: bool) -> None:
        self.taken.append(event.type)


def test_nothing_waits_for_a_model_that_hangs(
    open_summariser: Callable[..., tuple[House, Summariser]], model: Summarise, server: ScriptedServer
) -> None:
    server.enqueue(Hangs())
    house, summariser = open_summariser(model)
    desk = TakingDesk()
    courier = Courier(house.database, [desk], house.clock, lambda: 0.5)
    house.switchboard.listen(lambda _: courier.wake())
    courier.start()
    try:
        call(house)
        until(lambda: server.at_once == 1 and desk.taken == ["handoff.requested"])
        house.switchboard.claim(house.id, "ada")
        house.switchboard.say(house.id, "ada", "I look at it.", "a1")
        until(lambda: len(desk.taken) == 2)
        began = time.monotonic()
        assert not summariser.stop(0.2), "the model still writes"
        assert time.monotonic() - began < 5
    finally:
        courier.stop()


def test_a_summary_that_comes_when_people_have_left_or_the_server_stops_is_not_kept(
    open_summariser: Callable[..., tuple[House, Summariser]],
) -> None:
    gate, asked = threading.Event(), threading.Event()

    def slow(lines: Sequence[Line]) -> str:
        asked.set()
        assert gate.wait(20)
        return GOOD

    house, summariser = open_summariser(slow)
    call(house)
    assert asked.wait(20)
    house.switchboard.give_back(house.id, None)
    gate.set()
    until(lambda: summariser._waiting.empty())
    gate.clear()
    asked.clear()
    call(house, "c2")
    assert asked.wait(20)
    assert not summariser.stop(0.01)
    gate.set()
    assert summariser.stop(20)
    assert summary_of(house) is None
    assert "summary" not in house.told_types("zendesk")


def test_handoffs_are_dropped_when_too_many_wait(
    open_summariser: Callable[..., tuple[House, Summariser]], caplog: pytest.LogCaptureFixture
) -> None:
    gate, asked = threading.Event(), []

    def slow(lines: Sequence[Line]) -> None:
        asked.append(lines[-1].text)
        assert gate.wait(20)

    house, summariser = open_summariser(slow, most_waiting=1)
    with caplog.at_level(logging.WARNING, "bot.handoff.summarising"):
        for number in range(4):
            call(house, f"c{number}", f"Question {number}?")
            until(lambda: asked)
            house.switchboard.close(house.id, None)
    assert len(caplog.records) == 2
    gate.set()
    until(lambda: len(asked) == 2)
    assert summariser.stop(20)
    assert asked[0] == "Question 0?"
    call(house, "c9")
    assert len(asked) == 2, "none is begun after the end"


def test_where_no_need_was_told_nobody_is_asked(open_summariser: Callable[..., tuple[House, Summariser]]) -> None:
    asked: list[Sequence[Line]] = []
    house, summariser = open_summariser(lambda lines: asked.append(lines))
    house.switchboard.call_person(house.id)
    house.switchboard.close(house.id, None)
    call(house, "c1", "Talk to a human")
    until(summariser._waiting.empty)
    assert summariser.stop(20)
    assert asked == []


@pytest.mark.parametrize("failure", [StorageError("The disk is full."), ValueError("nobody foresaw it")])
def test_whatever_fails_the_next_handoff_is_summed_up(
    open_summariser: Callable[..., tuple[House, Summariser]], failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    failures = [failure]

    def failing(lines: Sequence[Line]) -> str:
        if failures:
            raise failures.pop()
        return GOOD

    house, _ = open_summariser(failing)
    call(house)
    until(lambda: not failures)
    house.switchboard.close(house.id, None)
    call(house, "c2")
    until(lambda: summary_of(house))
    assert "could not be summed up" in caplog.text
