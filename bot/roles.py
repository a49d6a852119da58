"""What an agent of the console may do: three roles, each with all that the lesser ones have. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What an agent is. The order is from the least to the most."""

    AGENT = "agent"
    EDITOR = "editor"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a page of the console, or an action on it, asks for."""

    OWN_ACCOUNT = "own_account"
    """One's own password and sessions."""
    CONVERSE = "converse"
    """The queue, the conversations and what customers are answered."""
    READ = "read"
    """Trying questions, and reading the articles, gaps and reports."""
    MEND = "mend"
    """What becomes a case of the evaluation, and what becomes of a gap."""
    REINDEX = "reindex"
    """Reading the sources again."""
    ROLL_BACK = "roll_back"
    """Going back to an earlier index."""
    MANAGE_PEOPLE = "manage_people"
    """Who may sign in, and as what."""
    READ_AUDIT = "read_audit"
    """Who changed what."""


LEAST_ROLE: Mapping[Permission, Role] = MappingProxyType(
    {
        Permission.OWN_ACCOUNT: Role.AGENT,
        Permission.CONVERSE: Role.AGENT,
        Permission.READ: Role.AGENT,
        Permission.MEND: Role.EDITOR,
        Permission.REINDEX: Role.EDITOR,
        Permission.ROLL_BACK: Role.ADMIN,
        Permission.MANAGE_PEOPLE: Role.ADMIN,
        Permission.READ_AUDIT: Role.ADMIN,
    }
)
"""The least that one must be to do something: the one table that says so."""

_ORDER = tuple(Role)


def at_least(role: Role, least: Role) -> bool:
    """Whether a role has all that `least` has."""
    return _ORDER.index(role) >= _ORDER.index(least)


def may(role: Role, permission: Permission) -> bool:
    """Whether the table lets an agent of this role do this."""
    return at_least(role, LEAST_ROLE[permission])


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """Every role that may do this, from the least on."""
    return tuple(role for role in Role if may(role, permission))


def refusal(role: Role, permission: Permission) -> str:
    """Why an agent of this role is not let in."""
    able = " and ".join(f"{each.value}s" for each in roles_with(permission))
    return f"Your role is {role.value}; this is for {able}. Ask an admin of this console."
