"""What must hold between Footnote and its peers, as asked, as measured, and whether it does. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eval.bench.contenders import FOOTNOTE
from eval.bench.measuring import Build, Speed
from eval.bench.quality import MAIN, MeanQuality, SetQuality
from eval.errors import EvaluationError
from eval.metrics import percentile

BEHIND_BY_AT_MOST, AHEAD_BY_AT_LEAST = 0.01, 0.02
THIRD, HALF, BUSY_TIMES, INDEX_TIMES = 1 / 3, 1 / 2, 3.0, 1.3


@dataclass(frozen=True, slots=True)
class Demand:
    """One row: what, what was asked of it, what was measured, against whom."""

    name: str
    asked: str
    measured: str
    against: str
    holds: bool


def read_floors(given: Sequence[str]) -> dict[str, float]:
    """`NAME=VALUE` each: the nDCG@10 that Footnote must reach on a data set. Raises EvaluationError."""
    floors = {}
    for text in given:
        name, _, value = text.partition("=")
        try:
            floors[name] = float(value)
        except ValueError as error:
            raise EvaluationError(f"The floor {text!r} is not NAME=VALUE, such as my_dataset=0.8.") from error
    return floors


def quality_demands(
    sets: Sequence[SetQuality], mean: MeanQuality, floors: Mapping[str, float], titles: Mapping[str, str]
) -> list[Demand]:
    """On each data set, on their mean, and the floors of data sets that have one."""
    rows = []
    for each in sets:
        if each.difference is not None and each.best_peer is not None:
            behind = each.difference.mean
            rows.append(
                Demand(
                    f"nDCG@10 on {each.name}, difference to the best peer",
                    f"≥ −{BEHIND_BY_AT_MOST:.3f}",
                    signed(behind),
                    titles[each.best_peer],
                    behind >= -BEHIND_BY_AT_MOST,
                )
            )
        if each.name in floors and FOOTNOTE in each.estimates:
            reached, floor = each.estimates[FOOTNOTE][MAIN], floors[each.name]
            name = f"nDCG@10 on {each.name} ({reached.n:,} questions)"
            rows.append(Demand(name, f"≥ {floor:.3f}", f"{reached.mean:.3f}", "", reached.mean >= floor))
    if mean.difference is not None and mean.best_peer is not None:
        ahead = mean.difference.mean
        name = f"nDCG@10, mean of {len(mean.sets)} data sets, difference to the best peer's mean"
        asked, holds = f"≥ +{AHEAD_BY_AT_LEAST:.3f}", ahead >= AHEAD_BY_AT_LEAST
        rows.append(Demand(name, asked, signed(ahead), titles[mean.best_peer], holds))
    return rows


def speed_demands(speeds: Mapping[str, Speed], builds: Mapping[str, Build], titles: Mapping[str, str]) -> list[Demand]:
    """Questions, memory, cold start and indexing, each against the peer that is best at it."""
    rows = []
    alone = {name: percentile(speed.alone_ms, 0.5) for name, speed in speeds.items()}
    if FOOTNOTE in speeds:
        calm, busy = alone[FOOTNOTE], percentile(speeds[FOOTNOTE].busy_ms, 0.95)
        rows += _at_most("question p50, of the fastest peer's", THIRD, "1/3", alone, "{:.1f} ms", titles)
        rows.append(
            Demand(
                "question p95 while another process burns a core, of its own p50 when idle",
                f"≤ {BUSY_TIMES:.0f} ×",
                f"{busy / calm:.1f} × ({busy:.1f} ms / {calm:.1f} ms)",
                "itself",
                busy <= BUSY_TIMES * calm,
            )
        )
    memory = {name: speed.peak_mb for name, speed in speeds.items()}
    rows += _at_most(
        "peak memory of a serving process, of the leanest peer's", HALF, "1/2", memory, "{:.0f} MB", titles
    )
    starts = {name: speed.cold_start_s for name, speed in speeds.items()}
    rows += _at_most("cold start to the first answer, of the fastest peer's", THIRD, "1/3", starts, "{:.2f} s", titles)
    rates = {name: build.tokens_per_second for name, build in builds.items()}
    best = _best(rates, max)
    if best is not None:
        times = rates[FOOTNOTE] / rates[best]
        rows.append(
            Demand(
                "indexing: passages of one length (tokens) a second, of the fastest peer's",
                f"≥ {INDEX_TIMES} ×",
                f"{times:.2f} × ({rates[FOOTNOTE]:,.0f} / {rates[best]:,.0f} tokens/s)",
                titles[best],
                times >= INDEX_TIMES,
            )
        )
    if FOOTNOTE in speeds:
        loaded = "loaded" if speeds[FOOTNOTE].torch else "not loaded"
        rows.append(Demand("torch in a serving process", "not loaded", loaded, "", not speeds[FOOTNOTE].torch))
    return rows


def signed(value: float) -> str:
    """Three decimals and a sign."""
    return f"{value:+.3f}".replace("-", "−")


def _at_most(
    name: str, share: float, asked: str, figures: Mapping[str, float], form: str, titles: Mapping[str, str]
) -> list[Demand]:
    best = _best(figures, min)
    if best is None:
        return []
    ours, theirs = figures[FOOTNOTE], figures[best]
    measured = f"{ours / theirs:.2f} ({form.format(ours)} / {form.format(theirs)})"
    return [Demand(name, f"≤ {asked}", measured, titles[best], ours <= share * theirs)]


def _best(figures: Mapping[str, float], choose: Callable[..., str]) -> str | None:
    peers = [name for name in figures if name != FOOTNOTE]
    return choose(peers, key=lambda name: figures[name]) if peers and FOOTNOTE in figures else None
