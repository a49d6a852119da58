from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.answering.explaining import Loss, Part
from bot.models import CustomerContext
from bot.trials.question import trial_question
from bot.trials.run import Run, try_question
from bot.web.console.run_view import run_view, why_lost
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, OLD_FEES, Shelf
from tests.bot.test_assistant import assistant_of
from tests.fakes import calibration


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf((CHANGE_EMAIL, FEES, OLD_FEES))


def tried(shelf: Shelf, text: str = "How do I change my email?") -> Run:
    return try_question(assistant_of(shelf), trial_question(text, CustomerContext()), datetime.now(UTC))


def test_the_winner_comes_first_and_the_others_say_why_they_lost(shelf) -> None:
    view = run_view(tried(shelf), shelf.articles, calibration())
    assert view.rows[0].why == "" and view.rows[0].is_cited
    assert all(" behind" in row.why for row in view.rows[1:])
    scores = [row.score for row in view.rows]
    assert scores == sorted(scores, reverse=True)
    for row in view.rows:
        assert all(0 <= cell.share <= 1 for cell in row.cells)
        assert len(row.cells) == len(view.signals)
    assert max(cell.share for row in view.rows for cell in row.cells) == 1
    assert view.chart is not None and view.trace.decision.startswith("Answer: sure enough")


def test_every_place_of_the_answer_is_in_an_article(shelf) -> None:
    view = run_view(tried(shelf), shelf.articles, None)
    lit = {key for one in view.articles for block in one.blocks for piece in block.pieces for key in piece.places}
    assert lit == {place.key for place in view.places}
    assert all(f"#place-{key}" in view.answer for key in lit)


def test_without_an_answer_what_came_nearest_is_shown(shelf) -> None:
    view = run_view(tried(shelf, "Can I get a mortgage?"), shelf.articles, None)
    assert view.places == () and len(view.articles) == 1
    assert any(block.in_passage for block in view.articles[0].blocks)


def test_without_a_search_there_is_nothing_to_explain(shelf) -> None:
    view = run_view(tried(shelf, "hello"), shelf.articles, calibration())
    assert (view.rows, view.articles, view.chart) == ((), (), None)


def test_an_article_that_has_changed_or_gone_shows_what_was_quoted(shelf) -> None:
    run = tried(shelf)
    changed = {**shelf.articles, CHANGE_EMAIL.id: replace(CHANGE_EMAIL, body=f"{CHANGE_EMAIL.body}\n\nMore.")}
    for articles, problem in ((changed, "has changed"), ({}, "not in the index")):
        view = run_view(run, articles, None)
        assert problem in view.articles[0].problem and view.articles[0].blocks == ()
        assert [place.key for place in view.articles[0].quotes] == [place.key for place in view.places]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Loss(0.1, (Part("dense", 0.1),), ()), "0.100 behind: passage as a whole −0.100"),
        (Loss(0.1, (Part("other_platform", 0.1),), ()), "0.100 behind: other platform −0.100"),
        (Loss(0.0, (), ()), "0.000 behind, as good as the winner"),
        (
            Loss(0.1, tuple(Part(name, 0.1) for name in "abcd"), (Part("title", 0.3), Part("x", 0.1))),
            "0.100 behind: a −0.100, b −0.100, c −0.100; for it: title +0.300",
        ),
    ],
)
def test_a_loss_in_words(found: Loss, words: str) -> None:
    assert why_lost(found) == words
