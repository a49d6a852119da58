import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.passwords import MAX_CHARACTERS, MIN_CHARACTERS, normalised_password, password_fault

NAMES = ("maria.lopez@example.com", "María López")


def fault(password: str) -> str | None:
    return password_fault(normalised_password(password), NAMES)


@pytest.mark.parametrize(
    "password",
    [
        "blue zebra walks home",
        "my footnote support password is blue zebra",
        "Tr0ub4dor&3-xyz!",
        "паролькотсобака",
        "五个不同的汉字在这里面组成密码哦",
        "vTk9$\n\t _-xQ7=Lp2",
        "😀🐢🚲🌵🎈 walks at night",
        "kxqvjzpwmfhtbgr" * 8,
    ],
)
def test_long_ones_of_any_characters_will_do(password: str) -> None:
    assert fault(password) is None


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword1",
        "P@ssw0rd P@ssw0rd!",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "123456789012345",
        "987654321987654321",
        "qwertyuiopasdfghjkl",
        "1qaz2wsx3edc4rfv",
        "iloveyouiloveyou",
        "Correct Horse Battery Staple",
        "maria.lopez@example.com",
        "MariaLópezMariaLópez",
        "maria.lopez-2026!!",
        "footnote-support-console",
        "                ",
        "letmein letmein 2026",
    ],
)
def test_what_everybody_tries_first_will_not(password: str) -> None:
    assert "easy to guess" in str(fault(password))


def test_length_counts_code_points() -> None:
    password = "xkqvjzpwmfhtbgrd" * 8
    assert "fewer than 15" in str(fault(password[: MIN_CHARACTERS - 1]))
    assert fault(password[:MIN_CHARACTERS]) is None
    assert fault(password[:MAX_CHARACTERS]) is None
    assert "more than 128" in str(fault(password + "x"))
    assert "fewer than 15" in str(fault("五个不同的汉字在这里面组成"))


def test_it_is_the_same_on_another_keyboard() -> None:
    assert normalised_password("Ame\u0301lie ①") == normalised_password("Amélie 1")


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_gets_an_answer(password: str, names: list[str]) -> None:
    found = password_fault(normalised_password(password), names)
    assert found is None or found.endswith(".")
    assert found is None or password not in found or len(password) < 15
