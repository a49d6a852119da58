import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY

from bot.safety.password_hashes import PasswordHashes
from tests.agents import quick_hashes


def test_a_password_is_its_own_and_no_other() -> None:
    hashes = quick_hashes()
    stored = hashes.hash("blue zebra walks home")
    assert hashes.matches(stored, "blue zebra walks home")
    for other in (
        "",
        "blue zebra walks hom",
        "blue zebra walks home ",
        "Blue zebra walks home",
        "blue zebra walks home\0",
    ):
        assert not hashes.matches(stored, other)
    assert hashes.hash("blue zebra walks home") != stored


def test_new_hashes_are_those_of_rfc_9106_for_little_memory() -> None:
    stored = PasswordHashes().hash("blue zebra walks home")
    assert extract_parameters(stored) == RFC_9106_LOW_MEMORY
    assert "zebra" not in stored


def test_without_a_hash_the_same_work_is_done_and_the_answer_is_no(monkeypatch: pytest.MonkeyPatch) -> None:
    verified = []
    really = PasswordHasher.verify

    def verify(self: PasswordHasher, stored: str, password: bytes) -> bool:
        verified.append(extract_parameters(stored))
        return really(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    hashes = quick_hashes()
    assert not hashes.matches(None, "blue zebra walks home")
    assert not hashes.matches(None, "")
    assert verified == [CHEAPEST, CHEAPEST]
    assert PasswordHashes().matches(None, "x") is False
    assert verified[2] == RFC_9106_LOW_MEMORY


def test_a_hash_of_other_parameters_is_outdated() -> None:
    old = quick_hashes().hash("blue zebra walks home")
    present = PasswordHashes()
    assert present.is_outdated(old) and present.matches(old, "blue zebra walks home")
    assert not quick_hashes().is_outdated(old)


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv"])
def test_what_is_no_hash_is_nobodys(stored: str) -> None:
    assert not quick_hashes().matches(stored, "x")


def test_any_text_can_be_a_password_and_keyboards_may_compose_letters() -> None:
    hashes = quick_hashes()
    for password in ("\ud800 lone surrogate", "nul \0 inside", "😀" * 30):
        assert hashes.matches(hashes.hash(password), password)
    assert hashes.matches(hashes.hash("Ame\u0301lie"), "Amélie")
