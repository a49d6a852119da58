import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SignInFailed
from bot.roles import Role, at_least
from bot.safety.agent_names import display_name_fault, name_fault
from bot.safety.provider_claims import provider_identity, role_of_groups

ISSUER = "https://login.example.com"
ROLES = {"support": Role.AGENT, "docs": Role.EDITOR, "ops": Role.ADMIN}


def identity(**claims: Any) -> Any:
    return provider_identity({"iss": ISSUER, "sub": "p-1"} | claims)


def test_a_verified_address_is_the_name() -> None:
    found = identity(email=" Maria@Example.com", email_verified=True, name=" María  López ", preferred_username="x")
    assert (found.issuer, found.subject, found.name) == (ISSUER, "p-1", "maria@example.com")
    assert (found.display_name, found.is_vouched_for) == ("María López", True)


@pytest.mark.parametrize("verified", [False, None, "true", 1, "yes"])
def test_an_address_is_verified_or_is_none(verified: object) -> None:
    claims = {"email": "maria@example.com", "email_verified": verified}
    with pytest.raises(SignInFailed, match="vouches for no e-mail address"):
        identity(**claims)
    found = identity(**claims, preferred_username="Maria.L")
    assert (found.name, found.display_name, found.is_vouched_for) == ("maria.l", "maria.l", False)


@pytest.mark.parametrize("subject", [None, "", 7, "x" * 256])
def test_nobody_without_a_subject(subject: object) -> None:
    with pytest.raises(SignInFailed, match="does not say who you are"):
        identity(sub=subject, email="maria@example.com", email_verified=True)


@pytest.mark.parametrize("name", ["bot", "ma ria", "", 7, None, "x" * 65, "мария@example.com"])
def test_a_name_that_no_agent_may_have_is_none(name: object) -> None:
    with pytest.raises(SignInFailed):
        identity(email=name, email_verified=True, preferred_username=name)


@pytest.mark.parametrize("shown", [None, 7, "", "x" * 61, "a\u202eb", "a\nb\x00"])
def test_a_name_that_customers_must_not_read_is_not_shown(shown: object) -> None:
    assert identity(preferred_username="maria", name=shown).display_name == "maria"


CLAIMS = st.none() | st.booleans() | st.integers() | st.text(max_size=80) | st.lists(st.text(max_size=5), max_size=3)


@given(email=CLAIMS, verified=CLAIMS, username=CLAIMS, name=CLAIMS, subject=CLAIMS)
def test_whatever_comes_is_refused_or_fit_for_an_agent(email, verified, username, name, subject) -> None:
    claims = {"email": email, "email_verified": verified, "preferred_username": username, "name": name}
    try:
        found = identity(sub=subject, **claims)
    except SignInFailed:
        return
    assert name_fault(found.name) is None and display_name_fault(found.display_name) is None
    assert found.is_vouched_for <= (verified is True)


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["support"], Role.AGENT),
        (["ops", "support", "docs"], Role.ADMIN),
        ("docs", Role.EDITOR),
        (["Docs"], None),
        ([], None),
        (None, None),
        ({"ops": 1}, None),
        ([["ops"], 7, None, "docs"], Role.EDITOR),
        (7, None),
    ],
)
def test_the_greatest_role_of_the_groups(groups: object, role: Role | None) -> None:
    assert role_of_groups(groups, ROLES) is role


def test_everybody_may_have_a_role() -> None:
    everybody = ROLES | {"*": Role.AGENT}
    assert role_of_groups(None, everybody) is Role.AGENT
    assert role_of_groups(["ops"], everybody) is Role.ADMIN


@given(st.lists(st.sampled_from([*ROLES, *string.ascii_lowercase])))
def test_no_group_takes_a_role_away(groups: list[str]) -> None:
    role = role_of_groups(groups, ROLES)
    for group in groups:
        if group in ROLES:
            assert role is not None and at_least(role, ROLES[group])
    assert (role is None) == (not set(groups) & set(ROLES))
