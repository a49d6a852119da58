"""Settings of the console's sign-in at an identity provider (OpenID Connect). All of them, or none."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from bot.settings.values import Text, desk_address, parts_of

ROLES = ("agent", "editor", "admin")
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


def issuer_address(url: str | None) -> str | None:
    """Where an identity provider is, exactly as it names itself, or ValueError."""
    if not url:
        return None
    desk_address(url)
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _OWN_MACHINE:
        raise ValueError("it must begin with https://, such as https://login.example.com/realms/support")
    return url


def roles_of_groups(text: str) -> str:
    """Groups with the roles that they give, between commas, or ValueError."""
    roles_in(text)
    return text


def roles_in(text: str) -> dict[str, str]:
    """The name of a role for each group of `docs=editor, ops=admin`, or ValueError. A group's name may hold `=`."""
    found = {}
    for part in parts_of(text):
        group, equals, role = (each.strip() for each in part.rpartition("="))
        if not equals or not group or role not in ROLES:
            raise ValueError(
                f"{part!r} gives no role to a group; write group=agent, group=editor or group=admin, with * for "
                "everybody whom the provider lets in"
            )
        if group in found:
            raise ValueError(f"the group {group!r} has two roles; leave one of them out")
        found[group] = role
    return found


class SignInSettings(BaseModel):
    """An identity provider at which agents sign in."""

    oidc_issuer: Annotated[Text, AfterValidator(issuer_address)] = Field(
        None,
        description="Identity provider (OpenID Connect) at which agents may sign in to the console, as it names itself "
        "in `issuer`. Default: none.",
    )
    oidc_client_id: Text = Field(None, description="Name under which Footnote is registered at the provider.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="Secret of that registration.")
    oidc_groups: Annotated[str, AfterValidator(roles_of_groups)] = Field(
        "",
        description="Groups at the provider with the roles that they give, such as docs=editor, ops=admin; `*` stands "
        "for everybody whom the provider lets in. The greatest role counts; who has none is refused.",
    )
    oidc_groups_claim: str = Field(
        "groups", min_length=1, max_length=200, description="Claim in which the provider lists somebody's groups."
    )

    @property
    def oidc_roles(self) -> dict[str, str]:
        """The name of a role for each group."""
        return roles_in(self.oidc_groups)
