import json
from pathlib import Path
from typing import Any

import pytest

from bot.answering.ranking import ASKED_WEIGHTS, RANKING_FILE, SIGNALS, VERSION, RankingModel, load_ranking_model
from bot.errors import ConfigurationError

WEIGHTS = {name: 0.1 * place for place, name in enumerate(SIGNALS)}
GOOD = {"version": VERSION, "weights": WEIGHTS, "provenance": "by hand"}


def written(folder: Path, content: Any) -> Path:
    file = folder / "ranking.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_the_shipped_model_weighs_every_signal_and_none_may_hurt() -> None:
    model = load_ranking_model()
    assert set(model.weights) == set(SIGNALS)
    assert all(weight >= 0 for weight in model.weights.values())
    assert sum(model.weights.values()) > 0
    assert model.provenance.strip()
    assert json.loads(RANKING_FILE.read_text(encoding="utf-8"))["version"] == VERSION


def test_a_score_means_the_same_with_signals_missing_or_more() -> None:
    model = load_ranking_model()
    whole = sum(model.weights.values())
    for signals in (set(SIGNALS), {*SIGNALS, *ASKED_WEIGHTS}, {"lexical"}):
        found = model.over(frozenset(signals))
        assert set(found) == signals
        assert sum(found.values()) == pytest.approx(whole)
    assert model.over(frozenset(SIGNALS)) == pytest.approx(model.weights)


def test_another_file_of_its_form(tmp_path: Path) -> None:
    assert load_ranking_model(written(tmp_path, GOOD)) == RankingModel(WEIGHTS, "by hand")
    fitted = load_ranking_model(written(tmp_path, {**GOOD, "prior": WEIGHTS}))
    assert fitted == RankingModel(WEIGHTS, "by hand", WEIGHTS)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ([], "cannot be read as weights"),
        ({"version": VERSION, "weights": WEIGHTS}, "provenance"),
        ({**GOOD, "version": 0}, "in version 0"),
        ({**GOOD, "weights": [1]}, "one weight to each of dense"),
        ({**GOOD, "weights": {"dense": 1.0}}, "one weight to each of dense"),
        ({**GOOD, "weights": {**WEIGHTS, "other": 1.0}}, "one weight to each of dense"),
        ({**GOOD, "weights": {**WEIGHTS, "late": -0.1}}, "gives late the weight -0.1"),
        ({**GOOD, "weights": {**WEIGHTS, "late": float("nan")}}, "gives late the weight nan"),
        ({**GOOD, "weights": {**WEIGHTS, "late": "0.1"}}, "gives late the weight '0.1'"),
        ({**GOOD, "weights": dict.fromkeys(SIGNALS, 0)}, "every signal the weight 0"),
        ({**GOOD, "prior": {"dense": 1.0}}, "one weight to each of dense"),
    ],
)
def test_what_is_no_model_is_a_sentence(tmp_path: Path, content: Any, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        load_ranking_model(written(tmp_path, content))


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe")
    for name in ("none.json", "binary.json"):
        with pytest.raises(ConfigurationError, match=name):
            load_ranking_model(tmp_path / name)


def test_with_every_signal_there_the_weights_stay() -> None:
    model = load_ranking_model()
    assert model.over(frozenset(SIGNALS)) == pytest.approx(model.weights)


def test_with_a_signal_missing_the_others_take_its_share() -> None:
    model = RankingModel({"dense": 0.3, "late": 0.5, "code": 0.2}, "by hand")
    assert model.over(frozenset({"dense", "code"})) == pytest.approx({"dense": 0.6, "code": 0.4})
    assert model.over(frozenset({"late", "unheard of"})) == pytest.approx({"late": 1.0})
    assert model.weights == {"dense": 0.3, "late": 0.5, "code": 0.2}


@pytest.mark.parametrize("missing", SIGNALS)
def test_a_perfect_score_is_the_same_whichever_signal_is_missing(missing: str) -> None:
    model = load_ranking_model()
    over = model.over(frozenset(SIGNALS) - {missing})
    assert missing not in over
    assert sum(over.values()) == pytest.approx(sum(model.weights.values()))


def test_signals_without_any_weight_weigh_nothing() -> None:
    assert RankingModel({"dense": 0.0, "late": 1.0}, "").over(frozenset({"dense"})) == {"dense": 0.0}
    assert RankingModel({"dense": 1.0}, "").over(frozenset()) == {}
