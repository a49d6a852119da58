"""The pictures of a run's report as SVG texts, drawn with matplotlib from the extra `bench`."""

import importlib.util
import io
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from eval.metrics import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GREEN, RED, BLUE, GREY = "#0b6e4f", "#c8553d", "#3d5a80", "#888888"
MARKERS = {"p50": "--", "p95": ":"}


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def draw_risk(curve: Sequence[tuple[float, float, float]], threshold: float) -> str:
    """Risk over coverage, with the point at the shipped threshold. Rows as `risk_and_coverage` gives them."""

    def draw(axes: "Axes") -> None:
        axes.plot([row[1] for row in curve], [row[2] for row in curve], color=GREEN, drawstyle="steps-post")
        shipped = [row for row in curve if row[0] >= threshold][-1:]
        for _, coverage, risk in shipped:
            axes.plot([coverage], [risk], "o", color=RED, label=f"at the threshold {threshold:.2f}")
            axes.legend(frameon=False)
        axes.set(xlabel="answerable cases answered", ylabel="answers that are wrong", xlim=(0, 1), ylim=(0, None))

    return _svg(draw)


def draw_reliability(rows: Sequence[tuple[float, float, int]]) -> str:
    """What the confidence says against what is right, each dot as large as its cases are many."""

    def draw(axes: "Axes") -> None:
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="as it says")
        sizes = [10 + 4 * count for _, _, count in rows]
        axes.scatter([row[0] for row in rows], [row[1] for row in rows], s=sizes, color=BLUE, alpha=0.8)
        for said, is_right, count in rows:
            axes.annotate(str(count), (said, is_right), xytext=(6, 4), textcoords="offset points", fontsize=8)
        axes.set(xlabel="confidence", ylabel="right, given or withheld", xlim=(0, 1), ylim=(0, 1.02))
        axes.legend(frameon=False)

    return _svg(draw)


def draw_slices(slices: Mapping[str, Estimate]) -> str:
    """The share that went as expected, with its interval, a bar for each slice."""

    def draw(axes: "Axes") -> None:
        names = list(slices)[::-1]
        values = [slices[name] for name in names]
        whiskers = [[each.mean - each.low for each in values], [each.high - each.mean for each in values]]
        axes.barh(names, [each.mean for each in values], xerr=whiskers, color=GREEN, ecolor=GREY, capsize=2)
        axes.set_yticks(range(len(names)), [f"{name} ({slices[name].n})" for name in names])
        axes.set(xlabel="as expected, 95 % interval", xlim=(0, 1))

    return _svg(draw, height=0.35 * len(slices) + 1.2)


def draw_latency(milliseconds: Sequence[float], percentiles: Mapping[str, float]) -> str:
    """How long a reply takes."""

    def draw(axes: "Axes") -> None:
        axes.hist(milliseconds, bins=40, color=BLUE)
        for name, value in percentiles.items():
            axes.axvline(value, color=RED, linestyle=MARKERS.get(name, "-"), label=f"{name} {value:.1f} ms")
        axes.set(xlabel="milliseconds", ylabel="cases")
        axes.legend(frameon=False)

    return _svg(draw)


def _svg(draw: Callable[["Axes"], None], height: float = 3.4) -> str:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "footnote", "svg.fonttype": "path", "font.size": 9}):
        figure = Figure(figsize=(6.4, height), layout="constrained")
        axes = figure.subplots()
        draw(axes)
        axes.grid(alpha=0.3)
        target = io.StringIO()
        figure.savefig(target, format="svg", metadata={"Date": None})
    text = target.getvalue()
    return text[text.index("<svg") :]
