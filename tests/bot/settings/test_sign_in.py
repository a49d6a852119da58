import pytest

from bot.errors import ConfigurationError
from bot.settings import Settings, describe, load_settings
from bot.settings.sign_in import roles_in


def test_no_provider_unless_one_is_named() -> None:
    settings = Settings()
    assert (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_roles) == (None, None, {})
    assert settings.oidc_groups_claim == "groups"


def test_groups_give_roles() -> None:
    assert roles_in(" docs=editor, team a=admin,*=agent,") == {"docs": "editor", "team a": "admin", "*": "agent"}
    assert roles_in("cn=ops=admin, docs = editor") == {"cn=ops": "admin", "docs": "editor"}


@pytest.mark.parametrize(
    ("groups", "named"),
    [
        ("docs", "'docs' gives no role"),
        ("docs=owner", "'docs=owner' gives no role"),
        ("=admin", "gives no role"),
        ("docs=agent, docs=admin", "the group 'docs' has two roles"),
    ],
)
def test_a_wrong_role_is_named(groups: str, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_OIDC_GROUPS", groups)
    with pytest.raises(ConfigurationError, match=named):
        load_settings()


@pytest.mark.parametrize(
    "url",
    ["http://login.example.com", "login.example.com", "https://u:p@login.example.com", "https://login.example.com?x=1"],
)
def test_a_wrong_issuer_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_OIDC_ISSUER", url)
    with pytest.raises(ConfigurationError, match="https://"):
        load_settings()


@pytest.mark.parametrize(
    "url", ["https://accounts.example.com/", "https://x.example/realms/a", "http://127.0.0.1:8080"]
)
def test_an_issuer_is_kept_as_it_names_itself(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_OIDC_ISSUER", url)
    assert load_settings().oidc_issuer == url


def test_the_secret_of_the_registration_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_OIDC_CLIENT_SECRET", "gr8-secret")
    settings = load_settings()
    assert settings.oidc_client_secret.get_secret_value() == "gr8-secret"
    assert "gr8-secret" not in f"{settings!r} {settings.model_dump()} {describe(settings)}"
