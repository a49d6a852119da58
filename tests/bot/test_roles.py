import itertools

import pytest

from bot.roles import LEAST_ROLE, Permission, Role, at_least, may, refusal, roles_with

AGENT = {Permission.OWN_ACCOUNT, Permission.CONVERSE, Permission.READ}
EDITOR = AGENT | {Permission.MEND, Permission.REINDEX}


@pytest.mark.parametrize(
    ("role", "permitted"), [(Role.AGENT, AGENT), (Role.EDITOR, EDITOR), (Role.ADMIN, set(Permission))]
)
def test_what_each_role_may_do(role: Role, permitted: set[Permission]) -> None:
    assert {each for each in Permission if may(role, each)} == permitted


def test_every_permission_has_its_least_role() -> None:
    assert set(LEAST_ROLE) == set(Permission)


def test_a_greater_role_has_all_that_a_lesser_one_has() -> None:
    for lesser, greater in itertools.pairwise(Role):
        assert at_least(greater, lesser) and not at_least(lesser, greater)
        assert all(may(greater, each) for each in Permission if may(lesser, each))


def test_a_refusal_says_whose_it_is() -> None:
    assert roles_with(Permission.MEND) == (Role.EDITOR, Role.ADMIN)
    assert refusal(Role.AGENT, Permission.MEND) == (
        "Your role is agent; this is for editors and admins. Ask an admin of this console."
    )
    assert "this is for admins. " in refusal(Role.EDITOR, Permission.READ_AUDIT)
