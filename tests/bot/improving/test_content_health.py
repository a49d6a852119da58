from dataclasses import replace
from datetime import UTC, date, datetime

from bot.improving.content_health import HealthKind, dead_links, find_faults, internal_wanted, ranked
from bot.storage.gaps import Cause, GapQuestion, Source
from knowledge.models import Article, Audience
from tests.bot.improving.test_article_pairs import COPY, LIMITS
from tests.bot.improving.words_encoder import word_vectors

TODAY = date(2026, 11, 22)
HELP = "https://www.corvane.example/help"


def test_what_is_wrong_ranked_by_the_answers_that_rest_on_it() -> None:
    link = Article(id="link", title="A link", body="See [this](/help/nowhere).", updated_at=TODAY)
    old = Article(id="old", title="Old things", body="Old.", updated_at=date(2023, 1, 1))
    faults = find_faults([LIMITS, COPY, link, old], word_vectors, TODAY)
    found = ranked(faults, {"old": 9, "limits": 3, "limits-again": 4})
    assert [(each.kind, each.answers) for each in found] == [
        (HealthKind.OUTDATED, 9),
        (HealthKind.DUPLICATE, 7),
        (HealthKind.DEAD_LINK, 0),
    ]
    assert len(found[1].places) == 2


def test_superseded_articles_are_left_out() -> None:
    assert find_faults([LIMITS, COPY], word_vectors, TODAY, superseded={"limits-again"}) == ()


def test_links_to_own_articles_that_are_there_are_no_fault() -> None:
    there = [
        Article(id="guide/first", title="", body="", url=f"{HELP}/guide/first"),
        Article(id="fees", title="", body=""),
    ]
    live = (
        f"[a](/help/fees) [b](fees.md#part) [c]({HELP}/guide/first?x=1) [d](https://elsewhere.example/help/none) "
        "[e](mailto:a@b.c) ![picture](/help/none.png) [f](../guide/first.md)"
    )
    assert list(dead_links([*there, Article(id="x", title="", body=live)])) == []
    dead = f"[a](/help/none) [b](none.md) [c]({HELP}/none) [d](https://[broken)"
    found = list(dead_links([*there, Article(id="x", title="", body=dead)]))
    assert [each.places[0].text for each in found] == ["[a](/help/none)", "[b](none.md)", f"[c]({HELP}/none)"]


def test_announcements_do_not_grow_old() -> None:
    news = Article(id="n", title="News", body="N.", section="announcements", published_at=date(2020, 1, 1))
    assert find_faults([news], word_vectors, TODAY) == ()


def test_internal_articles_that_customers_ask_for() -> None:
    asked = GapQuestion(
        turn_id="t1",
        question="What rebate do market makers get?",
        source=Source.LOW_CONFIDENCE,
        asked_at=datetime(2026, 11, 1, tzinfo=UTC),
        cause=Cause.POLICY,
        answered=False,
        checked_on="x",
        internal="rebates",
    )
    (found,) = internal_wanted([asked, replace(asked, turn_id="t2"), replace(asked, turn_id="t3", answered=True)])
    assert (found.kind, found.answers, found.places[0].article_id) == (HealthKind.INTERNAL_WANTED, 2, "rebates")


def test_many_articles_of_one_text_are_one_finding() -> None:
    cards = [
        replace(
            LIMITS,
            id=name,
            title=f"Limits of the {name} card",
            body=LIMITS.body.replace("Copper", name),
            audience=Audience.PUBLIC,
        )
        for name in ("Copper", "Jade", "Onyx", "Pearl")
    ]
    assert [each.kind for each in find_faults(cards, word_vectors, TODAY)] == [HealthKind.ONE_TEXT]
