"""A server that is killed while customers talk to it: what was acknowledged is there, once; handoffs are delivered."""

from pathlib import Path

from tests.end_to_end.server_killing import ordeal


def test_kills_at_random_moments_lose_and_double_nothing(small: Path, tmp_path: Path) -> None:
    with ordeal(small, tmp_path) as trial:
        there_was = trial.kill_at_random(20, seed=1)
    assert there_was["messages"] > 20 and there_was["handoffs"] > 2, there_was
    assert there_was["cut_off"] > 0, there_was
