from bot.answering.dialogue.topic_words import ASPECTS, PLAIN, clauses_of, names_topic, topic_words, words_of


def test_small_words_are_read_as_meant() -> None:
    assert words_of("Waht abotu teh fee’s & limits?") == ["what", "about", "the", "fees", "and", "limits"]


def test_marks_part_clauses() -> None:
    assert clauses_of("Hi. It's late, 1.5 USDT?") == ["hi", ",", "it's", "late", ",", "1.5", "usdt"]
    assert clauses_of("...") == []


def test_what_names_a_topic() -> None:
    assert topic_words(words_of("how long does the passkey take in 24 days")) == ("passkey",)
    assert not names_topic("fees")
    assert not PLAIN & ASPECTS
