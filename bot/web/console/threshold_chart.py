"""The confidence of a decision, its threshold and the calibration's curve, as places in a drawing. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.calibration import Calibration, CurvePoint

LEFT, TOP, WIDTH, HEIGHT = 34, 24, 280, 120
"""Where the field of the chart begins in the drawing, and its size."""
OUTER_WIDTH, OUTER_HEIGHT = LEFT + WIDTH + 12, TOP + HEIGHT + 24


@dataclass(frozen=True, slots=True)
class ThresholdChart:
    """Coordinates in the drawing. `coverage` and `risk` are the points of lines, empty without a curve; `alpha` is the
    height of what is promised, None without a calibration. `described` says it all in words."""

    confidence: float
    threshold: float
    coverage: str
    risk: str
    alpha: float | None
    described: str
    left: int = LEFT
    top: int = TOP
    right: int = LEFT + WIDTH
    bottom: int = TOP + HEIGHT
    width: int = OUTER_WIDTH
    height: int = OUTER_HEIGHT


def threshold_chart(confidence: float, threshold: float, calibration: Calibration | None) -> ThresholdChart:
    """The chart of a decision: confidence to the right, shares of the calibration's questions upwards, both 0–1."""
    curve = calibration.curve if calibration else ()
    compared = "at or above" if confidence >= threshold else "below"
    described = f"The confidence {confidence:.2f} is {compared} the threshold {threshold:.2f}."
    if calibration is not None:
        described += (
            f" On the {calibration.n:,} questions of the calibration, {calibration.coverage:.0%} were answered at its "
            f"threshold, {calibration.wrong / calibration.answered:.1%} of them wrongly."
        )
    return ThresholdChart(
        confidence=_across(confidence),
        threshold=_across(threshold),
        coverage=_line(curve, [point.coverage for point in curve]),
        risk=_line(curve, [point.risk for point in curve]),
        alpha=_up(calibration.alpha) if calibration else None,
        described=described,
    )


def _line(curve: Sequence[CurvePoint], shares: Sequence[float]) -> str:
    return " ".join(f"{_across(point.threshold)},{_up(share)}" for point, share in zip(curve, shares, strict=True))


def _across(value: float) -> float:
    return round(LEFT + WIDTH * min(1.0, max(0.0, value)), 1)


def _up(share: float) -> float:
    return round(TOP + HEIGHT * (1 - min(1.0, max(0.0, share))), 1)
