import pytest

from bot.models import HandoffReason
from bot.web.console.figures import Line, Risk, latency
from bot.web.console.report_words import CHARTED, DEFINITIONS, GONE, LINE_FIGURES, TABLES, row_name, written


def test_every_figure_has_a_name() -> None:
    risk = Risk(confidence_sum=0, answers=0, rated=0, rated_bad=0, marked=0, marked_wrong=0, questions=0)
    assert list(LINE_FIGURES) == list(Line().figures())
    assert list(TABLES["risk"][2]) == list(risk.figures())
    assert list(TABLES["latency"][2]) == list(latency([]))
    assert set(CHARTED) <= set(LINE_FIGURES)


@pytest.mark.parametrize(
    ("figure", "value", "words"),
    [
        ("questions", 1234, "1,234"),
        ("answered_share", 0.5, "50.0 %"),
        ("coverage", 1.0, "100.0 %"),
        ("rated_bad_high", 0.0123, "1.2 %"),
        ("p95", 1200, "1,200 ms"),
        ("resolved_share", None, "–"),
    ],
)
def test_figures_are_written_for_people(figure: str, value: float | None, words: str) -> None:
    assert written(figure, value) == words


def test_rows_have_names_and_what_is_not_known_keeps_its_own() -> None:
    assert row_name("section", "product-documents", {}) == "Product guides"
    assert row_name("section", GONE, {}) == GONE
    assert row_name("platform", "any", {}) == "Web or app"
    assert row_name("platform", "fridge", {}) == "fridge"
    assert row_name("article", "a", {"a": "Fees"}) == "Fees"
    assert row_name("article", "b", {"a": "Fees"}) == "b"
    assert row_name("reason", HandoffReason.USER_REQUEST.value, {}) == "The customer asked for a person."
    assert row_name("call", "new_reason", {}) == "new_reason"
    assert row_name("day", "2026-03-01", {}) == "2026-03-01"


def test_resolved_is_defined_with_its_window() -> None:
    assert "24 hours" in DEFINITIONS["resolved"]
