import pytest

from bot.handoff.person_requests import request_for_person
from bot.handoff.policy import load_policy


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Please, speek to a humna!", "speak to a human"),
        ("quiero habalr con una perzona", "hablar con una persona"),
        ("我要转人工", "转 人 工"),
        ("How do I report phishing?", None),
        ("wich bots wrok in demo tradng", None),
    ],
)
def test_the_words_that_ask(text: str, words: str | None) -> None:
    policy = load_policy()
    assert request_for_person(policy.wording.sentences(text), policy) == words
