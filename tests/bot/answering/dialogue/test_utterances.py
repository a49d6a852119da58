import pytest

from bot.answering.dialogue.utterances import read


def test_what_surrounds_a_message_is_left_out() -> None:
    assert read("ok thanks! how do I stop it, please").text == "how do I stop it, please"
    assert read("thanks").text == "thanks"
    assert read("no, I mean withdrawal").text == "withdrawal"


def test_a_message_is_taken_apart() -> None:
    heard = read("And how long does a P2P order take on TRC20?")
    assert heard.own == ("p2p", "order")
    assert heard.aspects == ()
    assert [slot.value for slot in heard.slots] == ["TRC20"]
    assert heard.framed and heard.joins and not heard.bare
    assert read("and on TRC20").bare
    assert read("and the fee on TRC20").aspects == ("fee",)


def test_a_phone_is_a_platform_only_when_the_customer_is_on_it() -> None:
    assert [slot.value for slot in read("and on my phone").slots] == ["app"]
    assert read("what if I lost my phone").slots == ()


@pytest.mark.parametrize(
    ("message", "flag"),
    [
        ("one more question: is it free", "announces"),
        ("sorry, I meant my email", "corrects"),
        ("what about passkeys", "asks_about"),
        ("and with a signal bot", "asks_about"),
        ("what if I am late", "supposes"),
        ("but why", "joins"),
        ("I still wait", "presupposes"),
        ("could you explain that again please", "repeats"),
        ("says invalid", "leaves_out"),
        ("how do I fix that", "asks_how"),
        ("I have been waiting for days", "tells"),
        ("and", "empty"),
    ],
)
def test_what_a_message_does(message: str, flag: str) -> None:
    assert getattr(read(message), flag)
    assert not getattr(read("can a passkey unlock my account"), flag)


def test_a_condition_before_a_question_is_no_supposition() -> None:
    assert not read("if I lose my card, how do I lock it").supposes
    assert not read("when was the fee changed").supposes
    assert read("and when I am late").supposes
