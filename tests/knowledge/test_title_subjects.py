"""What a title is about: versions of one article say the same, articles about something else do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.title_subjects import folded_words, subject_of


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("How do I change my email?", "How do I update my e-mail?"),
        ("How do I close my account? (app)", "How do I close my account? (web)"),
        ("How do I deposit crypto in the app?", "Depositing cryptocurrency on the website"),
        ("Fees", "Fees (2024)"),
        ("Fees from 1 June 2025", "Fees from 12 May 2026"),
        ("Fees of May 2025", "Fees of June 14th, 2026"),
        ("Set up a passkey", "How to configure a passkey"),
        ("Set-up of a passkey", "Setting up passkeys"),
        ("I can't log in", "I cannot sign in"),
        ("What's a passkey?", "What is a passkey?"),
        ("Turn on two-factor authentication", "Enable 2FA"),
        ("Remove a device (old)", "How do I delete a device?"),
        ("Remove a device [archived version]", "How do I delete a device?"),
        ("Why haven’t I received the code?", "I haven't received the code"),
        ("Buying Bitcoin", "purchase bitcoin"),
    ],
)
def test_versions_are_about_the_same(first: str, second: str) -> None:
    assert subject_of(first) == subject_of(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("How do I withdraw EUR?", "How do I withdraw crypto?"),
        ("How do I deposit crypto?", "How do I withdraw crypto?"),
        ("How do I stake BTC?", "How do I stake ETH?"),
        ("How does the spot grid bot work?", "How does the futures grid bot work?"),
        ("Enable 2FA", "Disable 2FA"),
        ("Turn 2FA on", "Turn 2FA off"),
        ("Freeze my account", "Unfreeze my account"),
        ("I can log in", "I can't log in"),
        ("Convert BTC to ETH", "Convert ETH to BTC"),
        ("Before you withdraw a deposit", "Before you deposit a withdrawal"),
        ("Install version 1", "Install version 2"),
        ("Error 404", "Error 504"),
        ("When do I pay?", "Where do I pay?"),
    ],
)
def test_other_things_are_not(first: str, second: str) -> None:
    assert subject_of(first) != subject_of(second)


def test_an_announcement_is_about_its_date() -> None:
    first, second = "Maintenance on 14 October 2026", "Maintenance on 3 November 2026"
    assert subject_of(first) == subject_of(second)
    assert subject_of(first, dated=True) != subject_of(second, dated=True)


def test_names_of_the_product_are_left_out() -> None:
    assert subject_of("Close my Corvane account", {"corvane"}) == subject_of("Close my account")


@pytest.mark.parametrize("title", ["App", "On the web", "What is this?", "2024"])
def test_a_title_of_nothing_else_is_not_empty_unless_it_has_no_word(title: str) -> None:
    assert subject_of(title) != subject_of("Fees")


def test_no_words_at_all() -> None:
    assert subject_of("") == subject_of("?!") == ()


@given(st.text(max_size=80))
def test_any_title_will_do(title: str) -> None:
    assert subject_of(title) == subject_of(title.upper().lower()) or not title.isascii()
    assert all(subject_of(title, dated=dated) is not None for dated in (True, False))


@given(st.lists(st.sampled_from(["withdraw", "crypto", "fees", "limits", "network"]), min_size=1, max_size=5))
def test_order_says_nothing_without_a_direction(words: list[str]) -> None:
    assert subject_of(" ".join(words)) == subject_of(" ".join(reversed(words)))


def test_folding_keeps_repeats_and_order() -> None:
    assert folded_words("Updates change what we update") == ["chang", "chang", "what", "we", "chang"]
