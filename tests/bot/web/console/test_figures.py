from datetime import date, timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.storage.reply_sums import Sums
from bot.storage.reports import ArticleCell, Cell, Cited, ReportRows
from bot.web.console.figures import (
    MOST_ARTICLES,
    MOST_NAMES,
    OTHERS,
    Line,
    days_between,
    latency,
    report_of,
    share,
    wilson,
)

FIRST = date(2026, 3, 1)
DAYS = days_between(FIRST, date(2026, 3, 4))


def cell(
    day: str, kind: str, replies: int = 1, *, locale: str = "en", reason: str = "", sums: Sums | None = None
) -> Cell:
    return Cell(day, "web", locale, kind, reason, sums or Sums(replies, 0.5 * replies, 0, 0, 0, 0))


def rows(*cells: Cell, articles: tuple[ArticleCell, ...] = (), cited: tuple[Cited, ...] = ()) -> ReportRows:
    return ReportRows(
        cells=cells,
        articles=articles,
        cited=cited,
        milliseconds=(),
        calls=(),
        marked=(4, 1),
        ruled=3,
        locales=("en",),
        first_day="2026-03-01",
    )


def test_a_report_counts_by_hand() -> None:
    report = report_of(
        rows(
            cell("2026-03-01", "answer", sums=Sums(6, 4.8, 2, 1, 4, 3)),
            cell("2026-03-01", "clarify", 2),
            cell("2026-03-03", "handoff", 1, reason="low_confidence"),
            cell("2026-03-03", "handoff", 3, reason="policy"),
            cell("2026-03-03", "notice", sums=Sums(5, 0.0, 1, 1, 1, 0)),
            articles=(
                ArticleCell("a", "answer", Sums(6, 4.8, 2, 1, 4, 3)),
                ArticleCell("", "notice", Sums(5, 0.0, 0, 0, 0, 0)),
            ),
        ),
        DAYS,
        lambda id_: "faq" if id_ else "nowhere",
    )
    assert report.totals == Line(
        questions=12,
        answered=6,
        clarified=2,
        handed_over=4,
        notices=5,
        thumbs_up=2,
        thumbs_down=1,
        visits=4,
        resolved=3,
    )
    figures = report.risk.figures()
    assert figures["coverage"] == 0.5
    assert figures["expected_wrong"] == pytest.approx(0.2)
    assert (figures["rated"], figures["rated_bad"], figures["rated_bad_share"]) == (3, 1, 1 / 3)
    assert (figures["marked"], figures["marked_wrong"], figures["marked_wrong_share"]) == (4, 1, 0.25)
    assert (figures["ruled"], figures["ruled_share"]) == (3, 0.5)
    assert list(report.by["day"]) == ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"]
    assert report.by["day"]["2026-03-02"] == Line()
    assert report.by["section"]["faq"].answered == 6
    assert report.by["section"]["nowhere"].notices == 5
    assert list(report.reasons.items()) == [("policy", 3), ("low_confidence", 1)]


KINDS = st.sampled_from(["answer", "clarify", "handoff", "notice"])
COUNTS = st.integers(0, 50)
CELLS = st.builds(
    Cell,
    st.sampled_from([day.isoformat() for day in DAYS]),
    st.sampled_from(["web", "app"]),
    st.sampled_from([f"l{number}" for number in range(2 * MOST_NAMES)]),
    KINDS,
    st.sampled_from(["", "policy"]),
    st.builds(Sums, COUNTS, st.floats(0, 50), COUNTS, COUNTS, COUNTS, COUNTS),
)


@given(st.lists(CELLS, max_size=200))
def test_every_breakdown_adds_up_to_the_totals(cells: list[Cell]) -> None:
    report = report_of(rows(*cells), DAYS, str)
    for by in ("day", "platform", "locale"):
        lines = report.by[by].values()
        for name in Line.__slots__:
            assert sum(getattr(line, name) for line in lines) == getattr(report.totals, name), (by, name)
    assert len(report.by["locale"]) <= MOST_NAMES
    assert (OTHERS in report.by["locale"]) == (len({each.locale for each in cells}) > MOST_NAMES)
    totals = report.totals
    assert totals.questions == totals.answered + totals.clarified + totals.handed_over


@given(st.lists(st.integers(0, 20), min_size=1, max_size=300))
def test_percentiles_are_values_of_the_nearest_rank(values: list[int]) -> None:
    counted = [(value, values.count(value)) for value in sorted(set(values))]
    found = latency(counted)
    for percent in (50, 90, 95, 99):
        assert found[f"p{percent}"] == sorted(values)[ceil(len(values) * percent / 100) - 1]
    assert (found["replies"], found["longest"]) == (len(values), max(values))


def test_of_nothing_there_is_nothing() -> None:
    report = report_of(rows(), DAYS, str)
    assert report.totals.figures()["answered_share"] is None
    assert report.risk.figures()["expected_wrong"] is None
    assert report.tables()["latency"]["all"] == {
        "replies": 0,
        **dict.fromkeys(("p50", "p90", "p95", "p99", "longest")),
    }
    assert share(1, 0) is None
    assert wilson(0, 0) == (None, None)


def test_the_interval_is_wilsons() -> None:
    low, high = wilson(1, 10)
    assert (low, high) == (pytest.approx(0.0179, abs=1e-4), pytest.approx(0.4042, abs=1e-4))
    assert wilson(0, 20)[0] == 0.0
    assert wilson(20, 20)[1] == 1.0


@given(st.integers(1, 500).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_the_interval_holds_the_share(counted: tuple[int, int]) -> None:
    low, high = wilson(*counted)
    assert low is not None
    assert high is not None
    assert 0 <= low <= counted[0] / counted[1] + 1e-12
    assert counted[0] / counted[1] - 1e-12 <= high <= 1


def test_only_the_top_articles_are_listed() -> None:
    cited = tuple(Cited(f"a{number}", 100 - number, 0, 0) for number in range(MOST_ARTICLES + 5))
    assert len(report_of(rows(cited=cited), DAYS, str).tables()["article"]) == MOST_ARTICLES


def test_days_are_all_there() -> None:
    days = days_between(FIRST, FIRST + timedelta(days=400))
    assert len(days) == 401
    assert days == sorted(set(days))
