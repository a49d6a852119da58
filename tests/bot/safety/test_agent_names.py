import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.agent_names import (
    RESERVED,
    display_name_fault,
    name_fault,
    normalised_name,
    tidy_display_name,
)


@pytest.mark.parametrize("name", ["m", "maria", "maria.lopez", "maria@example.com", "a-b_c+d@e", "7", "x" * 64])
def test_good_names(name: str) -> None:
    assert name_fault(name) is None


@pytest.mark.parametrize(
    "name",
    ["", " ", ".maria", "maria.", "ma ria", "mária", "Maria", "mаria", "x" * 65, "a/b", "a\n", "a\0b", "ma\u200bria"],
)
def test_bad_names_are_told_what_a_name_is(name: str) -> None:
    assert "letters a-z" in str(name_fault(name))


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_names_of_others_in_a_conversation_are_kept(name: str) -> None:
    assert "something else" in str(name_fault(name))


def test_desks_have_their_names_to_themselves() -> None:
    assert {"zendesk", "chatwoot", "intercom", "webhook", "email", "bot"} <= RESERVED


@pytest.mark.parametrize("typed", ["  Maria ", "MARIA", "ｍａｒｉａ"])
def test_one_spelling_for_each_name(typed: str) -> None:
    assert normalised_name(typed) == "maria"


@given(st.text())
def test_a_normalised_name_stays_as_it_is_once_it_is_good(text: str) -> None:
    name = normalised_name(text)
    if name_fault(name) is None:
        assert normalised_name(name) == name


@pytest.mark.parametrize("shown", ["María López", "李雷", "محمد", "می\u200cخواهم", "O'Neil (Support)", "x" * 60])
def test_good_display_names(shown: str) -> None:
    assert display_name_fault(tidy_display_name(shown)) is None


def test_blanks_of_a_display_name_are_tidied() -> None:
    assert tidy_display_name("  Maria \t\n Lo\u0301pez ") == "Maria López"


@pytest.mark.parametrize("shown", ["", "x" * 61, "Maria\u202e", "Ma\0ria", "\ud800", "\ue000"])
def test_bad_display_names(shown: str) -> None:
    assert "customers read" in str(display_name_fault(tidy_display_name(shown)))
