"""Every page of the console over a store of 100,000 turns: quick enough, and its figures those of the API."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import quantiles

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.web.app import create_app
from tests.bot.web.console.conftest import HOST, Seat, SuggestingAssistant, seat_of
from tests.bot.web.console.figures_on_page import figures_on
from tests.bot.web.console.routes import console_routes
from tests.bot.web.stage import open_stage
from tests.seeded_store import DAYS, seeded_articles, seeded_turns, store

TURNS, ARTICLES = 100_000, 400
SEEDING_SECONDS = 30
ROUNDS, AT_MOST = 40, 0.5
"""Seconds of the processor's work: what else the machine does meanwhile makes them wait longer and not work more."""
TIMES_FOR_ALL_DAYS = 2
"""A report of all 100,000 turns, and not of the usual 30 days, may take so many times as long."""
pytestmark = [pytest.mark.soak(rounds=ROUNDS), pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def ada(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    articles, until = seeded_articles(ARTICLES), datetime.now(UTC)
    stage = open_stage(tmp_path_factory.mktemp("seeded"), SuggestingAssistant(), articles)
    started = time.process_time()
    store(stage.database, seeded_turns(TURNS, until, [article.id for article in articles]))
    assert time.process_time() - started < SEEDING_SECONDS
    with TestClient(create_app(stage.settings, stage), base_url=HOST) as client:
        yield seat_of(client, stage, "ada", "Ada L.")
    stage.database.close()


def all_days(today: date) -> str:
    return f"from={today - timedelta(days=DAYS - 1)}&to={today}"


def addresses(seat: Seat) -> list[str]:
    """Every page behind the sign-in without a name in its path, and some with one; reports of all that there is, too.
    Pages that have something worked out in the background come last: that is no work of other pages."""
    app = seat.client.app
    assert isinstance(app, FastAPI)
    routes = [each for each in console_routes(app) if "GET" in each.methods and not each.is_open]
    plain = {each.path for each in routes if "{" not in each.path and not each.path.endswith("/events")}
    days = all_days(datetime.now(UTC).date())
    more = [f"/console/reports?{days}", f"/console/reports?{days}&section=faq", "/console/knowledge/article-0"]
    return sorted([*plain, *more], key=lambda path: (path.startswith(("/console/gaps", "/console/health")), path))


def test_each_page_is_quick(ada: Seat) -> None:
    took: dict[str, float] = {}
    for address in addresses(ada):
        walls, works = [], []
        for _ in range(ROUNDS):
            wall, work = time.perf_counter(), time.process_time()
            answer = ada.get(address)
            walls.append(time.perf_counter() - wall)
            works.append(time.process_time() - work)
            assert answer.status_code == 200, address
        took[address] = _late(works)
        told = f"{1000 * _late(works):6.0f} ms of work, {1000 * _late(walls):6.0f} ms of waiting (95 %): {address}"
        print(told)  # noqa: T201 - the figures are what it is run for
    most = {address: AT_MOST * (TIMES_FOR_ALL_DAYS if "from=" in address else 1) for address in took}
    assert {address: late for address, late in took.items() if late > most[address]} == {}


def _late(seconds: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(seconds, n=20)[-1]


def test_figures_on_the_page_are_those_of_the_api(ada: Seat) -> None:
    days = all_days(datetime.now(UTC).date())
    tables = ada.get(f"/console/reports.json?{days}").json()["tables"]
    expected = {
        f"{table}/{row}/{name}": value
        for table, rows in tables.items()
        for row, figures in rows.items()
        for name, value in figures.items()
    }
    shown = figures_on(ada.get(f"/console/reports?{days}").text).values
    assert {name: float(value) if value else None for name, value in shown.items()} == expected
    assert expected["total/all/questions"] + expected["total/all/notices"] > TURNS * 0.9
