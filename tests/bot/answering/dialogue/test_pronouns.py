import pytest

from bot.answering.dialogue.pronouns import AT_END, ONE, PEOPLE, SUBJECT_LEFT_OUT, THING, leaves_out, pointing
from bot.answering.dialogue.topic_words import clauses_of
from embeddings.terms import terms


@pytest.mark.parametrize(
    ("message", "strength"),
    [
        ("how long does that take", THING),
        ("can I add margin to it", THING),
        ("and why is this", THING),
        ("do you support that in Germany", THING),
        ("it says the code is wrong", THING),
        ("the old one is gone", ONE),
        ("says invalid token", SUBJECT_LEFT_OUT),
        ("they refused", PEOPLE),
        ("can I cancel orders then?", AT_END),
        ("is it possible to close an account", 0),
        ("how long does it take to verify", 0),
        ("I made a transfer and it was declined", 0),
        ("My ID is fine, but it won't let me in", 0),
        ("a bot that keeps running", 0),
        ("did Fresno get its mall", 0),
        ("what are its fees", THING),
        ("it says that my account is closed", THING),
        ("this card is broken", 0),
        ("how do I close my account", 0),
        ("", 0),
    ],
)
def test_how_much_is_pointed_back(message: str, strength: float) -> None:
    assert pointing(clauses_of(message), ()) == strength


def test_a_demonstrative_before_what_was_said_points_back() -> None:
    message = clauses_of("how long is that hold")
    assert pointing(message, terms("The hold lasts 24 hours.")) == THING
    assert pointing(message, terms("The fee is 1 EUR.")) == 0


def test_a_sentence_without_subject() -> None:
    assert leaves_out("still nothing")
    assert not leaves_out("did you pay")
