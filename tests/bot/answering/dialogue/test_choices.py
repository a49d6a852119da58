import pytest

from bot.answering.dialogue.choices import Offer, offered, picked
from bot.answering.dialogue.utterances import read
from bot.models import Said

OPTIONS = ("How do I deposit euros?", "Why hasn't my crypto deposit arrived?", "I forgot the memo on my deposit")


def reply(text: str, kind: str | None = None, *ids: str) -> Said:
    return Said(role="assistant", text=text, kind=kind, article_ids=ids)


def test_a_list_is_an_offer() -> None:
    assert offered(reply("Do:\n- **Wait** [1]\n* Call"), {}) == Offer(("Wait", "Call"), False)
    assert offered(reply("Which?\n1. One\n2) Two", "clarify"), {}) == Offer(("One", "Two"), True)
    assert offered(reply("- one line only"), {}).texts == ()
    assert offered(None, {}).texts == ()


def test_titles_stand_in_for_a_list() -> None:
    asked = reply("Which?", "clarify", "a", "gone", "b")
    assert offered(asked, {"a": "First title", "b": "Second title"}).texts == ("First title", "Second title")


@pytest.mark.parametrize(
    ("message", "place"),
    [("the first", 0), ("option 2", 1), ("the third one please", 2), ("last", 2), ("euros", 0), ("the memo one", 2)],
)
def test_a_choice_is_meant(message: str, place: int) -> None:
    assert picked(read(message), Offer(OPTIONS, True)) == OPTIONS[place]


@pytest.mark.parametrize("message", ["fourth", "deposit", "how do I sell", "can I deposit pounds first", "9"])
def test_no_choice_is_meant(message: str) -> None:
    assert picked(read(message), Offer(OPTIONS, True)) is None


def test_words_pick_only_when_the_assistant_asked() -> None:
    steps = ("Open the app", "Enter the password")
    assert picked(read("password"), Offer(steps, False)) is None
    assert picked(read("what is the second step"), Offer(steps, False)) == "Enter the password"
    assert picked(read("the second"), Offer((), True)) is None
