from datetime import UTC, datetime

from bot.storage.gaps import Cause, Gap, GapState, NearPassage
from bot.web.console.gap_views import article_path, gaps_csv, gaps_markdown, trend_bars, trend_words

NOW = datetime(2026, 11, 22, tzinfo=UTC)
GAP = Gap(
    number=3,
    name="=card · <b>",
    cause=Cause.NO_ARTICLE,
    state=GapState.OPEN,
    size=2,
    unanswered=2,
    weeks=(0, 0, 0, 0, 1, 0, 0, 4),
    examples=("+1 `code`", "# a\nb"),
    nearest=(NearPassage(article_id="a", title="*T*", heading="", start=0, end=1, text="x [y](z)"),),
    first_at=NOW,
    last_at=NOW,
    changed_at=NOW,
)


def test_bars_are_as_high_as_their_weeks() -> None:
    bars = trend_bars(GAP.weeks)
    assert [bar.height for bar in bars] == [1.0, 1.0, 1.0, 1.0, 6.0, 1.0, 1.0, 24]
    assert all(bar.y + bar.height == 24 for bar in bars)
    assert [bar.height for bar in trend_bars((0, 0))] == [1.0, 1.0]


def test_a_trend_in_words() -> None:
    assert trend_words(GAP.weeks) == "more: 5 in four weeks, 0 in the four before"
    assert trend_words((9, 0, 0, 0, 1, 0, 0, 0)) == "fewer: 1 in four weeks, 9 in the four before"
    assert trend_words((0,) * 8) == "steady: 0 in four weeks"


def test_formulas_are_harmless_in_a_table() -> None:
    header, row = gaps_csv([GAP]).split("\r\n", 1)
    assert header.startswith("gap,name,cause") and "0 weeks ago" in header
    assert row.startswith("3,'=card · <b>,no_article,open,2,2,") and "'+1 `code` | # a b" in row


def test_marks_are_harmless_in_stubs() -> None:
    stub = gaps_markdown([GAP, GAP])
    assert stub.startswith(r"# =card · \<b\>") and stub.count("\n---\n") == 1
    assert r"- +1 \`code\`" in stub and r"- \# a b" in stub and r"x \[y\](z)" in stub


def test_paths_of_articles() -> None:
    assert article_path("guide/first steps") == "/console/knowledge/guide/first%20steps"
