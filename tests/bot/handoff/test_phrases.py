import pytest

from bot.handoff.phrases import PhraseError, read_phrases, words_in

SETS = {"person": ["human|agent", "real person", "<more>"], "more": ["operator"]}


@pytest.mark.parametrize(
    ("phrase", "sentence", "found"),
    [
        ("talk|speak to", " please talk to me", "talk to"),
        ("talk to", " talk too", None),
        ("hack*", " they are hacking me", "hacking"),
        ("talk [to|with|a]* <person>", " talk with a real person", "talk with a real person"),
        ("talk [to] <person>", " talk operator", "talk operator"),
        ("talk [to] <person>", " talk to a human", None),
        ("a .. b", " a 1 2 3 b", "a 1 2 3 b"),
        ("a .. b", " a 1 2 3 4 b", None),
        ("a ... b", " a 1 2 3 4 5 6 7 8 b", "a 1 2 3 4 5 6 7 8 b"),
        ("^ agent $", " agent", "agent"),
        ("^ agent $", " agent please", None),
        ("agent $", " agent ,", "agent"),
        ("agent please", " agent , please", "agent , please"),
        ("转|找 人工", " 请 转 人 工 吧", "转 人 工"),
        ("dont want", " i dont want it", "dont want"),
        ("^ [please]* $", " please please", "please please"),
    ],
)
def test_phrases(phrase: str, sentence: str, found: str | None) -> None:
    assert read_phrases([phrase], SETS).find(sentence) == found


def test_a_phrase_is_looked_for_only_where_its_word_stands() -> None:
    phrases = read_phrases(["talk to <person>", "hack*"], SETS)
    assert phrases.by_word.keys() == {"human", "agent", "person", "operator"}
    assert len(phrases.others) == 1


def test_words() -> None:
    assert set(words_in(["^ talk [to] <person> .. hack* $"], SETS)) == {
        "talk",
        "to",
        "human",
        "agent",
        "real",
        "person",
        "operator",
    }


@pytest.mark.parametrize(
    "phrase", ["talk <nobody>", "talk [to", "talk |", "a|$", "talk ,", "talk [to]", "[please] talk", "talk ..", ""]
)
def test_what_cannot_be_read_is_named(phrase: str) -> None:
    with pytest.raises(PhraseError, match="phrase"):
        read_phrases([phrase], SETS)
