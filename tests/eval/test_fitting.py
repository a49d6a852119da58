import json
from datetime import date
from pathlib import Path

import pytest

from bot.answering.confidence import SIGNALS as CONFIDENCE_SIGNALS
from bot.answering.confidence import load_confidence_model
from bot.answering.ranking import RANKING_FILE, SIGNALS, load_ranking_model
from bot.errors import ConfigurationError
from bot.indexing.progress import SilentProgress
from bot.settings import Settings
from eval.errors import DatasetError, EvaluationError
from eval.fitting import FitOptions, FitReport, Learned, fit_models
from tests.eval.conftest import write_dataset

TODAY = date(2026, 11, 21)


@pytest.fixture
def options(tmp_path: Path) -> FitOptions:
    return FitOptions(
        folders=[write_dataset(tmp_path / name) for name in ("one", "two")],
        ranking=tmp_path / "ranking.json",
        confidence=tmp_path / "confidence.json",
    )


def changed(options: FitOptions, **changes: object) -> FitOptions:
    present = {name: getattr(options, name) for name in FitOptions.__dataclass_fields__}
    return FitOptions(**{**present, **changes})


def fit(options: FitOptions, settings: Settings) -> FitReport:
    return fit_models(options, settings, SilentProgress(), TODAY)


def test_from_data_sets_to_both_files(options: FitOptions, letter_settings: Settings) -> None:
    report = fit(options, letter_settings)
    assert report.ranking and report.confidence
    assert [(row.dataset, row.n) for row in report.ranking.rows] == [("one", 4), ("two", 4)]
    assert [(row.dataset, row.n) for row in report.confidence.rows] == [("one", 5), ("two", 5)]

    ranking = load_ranking_model(options.ranking)
    assert ranking.weights == report.ranking.weights and set(ranking.weights) == set(SIGNALS)
    assert sum(ranking.weights.values()) == pytest.approx(1)
    assert ranking.provenance.startswith("footnote-eval fit, 2026-11-21, on one (4), two (4); left out: nDCG@10 ")
    assert json.loads(options.ranking.read_text())["version"] == 1

    confidence = load_confidence_model(options.confidence)
    assert confidence.weights == report.confidence.weights and set(confidence.weights) <= set(CONFIDENCE_SIGNALS)
    assert "2026-11-21, on one (5), two (5); label: the first article found is in the qrels" in confidence.provenance
    json.dumps(report.to_json(), allow_nan=False)


@pytest.mark.parametrize("only", Learned)
def test_one_of_the_two(options: FitOptions, letter_settings: Settings, only: Learned) -> None:
    report = fit(changed(options, only=only), letter_settings)
    assert options.ranking.exists() == (report.ranking is not None) == (only is Learned.RANKING)
    assert options.confidence.exists() == (report.confidence is not None) == (only is Learned.CONFIDENCE)
    assert report.to_json()[only.value]


def test_another_fit_starts_from_the_same_prior(options: FitOptions, letter_settings: Settings) -> None:
    ranking_only = changed(options, only=Learned.RANKING)
    first = fit(ranking_only, letter_settings)
    shifted = json.loads(options.ranking.read_text())
    shifted["weights"] = {name: float(name == "title") for name in SIGNALS}
    options.ranking.write_text(json.dumps(shifted))
    assert fit(changed(ranking_only, prior=options.ranking), letter_settings) == first


def test_a_prior_by_hand(options: FitOptions, letter_settings: Settings, tmp_path: Path) -> None:
    hand = dict.fromkeys(SIGNALS, 2.0)
    (tmp_path / "hand.json").write_text(json.dumps({"version": 1, "weights": hand, "provenance": "by hand"}))
    report = fit(changed(options, only=Learned.RANKING, prior=tmp_path / "hand.json"), letter_settings)
    assert report.ranking and set(report.ranking.prior.values()) <= {0.142, 0.143}
    assert load_ranking_model(options.ranking).prior == report.ranking.prior


def test_the_models_that_ship_stay_where_others_are_named(options: FitOptions, letter_settings: Settings) -> None:
    before = RANKING_FILE.read_bytes()
    fit(options, letter_settings)
    assert RANKING_FILE.read_bytes() == before


def test_what_cannot_be_fitted_is_told_before_anything_is_asked(
    options: FitOptions, letter_settings: Settings, tmp_path: Path
) -> None:
    one, two = options.folders
    with pytest.raises(DatasetError, match="at least two"):
        fit(changed(options, folders=[one]), letter_settings)
    with pytest.raises(DatasetError, match="given twice"):
        fit(changed(options, folders=[one, two, tmp_path / "two" / ".." / "one"]), letter_settings)
    with pytest.raises(EvaluationError, match=r"folder of .*confidence model"):
        fit(changed(options, confidence=tmp_path / "nowhere" / "c.json"), letter_settings)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        fit(changed(options, prior=tmp_path / "missing.json"), letter_settings)
    assert not (letter_settings.data_dir / "eval").exists()
