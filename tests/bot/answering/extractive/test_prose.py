import pytest

from bot.answering.extractive.article_reading import ArticleReading
from bot.answering.extractive.prose import FACT, best_prose, choose_prose
from tests.bot.answering.readings import reading


def told(read: ArticleReading, share: float = 1.0) -> list[str]:
    return [each.text.split("\n")[-1] for piece in choose_prose(read, share) for each in piece.quotables]


def test_a_fact_opens_with_the_best_sentence_then_goes_on() -> None:
    body = "Zinc is first. Zinc is second. Zinc is third. Zinc is far."
    near = {"Zinc is second": 1.0, "Zinc is first": 0.9, "Zinc is third": 0.9, "Zinc is far": 0.1}
    assert told(reading(body, "Which metal?", near)) == ["Zinc is second.", "Zinc is third.", "Zinc is first."]


def test_a_sentence_that_refers_back_comes_with_the_one_before() -> None:
    body = "The pause protects you. It ends by itself. Gold is heavy."
    near = {"It ends": 1.0, "The pause": 0.2, "Gold": 0.2}
    assert told(reading(body, "Which one?", near)) == ["The pause protects you.", "It ends by itself."]


def test_what_needs_to_be_told_as_a_whole_keeps_its_order() -> None:
    body = "Turn it on. Start the app. Tap the button."
    assert told(reading(body, "How do I connect it?", {"Tap": 1.0})) == [
        "Turn it on.",
        "Start the app.",
        "Tap the button.",
    ]


def test_of_a_long_section_what_answers_in_order_with_single_sentences_between() -> None:
    words = " ".join(["word"] * 30)
    body = " ".join(f"Part {name} {words}." for name in ("one", "two", "three", "four", "five"))
    near = {"Part two": 1.0, "Part four": 0.9, "Part three": 0.3, "Part one": 0.1, "Part five": 0.1}
    assert [text[:9] for text in told(reading(body, "How do I do it?", near))] == [
        "Part two ",
        "Part thre",
        "Part four",
    ]


def test_the_budget_holds_but_what_answers_is_quoted_however_long() -> None:
    long = "Gold " + "word " * 100 + "end."
    near = {"Gold": 1.0, "Zinc": 0.99}
    assert told(reading(f"{long} Zinc is small.", "Which metal?", near)) == [long]
    assert FACT.times(0.5).words == FACT.words // 2


def test_a_small_list_is_whole_and_comes_with_what_announces_it() -> None:
    body = "Bring these:\n\n- Gold\n- Zinc\n\nOther words follow here."
    assert told(reading(body, "Which metal?", {"Zinc": 1.0, "Other": 0.1})) == ["Bring these:", "Gold", "Zinc"]


def test_of_a_long_list_only_what_answers() -> None:
    items = "\n".join(f"- Item {number} {'word ' * 20}" for number in range(8))
    near = {"Item 3": 1.0, "Item 5": 0.9}
    assert [text[:6] for text in told(reading(items, "Which metal?", near))] == ["Item 3", "Item 5"]


TABLE = "| Level | Limit |\n|---|---|\n| Level 1 | 5,000 |\n| Level 2 | 100,000 |\n| Level 3 | 2 million |"


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("limit of level 2", ["Level 2\t100,000"]),
        ("limit of a level", ["Level 1\t5,000", "Level 2\t100,000", "Level 3\t2 million"]),
    ],
)
def test_of_a_table_the_rows_that_the_question_names(question: str, rows: list[str]) -> None:
    assert told(reading(TABLE, question)) == rows


def test_a_sentence_right_before_a_table_brings_it() -> None:
    read = reading(f"The limit depends on the level.\n\n{TABLE}", "What is the limit?", {"The limit": 1.0})
    assert told(read)[0] == "The limit depends on the level." and len(told(read)) == 4


def test_steps_are_left_to_the_instructions() -> None:
    read = reading("1. Tap it.\n2. Wait.", "Which one?")
    assert told(read) == [] and best_prose(read) < 0
    assert best_prose(reading("Gold is heavy.", "Which one?")) > 0


def test_an_announcement_alone_says_nothing() -> None:
    assert told(reading("Bring these:", "Which one?")) == []
    assert told(reading("Gold is heavy. Bring these:", "How do I do it?")) == ["Gold is heavy."]
