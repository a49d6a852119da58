from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.settings import Settings, describe, load_settings

SECRET = "sim-sala-bim"
HIDDEN = (
    "webhook_url",
    "webhook_secrets",
    "zendesk_api_token",
    "zendesk_webhook_secrets",
    "chatwoot_api_token",
    "chatwoot_webhook_secrets",
    "intercom_access_token",
    "smtp_password",
    "site_identity_secrets",
)


def test_nobody_but_the_console_is_told_unless_a_desk_is_named() -> None:
    settings = load_settings()
    assert (settings.webhook_url, settings.zendesk_url, settings.chatwoot_url, settings.smtp_host) == (None,) * 4
    assert settings.intercom_url == "https://api.intercom.io"
    assert (settings.zendesk_webhook_secrets.each, settings.own_machines) == ((), frozenset())
    assert (settings.business_hours, settings.business_time_zone, settings.holidays) == ("always", "UTC", "")
    waits = (settings.bot_patience_seconds, settings.queue_patience_seconds, settings.agent_patience_seconds)
    assert waits == (120, 300, 600)


@pytest.mark.parametrize("name", HIDDEN)
def test_no_secret_is_shown(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value = f"https://hooks.example/{SECRET}" if name == "webhook_url" else SECRET
    monkeypatch.setenv(f"FOOTNOTE_{name.upper()}", value)
    settings = load_settings()
    assert getattr(settings, name).get_secret_value() == value
    everything = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()} {describe(settings)}"
    assert SECRET not in everything
    assert {row.name: row.value for row in describe(settings)}[name] in ("**********", "https://hooks.example/***")


def test_every_setting_that_may_hold_a_secret_is_tried_above() -> None:
    named = {name for name in Settings.model_fields if name.endswith(("_secrets", "_token", "_password"))}
    assert named < set(HIDDEN)


@pytest.mark.parametrize("name", HIDDEN)
def test_a_wrong_secret_is_not_repeated(name: str, own_folder: Path) -> None:
    (own_folder / "footnote.toml").write_text(f'{name} = ["{SECRET}"]\n')
    with pytest.raises(ConfigurationError, match=f"FOOTNOTE_{name.upper()}") as refused:
        load_settings()
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "each"),
    [
        ("", ()),
        (" , ", ()),
        ("whsec_one", ("whsec_one",)),
        (" whsec_new ,whsec_old,", ("whsec_new", "whsec_old")),
    ],
)
def test_several_secrets_stand_between_commas(text: str, each: tuple[str, ...]) -> None:
    assert load_settings(webhook_secrets=text).webhook_secrets.each == each


@pytest.mark.parametrize("name", ["webhook_url", "zendesk_url", "chatwoot_url", "intercom_url"])
@pytest.mark.parametrize(
    "url",
    [
        "corvane.zendesk.com",
        "ftp://corvane.example",
        "https://",
        f"https://me:{SECRET}@corvane.example",
        f"https://[{SECRET}",
        f"https://corvane.example /{SECRET}",
        f"https://me:{SECRET}\u2100@corvane.example",
    ],
)
def test_a_wrong_address_is_refused_and_not_repeated(name: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"FOOTNOTE_{name.upper()}", url)
    with pytest.raises(ConfigurationError, match="it must be https://") as refused:
        load_settings()
    assert f"FOOTNOTE_{name.upper()}" in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("name", ["zendesk_url", "chatwoot_url", "intercom_url"])
def test_an_address_that_paths_are_put_behind_has_no_slash_and_no_query(name: str) -> None:
    assert getattr(load_settings(**{name: "https://corvane.example/support/"}), name) == (
        "https://corvane.example/support"
    )
    with pytest.raises(ConfigurationError):
        load_settings(**{name: "https://corvane.example/?a=b"})


def test_a_webhook_s_address_shows_its_server_only() -> None:
    for url, shown in {
        "https://hooks.example:8443/a/sim-sala-bim?key=sim-sala-bim": "https://hooks.example:8443/***",
        "https://hooks.example/": "https://hooks.example/",
        "https://hooks.example?sim-sala-bim": "https://hooks.example/***",
        "https://hooks.example#sim-sala-bim": "https://hooks.example/***",
    }.items():
        assert str(load_settings(webhook_url=url).webhook_url) == shown


def test_an_empty_variable_sets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = ("zendesk_group_id", "chatwoot_account_id", "chatwoot_inbox_id")
    texts = ("webhook_url", "zendesk_url", "zendesk_email", "intercom_admin_id", "handoff_email_to", "smtp_host")
    for name in (*numbers, *texts, "webhook_secrets", "zendesk_api_token", "outgoing_hosts"):
        monkeypatch.setenv(f"FOOTNOTE_{name.upper()}", "")
    settings = load_settings()
    assert [getattr(settings, name) for name in (*numbers, *texts)] == [None] * 9


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("zendesk_group_id", "0"),
        ("chatwoot_inbox_id", "seven"),
        ("bot_patience_seconds", "0"),
        ("queue_patience_seconds", "nan"),
        ("agent_patience_seconds", "inf"),
        ("smtp_port", "65536"),
        ("smtp_security", "ssl"),
    ],
)
def test_a_value_out_of_range_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"FOOTNOTE_{name.upper()}", value)
    with pytest.raises(ConfigurationError, match=f"FOOTNOTE_{name.upper()}"):
        load_settings()


def test_own_machines_are_written_as_requests_know_them() -> None:
    settings = load_settings(outgoing_hosts="Desk.internal, 10.0.0.5:8080,[::1]:8080 ,[fd00::7]")
    assert settings.own_machines == {"desk.internal", "10.0.0.5:8080", "::1:8080", "fd00::7"}


@pytest.mark.parametrize("hosts", ["http://desk.internal", "desk.internal/x", "desk internal", "a,b:", "*.internal"])
def test_what_is_no_machine_is_refused(hosts: str) -> None:
    with pytest.raises(ConfigurationError, match="neither host nor host:port"):
        load_settings(outgoing_hosts=hosts)
