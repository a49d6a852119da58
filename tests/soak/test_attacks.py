"""Every string that attacks pages, wherever text comes from, with the pages' policy and without; `make soak` runs it.
XSS_STRINGS names a file of others (JSON lines, each with a `text`)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.attack_center import Center, center_for_attacks
from tests.browser.attack_observer import require_harmless
from tests.browser.attack_places import Staged, staged_for_attacks
from tests.browser.attack_strings import generated, given
from tests.browser.conftest import browser

__all__ = ["browser"]

STRINGS = tuple(dict.fromkeys((*given(), *generated())))
AT_ONCE = 150

pytestmark = [
    pytest.mark.browser,
    pytest.mark.soak(rounds=len(STRINGS)),
    pytest.mark.timeout(7200),
    pytest.mark.parametrize("policy", [False, True], ids=["without the policy", "with the policy"]),
]


@pytest.fixture
def stage(browser: Browser, tmp_path: Path, policy: bool) -> Iterator[Staged]:
    with staged_for_attacks(browser, tmp_path, policy) as stage:
        yield stage


@pytest.fixture
def center(browser: Browser, tmp_path: Path, policy: bool) -> Iterator[Center]:
    with center_for_attacks(browser, tmp_path, policy) as center:
        yield center


@pytest.mark.parametrize("where", ["type", "queue", "shelve", "reply"])
def test_every_string_in_the_staged_application(stage: Staged, where: str) -> None:
    require_harmless(getattr(stage, where), STRINGS, AT_ONCE)


@pytest.mark.parametrize("where", ["search", "place", "complete"])
def test_every_string_in_an_indexed_help_center(center: Center, where: str) -> None:
    require_harmless(getattr(center, where), STRINGS, 25 if where == "complete" else AT_ONCE)
    assert where != "complete" or center.composers.count("model") > len(center.composers) // 2
