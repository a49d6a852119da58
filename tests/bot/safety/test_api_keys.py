import pytest

from bot.safety.api_keys import api_keys

MIXED = "aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3k"


@pytest.mark.parametrize(
    "key",
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp" + f"_{MIXED}Ab",
        "github" + f"_pat_{MIXED}",
        "glpat" + f"-{MIXED[:20]}",
        "xoxb" + "-123456789012-abcdefGHIJ",
        "sk" + f"-{MIXED}",
        "sk" + f"-proj-{MIXED}_{MIXED}",
        "sk" + f"-ant-api03-{MIXED}",
        "sk" + f"_live_{MIXED[:24]}",
        "rk" + f"_test_{MIXED[:24]}",
        "AIza" + f"Sy{MIXED[:33]}",
        "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0.abcDEF123_-xyz",
        "npm" + f"_{MIXED}Ab",
        "123456789" + f":{MIXED}x",
        "otpauth://totp/me?secret=JBSWY3DPEHPK3PXP",
    ],
)
@pytest.mark.parametrize("frame", ["{}", "I use {}, ok?", '"{}"', "KEY={}\n"])
def test_known_forms(key: str, frame: str) -> None:
    text = frame.format(key)
    start = text.index(key)
    assert (start, start + len(key)) in api_keys(text)


def test_where_they_stand() -> None:
    text = f"https://me:hunter22@host.example/ and Authorization: Bearer {MIXED}"
    assert [text[start:end] for start, end in api_keys(text)] == ["me:hunter22", MIXED]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sk-ating in the park-and-ride-area today",
        "task-force-for-customer-support-questions",
        "pk_live_publishable",
        "ghp_short",
        "https://host:8080/a@b",
        "eyJ",
        "AIza",
    ],
)
def test_ordinary_text(text: str) -> None:
    assert api_keys(text) == []
