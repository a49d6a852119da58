"""What a person answers, by e-mail to a customer who is no longer there. One more desk of the outbox.

Only the person's own words and a link are sent: an address that somebody typed proves nothing, and the mail may reach a
stranger. For the same reason nothing that the customer wrote stands in it, its subject included, and the link leads to
the operator's own sites only.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from bot.handoff.desks.desk import MESSAGE, NotDelivered, Thread
from bot.handoff.mail_server import MailServer, ReceiverRefused
from bot.handoff.summary import bare_url
from bot.models import Conversation
from bot.storage.conversations import conversation_of
from bot.storage.database import Database
from bot.storage.desk_threads import thread_details
from bot.storage.outbox import OutgoingEvent
from prompts.templates import render

SENDS_BY_ITSELF = {"zendesk": "requester_id"}
"""Desks that send their agents' messages to the customer's address themselves, with what is remembered of them when
they know that address."""


class CustomerEmailDesk:
    """Mail from `sender`, a checked address, to the contact of a conversation.

    `is_watching` tells by a conversation's id whether the customer sees what is said now: then no mail is sent.
    `help_url` is the help center's address. A mail leads there, or to the page that the customer came from when that is
    on one of `own_hosts` (`*.` in front stands for every name below). `reply_to` is where the team reads answers by
    e-mail, if it does.
    """

    name = "customer_email"

    def __init__(
        self,
        server: MailServer,
        sender: str,
        database: Database,
        clock: Callable[[], datetime],
        is_watching: Callable[[str], bool],
        *,
        help_url: str,
        own_hosts: Collection[str] = (),
        reply_to: str | None = None,
    ) -> None:
        self._server = server
        self._sender = sender
        self._database = database
        self._clock = clock
        self._is_watching = is_watching
        self._help_url = help_url
        self._own_hosts = frozenset(own_hosts)
        self._reply_to = reply_to

    def deliver(self, event: OutgoingEvent, thread: Thread, again: bool) -> None:
        """Sends an agent's message; everything else is dropped. NotDelivered, StorageError."""
        if event.type != MESSAGE or event.data.get("author") != "agent":
            return
        if self._is_watching(event.conversation_id) or (again and thread.get("last_id") == event.id):
            return
        desk = str(event.data.get("desk") or "")
        with self._database.read() as connection:
            conversation = conversation_of(connection, event.conversation_id)
            known_there = thread_details(connection, desk, event.conversation_id)
        if conversation.contact is None or SENDS_BY_ITSELF.get(desk) in known_there:
            return
        self._send(conversation, conversation.contact, event, thread)

    def _send(self, conversation: Conversation, receiver: str, event: OutgoingEvent, thread: Thread) -> None:
        mail = self._mail(conversation, receiver, event, thread)
        try:
            self._server.hand_in(mail, self._sender, receiver)
        except ReceiverRefused as refusal:
            # The address is not repeated: dead letters are listed, and it is a customer's.
            raise NotDelivered(
                "The mail server does not take mail for the address that the customer left.", final=refusal.lasting
            ) from refusal
        thread.remember(first_id=thread.get("first_id") or event.id, last_id=event.id)

    def _mail(self, conversation: Conversation, receiver: str, event: OutgoingEvent, thread: Thread) -> EmailMessage:
        domain = self._sender.rpartition("@")[2]
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"] = self._sender, receiver
        if self._reply_to is not None:
            mail["Reply-To"] = self._reply_to
        mail["Date"] = format_datetime(self._clock())
        mail["Message-ID"] = f"<{event.id}@{domain}>"
        earlier = [f"<{id_}@{domain}>" for key in ("first_id", "last_id") if (id_ := thread.get(key))]
        if earlier:
            mail["In-Reply-To"] = earlier[-1]
            mail["References"] = " ".join(dict.fromkeys(earlier))
        mail["Subject"] = ("Re: " if earlier else "") + render("replies/customer_mail_subject.txt")
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Footnote-Event"] = event.id
        text = render(
            "replies/customer_mail.txt",
            text=str(event.data.get("text", "")),
            link=self._link(conversation.context.page_url),
            answers_are_read=self._reply_to is not None,
        )
        mail.set_content(text.encode("utf-8", "replace").decode("utf-8"))
        return mail

    def _link(self, page_url: str | None) -> str:
        page = bare_url(page_url)
        host = urlsplit(page).hostname if page else None
        return page if page and host and self._is_own(host) else self._help_url

    def _is_own(self, host: str) -> bool:
        return host == urlsplit(self._help_url).hostname or any(
            host == own or (own.startswith("*.") and host.endswith(own[1:])) for own in self._own_hosts
        )
