from collections.abc import Sequence
from datetime import date

import pytest

from bot.answering.clarify import (
    ABOUT_THE_QUESTION,
    MOST_OPTIONS,
    NEAR_BY_SCORE,
    SURE_OF_THE_TOPIC,
    clarify,
)
from bot.answering.versions import Kin
from bot.models import Clarify, Hit, Said
from knowledge.models import Article, Audience, Passage, Platform

SURE = 0.8


def article(
    id_: str, title: str, body: str = "", platform: Platform = Platform.ANY, updated_at: date | None = None
) -> Article:
    return Article(id=id_, title=title, body=body or f"{title} It is so.", platform=platform, updated_at=updated_at)


PENDING = article("pending", "Why is my withdrawal still pending?")
LIMITS = article("limits", "How much can I withdraw per day?")
EUROS = article("euros", "How do I withdraw euros?")
CANCEL = article("cancel", "Can I cancel a withdrawal?")
FEES = article("fees", "What does a withdrawal cost?")
MEMO = article("memo", "I forgot the memo or tag", "A withdrawal may need a memo.")
FREEZE_WEB = article("freeze-web", "How do I freeze my account?", "1. Select **Freeze**.", Platform.WEB)
FREEZE_APP = article("freeze-app", "How do I freeze my account?", "1. Tap **Menu**.\n2. Tap **Freeze**.", Platform.APP)
TWINS = {"freeze-web": ("freeze-app", "freeze-web"), "freeze-app": ("freeze-app", "freeze-web")}

Found = tuple[Article, float, float]


def asked(
    question: str,
    *found: Found,
    kin: Kin | None = None,
    history: Sequence[Said] = (),
    platform: Platform = Platform.ANY,
    confidence: float = SURE,
    others: Sequence[Article] = (),
) -> Clarify | None:
    """What is asked back when these articles are found, each with its score and its title's cosine."""
    articles = {each.id: each for each in (*(each for each, _, _ in found), *others)}
    hits = tuple(
        Hit(
            Passage(id="0" * 15, article_id=each.id, title=each.title, heading="", url=None, text="", start=0, end=0),
            score,
            {"title": title},
        )
        for each, score, title in found
    )
    return clarify(hits, kin or {}, articles, question, history, platform, confidence)


def options(*args: object, **kwargs: object) -> tuple[str, ...]:
    reply = asked(*args, **kwargs)  # type: ignore[arg-type]
    return reply.options if reply else ()


def test_a_word_that_several_families_share_is_asked_about() -> None:
    reply = asked("I can't withdraw", (PENDING, 0.8, 0.7), (EUROS, 0.75, 0.6), (LIMITS, 0.7, 0.6))
    assert reply is not None
    assert reply.options == (PENDING.title, EUROS.title, LIMITS.title)
    assert reply.confidence == SURE
    assert reply.text.endswith("Which of these do you mean?")


def test_there_are_at_most_four_options_and_a_family_is_one() -> None:
    found = [(each, 0.8 - 0.01 * place, 0.6) for place, each in enumerate((PENDING, EUROS, LIMITS, CANCEL, FEES))]
    assert len(options("withdraw", *found)) == MOST_OPTIONS
    assert options("withdraw", *found[:2], kin={"pending": ("euros", "pending"), "euros": ("euros", "pending")}) == ()


@pytest.mark.parametrize("question", ["", "?", "😀", "withdraw pending card", "How long is a withdrawal in review?"])
def test_a_message_that_says_nothing_or_enough_is_not_asked_about(question: str) -> None:
    assert options(question, (PENDING, 0.8, 0.7), (EUROS, 0.79, 0.7)) == ()


def test_nothing_found_is_not_asked_about() -> None:
    assert options("withdraw") == ()


def test_a_family_far_behind_is_not_meant() -> None:
    behind = 0.8 - NEAR_BY_SCORE
    assert options("withdraw", (PENDING, 0.8, 0.7), (EUROS, behind - 0.01, 0.7)) == ()
    assert options("withdraw", (PENDING, 0.8, 0.7), (EUROS, behind + 0.01, 0.7)) != ()


def test_a_title_about_something_else_is_no_option() -> None:
    assert options("withdraw", (PENDING, 0.8, 0.7), (MEMO, 0.79, ABOUT_THE_QUESTION - 0.01)) == ()
    assert options("withdraw", (PENDING, 0.8, 0.7), (MEMO, 0.79, 0.45)) == ()


def test_a_title_that_alone_says_all_leads() -> None:
    assert options("cancel withdrawal", (CANCEL, 0.8, 0.7), (PENDING, 0.75, 0.65)) == ()
    assert options("cancel withdrawal", (PENDING, 0.8, 0.7), (CANCEL, 0.75, 0.65)) != ()


def test_the_title_that_is_the_question_is_not_asked_about() -> None:
    cancelled = article("stop", "How is a withdrawal cancelled and what does it cost?")
    assert options("cancel withdrawal", (CANCEL, 0.8, 0.7), (cancelled, 0.79, 0.7)) == ()
    assert options("cancel withdrawal", (cancelled, 0.8, 0.7), (CANCEL, 0.79, 0.7)) != ()


def test_a_word_that_none_of_them_has_is_about_something_else() -> None:
    assert options("withdraw pizza", (PENDING, 0.8, 0.7), (EUROS, 0.79, 0.7)) == ()
    assert options("problem with withdraw", (PENDING, 0.8, 0.7), (EUROS, 0.79, 0.7)) != ()


def test_it_never_asks_twice_in_a_row() -> None:
    found = ((PENDING, 0.8, 0.7), (EUROS, 0.75, 0.6))
    question = Said(role="assistant", text="Which?", kind="clarify")
    answer = Said(role="assistant", text="So.", kind="answer")
    user = Said(role="user", text="withdraw")
    assert options("withdraw", *found, history=(user, question)) == ()
    assert options("withdraw", *found, history=(user, question, user)) == ()
    assert options("withdraw", *found, history=(user, question, user, answer)) != ()
    assert options("withdraw", *found, history=(user, answer) * 100) != ()


def test_titles_that_read_alike_cannot_be_chosen_between() -> None:
    twice = article("other", "Why is my withdrawal still pending")
    assert options("withdrawal", (PENDING, 0.8, 0.7), (twice, 0.79, 0.7)) == ()


def test_without_the_encoder_nothing_is_asked() -> None:
    assert options("withdraw", (PENDING, 0.8, 0.0), (EUROS, 0.75, 0.0)) == ()


def test_steps_that_differ_are_asked_about_when_the_platform_is_unknown() -> None:
    found = ((FREEZE_WEB, 0.9, 0.9), (FREEZE_APP, 0.89, 0.9))
    reply = asked("How do I freeze my account?", *found, kin=TWINS)
    assert reply is not None
    assert reply.options == ("How do I freeze my account? (web)", "How do I freeze my account? (app)")
    assert "website" in reply.text


def test_the_sibling_need_not_be_found() -> None:
    assert options("freeze account", (FREEZE_WEB, 0.9, 0.9), kin=TWINS, others=[FREEZE_APP]) != ()


@pytest.mark.parametrize(
    ("question", "platform", "confidence"),
    [
        ("How do I freeze my account?", Platform.WEB, SURE),
        ("How do I freeze my account?", Platform.APP, SURE),
        ("How do I freeze my account on my phone?", Platform.ANY, SURE),
        ("How do I freeze my account on the website?", Platform.ANY, SURE),
        ("How do I freeze my account?", Platform.ANY, SURE_OF_THE_TOPIC - 0.01),
        ("Does my frozen account keep its open positions?", Platform.ANY, SURE),
    ],
)
def test_the_platform_is_not_asked_for_when_it_is_known_or_does_not_matter(
    question: str, platform: Platform, confidence: float
) -> None:
    found = ((FREEZE_WEB, 0.9, 0.9), (FREEZE_APP, 0.89, 0.9))
    assert options(question, *found, kin=TWINS, platform=platform, confidence=confidence) == ()


def test_versions_with_the_same_steps_or_for_staff_are_not_asked_about() -> None:
    same = article("freeze-app", FREEZE_APP.title, FREEZE_WEB.body, Platform.APP)
    assert options("freeze account", (FREEZE_WEB, 0.9, 0.9), kin=TWINS, others=[same]) == ()
    internal = Article(
        id="freeze-app", title="For agents", body="1. Go.", platform=Platform.APP, audience=Audience.INTERNAL
    )
    assert options("freeze account", (FREEZE_WEB, 0.9, 0.9), kin=TWINS, others=[internal]) == ()


def test_of_two_versions_for_a_platform_the_newer_is_offered() -> None:
    old = article("freeze-2020", "Freezing (old)", "1. Old.", Platform.APP, date(2020, 1, 1))
    new = article("freeze-new", "How do I freeze my account now?", "1. New.", Platform.APP, date(2026, 1, 1))
    family = ("freeze-2020", "freeze-new", "freeze-web")
    assert options("freeze account", (FREEZE_WEB, 0.9, 0.9), kin=dict.fromkeys(family, family), others=[old, new]) == (
        "How do I freeze my account? (web)",
        "How do I freeze my account now? (app)",
    )
