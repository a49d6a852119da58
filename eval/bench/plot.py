"""The figures of a run as two SVG files. The only module that draws, with matplotlib from the extra `bench`."""

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eval.bench.quality import MAIN, SetQuality
from eval.errors import EvaluationError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#0b6e4f", "#c8553d", "#3d5a80", "#e0a030", "#7a5195")
"""The first is Footnote's; the others follow the order of the contenders."""
BAND = 0.7
COLUMNS = 2
QUALITY_FILE, SPEED_FILE = "quality.svg", "speed.svg"


def require_matplotlib() -> None:
    """EvaluationError when it is not installed. Called before anything is measured."""
    if importlib.util.find_spec("matplotlib") is None:
        raise EvaluationError("The plots need matplotlib, which is not installed; install Footnote's extra `bench`.")


def draw_quality(sets: Sequence[SetQuality], titles: Mapping[str, str], file: Path) -> None:
    """nDCG@10 as a dot with its interval, contenders side by side within each data set."""
    figure = _figure(width=max(6.0, 1.6 * len(sets) + 2.5))
    axes = figure.subplots()
    for at, (name, title) in enumerate(titles.items()):
        places = [place + BAND * ((at + 0.5) / len(titles) - 0.5) for place in range(len(sets))]
        drawn = [
            (place, each.estimates[name][MAIN])
            for place, each in zip(places, sets, strict=True)
            if name in each.estimates
        ]
        if not drawn:
            continue
        axes.errorbar(
            [place for place, _ in drawn],
            [value.mean for _, value in drawn],
            yerr=[[value.mean - value.low for _, value in drawn], [value.high - value.mean for _, value in drawn]],
            fmt="o",
            color=COLOURS[at % len(COLOURS)],
            label=title,
            capsize=2,
            markersize=5,
        )
    axes.set_xticks(range(len(sets)), [each.name for each in sets], rotation=20, ha="right")
    axes.set_ylabel("nDCG@10, 95 % interval")
    axes.grid(axis="y", alpha=0.3)
    figure.legend(loc="outside upper center", ncols=len(titles), frameon=False, fontsize=8)
    _save(figure, file)


def draw_speed(panels: Mapping[str, Mapping[str, float]], titles: Mapping[str, str], file: Path) -> None:
    """A panel of horizontal bars for each figure, by its label; less is better in all."""
    figure = _figure(width=8.0)
    rows = -(-len(panels) // COLUMNS)
    grid = figure.subplots(rows, COLUMNS, squeeze=False).flatten()
    for unused in grid[len(panels) :]:
        unused.set_axis_off()
    for axes, (label, figures) in zip(grid, panels.items(), strict=False):
        names = [name for name in titles if name in figures]
        colours = [COLOURS[list(titles).index(name) % len(COLOURS)] for name in names]
        bars = axes.barh([titles[name] for name in names], [figures[name] for name in names], color=colours)
        axes.bar_label(bars, fmt="%.3g", padding=2, fontsize=8)
        axes.invert_yaxis()
        axes.margins(x=0.2)
        axes.set_title(label, fontsize=9)
        axes.spines[["top", "right"]].set_visible(False)
    _save(figure, file)


def _figure(width: float) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(width, 4.2), layout="constrained")


def _save(figure: "Figure", file: Path) -> None:
    from matplotlib import rc_context

    with rc_context({"svg.hashsalt": "footnote", "svg.fonttype": "none"}):
        figure.savefig(file, format="svg", metadata={"Date": None})
