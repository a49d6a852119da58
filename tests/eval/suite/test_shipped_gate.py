"""The suite that ships, over the sample help center with the real encoder: the gate is open for what we ship, and shut
for what is worse."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.assembly import Footnote, open_footnote
from bot.indexing.progress import SilentProgress
from bot.settings import Settings
from embeddings.encoders import Encoder
from eval.suite.baseline import SHIPPED_BASELINE, read_baseline
from eval.suite.cases import CORVANE_SUITE, load_suite
from eval.suite.comparing import compare_runs
from eval.suite.gate import failures, load_gates
from eval.suite.running import SuiteRun, run_suite

pytestmark = pytest.mark.encoder
NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def footnote(
    sample_center: Path, real_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Footnote]:
    copy = shutil.copytree(sample_center, tmp_path_factory.mktemp("suite") / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.assembly.open_encoder", lambda _: real_encoder)
        opened = open_footnote(Settings.model_construct(data_dir=copy))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shipped(footnote: Footnote, tmp_path_factory: pytest.TempPathFactory) -> SuiteRun:
    return ran(footnote, tmp_path_factory.mktemp("shipped"))


def ran(footnote: Footnote, folder: Path) -> SuiteRun:
    return run_suite("corvane_suite", load_suite(CORVANE_SUITE), footnote, folder, NOW, SilentProgress())


def test_the_gate_is_open_for_what_ships(shipped: SuiteRun) -> None:
    baseline = read_baseline(SHIPPED_BASELINE)
    assert baseline is not None
    against = baseline.compared_with(shipped.outcomes)
    assert [each.sentence for each in failures(load_gates(), shipped.metrics, against)] == []


def test_a_bolder_threshold_is_stopped(footnote: Footnote, shipped: SuiteRun, tmp_path: Path) -> None:
    bolder = replace(footnote, assistant=replace(footnote.assistant, answer_threshold=0.35))
    metrics, against = shutting(shipped, ran(bolder, tmp_path))
    assert {"false_answers_near", "risk"} <= metrics and "not_wrong" in against


def shutting(shipped: SuiteRun, changed: SuiteRun) -> tuple[set[str], set[str]]:
    """The demands that are missed, and the figures that fell against what ships."""
    gates, comparison = load_gates(), compare_runs(shipped.outcomes, changed.outcomes)
    missed = {each.metric for each in failures(gates, changed.metrics)}
    return missed, {each.figure for each in comparison.differences if each.is_worse}
