"""Reports counted over by hand: the sums of the store against those of the generator's own turns."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.storage.database import Database
from bot.storage.proposed_cases import CaseSource, Expectation, Proposal, Replied, accept_case, propose_case
from bot.storage.reply_sums import QUIET_WINDOW
from bot.storage.reports import citations, citations_by_day, report_rows
from bot.storage.scope import Scope
from tests.seeded_store import SeededConversation, SeededTurn, seeded_articles, seeded_turns, store

UNTIL = datetime(2026, 3, 31, 12, tzinfo=UTC)
ARTICLES = [article.id for article in seeded_articles(60)]
MONTH = Scope(first=date(2026, 3, 1), last=date(2026, 3, 31))
SCOPES = {
    "a month": MONTH,
    "a day": Scope(first=date(2026, 3, 5), last=date(2026, 3, 5)),
    "one platform": Scope(first=date(2026, 2, 1), last=date(2026, 3, 31), platform="app"),
    "one locale": Scope(first=date(2026, 2, 1), last=date(2026, 3, 31), locale="zh-CN"),
    "some articles": Scope(first=date(2026, 1, 1), last=date(2026, 3, 31), articles=ARTICLES[::4]),
    "no article": Scope(first=date(2026, 1, 1), last=date(2026, 3, 31), articles=[]),
    "before everything": Scope(first=date(2020, 1, 1), last=date(2020, 1, 31)),
}


@pytest.fixture(scope="module")
def seeded() -> list[SeededConversation]:
    return seeded_turns(800, UNTIL, ARTICLES)


@pytest.fixture
def full(database: Database, seeded: list[SeededConversation]) -> Database:
    store(database, seeded)
    return database


def in_scope(turn: SeededTurn, scope: Scope) -> bool:
    return (
        scope.first <= turn.asked_at.date() <= scope.last
        and scope.platform in (None, turn.platform)
        and scope.locale in (None, turn.locale)
        and (scope.articles is None or turn.article_id in scope.articles)
    )


def visits(seeded: Iterable[SeededConversation]) -> dict[str, bool]:
    """The turns that end a visit, by id, and whether it was resolved: read off the conversations one after another."""
    found = {}
    for conversation in seeded:
        calls = [turn.called_at for turn in conversation.turns if turn.called_at]
        asked = [turn for turn in conversation.turns if turn.kind != "notice"]
        for place, turn in enumerate(asked):
            end = turn.asked_at + QUIET_WINDOW
            if end > UNTIL or any(later.asked_at <= end for later in asked[place + 1 :]):
                continue
            called = any(turn.asked_at <= at <= end for at in calls)
            found[turn.id] = turn.kind == "answer" and turn.thumb >= 0 and not called
    return found


@pytest.mark.parametrize("name", SCOPES)
def test_sums_are_those_of_the_turns(full: Database, seeded: list[SeededConversation], name: str) -> None:
    scope = SCOPES[name]
    mine = [turn for conversation in seeded for turn in conversation.turns if in_scope(turn, scope)]
    ended = visits(seeded)
    rows = report_rows(full, scope, UNTIL)

    by_cell = Counter((turn.day, turn.platform, turn.locale, turn.kind, turn.reason) for turn in mine)
    assert {(c.day, c.platform, c.locale, c.kind, c.reason): c.sums.replies for c in rows.cells} == by_cell
    assert {(c.article_id, c.kind): c.sums.replies for c in rows.articles} == Counter(
        (turn.article_id, turn.kind) for turn in mine
    )
    for cells in (rows.cells, rows.articles):
        assert sum(cell.sums.ups for cell in cells) == sum(turn.thumb == 1 for turn in mine)
        assert sum(cell.sums.downs for cell in cells) == sum(turn.thumb == -1 for turn in mine)
        assert sum(c.sums.confidence for c in cells) == pytest.approx(sum(turn.confidence for turn in mine))
        asked = [cell for cell in cells if cell.kind != "notice"]
        assert sum(cell.sums.visits for cell in asked) == sum(turn.id in ended for turn in mine)
        assert sum(cell.sums.resolved for cell in asked) == sum(ended.get(turn.id, False) for turn in mine)
    assert dict(rows.milliseconds) == Counter(turn.milliseconds for turn in mine)
    assert [value for value, _ in rows.milliseconds] == sorted({turn.milliseconds for turn in mine})
    assert rows.first_day == min(turn.day for conversation in seeded for turn in conversation.turns)
    assert set(rows.locales) == {"ar", "en", "es", "zh-CN"}


@pytest.mark.parametrize("name", ["a month", "one platform", "one locale"])
def test_calls_count_however_they_came(full: Database, seeded: list[SeededConversation], name: str) -> None:
    scope, expected = SCOPES[name], Counter[str]()
    for conversation in seeded:
        first = conversation.turns[0]
        if scope.platform not in (None, first.platform) or scope.locale not in (None, first.locale):
            continue
        reasons = {turn.called_at: turn.reason or "user_request" for turn in reversed(conversation.turns)}
        expected.update(why for at, why in reasons.items() if at and scope.first <= at.date() <= scope.last)
    assert dict(report_rows(full, scope, UNTIL).calls) == expected
    assert report_rows(full, SCOPES["some articles"], UNTIL).calls == ()


def test_citations_are_counted_once_an_answer(full: Database, seeded: list[SeededConversation]) -> None:
    mine = [turn for conversation in seeded for turn in conversation.turns if in_scope(turn, MONTH)]
    answers = Counter(article_id for turn in mine for article_id in turn.cited)
    downs = Counter(article_id for turn in mine for article_id in turn.cited if turn.thumb < 0)
    found = citations(full, MONTH.first, MONTH.last)
    assert {each.article_id: each.answers for each in found} == answers
    assert {each.article_id: each.downs for each in found if each.downs} == downs
    assert [each.answers for each in found] == sorted((each.answers for each in found), reverse=True)
    most = found[0].article_id
    days = citations_by_day(full, most, MONTH.first, MONTH.last)
    assert {day: each.answers for day, each in days.items()} == Counter(t.day for t in mine if most in t.cited)


def test_what_agents_judged_is_counted(full: Database, seeded: list[SeededConversation]) -> None:
    """Right, wrong for another article, wrong without one, accepted as it was; of a handoff, and not judged at all."""
    answers = [t for c in seeded for t in c.turns if t.kind == "answer" and in_scope(t, MONTH)][:6]
    handoff = next(t for c in seeded for t in c.turns if t.kind == "handoff" and in_scope(t, MONTH))
    right = Expectation(expect="answer", articles=answers[0].cited)
    said = [
        (answers[0], CaseSource.CORRECTION, right),
        (answers[1], CaseSource.CORRECTION, Expectation(expect="answer", articles=("another",))),
        (answers[2], CaseSource.CORRECTION, None),
        (answers[3], CaseSource.THUMB, None),
        (answers[4], CaseSource.THUMB, Expectation(expect="handoff")),
        (handoff, CaseSource.CORRECTION, right),
    ]
    with full.write() as connection:
        for turn, source, suggestion in said:
            replied = Replied(kind="answer", text="So.", articles=turn.cited)
            proposal = Proposal(turn_id=turn.id, source=source, question="Why?", replied=replied, suggestion=suggestion)
            made = propose_case(connection, proposal, UNTIL)
            assert made is not None
            if turn is answers[4]:
                accept_case(connection, made.number, Expectation(expect="answer", articles=turn.cited), None, UNTIL)
    assert report_rows(full, MONTH, UNTIL).marked == (4, 2)
    assert report_rows(full, SCOPES["before everything"], UNTIL).marked == (0, 0)


def test_an_empty_store_has_no_sums(database: Database) -> None:
    rows = report_rows(database, MONTH, UNTIL)
    assert (rows.cells, rows.articles, rows.cited, rows.milliseconds, rows.calls, rows.locales) == ((),) * 6
    assert rows.first_day is None
    assert citations(database, MONTH.first, MONTH.last) == ()
    assert citations_by_day(database, "none", MONTH.first, MONTH.last) == {}


def test_a_visit_is_not_over_before_its_window_is(database: Database) -> None:
    turn = seeded_turns(1, UNTIL, ARTICLES)[0]
    store(database, [turn])
    asked = turn.turns[0].asked_at
    scope = Scope(first=asked.date(), last=asked.date())

    def over(now: datetime) -> int:
        return sum(cell.sums.visits for cell in report_rows(database, scope, now).cells)

    assert over(asked + QUIET_WINDOW - timedelta(seconds=1)) == 0
    assert over(asked + QUIET_WINDOW) == 1
