import pytest

from bot.handoff.attempts import did_not_help, unanswered_attempts
from bot.handoff.policy import load_policy
from bot.models import Said

POLICY = load_policy()


def history(*said: str, kind: str = "answer") -> list[Said]:
    """Each message with an answer to it."""
    return [
        each
        for text in said
        for each in (Said(role="user", text=text), Said(role="assistant", text="Open the menu.", kind=kind))
    ]


@pytest.mark.parametrize(
    ("message", "before", "attempts"),
    [
        ("My withdrawal is still pending", (), 0),
        ("That did not help", (), 0),
        ("My withdrawal is pending", ("Why is my withdrawal pending?",), 1),
        ("withdrawal pending!!", ("Why is my withdrawal pending?", "my withdrawal is still pending"), 2),
        ("that doesn't help", ("Why is my withdrawal pending?",), 1),
        ("still not working", ("How do I log in?", "that didn't help"), 2),
        ("no me sirve", ("¿Cómo retiro euros?", "no es lo que pregunté"), 2),
        ("答非所问", ("怎么提现", "没用"), 2),
        ("لم يساعدني هذا", ("كيف أسحب اليورو",), 1),
        ("How do I set up a passkey?", ("Why is my withdrawal pending?", "that didn't help"), 0),
        ("How do I withdraw ETH?", ("How do I withdraw BTC?",), 0),
        ("What is the withdrawal fee for ETH?", ("What is the withdrawal fee for BTC?",), 0),
        ("that did not help", ("How do I set up a passkey?", "How do I log in?"), 1),
    ],
)
def test_attempts(message: str, before: tuple[str, ...], attempts: int) -> None:
    assert unanswered_attempts(message, history(*before), POLICY) == attempts


def test_small_talk_and_questions_back_are_passed_over() -> None:
    said = [*history("Why is my withdrawal pending?"), *history("thanks", kind="notice")]
    assert unanswered_attempts("why is my withdrawal pending", said, POLICY) == 1
    asked_back = history("How do I change my email?", kind="clarify")
    assert unanswered_attempts("Change my email", asked_back, POLICY) == 0
    assert unanswered_attempts("that is not what I asked", asked_back, POLICY) == 1


def test_a_message_without_a_reply_is_no_attempt() -> None:
    assert unanswered_attempts("that did not help", [Said(role="user", text="hello")], POLICY) == 0


@pytest.mark.parametrize("text", ["How do I change my email?", "my authenticator app", "thanks, that helped", "yes"])
def test_an_ordinary_message_does_not_object(text: str) -> None:
    assert not did_not_help(text, POLICY)
