import time

import pytest

from bot.answering.smalltalk import SmallTalk, small_talk


@pytest.mark.parametrize(
    "text",
    ["hi", "Hello!", "hey there", "Good morning", "  HELLO  ", "heloo", "hiii", "hi, how are you?", "anybody there?"],
)
def test_greetings(text: str) -> None:
    assert small_talk(text) is SmallTalk.GREETING


@pytest.mark.parametrize(
    "text",
    [
        "thanks",
        "Thank you so much!",
        "ok, great, thanks",
        "thx",
        "thnaks",
        "Perfect! Thank you for your help.",
        "ok got it",
        "Ok, I see. Thanks!",
        "that works now, cheers",
        "no thanks, that's all",
        "bye",
        "ok bye, have a nice day!",
        "hi, thanks for that answer",
        "understood",
        "never mind",
    ],
)
def test_thanks_and_the_end(text: str) -> None:
    assert small_talk(text) is SmallTalk.THANKS


@pytest.mark.parametrize(
    "text",
    [
        "hi, how do I change my email?",
        "thanks but where is my deposit",
        "thanks, and the fee?",
        "ok and on the app",
        "ok?",
        "is it fine?",
        "all good?",
        "it works on the app?",
        "yes",
        "no",
        "not good",
        "that didn't help",
        "later withdrawals",
        "good till cancelled",
        "bye bye bank",
        "",
        "?!",
        "high fees",
    ],
)
def test_more_than_small_talk(text: str) -> None:
    assert small_talk(text) is None


@pytest.mark.parametrize("text", ["ok " * 50 + "zz", "thanks so much " * 10 + "q", "hi " * 5000])
def test_an_endless_message_is_answered_at_once(text: str) -> None:
    before = time.process_time()
    assert small_talk(text) is None
    assert time.process_time() - before < 1
