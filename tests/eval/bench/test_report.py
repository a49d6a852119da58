import dataclasses
import json
from pathlib import Path

import pytest

from eval.bench.contenders import Contender, Takes
from eval.bench.corpora import Corpus
from eval.bench.demands import Demand
from eval.bench.measuring import Answers, Build, Speed
from eval.bench.quality import SHOWN, mean_quality, set_quality
from eval.bench.report import BenchReport, latencies, to_json, to_markdown

FOOTNOTE = Contender("footnote", "Footnote", "as it ships", Takes.DOCUMENTS, ("/secret/python",))
PEER = Contender("peer", "Peer", "as usual", Takes.PASSAGES, ("/secret/python",))
CORPUS = Corpus("tiny", Path("/secret/d"), Path("/secret/p"), {"p0": "a", "p1": "b"}, 2, 40)


def a_report() -> BenchReport:
    build = Build(seconds=2.0, passages=10, tokens=1234)
    speed = Speed([1.0, 3.0, 2.0], [1.0, 2.0], [5.0, 6.0], 0.5, [9.0], [200.0, 210.4])
    values = {
        "footnote": {metric: {"q0": 1.0, "q1": 0.5} for metric in SHOWN},
        "peer": {metric: {"q0": 0.5, "q1": 0.5} for metric in SHOWN},
    }
    sets = [set_quality("tiny", values)]
    return BenchReport(
        date="2026-01-02",
        machine={
            "processor": "Slow One",
            "extensions": "",
            "cores": 2,
            "memory_gb": 8.0,
            "system": "Linux",
            "python": "3.11.0",
        },
        model="all-MiniLM-L6-v2",
        limit=None,
        contenders=[FOOTNOTE, PEER],
        versions={"footnote": {"footnote": "0.1.0"}, "peer": {"peer": "9"}},
        prepared_s={"footnote": 20.0, "peer": 5.0},
        corpora=[CORPUS],
        answers={"tiny": {name: Answers(build, {}, [4.0, 5.0, 6.0]) for name in ("footnote", "peer")}},
        sets=sets,
        mean=mean_quality(sets),
        speed_corpus=CORPUS,
        speed_sets=("tiny",),
        speed_questions=7,
        builds={"footnote": build, "peer": build},
        speeds={"footnote": speed, "peer": speed},
        demands=[Demand("speed", "≤ 1/3", "0.5", "Peer", False)],
        failures={"other": "The environment of Other cannot be made."},
    )


@pytest.mark.parametrize(
    "line",
    [
        "| Footnote | as it ships | footnote 0.1.0 |",
        "| speed | ≤ 1/3 | 0.5 | Peer | **no** |",
        "| data set | n | Footnote | Peer | difference |",
        "| tiny | 2 | 0.750 (0.500–1.000) | 0.500 (0.500–0.500) | +0.250 (+0.000 to +0.500) |",
        "| mean |  | 0.750 | 0.500 | +0.250 (+0.000 to +0.500) |",
        "| tiny | 5.0 | 5.0 |",
        "| question alone, ms: p50 / p95 / p99 | 1.0 / 2.0 / 2.0 | 1.0 / 2.0 / 2.0 |",
        "| 8 at once, questions a second | 4.0 | 4.0 |",
        "| cold start to the first answer, s (median) | 2.00 | 2.00 |",
        "| peak memory of the serving process, MB | 210 | 210 |",
        "| Footnote | 10 | 123 | 2.0 | 5.0 | 617 | 20.0 |",
        "- other: The environment of Other cannot be made.",
    ],
)
def test_the_page_has_a_line(line: str) -> None:
    assert line in to_markdown(a_report()).splitlines()


def test_a_limit_is_told() -> None:
    limited = dataclasses.replace(a_report(), limit=30)
    assert "first 30 questions" in to_markdown(limited) and "first 30" not in to_markdown(a_report())


def test_a_peer_that_was_measured_in_part_has_gaps() -> None:
    whole = a_report()
    values = {"footnote": whole.sets[0].values["footnote"]}
    part = dataclasses.replace(
        whole,
        sets=[*whole.sets, set_quality("more", values)],
        corpora=[CORPUS, dataclasses.replace(CORPUS, name="more")],
        answers={**whole.answers, "more": {"footnote": whole.answers["tiny"]["footnote"]}},
        speeds={"footnote": whole.speeds["footnote"]},
        builds={"footnote": whole.builds["footnote"]},
    )
    page = to_markdown(part)
    assert "| more | 2 | 0.750 (0.500–1.000) | – | – |" in page and "| more | 5.0 | – |" in page
    assert to_json(part)["quality"]["more"]["difference"] is None


def test_the_json_has_everything_and_no_path() -> None:
    written = to_json(a_report())
    text = json.dumps(written)
    assert "/secret" not in text and written["contenders"]["peer"]["first_start_seconds"] == 5.0
    assert written["speed"]["contenders"]["peer"]["at_once_per_second"] == 4.0
    assert written["quality"]["tiny"]["contenders"]["peer"]["latency_ms"] == {"p50": 5.0, "p95": 6.0, "p99": 6.0}
    assert written["mean"]["difference"] == {"mean": 0.25, "interval_95": [0.0, 0.5], "n": 2}
    assert written["demands"][0]["holds"] is False


def test_percentiles() -> None:
    assert latencies([float(value) for value in range(1, 101)]) == {"p50": 50.0, "p95": 95.0, "p99": 99.0}
