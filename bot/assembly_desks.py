"""Which help desks there are, from the settings: each opened with what it needs, or refused when it is half given."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.errors import ConfigurationError
from bot.handoff.addresses import AddressRefused, judged
from bot.handoff.business_hours import parse_business_hours
from bot.handoff.contacts import ContactRefused, checked_email
from bot.handoff.customer_mail import CustomerEmailDesk
from bot.handoff.delivery import Courier
from bot.handoff.desks.chatwoot import ChatwootDesk
from bot.handoff.desks.desk import Desk
from bot.handoff.desks.email import EmailDesk
from bot.handoff.desks.intercom import IntercomDesk
from bot.handoff.desks.webhook import WebhookDesk
from bot.handoff.desks.zendesk import ZendeskDesk
from bot.handoff.expectation_of import ExpectationOf
from bot.handoff.mail_server import MailServer
from bot.handoff.outgoing import Outgoing
from bot.handoff.signatures import key_of
from bot.handoff.sweeping import SWEEP_SECONDS, TIDY_SECONDS, Chore, Sweeper, tidy
from bot.handoff.switchboard import Switchboard
from bot.settings import PREFIX, Settings
from bot.storage.database import Database
from bot.storage.ownership import Patience

Clock = Callable[[], datetime]
_SOME_PUBLIC_ADDRESS = "192.0.43.8"
"""Stands for whatever a name will resolve to: that is judged anew at each request."""


def open_desks(settings: Settings, clock: Clock) -> tuple[Desk, ...]:
    """The desks that the settings name, none reached yet. Raises ConfigurationError."""
    _require_use_of_mail_server(settings)
    outgoing = Outgoing(settings.own_machines)
    found = (
        _webhook(settings, outgoing, clock),
        _zendesk(settings, outgoing),
        _chatwoot(settings, outgoing),
        _intercom(settings, outgoing),
        _email(settings, clock),
    )
    return tuple(desk for desk in found if desk is not None)


def open_mailers(
    settings: Settings, database: Database, clock: Clock, is_watching: Callable[[str], bool]
) -> tuple[Desk, ...]:
    """What carries agents' answers to customers who have left an address and gone. Raises ConfigurationError."""
    known = _given(settings, ("customer_email_from", "smtp_host"), ("customer_email_reply_to",), shared=("smtp_host",))
    if known is None:
        return ()
    reply_to = known["customer_email_reply_to"]
    desk = CustomerEmailDesk(
        _mail_server(settings),
        _address("customer_email_from", known["customer_email_from"]),
        database,
        clock,
        is_watching,
        help_url=f"{settings.links_start_with}/help/",
        own_hosts=settings.hosts_of_actions,
        reply_to=_address("customer_email_reply_to", reply_to) if reply_to else None,
    )
    return (desk,)


def open_expectation(settings: Settings, mailers: Sequence[Desk], clock: Clock) -> ExpectationOf:
    """What customers who wait may expect, by mail too where there are `mailers`. Raises ConfigurationError."""
    hours = parse_business_hours(settings.business_hours, settings.business_time_zone, settings.holidays)
    return ExpectationOf(hours, clock, by_email=bool(mailers))


def open_courier(database: Database, desks: Sequence[Desk], clock: Clock) -> Courier:
    """What delivers to the desks, not started."""
    return Courier(database, desks, clock, random.random)


def open_sweeper(database: Database, switchboard: Switchboard, clock: Clock) -> Sweeper:
    """What ends waits that have been too long and forgets what is over, not started."""
    return Sweeper(
        [
            Chore("waits", switchboard.sweep, SWEEP_SECONDS),
            Chore("tidying", lambda: tidy(database, clock()), TIDY_SECONDS),
        ]
    )


def patience_of(settings: Settings) -> Patience:
    """How long anybody waits."""
    return Patience(
        bot=timedelta(seconds=settings.bot_patience_seconds),
        queue=timedelta(seconds=settings.queue_patience_seconds),
        human=timedelta(seconds=settings.agent_patience_seconds),
    )


def _webhook(settings: Settings, outgoing: Outgoing, clock: Clock) -> WebhookDesk | None:
    known = _given(settings, ("webhook_url", "webhook_secrets"))
    if known is None:
        return None
    _require_reachable("webhook_url", known["webhook_url"], settings)
    try:
        keys = [key_of(secret) for secret in settings.webhook_secrets.each]
    except ValueError as error:
        raise ConfigurationError(f"{_variable('webhook_secrets')} cannot be used: {error}") from error
    return WebhookDesk(outgoing, known["webhook_url"], keys, clock)


def _zendesk(settings: Settings, outgoing: Outgoing) -> ZendeskDesk | None:
    needed = ("zendesk_url", "zendesk_email", "zendesk_api_token")
    known = _given(settings, needed, ("zendesk_group_id", "zendesk_webhook_secrets"))
    if known is None:
        return None
    _require_reachable("zendesk_url", known["zendesk_url"], settings)
    return ZendeskDesk(
        outgoing, known["zendesk_url"], known["zendesk_email"], known["zendesk_api_token"], settings.zendesk_group_id
    )


def _chatwoot(settings: Settings, outgoing: Outgoing) -> ChatwootDesk | None:
    needed = ("chatwoot_url", "chatwoot_account_id", "chatwoot_inbox_id", "chatwoot_api_token")
    known = _given(settings, needed, ("chatwoot_webhook_secrets",))
    if known is None:
        return None
    _require_reachable("chatwoot_url", known["chatwoot_url"], settings)
    account_id, inbox_id = int(known["chatwoot_account_id"]), int(known["chatwoot_inbox_id"])
    return ChatwootDesk(outgoing, known["chatwoot_url"], account_id, inbox_id, known["chatwoot_api_token"])


def _intercom(settings: Settings, outgoing: Outgoing) -> IntercomDesk | None:
    known = _given(settings, ("intercom_access_token", "intercom_admin_id"))
    if known is None:
        return None
    if not settings.intercom_url:
        raise ConfigurationError(f"{_variable('intercom_url')} is empty; leave it out, or name Intercom's API.")
    _require_reachable("intercom_url", settings.intercom_url, settings)
    return IntercomDesk(outgoing, settings.intercom_url, known["intercom_access_token"], known["intercom_admin_id"])


def _email(settings: Settings, clock: Clock) -> EmailDesk | None:
    known = _given(settings, ("handoff_email_to", "handoff_email_from", "smtp_host"), shared=("smtp_host",))
    if known is None:
        return None
    sender, receiver = (_address(name, known[name]) for name in ("handoff_email_from", "handoff_email_to"))
    return EmailDesk(_mail_server(settings), sender, receiver, clock)


def _mail_server(settings: Settings) -> MailServer:
    login = _given(settings, ("smtp_user", "smtp_password")) or {}
    return MailServer(
        host=settings.smtp_host or "",
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=login.get("smtp_user", ""),
        password=login.get("smtp_password", ""),
    )


def _require_use_of_mail_server(settings: Settings) -> None:
    """ConfigurationError where a mail server is set and nothing says what it is for."""
    asked_for = settings.handoff_email_to or settings.handoff_email_from or settings.customer_email_from
    named = [name for name in ("smtp_host", "smtp_user", "smtp_password") if _text(getattr(settings, name))]
    if named and not asked_for:
        uses = " or ".join(_variable(name) for name in ("handoff_email_to", "customer_email_from"))
        raise ConfigurationError(
            f"{_variable(named[0])} is set, but neither {uses} is; set one of them, or take it out."
        )


def _given(
    settings: Settings, needed: Sequence[str], more: Sequence[str] = (), shared: Sequence[str] = ()
) -> Mapping[str, str] | None:
    """The values of `needed` and `more`, or None when none of them is set, those that others share aside.
    ConfigurationError for a part of `needed`."""
    known = {name: _text(getattr(settings, name)) for name in (*needed, *more)}
    given = [name for name, value in known.items() if value and name not in shared]
    missing = [name for name in needed if not known[name]]
    if given and missing:
        names = " and ".join(_variable(name) for name in missing) + (" is" if len(missing) == 1 else " are")
        raise ConfigurationError(f"{_variable(given[0])} is set, but {names} not; set all of them or none.")
    return known if given else None


def _text(value: object) -> str:
    """A setting's value as text, a secret's too; empty for one that is not set."""
    secret = getattr(value, "get_secret_value", None)
    return "" if value is None else str(secret() if secret is not None else value).strip()


def _require_reachable(name: str, url: str, settings: Settings) -> None:
    """ConfigurationError where no request could ever go: found here, and not when the first customer waits."""
    try:
        judged(url, settings.own_machines, lambda _host, _port: (_SOME_PUBLIC_ADDRESS,))
    except AddressRefused as error:
        raise ConfigurationError(f"{_variable(name)} cannot be used: {error}") from error


def _address(name: str, text: str) -> str:
    try:
        return checked_email(text)
    except ContactRefused as error:
        raise ConfigurationError(f"{_variable(name)} cannot be used: {error}") from error


def _variable(name: str) -> str:
    return PREFIX + name.upper()
