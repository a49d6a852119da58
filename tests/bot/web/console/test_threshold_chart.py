import pytest

from bot.answering.calibration import CurvePoint
from bot.web.console.threshold_chart import HEIGHT, LEFT, TOP, WIDTH, threshold_chart
from tests.fakes import calibration


@pytest.mark.parametrize(("confidence", "word"), [(0.7, "at or above"), (0.6, "at or above"), (0.59, "below")])
def test_without_a_calibration_there_is_no_curve(confidence: float, word: str) -> None:
    chart = threshold_chart(confidence, 0.6, None)
    assert chart.described == f"The confidence {confidence:.2f} is {word} the threshold 0.60."
    assert (chart.coverage, chart.risk, chart.alpha) == ("", "", None)
    assert chart.threshold == LEFT + 0.6 * WIDTH


def test_the_curve_goes_through_its_points() -> None:
    points = (CurvePoint(threshold=1, coverage=0, risk=0), CurvePoint(threshold=0, coverage=1, risk=0.5))
    chart = threshold_chart(0.5, 0.5, calibration(alpha=0.05, curve=points))
    assert chart.coverage == f"{LEFT + WIDTH:.1f},{TOP + HEIGHT:.1f} {LEFT:.1f},{TOP:.1f}"
    assert chart.risk.endswith(f"{LEFT:.1f},{TOP + HEIGHT / 2:.1f}")
    assert chart.alpha == TOP + HEIGHT * 0.95
    assert "of them wrongly" in chart.described


@pytest.mark.parametrize(("value", "place"), [(-1.0, LEFT), (2.0, LEFT + WIDTH)])
def test_nothing_is_drawn_outside(value: float, place: float) -> None:
    assert threshold_chart(value, value, None).confidence == place
