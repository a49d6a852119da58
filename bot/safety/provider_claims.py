"""Who somebody is, from the claims of an identity provider that have been verified. Pure.

A name that people choose for themselves proves nothing: only an e-mail address that the provider vouches for may lead
to an agent who is there already.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import SignInFailed
from bot.roles import Role, at_least
from bot.safety.agent_names import display_name_fault, name_fault, normalised_name, tidy_display_name

EVERYBODY = "*"
"""Stands for every group, and for none."""
SUBJECT_CHARACTERS = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderIdentity:
    """Somebody as an identity provider knows them: `issuer` and `subject` together are theirs for good."""

    issuer: str
    subject: str
    name: str
    """What a new agent would be called here."""
    display_name: str
    is_vouched_for: bool
    """Whether `name` is an e-mail address that the provider says is theirs."""


def provider_identity(claims: Mapping[str, Any]) -> ProviderIdentity:
    """Who the claims name: by the e-mail address if the provider vouches for it, else by `preferred_username`.
    SignInFailed when neither can be the name of an agent."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_CHARACTERS:
        raise SignInFailed("The identity provider does not say who you are (its sub is no text). Tell whoever runs it.")
    email = _name(claims.get("email")) if claims.get("email_verified") is True else None
    name = email or _name(claims.get("preferred_username"))
    if name is None:
        raise SignInFailed(
            "The identity provider vouches for no e-mail address of yours, and gives no user name that can be an "
            "agent's. Have your address verified there, or ask an admin of this console for a one-time login."
        )
    shown = tidy_display_name(claims["name"]) if isinstance(claims.get("name"), str) else ""
    return ProviderIdentity(
        issuer=str(claims["iss"]),
        subject=subject,
        name=name,
        display_name=name if display_name_fault(shown) else shown,
        is_vouched_for=email is not None,
    )


def role_of_groups(groups: object, roles: Mapping[str, Role]) -> Role | None:
    """The greatest role that any of the groups gives; None when none gives one. `groups` is what a claim holds: a list
    of names, or one name."""
    named = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    given = [roles[each] for each in (*named, EVERYBODY) if isinstance(each, str) and each in roles]
    greatest: Role | None = None
    for role in given:
        if greatest is None or at_least(role, greatest):
            greatest = role
    return greatest


def _name(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    name = normalised_name(value)
    return None if name_fault(name) else name
