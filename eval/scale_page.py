"""The figures of `footnote-eval scale` as files: JSON, a page with tables, and a plot."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.dense_kinds import FLAT, FLAT_NUMBERS, SIEVE
from eval.bench.plot import require_matplotlib
from eval.reporting import markdown_table
from eval.scale import DIMENSIONS, LONGEST_BUILD_SECONDS, RECALL_ASKED, ScaleReport, SizeReport, Trial

if TYPE_CHECKING:
    from matplotlib.axes import Axes

JSON_FILE, PAGE_FILE, PLOT_FILE = "scale.json", "README.md", "scale.svg"
COLOURS = ("#0b6e4f", "#3d5a80", "#7a5195", "#c8553d", "#e0a030", "#b8860b", "#666666", "#aaaaaa")


def require_plotting() -> None:
    """EvaluationError when matplotlib is not installed. To be called before anything is measured."""
    require_matplotlib()


def write_scale(report: ScaleReport, output: Path) -> None:
    """`scale.json`, `README.md` and `scale.svg` in the folder `output`, which is made if need be."""
    output.mkdir(parents=True, exist_ok=True)
    (output / JSON_FILE).write_text(json.dumps(_rounded(report.to_json()), indent=1) + "\n", encoding="utf-8")
    (output / PAGE_FILE).write_text(_page(report), encoding="utf-8")
    _draw(report, output / PLOT_FILE)


def _page(report: ScaleReport) -> str:
    machine = report.machine
    parts = [
        "# Dense indexes as they grow\n",
        f"Written by `footnote-eval scale`; all points are in [{JSON_FILE}]({JSON_FILE}).\n",
        f"Machine: {machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB. Times are those of the "
        "processor on one thread, without waiting for a core; every question went to all kinds in turn, and before "
        "each search the processor's caches were filled with something else. On a machine that does other work the "
        "ratios mean more than the milliseconds. Encoding a short question took "
        f"{report.encoding_p50_ms:.1f} ms (p50) in the same run.\n",
        f"**Bold** is the kind that an index of this size gets: {FLAT.name} up to {FLAT_NUMBERS // DIMENSIONS:,} "
        f"vectors of {DIMENSIONS} dimensions, {SIEVE.name} above. Of a kind that does not compare everything the least "
        f"effort is shown with a recall of {RECALL_ASKED} of the exact 10 and 60 (of the {SIEVE.name} the one with "
        "which it ships); where there is no such point, the one that finds most, in _italics_. The effort counts lists "
        "looked through (IVF) or nodes kept in view (HNSW); that of the sieve, times √(vectors × results), is the "
        "number of vectors compared at 16 bits. A kind is not built where that would take more than "
        f"{LONGEST_BUILD_SECONDS} s of processor time.\n",
        f"![Milliseconds a question and megabytes against the number of vectors]({PLOT_FILE})\n",
        markdown_table(
            ["vectors", "kind", "effort", "p50 ms", "p95 ms", "of encoding", "recall@10", "recall@60", "build s", "MB"],
            [_row(size, trial, report.encoding_p50_ms) for size in report.sizes for trial in size.trials],
        ),
        _spreads(report),
    ]
    if report.real:
        parts.append(_real(report.real))
    return "\n".join(parts)


def _row(size: SizeReport, trial: Trial, encoding_ms: float) -> list[str]:
    name = f"**{trial.name}**" if trial.name == size.chosen else trial.name
    if not trial.points:
        return [f"{size.vectors:,}", name, *[""] * 6, f"not built (≥ {trial.build_seconds:.0f})", ""]
    best = trial.best
    recalls = [f"{best.recall_10:.3f}", f"{best.recall_60:.3f}"]
    return [
        f"{size.vectors:,}",
        name,
        _effort(best.effort),
        f"{best.p50_ms:.2f}",
        f"{best.p95_ms:.2f}",
        f"{best.p50_ms / encoding_ms:.2f} ×",
        *(recalls if best.suffices else [f"_{value}_" for value in recalls]),
        f"{trial.build_seconds:.1f}",
        f"{trial.megabytes:,.1f}",
    ]


def _effort(effort: float) -> str:
    return f"{effort:,g}" if effort else "all"


def _spreads(report: ScaleReport) -> str:
    rows = []
    for size in (*report.real, *report.sizes):
        spread = size.spread
        rows.append(
            [
                f"{size.vectors:,}",
                size.source,
                f"{spread.pairs_mean:.2f} ± {spread.pairs_sd:.2f}",
                f"{spread.neighbour:.2f}",
                f"{spread.question_best:.2f}, {spread.question_tenth:.2f}, {spread.question_sixtieth:.2f}",
            ]
        )
    return (
        "## How the vectors lie\n\nMade-up vectors are sums of a mean, a topic (of 250 passages), an article (of 9) "
        "and an own part, with variances that fall off as real principal components do; a question is a passage with "
        "noise (`eval/synthetic.py`). Cosines:\n\n"
        + markdown_table(
            ["vectors", "source", "any two", "nearest neighbour (median)", "question to its 1st, 10th, 60th (medians)"],
            rows,
        )
    )


def _real(sets: tuple[SizeReport, ...]) -> str:
    real, made_up = sets
    rows = []
    for trial, other in zip(real.trials, made_up.trials, strict=True):
        for point, twin in zip(trial.points, other.points, strict=True):
            recalls = (point.recall_10, twin.recall_10, point.recall_60, twin.recall_60)
            rows.append([trial.name, _effort(point.effort), *(f"{recall:.3f}" for recall in recalls)])
    return (
        "## Does it carry over?\n\nRecall over real passages and questions, beside as many made-up ones "
        f"({real.vectors:,} vectors, {real.questions:,} questions), at every effort:\n\n"
        + markdown_table(["kind", "effort", "@10 real", "@10 made up", "@60 real", "@60 made up"], rows)
    )


def _draw(report: ScaleReport, file: Path) -> None:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4), layout="constrained")
    times, sizes = figure.subplots(1, 2)
    for name, colour in zip([trial.name for trial in report.sizes[0].trials], COLOURS, strict=True):
        built = [
            (size.vectors, trial)
            for size in report.sizes
            for trial in size.trials
            if trial.name == name and trial.points
        ]
        _line(times, name, colour, [(vectors, trial.best.p50_ms, trial.best.suffices) for vectors, trial in built])
        _line(sizes, name, colour, [(vectors, trial.megabytes or 0, True) for vectors, trial in built])
    times.axhline(report.encoding_p50_ms, color="black", linestyle=":", linewidth=1)
    times.annotate("encoding the question", (report.sizes[0].vectors, report.encoding_p50_ms), va="bottom", fontsize=8)
    times.set_title(f"ms a question (p50); hollow: recall below {RECALL_ASKED}", fontsize=9)
    sizes.set_title("megabytes", fontsize=9)
    times.legend(frameon=False, fontsize=8)
    with rc_context({"svg.hashsalt": "footnote", "svg.fonttype": "none"}):
        figure.savefig(file, format="svg", metadata={"Date": None})


def _line(axes: "Axes", name: str, colour: str, points: list[tuple[int, float, bool]]) -> None:
    axes.plot([at for at, _, _ in points], [value for _, value, _ in points], color=colour, label=name, linewidth=1.2)
    for at, value, full in points:
        axes.plot([at], [value], "o", color=colour, markersize=4, markerfacecolor=colour if full else "white")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("vectors")
    axes.grid(alpha=0.3)


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value
