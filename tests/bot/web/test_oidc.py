"""Signing in at an identity provider, over real sockets."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from bot.errors import ConfigurationError
from bot.roles import Role
from bot.settings import Settings
from bot.staffed import StaffedFootnote
from bot.storage.agents import agent_account, agent_accounts, disable_agent
from bot.storage.audit import audit_entries
from bot.storage.login_links import make_login_link
from bot.web.app import create_app
from tests.agents import HandClock, give_password
from tests.provider import CLIENT_ID, CLIENT_SECRET, GROUPS, Provider, new_key, providing

HOST = "http://localhost"
PAGE = {"accept": "text/html"}
MARIA = "maria@example.com"


NOT_FOR_THIS_SIGN_IN: list[dict[str, Any]] = [
    {"nonce": "another"},
    {"nonce": None},
    {"aud": "another-client"},
    {"aud": ["another-client", CLIENT_ID]},
    {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
    {"aud": None},
    {"iss": "https://evil.example"},
    {"iss": None},
    {"exp": 1_700_000_000},
    {"exp": None},
    {"iat": None},
    {"sub": None},
    {"nbf": 4_000_000_000},
    {"at_hash": "bm90IHRoZSBoYXNo"},
]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        return None


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


def settings_for(provider: Provider, settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": SecretStr(CLIENT_SECRET),
            "oidc_groups": GROUPS,
        }
    )


@pytest.fixture
def app(footnote: StaffedFootnote, provider: Provider) -> FastAPI:
    return create_app(settings_for(provider, footnote.settings), footnote)


@pytest.fixture
def browser(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=HOST, follow_redirects=False, headers=PAGE) as browser:
        yield browser


def there(browser: TestClient, next: str = "/console/conversations") -> str:
    """Leads the browser to the provider and comes back with the address that the provider sends it to."""
    led = browser.get(f"/console/sign-in/provider?next={next}")
    assert led.status_code == 303, led.text
    try:
        urllib.request.build_opener(NoRedirect).open(led.headers["location"], timeout=10)
    except urllib.error.HTTPError as answer:
        assert answer.code == 303
        return answer.headers["location"].removeprefix(HOST)
    raise AssertionError("The provider did not send the browser back.")


def enter(browser: TestClient, next: str = "/console/conversations") -> Any:
    return browser.get(there(browser, next))


def require_refused(answer: Any, sentence: str) -> None:
    assert answer.status_code == 401
    assert sentence in answer.text
    assert not [name for name in answer.cookies if "agent" in name]


def test_somebody_new_gets_the_role_of_their_groups(browser: TestClient, provider: Provider, footnote) -> None:
    assert f"Sign in at {urlsplit(provider.issuer).hostname}" in browser.get("/console/sign-in").text
    entered = enter(browser)
    assert (entered.status_code, entered.headers["location"]) == (303, "/console/conversations")
    page = browser.get("/console/conversations")
    assert page.status_code == 200 and "María López" in page.text
    (account,) = agent_accounts(footnote.database)
    assert (account.agent.name, account.agent.role, account.by_provider) == (MARIA, Role.AGENT, True)
    assert not account.has_password
    assert browser.get("/console/people").status_code == 403
    (asked,) = provider.asked
    assert len(asked["state"]) > 40 and len(asked["nonce"]) > 40 and asked["scope"] == "openid profile email groups"
    assert asked["redirect_uri"] == f"{HOST}/console/sign-in/return"
    actions = [(entry.agent, entry.action) for entry in audit_entries(footnote.database, 9)]
    assert actions == [(MARIA, "signed_in"), (None, "agent_added")]


def test_the_greatest_role_counts(browser: TestClient, provider: Provider, footnote) -> None:
    provider.person["groups"] = ["docs", "support", "x"]
    assert enter(browser).status_code == 303
    assert agent_accounts(footnote.database)[0].agent.role is Role.EDITOR


def test_groups_may_be_told_at_the_userinfo_endpoint_of_the_same_person(browser, provider, footnote) -> None:
    del provider.person["groups"]
    provider.userinfo = {"sub": "somebody-else", "groups": ["ops"]}
    require_refused(enter(browser), "none of your groups there has a role")
    provider.userinfo = {"sub": "p-1", "groups": ["ops"]}
    assert enter(browser).status_code == 303
    assert agent_accounts(footnote.database)[0].agent.role is Role.ADMIN


def test_without_a_group_that_has_a_role_nobody_gets_in(browser, provider, footnote) -> None:
    for groups in (None, [], ["strangers"], {"ops": True}, 7, [["ops"]]):
        provider.person["groups"] = groups
        require_refused(enter(browser), "none of your groups there has a role in this console")
    assert agent_accounts(footnote.database) == ()


def test_who_leaves_the_groups_is_out(browser: TestClient, provider: Provider, footnote, app: FastAPI) -> None:
    provider.person["groups"] = ["ops"]
    enter(browser)
    assert browser.get("/console/people").status_code == 200
    provider.person["groups"] = ["support"]
    enter(browser)
    assert browser.get("/console/people").status_code == 403, "the role is the provider's at each sign-in"
    provider.person["groups"] = []
    other = TestClient(app, base_url=HOST, follow_redirects=False, headers=PAGE)
    require_refused(enter(other), "none of your groups")
    assert browser.get("/console").headers["location"].startswith("/console/sign-in"), "the old session has ended"
    assert audit_entries(footnote.database, 1)[0].action == "sign_in_refused"


def test_a_forged_state_opens_nothing(browser: TestClient, provider: Provider, app: FastAPI) -> None:
    back = there(browser)
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    for wrong in ({**query, "state": "forged"}, {"code": query["code"]}, {**query, "state": ""}):
        require_refused(browser.get("/console/sign-in/return", params=wrong), "not begun here")
    stranger = TestClient(app, base_url=HOST, follow_redirects=False, headers=PAGE)
    require_refused(stranger.get(back), "not begun here")
    assert "/token" not in provider.fetched, "the code was not even tried"
    assert browser.get(back).status_code == 303, "the browser that began it still gets in"


def test_a_sign_in_comes_back_once(browser: TestClient) -> None:
    back = there(browser)
    cookies = dict(browser.cookies)
    assert browser.get(back).status_code == 303
    browser.cookies.update(cookies)
    require_refused(browser.get(back), "was used already")


def test_a_token_that_is_not_for_this_sign_in_is_refused(browser, provider, footnote) -> None:
    for bent in NOT_FOR_THIS_SIGN_IN:
        provider.bent = bent
        require_refused(enter(browser), "is not good for signing in here")
    assert agent_accounts(footnote.database) == ()
    provider.bent = {"aud": [CLIENT_ID]}
    assert enter(browser).status_code == 303


def test_only_the_provider_s_own_signature_counts(browser: TestClient, provider: Provider) -> None:
    provider.published = [new_key("first", "somebody else")]
    require_refused(enter(browser), "is not good for signing in here")


def test_another_algorithm_than_said_is_refused(browser: TestClient, provider: Provider) -> None:
    provider.metadata = {"id_token_signing_alg_values_supported": ["HS256", "none", "ES256"]}
    require_refused(enter(browser), "is not good for signing in here")


def test_a_new_key_of_the_provider_is_fetched(browser: TestClient, provider: Provider, app: FastAPI) -> None:
    app.state.entrance.provider._clock = clock = HandClock(datetime.now(UTC))
    assert enter(browser).status_code == 303
    provider.key = new_key("second")
    require_refused(enter(browser), "is not good")
    clock.pass_by(seconds=45)
    assert enter(browser).status_code == 303
    assert provider.fetched.count("/keys") == 2


def test_an_unverified_address_links_to_nobody(browser: TestClient, provider: Provider, footnote) -> None:
    give_password(footnote.database, HandClock(datetime.now(UTC)), MARIA)
    for claimed in (False, None, "true", 1):
        provider.person |= {"email_verified": claimed, "groups": ["ops"]}
        require_refused(enter(browser), "vouches for no e-mail address of yours")
    provider.person["preferred_username"] = MARIA
    require_refused(enter(browser), f"There is an agent {MARIA} already")
    account = agent_account(footnote.database, MARIA)
    assert account is not None and account.has_password and not account.by_provider
    provider.person["preferred_username"] = "Maria.L"
    assert enter(browser).status_code == 303
    assert agent_account(footnote.database, "maria.l") is not None


def test_a_verified_address_links_to_its_agent_who_has_no_password_from_then_on(browser, provider, footnote) -> None:
    give_password(footnote.database, HandClock(datetime.now(UTC)), MARIA)
    assert enter(browser).status_code == 303
    account = agent_account(footnote.database, MARIA)
    assert account is not None and account.by_provider and not account.has_password
    assert account.agent.role is Role.AGENT, "it was the first agent, an admin; the groups say otherwise"
    origin = {"origin": HOST}
    refused = browser.post("/console/password", data={"new": "blue zebra walks home"}, headers=origin)
    assert refused.status_code == 422 and "no password of yours here" in refused.text
    provider.person["sub"] = "p-2"
    require_refused(enter(browser), f"There is an agent {MARIA} already")
    link = make_login_link(footnote.database, MARIA, datetime.now(UTC))
    assert browser.post(f"/console/login/{link}", headers=origin).headers["location"] == "/console/"


def test_a_disabled_agent_stays_out(browser: TestClient, footnote) -> None:
    enter(browser)
    disable_agent(footnote.database, MARIA, datetime.now(UTC))
    require_refused(enter(browser), f"The agent {MARIA} is disabled")


def test_a_provider_that_refuses_or_is_not_itself_lets_nobody_in(browser, provider, app: FastAPI) -> None:
    require_refused(browser.get(there(browser).replace("code=", "error=access_denied&x=")), "has not let you in")
    mixed_up = there(browser).replace("iss=http", "iss=https%3A%2F%2Fevil.example%2F")
    require_refused(browser.get(mixed_up), "has not let you in")
    require_refused(browser.get(there(browser).replace("code=", "code=x")), "cannot be reached, or does not answer")
    app.state.entrance.provider._metadata = None
    for metadata in ({"issuer": "https://evil.example"}, {"token_endpoint": "ftp://x"}, {"jwks_uri": None}):
        provider.metadata = metadata
        require_refused(browser.get("/console/sign-in/provider"), "cannot be reached, or does not answer")


def test_after_the_sign_in_nobody_is_led_away(browser: TestClient) -> None:
    assert enter(browser, "https://evil.example/console").headers["location"] == "/console/"


def test_a_provider_that_is_not_there_is_a_sentence(footnote: StaffedFootnote) -> None:
    with providing() as gone:
        settings = settings_for(gone, footnote.settings)
    with TestClient(create_app(settings, footnote), base_url=HOST, headers=PAGE) as browser:
        require_refused(browser.get("/console/sign-in/provider"), "cannot be reached")


def test_without_a_provider_there_is_no_way_to_one(footnote: StaffedFootnote) -> None:
    with TestClient(create_app(footnote.settings, footnote), base_url=HOST, headers=PAGE) as browser:
        assert "Sign in at" not in browser.get("/console/sign-in").text
        for path in ("/console/sign-in/provider", "/console/sign-in/return"):
            require_refused(browser.get(path), "no identity provider here")


def test_a_provider_that_is_half_set_up_is_refused(footnote: StaffedFootnote, provider: Provider) -> None:
    half = settings_for(provider, footnote.settings).model_copy(update={"oidc_groups": "", "oidc_client_id": None})
    with pytest.raises(ConfigurationError, match="FOOTNOTE_OIDC_CLIENT_ID and FOOTNOTE_OIDC_GROUPS"):
        create_app(half, footnote)
