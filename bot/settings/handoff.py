"""Settings of handoffs: how long anybody waits, when people answer, and the help desks that are told.

A desk whose settings are all empty is none; one that is half given is refused where desks are opened.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from bot.settings.values import Address, Machines, Number, Secrets, SecretUrl, Text, parts_of, webhook_address

_SEVERAL = "Several stand between commas, so that one can be replaced."
_LONGEST_PATIENCE = 30 * 86_400.0


class PatienceSettings(BaseModel):
    """How long anybody waits, and when people are there."""

    bot_patience_seconds: float = Field(
        120.0,
        gt=0,
        le=_LONGEST_PATIENCE,
        description="How long a customer waits for the bot before a person is called, in seconds.",
    )
    queue_patience_seconds: float = Field(
        300.0,
        gt=0,
        le=_LONGEST_PATIENCE,
        description="How long a customer waits for a person before the desks are told again, in seconds.",
    )
    agent_patience_seconds: float = Field(
        600.0,
        gt=0,
        le=_LONGEST_PATIENCE,
        description="How long a customer waits for the agent's next message before the conversation goes back into the "
        "queue, in seconds.",
    )
    business_hours: str = Field(
        "always",
        description="When people answer: always, never, or days and hours such as Mon-Fri 09:00-17:30, "
        "Sat 10:00-14:00.",
    )
    business_time_zone: str = Field("UTC", description="Time zone of the business hours, such as Europe/Madrid.")
    holidays: str = Field(
        "",
        description="Days on which nobody answers, between commas: 12-25 each year, 2026-12-28, or "
        "2026-12-28/2027-01-02. Default: none.",
    )


class DeskSettings(BaseModel):
    """Where handoffs go besides the console."""

    webhook_url: Annotated[SecretUrl | None, AfterValidator(webhook_address)] = Field(
        None, description="Where every handoff event is posted, signed as Standard Webhooks. Only its server is shown."
    )
    webhook_secrets: Secrets = Field(
        Secrets(""), description=f"Secrets (whsec_…) that those posts are signed with. {_SEVERAL}"
    )
    zendesk_url: Address = Field(None, description="Zendesk, such as https://example.zendesk.com.")
    zendesk_email: Text = Field(None, description="E-mail address of the Zendesk agent that the API token belongs to.")
    zendesk_api_token: SecretStr = Field(SecretStr(""), description="API token of Zendesk.")
    zendesk_group_id: Number = Field(None, description="Zendesk group that new tickets go to. Default: its own rules.")
    zendesk_webhook_secrets: Secrets = Field(
        Secrets(""), description=f"Signing secrets of the Zendesk webhook that brings agents' replies. {_SEVERAL}"
    )
    chatwoot_url: Address = Field(None, description="Chatwoot, such as https://app.chatwoot.com.")
    chatwoot_account_id: Number = Field(None, description="Number of the Chatwoot account.")
    chatwoot_inbox_id: Number = Field(None, description="Number of the Chatwoot inbox, which must be an API inbox.")
    chatwoot_api_token: SecretStr = Field(SecretStr(""), description="Access token of a Chatwoot agent.")
    chatwoot_webhook_secrets: Secrets = Field(
        Secrets(""), description=f"Secrets of the Chatwoot webhook that brings agents' replies. {_SEVERAL}"
    )
    intercom_url: Address = Field(
        "https://api.intercom.io", description="Intercom's API; other regions have https://api.eu.intercom.io and such."
    )
    intercom_access_token: SecretStr = Field(SecretStr(""), description="Access token of Intercom.")
    intercom_admin_id: Text = Field(None, description="Number of the Intercom admin who writes the notes.")
    handoff_email_to: Text = Field(None, description="E-mail address of the team that handoffs are mailed to.")
    handoff_email_from: Text = Field(None, description="E-mail address that those mails come from.")
    customer_email_from: Text = Field(
        None,
        description="E-mail address that agents' answers to customers who have left come from; needs smtp_host. "
        "Default: none are sent.",
    )
    customer_email_reply_to: Text = Field(
        None,
        description="Mailbox in which the team reads what customers reply to those mails. Default: the mail says that "
        "replies are not read.",
    )
    smtp_host: Text = Field(None, description="Mail server that takes all these mails.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection to the mail server is protected: starttls, tls or none."
    )
    smtp_user: str = Field("", description="User at the mail server, if it wants one.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password at the mail server.")
    outgoing_hosts: Machines = Field(
        "",
        description="Your own machines among the desks, host or host:port between commas: they may have private "
        "addresses, http and any port. Default: none.",
    )

    @property
    def own_machines(self) -> frozenset[str]:
        """The machines in `outgoing_hosts`, in small letters, IPv6 addresses without their brackets."""
        return frozenset(part.lower().replace("[", "").replace("]", "") for part in parts_of(self.outgoing_hosts))
