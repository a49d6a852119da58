"""Seeded regressions and a hundred harmless changes, judged by the gate over the whole suite; `make soak` runs it."""

from pathlib import Path

import pytest

from bot.indexing.progress import SilentProgress
from bot.settings import Settings
from embeddings.encoders import Encoder
from eval.suite.cases import CORVANE_SUITE, load_suite
from eval.suite.gate import load_gates
from eval.suite.regressions import REGRESSIONS, no_ops
from eval.suite.trial import try_gate


@pytest.mark.encoder
@pytest.mark.soak(rounds=len(REGRESSIONS) + len(no_ops()))
@pytest.mark.timeout(7200)
def test_what_is_worse_is_stopped_and_what_is_the_same_let_through(
    real_encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda _: real_encoder)
    settings = Settings.model_construct(data_dir=tmp_path)
    found = try_gate([*REGRESSIONS, *no_ops()], load_suite(CORVANE_SUITE), load_gates(), settings, SilentProgress())
    assert found.shipped == ()
    let_through = [each.name for each in found.tried if each.is_regression and not each.is_blocked]
    stopped = [(each.name, each.failed) for each in found.tried if each.is_blocked and not each.is_regression]
    assert found.holds, (let_through, stopped)
