"""Kills of a server under traffic by the hundred; `make soak` runs it."""

from pathlib import Path

import pytest

from tests.end_to_end.conftest import GOOD, own_process
from tests.end_to_end.server_killing import ordeal


@pytest.mark.soak(rounds=200)
@pytest.mark.timeout(3600)
def test_kills_at_random_moments_lose_and_double_nothing(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    marker = request.node.get_closest_marker("soak")
    article, data = tmp_path / "good.md", tmp_path / "data"
    article.write_text(GOOD, encoding="utf-8")
    assert own_process("index", str(article), "--data-dir", str(data)).code == 0
    with ordeal(data, tmp_path) as trial:
        there_was = trial.kill_at_random(marker.kwargs["rounds"], seed=2)
    assert there_was["messages"] > marker.kwargs["rounds"] and there_was["handoffs"] > 20, there_was
    assert there_was["delivered_again"] > 0, "no kill fell between a delivery and its note"
