"""A body that is one list names its article; any other names nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.question_cards import listed_names
from tests.knowledge.markdowns import any_bodies

CARD = """- How do I change my email?
- wrong inbox
- I can't get the code, why?
"""
WORDS = st.lists(st.sampled_from(["fee", "card", "new", "é", "你好"]), min_size=1, max_size=4).map(" ".join)


def test_each_item_of_a_card_is_a_name() -> None:
    assert listed_names(CARD) == ("How do I change my email?", "wrong inbox", "I can't get the code, why?")


@pytest.mark.parametrize(
    "body",
    [
        "- fees\n- limits",
        "* fees\n* limits",
        "+ fees\n+ limits",
        "1. fees\n2. limits",
        "7) fees\n8) limits",
        "- fees\r\n- limits\r\n",
        "- fees\n\n\n- limits\n\n---",
        "-\tfees\n-   limits  ",
        "- fees\n-\n- limits",
    ],
)
def test_any_one_list_is_a_card(body: str) -> None:
    assert listed_names(body) == ("fees", "limits")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "fees and limits",
        "- fees",
        "-\n-",
        "- fees\n\n1. limits",
        "- fees\n* limits",
        "1. fees\n2) limits",
        "## Fees\n\n- fees\n- limits",
        "You may ask:\n\n- fees\n- limits",
        "You may ask:\n- fees\n- limits",
        "- fees\n- limits\n\nThat is all.",
        "- fees\n\n## Limits\n\n- limits",
        "- fees\n- limits\n\n| a | b |\n|---|---|\n| c | d |",
        "> - fees\n> - limits",
        "    - fees\n    - limits",
        "```\n- fees\n- limits\n```",
        "-fees\n-limits",
        "--- \n- fees\n- limits",
        "* * *\n\n| a |\n|---|\n| b |",
        "1234567890. fees\n1234567891. limits",
    ],
)
def test_anything_else_is_none(body: str) -> None:
    assert listed_names(body) == ()


def test_what_is_nested_belongs_to_its_item() -> None:
    assert listed_names("- fees\n  - in the app\n  - on the web\n- limits\n\n  per day") == (
        "fees\nin the app\non the web",
        "limits\nper day",
    )


@pytest.mark.parametrize(
    ("item", "shown"),
    [
        ("**Tap** _Menu_", "Tap Menu"),
        ("[Close](/help/close) my `account`", "Close my account"),
        ("fees &amp; limits", "fees & limits"),
        ("![a card](card.png)", "a card"),
        ("<b>fees</b>", "<b>fees</b>"),
        ("1\\. fees", "1. fees"),
        ("my  email", "my email"),
        ("# fees", "fees"),
    ],
)
def test_items_are_what_a_browser_shows(item: str, shown: str) -> None:
    assert listed_names(f"- {item}\n- limits") == (shown, "limits")


def test_equal_items_are_one_name_where_the_first_stands() -> None:
    assert listed_names("- fees\n- limits\n- **fees**\n- limits") == ("fees", "limits")
    assert listed_names("- fees\n- fees") == ("fees",)


@given(st.lists(WORDS, min_size=2, max_size=8), st.sampled_from(["- ", "1. ", "* "]), st.sampled_from(["\n", "\n\n"]))
def test_a_list_of_words_gives_them_back(items: list[str], marker: str, between: str) -> None:
    body = between.join(marker + item for item in items)
    assert listed_names(body) == tuple(dict.fromkeys(items))
    assert listed_names(f"{body}\n\nfee") == listed_names(f"fee\n\n{body}") == ()


@given(any_bodies | any_bodies.map("- a\n- {}".format))
def test_any_body_is_taken(body: str) -> None:
    names = listed_names(body)
    assert len(set(names)) == len(names)
    assert all(name == name.strip() != "" for name in names)
