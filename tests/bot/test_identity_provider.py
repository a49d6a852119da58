"""The provider as the settings name it; the flow itself is tested over sockets in tests/bot/web/test_oidc.py."""

import pytest
from pydantic import SecretStr

from bot.errors import ConfigurationError
from bot.identity_provider import open_identity_provider
from bot.settings import Settings

WHOLE = {
    "oidc_issuer": "https://login.example.com/realms/support",
    "oidc_client_id": "footnote",
    "oidc_client_secret": SecretStr("hidden"),
    "oidc_groups": "docs=editor, *=agent",
}


def test_none_is_the_default() -> None:
    assert open_identity_provider(Settings()) is None


def test_a_provider_is_known_by_its_host() -> None:
    provider = open_identity_provider(Settings(**WHOLE))
    assert provider is not None
    assert (provider.issuer, provider.host) == ("https://login.example.com/realms/support", "login.example.com")
    assert "hidden" not in repr(provider)


@pytest.mark.parametrize("missing", WHOLE)
def test_what_is_half_given_is_refused_with_what_is_missing(missing: str) -> None:
    given = {name: value for name, value in WHOLE.items() if name != missing}
    with pytest.raises(ConfigurationError, match=f"lacks FOOTNOTE_{missing.upper()}. Set all of it."):
        open_identity_provider(Settings(**given))
