import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.options import (
    OPTION_CHARACTERS,
    chosen,
    platform_option,
    shortened,
    told_apart,
    topic_option,
)
from knowledge.models import Article, Platform


def article(title: str, platform: Platform = Platform.ANY) -> Article:
    return Article(id=title, title=title, body="Text.", platform=platform)


def twins(web: str, app: str) -> tuple[Article, Article]:
    return article(web, Platform.WEB), article(app, Platform.APP)


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("How do I change my email?", "How do I change my email?"),
        ("  How\n do I?  ", "How do I?"),
        (
            "TRC20 deposits and withdrawals suspended on 14 October 2026, 02:00–06:00 UTC",
            "TRC20 deposits and withdrawals suspended on 14 October 2026",
        ),
        (
            "Why does it say that my account cannot be opened again after the thirty days are over?",
            "Why does it say that my account cannot be opened again after the thirty…",
        ),
        ("a" * 100, "a" * 71 + "…"),
    ],
)
def test_titles_are_shortened(title: str, short: str) -> None:
    assert shortened(title) == short


@given(st.text(max_size=200), st.integers(min_value=2, max_value=100))
def test_a_short_title_is_short_and_on_one_line(title: str, most: int) -> None:
    short = shortened(title, most)
    assert len(short) <= most and "\n" not in short
    assert bool(short) == bool(title.split())


@pytest.mark.parametrize(
    ("web", "app", "option"),
    [
        ("How do I close my account? (web)", "How do I close my account? (app)", "How do I close my account?"),
        ("How do I freeze my account?", "How do I freeze my account?", "How do I freeze my account?"),
        (
            "How do I withdraw crypto on the Corvane website?",
            "How do I withdraw crypto in the Corvane app?",
            "How do I withdraw crypto?",
        ),
        ("Close it on the web", "Remove it in the app", "Close it on the web"),
    ],
)
def test_a_family_for_web_and_app_is_named_by_what_its_titles_share(web: str, app: str, option: str) -> None:
    family = twins(web, app)
    assert topic_option(family[0], family) == option


def test_other_families_are_named_by_the_article_that_was_found() -> None:
    change, update = article("How do I change my email?"), article("How do I update my email?")
    assert topic_option(update, (change, update)) == "How do I update my email?"
    assert topic_option(update) == "How do I update my email?"


@pytest.mark.parametrize(
    ("title", "platform", "option"),
    [
        ("How do I close my account? (web)", Platform.WEB, "How do I close my account? (web)"),
        ("How do I freeze my account?", Platform.APP, "How do I freeze my account? (app)"),
        ("How do I deposit in the Corvane app?", Platform.APP, "How do I deposit in the Corvane app?"),
        ("How do I deposit on the website?", Platform.WEB, "How do I deposit on the website?"),
    ],
)
def test_a_version_is_named_with_its_platform(title: str, platform: Platform, option: str) -> None:
    assert platform_option(article(title, platform)) == option
    long = platform_option(article("Word " * 40, platform))
    assert long.endswith(f"({platform.value})") and len(long) <= OPTION_CHARACTERS


def test_what_reads_alike_is_one_option() -> None:
    assert told_apart(["Fees?", "Limits", "fees", "FEES!"]) == (0, 1)


OPTIONS = ("How do I change my email?", "How do I change my phone number?", "How do I use the app?")


@pytest.mark.parametrize(
    ("message", "option"),
    [
        ("How do I change my email?", 0),
        ("how do i change my EMAIL", 0),
        ("2", 1),
        ("2.", 1),
        ("the second one please", 1),
        ("Option 3", 2),
        ("number one", 0),
        ("four", None),
        ("phone", 1),
        ("the app one", 2),
        ("change", None),
        ("change my email", 0),
        ("7", None),
        ("0", None),
        ("What are the fees?", None),
        ("email and phone", None),
        ("", None),
        ("?", None),
    ],
)
def test_which_option_a_reply_means(message: str, option: int | None) -> None:
    assert chosen(message, OPTIONS) == (None if option is None else OPTIONS[option])
    assert chosen(message, ()) is None
