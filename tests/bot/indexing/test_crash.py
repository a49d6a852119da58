from pathlib import Path

from tests.bot.indexing.killing import ordeal

STEPS = ("building", "written", "renamed", "activating", "activated", "pruned")


def test_a_run_killed_after_any_step_leaves_a_whole_index_and_the_next_run_finishes(tmp_path: Path) -> None:
    with ordeal(tmp_path) as trial:
        trial.begin()
        for step in STEPS * 2:
            result = trial.kill(at=step)
            assert (result["code"], result["steps"]) == (-9, list(STEPS[: STEPS.index(step) + 1]))


def test_fifty_kills_at_random_moments_leave_a_whole_index(tmp_path: Path) -> None:
    with ordeal(tmp_path) as trial:
        fell = trial.kill_at_random(50, trial.begin(), seed=20260504)
    assert sum(fell.values()) == 50
    assert len(fell) > 1, fell
