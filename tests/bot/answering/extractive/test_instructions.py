from bot.answering.extractive.article_reading import ArticleReading
from bot.answering.extractive.instructions import Instructions, choose_instructions, steps_answer
from bot.answering.extractive.sections import Quotable
from knowledge.models import Platform
from tests.bot.answering.readings import reading

BODY = """You can freeze your account at any time. Your identity must be verified first. Frozen accounts are safe.

## Before you start

- Close your positions.

> **Warning:** Bots stop at once.

## On the app

1. Tap **Menu**.
2. Tap **Freeze**.

> **Note:** It takes a minute.

## On the web

1. Select **Security**.
2. Select **Freeze**.

## If you can't log in

1. Ask in the chat.
"""
NEAR = {"You can freeze": 1.5, "Title": 1.6, "How do I": 1.6}


def chosen(read: ArticleReading) -> Instructions:
    found = choose_instructions(read)
    assert found is not None
    return found


def texts(quotables: tuple[Quotable, ...]) -> list[str]:
    return [each.text for each in quotables]


def test_the_list_is_whole_with_what_must_be_known_before() -> None:
    found = chosen(reading(BODY, "How do I freeze my account?", NEAR, platform=Platform.APP))
    assert texts(found.opening) == ["You can freeze your account at any time."]
    assert texts(found.conditions) == [
        "Your identity must be verified first.",
        "Close your positions.",
        "Warning: Bots stop at once.",
    ]
    (steps,) = found.lists
    assert texts(steps.steps) == ["Tap Menu.", "Tap Freeze."]
    assert texts(steps.beside) == ["Note: It takes a minute."]


def test_without_a_platform_both_lists_in_the_articles_order() -> None:
    found = chosen(reading(BODY, "How do I freeze my account?", {**NEAR, "Select": 1.0}))
    assert [each.section.headings[-1] for each in found.lists] == ["On the app", "On the web"]


def test_a_case_that_was_not_asked_for_is_not_told() -> None:
    found = chosen(reading(BODY, "How do I freeze my account?", NEAR, platform=Platform.WEB))
    assert [texts(each.steps) for each in found.lists] == [["Select Security.", "Select Freeze."]]


def test_a_case_that_was_asked_for_is_told() -> None:
    near = {"If you can't log in": 2.0, "Ask in": 1.5}
    found = chosen(reading(BODY, "How do I freeze it if I can't log in?", near, platform=Platform.WEB))
    assert [texts(each.steps) for each in found.lists] == [["Ask in the chat."]]


def test_a_sentence_that_is_not_near_does_not_open() -> None:
    found = chosen(
        reading(
            BODY,
            "How do I freeze my account?",
            {"You can freeze": 0.1, "Your identity": 0.1, "Title": 1.6, "Frozen": 0.1},
        )
    )
    assert found.opening == ()


def test_a_list_of_many_steps_is_cut_at_the_end() -> None:
    body = "\n".join(f"{number}. Press {number}." for number in range(1, 21))
    (steps,) = chosen(reading(body, "How do I press?")).lists
    assert (len(steps.steps), steps.left_out) == (12, 8)


def test_no_steps() -> None:
    assert choose_instructions(reading("Gold is heavy.", "How do I do it?")) is None


def test_when_steps_answer() -> None:
    how, what = (reading("1. Do it.", question) for question in ("How do I do it?", "What is it?"))
    assert steps_answer(how, 1.0, 1.0) and not steps_answer(how, 1.0, 1.2)
    assert steps_answer(what, 1.2, 1.0) and not steps_answer(what, 1.0, 1.0)
