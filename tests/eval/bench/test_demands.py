import pytest

from eval.bench.demands import quality_demands, read_floors, signed, speed_demands
from eval.bench.measuring import Build, Speed
from eval.bench.quality import SHOWN, SetQuality, mean_quality, set_quality
from eval.errors import EvaluationError

TITLES = {"footnote": "Footnote", "quick": "Quick", "lean": "Lean"}


def speed(alone: float, busy: float, start: float, memory: float, torch: bool = False) -> Speed:
    return Speed([start] * 3, [alone] * 10, [alone] * 10, 1.0, [busy] * 10, [memory], torch)


def holds(ours: Speed, index: float = 130.0) -> dict[str, bool]:
    speeds = {"footnote": ours, "quick": speed(30, 90, 6, 1000), "lean": speed(60, 90, 9, 600)}
    builds = {"footnote": Build(10, 10, int(10 * index)), "quick": Build(10, 10, 1000), "lean": Build(10, 10, 500)}
    return {row.name: row.holds for row in speed_demands(speeds, builds, TITLES)}


P50 = "question p50, of the fastest peer's"
BUSY = "question p95 while another process burns a core, of its own p50 when idle"
MEMORY = "peak memory of a serving process, of the leanest peer's"
START = "cold start to the first answer, of the fastest peer's"
INDEX = "indexing: passages of one length (tokens) a second, of the fastest peer's"


def test_all_may_hold_on_the_line() -> None:
    assert all(holds(speed(10, 30, 2, 300)).values())


@pytest.mark.parametrize(
    ("ours", "index", "broken"),
    [
        (speed(10.1, 30, 2, 300), 130, P50),
        (speed(10, 30.1, 2, 300), 130, BUSY),
        (speed(10, 30, 2.1, 300), 130, START),
        (speed(10, 30, 2, 301), 130, MEMORY),
        (speed(10, 30, 2, 300), 129, INDEX),
        (speed(10, 30, 2, 300, torch=True), 130, "torch in a serving process"),
    ],
)
def test_each_may_be_broken_alone(ours: Speed, index: float, broken: str) -> None:
    assert [name for name, well in holds(ours, index).items() if not well] == [broken]


def test_each_is_against_the_peer_that_is_best_at_it() -> None:
    speeds = {"footnote": speed(10, 30, 2, 300), "quick": speed(30, 90, 6, 1000), "lean": speed(60, 90, 9, 600)}
    rows = {row.name: row for row in speed_demands(speeds, {}, TITLES)}
    assert rows[P50].against == "Quick" and rows[P50].measured == "0.33 (10.0 ms / 30.0 ms)"
    assert rows[MEMORY].against == "Lean" and INDEX not in rows


def test_without_a_peer_only_what_needs_none_is_asked() -> None:
    rows = speed_demands({"footnote": speed(10, 30, 2, 300)}, {"footnote": Build(1, 1, 1)}, TITLES)
    assert [row.name for row in rows] == [BUSY, "torch in a serving process"]


def a_set(name: str, ours: float, theirs: float) -> SetQuality:
    return set_quality(
        name,
        {who: {metric: {"q": value} for metric in SHOWN} for who, value in (("footnote", ours), ("quick", theirs))},
    )


def test_quality_on_each_set_and_on_the_mean() -> None:
    sets = [a_set("a", 0.795, 0.80), a_set("b", 0.98, 0.93), a_set("c", 0.7, 0.72)]
    rows = quality_demands(sets, mean_quality(sets), {"a": 0.79, "b": 0.99, "elsewhere": 1.0}, TITLES)
    assert [(row.name.split(",")[0], row.measured, row.holds) for row in rows] == [
        ("nDCG@10 on a", "−0.005", True),
        ("nDCG@10 on a (1 questions)", "0.795", True),
        ("nDCG@10 on b", "+0.050", True),
        ("nDCG@10 on b (1 questions)", "0.980", False),
        ("nDCG@10 on c", "−0.020", False),
        ("nDCG@10", "+0.008", False),
    ]


def test_floors_are_read() -> None:
    assert read_floors(["a=0.8", "b=1"]) == {"a": 0.8, "b": 1.0}
    for text in ("a", "a=", "=x", "a=much"):
        with pytest.raises(EvaluationError, match="NAME=VALUE"):
            read_floors([text])


def test_signs_are_minus_signs() -> None:
    assert (signed(-0.0123), signed(0.5)) == ("−0.012", "+0.500")
