import pytest

from bot.safety.findings import SecretKind
from bot.safety.labelled import labelled_secrets


def values(text: str) -> list[str]:
    return [text[start:end] for _, (start, end) in labelled_secrets(text)]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("my api key is 8f14e45f-ceea-467f-9b3c-1234567890ab", "8f14e45f-ceea-467f-9b3c-1234567890ab"),
        ("api key 8f14e45f-ceea-467f-9b3c-1234567890ab does not work", "8f14e45f-ceea-467f-9b3c-1234567890ab"),
        ("APIKey=abc12345", "abc12345"),
        ("api_secret = 'abcd efgh'", "abcd efgh"),
        ('{"secretKey": "def456789"}', "def456789"),
        ("secret key => abc123def456", "abc123def456"),
        ("password: hunter22", "hunter22"),
        ("my password is Summer2024!", "Summer2024"),
        ("My password was changed to Abc12345.", "Abc12345"),
        ('the password is "correct horse"', "correct horse"),
        ("**Password:** `Abc12345`", "Abc12345"),
        ("passphrase := Tr4ding!x", "Tr4ding!x"),
        ("Passwort: geheim123", "geheim123"),
        ("2FA secret: JBSWY3DPEHPK3PXP", "JBSWY3DPEHPK3PXP"),
        ("token: abcdefghijkl12345678", "abcdefghijkl12345678"),
        ("password: Pa$$word", "Pa$$word"),
    ],
)
def test_labelled(text: str, secret: str) -> None:
    assert values(text) == [secret]


def test_each_label_has_its_value() -> None:
    assert values("API Key: abc12345xyz, Secret: def67890uvw, Passphrase: Tr4ding1") == [
        "abc12345xyz",
        "def67890uvw",
        "Tr4ding1",
    ]


def test_a_private_key_by_its_label() -> None:
    assert [kind for kind, _ in labelled_secrets("private key: 9aBc7dEf5gHi")] == [SecretKind.PRIVATE_KEY]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "my password is incorrect",
        "The password: reset link does not come",
        "password must be 8-32 characters",
        'it says "password" is "incorrect"',
        'password: "must be at least 8 characters"',
        "API key permissions",
        "the api key is read-only, and API key is valid for 90days",
        "token: USDT-TRC20",
        "the token is 0xdAC17F958D2ee523a2206206994597C13D831ec7",
        "Token: TJRabPrwbZy45sbavfcjinPJC18kjpRTv8",
        "api key: https://example.com/v5/docs-2024",
        "password: a1@b.com",
        "passwords1234567890abcdef",
        "What is a private key?",
        "secret santa 2024",
        "key",
        "password:",
    ],
)
def test_ordinary_text(text: str) -> None:
    assert values(text) == []
