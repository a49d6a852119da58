"""Kills of a running indexer by the thousand; `make soak` runs it."""

from pathlib import Path

import pytest

from tests.bot.indexing.killing import ordeal


@pytest.mark.soak(rounds=1000)
@pytest.mark.timeout(3600)
def test_kills_at_random_moments_leave_a_whole_index(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    marker = request.node.get_closest_marker("soak")
    with ordeal(tmp_path) as trial:
        fell = trial.kill_at_random(marker.kwargs["rounds"], trial.begin(), seed=1)
    assert sum(fell.values()) == marker.kwargs["rounds"]
    assert {"begun", "building", "renamed", "finished"} <= set(fell), fell
