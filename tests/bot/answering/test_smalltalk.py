import pytest

from bot.answering.smalltalk import SmallTalk, small_talk


@pytest.mark.parametrize("text", ["hi", "Hello!", "hey there", "Good morning", "  HELLO  "])
def test_greetings(text: str) -> None:
    assert small_talk(text) is SmallTalk.GREETING


@pytest.mark.parametrize(
    "text", ["thanks", "Thank you so much!", "ok, great, thanks", "thx", "Perfect! Thank you for your help."]
)
def test_thanks(text: str) -> None:
    assert small_talk(text) is SmallTalk.THANKS


@pytest.mark.parametrize(
    "text", ["hi, how do I change my email?", "thanks but where is my deposit", "", "?!", "high fees"]
)
def test_more_than_small_talk(text: str) -> None:
    assert small_talk(text) is None
