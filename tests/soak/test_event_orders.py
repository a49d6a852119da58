"""Random orders of events by the hundred thousand; `make soak` runs it."""

from collections import Counter
from pathlib import Path

import pytest

from bot.storage.database import open_database
from tests.bot.handoff.deliveries import BEGAN, run_order
from tests.bot.handoff.stores import MemoryKeeper, StoredKeeper
from tests.bot.handoff.switched import DESK_KINDS, SwitchboardKeeper

ON_SQLITE = 2000


@pytest.mark.soak(rounds=100_000)
@pytest.mark.timeout(3600)
def test_orders_of_events_leave_one_speaker_and_lose_nothing(request: pytest.FixtureRequest) -> None:
    marker = request.node.get_closest_marker("soak")
    seen: Counter[str] = Counter()
    for seed in range(marker.kwargs["rounds"]):
        seen += run_order(10_000 + seed, MemoryKeeper(), (5, 80)).seen
    assert seen["late message shown"] > 1000, seen


@pytest.mark.soak(rounds=ON_SQLITE)
@pytest.mark.timeout(3600)
def test_orders_of_events_on_sqlite(tmp_path: Path) -> None:
    with open_database(tmp_path / "footnote.db") as database:
        for seed in range(ON_SQLITE):
            run_order(200_000 + seed, StoredKeeper(database, BEGAN), (5, 80))


@pytest.mark.soak(rounds=ON_SQLITE)
@pytest.mark.timeout(3600)
def test_orders_of_events_through_the_switchboard(tmp_path: Path) -> None:
    with open_database(tmp_path / "footnote.db") as database:
        for seed in range(ON_SQLITE):
            keeper = SwitchboardKeeper(database, BEGAN)
            run_order(300_000 + seed, keeper, (5, 80), DESK_KINDS)
            keeper.check_desks()
