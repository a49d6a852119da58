import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from dataclasses import replace as changed
from pathlib import Path

import pytest

from bot.handoff.customer_mail import CustomerEmailDesk
from bot.handoff.delivery import Courier
from bot.handoff.desks.desk import NotDelivered
from bot.handoff.mail_server import MailServer
from bot.models import CustomerContext
from bot.storage.conversations import note_contact, start_conversation
from bot.storage.database import Database, open_database
from bot.storage.desk_threads import remember_thread
from bot.storage.outbox import OutgoingEvent, counts, dead_letters, enqueue
from tests.handoff_events import NOW, MemoryThread, ended, reminded, requested, wrote
from tests.mail_receiver import SmtpReceiver, receiving_mail

ADA = "ada@example.com"
HELP = "https://help.corvane.example/help/"
PAGE = "https://shop.corvane.example/account?token=secret#x"


@dataclass
class Post:
    """A conversation whose customer has left an address, and the desk that mails there."""

    database: Database
    mailbox: SmtpReceiver
    conversation_id: str
    watching: set[str] = field(default_factory=set)
    thread: MemoryThread = field(default_factory=MemoryThread)

    def desk(
        self, own_hosts: tuple[str, ...] = (), reply_to: str | None = None, help_url: str = HELP
    ) -> CustomerEmailDesk:
        return CustomerEmailDesk(
            MailServer(host="127.0.0.1", port=self.mailbox.port, security="none"),
            "footnote@corvane.example",
            self.database,
            lambda: NOW,
            self.watching.__contains__,
            help_url=help_url,
            own_hosts=own_hosts,
            reply_to=reply_to,
        )

    def event(self, event: OutgoingEvent) -> OutgoingEvent:
        return changed(event, conversation_id=self.conversation_id)

    def answer(self, number: int, text: str, **more: str) -> OutgoingEvent:
        event = self.event(wrote(number, text, author="agent"))
        return changed(event, data={**event.data, **more})

    def give_contact(self, contact: str | None) -> None:
        with self.database.write() as connection:
            note_contact(connection, self.conversation_id, contact, None)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with receiving_mail(SmtpReceiver()) as mailbox, open_database(tmp_path / "footnote.db") as database:
        context = CustomerContext(page_url=PAGE)
        conversation, _ = start_conversation(database, "site", context, NOW)
        post = Post(database, mailbox, conversation.id)
        post.give_contact(ADA)
        yield post


def test_what_an_agent_answers_reaches_a_customer_who_has_left(post: Post) -> None:
    post.desk().deliver(post.answer(1, "It was sent again.\n.\nGreetings, Bo ü 🙂"), post.thread, again=False)
    (mail,) = post.mailbox.mails
    assert post.mailbox.envelopes == [("footnote@corvane.example", [ADA])]
    assert (mail["From"], mail["To"], mail["Reply-To"]) == ("footnote@corvane.example", ADA, None)
    assert mail["Subject"] == "An answer to your question"
    assert mail["Message-ID"] == f"<{post.answer(1, '').id}@corvane.example>"
    assert mail["In-Reply-To"] is mail["References"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    text = mail.get_content()
    assert text.splitlines()[:5] == ["It was sent again.", ".", "Greetings, Bo ü 🙂", "", "____"]
    assert f"You asked us on {HELP} and" in text
    assert "replies to this e-mail are not read" in text
    assert "somebody gave your address by mistake" in text


def test_later_answers_are_of_the_same_thread(post: Post) -> None:
    for number in (1, 2, 3):
        post.desk().deliver(post.answer(number, "Hello"), post.thread, again=False)
    first, second, third = post.mailbox.mails
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert third["In-Reply-To"] == second["Message-ID"]
    assert third["References"] == f"{first['Message-ID']} {second['Message-ID']}"
    assert second["Subject"] == third["Subject"] == "Re: An answer to your question"


def test_nobody_is_mailed_what_they_see(post: Post) -> None:
    post.watching.add(post.conversation_id)
    post.desk().deliver(post.answer(1, "Hello"), post.thread, again=False)
    assert post.mailbox.mails == []
    post.watching.clear()
    post.desk().deliver(post.answer(2, "Still there?"), post.thread, again=False)
    assert [mail.get_content().splitlines()[0] for mail in post.mailbox.mails] == ["Still there?"]
    assert post.mailbox.mails[0]["In-Reply-To"] is None, "a mail that was never sent is not answered"


def test_only_what_a_person_answers_is_mailed(post: Post) -> None:
    others = (requested(1), wrote(2, "I?"), wrote(3, "Me.", author="assistant"), reminded(4), ended(5))
    for event in others:
        post.desk().deliver(post.event(event), post.thread, again=False)
    post.desk().deliver(changed(post.answer(6, "x"), type="handoff.contact"), post.thread, again=False)
    assert post.mailbox.mails == []


def test_without_an_address_nothing_is_mailed(post: Post) -> None:
    other, _ = start_conversation(post.database, "site", CustomerContext(), NOW)
    post.desk().deliver(changed(post.answer(1, "Hello"), conversation_id=other.id), post.thread, again=False)
    assert post.mailbox.mails == []


def test_the_newest_address_counts(post: Post) -> None:
    post.give_contact("ada@lovelace.example")
    post.desk().deliver(post.answer(1, "Hello"), post.thread, again=False)
    assert post.mailbox.envelopes[0][1] == ["ada@lovelace.example"]


def test_what_the_help_desk_mails_itself_is_not_mailed_twice(post: Post) -> None:
    answer = post.answer(1, "Hello", desk="zendesk")
    with post.database.write() as connection:
        remember_thread(connection, "zendesk", post.conversation_id, {"ticket_id": "1", "requester_id": "2"})
    post.desk().deliver(answer, post.thread, again=False)
    assert post.mailbox.mails == []
    post.desk().deliver(post.answer(2, "From the console"), post.thread, again=False)
    post.desk().deliver(post.answer(3, "From Chatwoot", desk="chatwoot"), post.thread, again=False)
    assert len(post.mailbox.mails) == 2


def test_a_ticket_that_does_not_know_the_address_mails_nothing(post: Post) -> None:
    with post.database.write() as connection:
        remember_thread(connection, "zendesk", post.conversation_id, {"ticket_id": "1"})
    post.desk().deliver(post.answer(1, "Hello", desk="zendesk"), post.thread, again=False)
    assert len(post.mailbox.mails) == 1


@pytest.mark.parametrize(
    ("page", "own_hosts", "link"),
    [
        (PAGE, (), HELP),
        (PAGE, ("shop.corvane.example",), "https://shop.corvane.example/account"),
        (PAGE, ("*.corvane.example",), "https://shop.corvane.example/account"),
        ("https://corvane.example/", ("*.corvane.example",), HELP),
        ("https://evilcorvane.example/", ("*.corvane.example", "corvane.example"), HELP),
        ("https://help.corvane.example/help/w", (), "https://help.corvane.example/help/w"),
        ("https://help.corvane.example@evil.example/", (), HELP),
        ("https://phish.example/", ("shop.corvane.example",), HELP),
        ("javascript:alert(1)//help.corvane.example", (), HELP),
        (None, ("shop.corvane.example",), HELP),
    ],
)
def test_a_mail_leads_to_the_operators_own_sites_only(
    post: Post, page: str | None, own_hosts: tuple[str, ...], link: str
) -> None:
    conversation, _ = start_conversation(post.database, "site", CustomerContext(page_url=page), NOW)
    post.conversation_id = conversation.id
    post.give_contact(ADA)
    post.desk(own_hosts).deliver(post.answer(1, "Hello"), post.thread, again=False)
    assert f"You asked us on {link} and had left" in post.mailbox.mails[0].get_content()


def test_answers_go_to_the_team_if_it_reads_them(post: Post) -> None:
    post.desk(reply_to="team@corvane.example").deliver(post.answer(1, "Hello"), post.thread, again=False)
    (mail,) = post.mailbox.mails
    assert mail["Reply-To"] == "team@corvane.example"
    assert "reply to this e-mail, or write in the chat" in mail.get_content()


def test_a_second_attempt_sends_what_was_not_sent_only(post: Post) -> None:
    post.mailbox.codes.append(451)
    with pytest.raises(NotDelivered) as failure:
        post.desk().deliver(post.answer(1, "Hello"), post.thread, again=False)
    assert failure.value.down and post.thread.details == {}
    for _ in range(2):
        post.desk().deliver(post.answer(1, "Hello"), post.thread, again=True)
    assert len(post.mailbox.mails) == 1


@pytest.mark.parametrize(("code", "final"), [(450, False), (550, True)])
def test_an_address_that_does_not_exist_is_given_up(post: Post, code: int, final: bool) -> None:
    post.mailbox.refused.add(ADA)
    post.mailbox.refusal = code
    with pytest.raises(NotDelivered, match="the address that the customer left") as failure:
        post.desk().deliver(post.answer(1, "Hello"), post.thread, again=False)
    assert failure.value.final == final and not failure.value.down
    assert ADA not in str(failure.value)


@pytest.mark.parametrize("text", ["", "a\ud800b\0c", "x" * 5000, "From me\r\n.\r\nBcc: eve@example.com"])
def test_any_text_is_a_mail(post: Post, text: str) -> None:
    post.desk().deliver(post.answer(1, text), post.thread, again=False)
    (mail,) = post.mailbox.mails
    assert mail["Bcc"] is None
    assert "You asked us on" in mail.get_content()


def test_by_the_outbox(post: Post) -> None:
    courier = Courier(post.database, [post.desk()], lambda: NOW, random.Random(1).random)
    with post.database.write() as connection:
        for number in (1, 2):
            enqueue(connection, post.answer(number, f"Answer {number}"), courier.desks, NOW)
    while courier.deliver_next("customer_email"):
        pass
    assert [mail.get_content().splitlines()[0] for mail in post.mailbox.mails] == ["Answer 1", "Answer 2"]
    assert post.mailbox.mails[1]["In-Reply-To"] == post.mailbox.mails[0]["Message-ID"]
    post.mailbox.refused.add(ADA)
    with post.database.write() as connection:
        enqueue(connection, post.answer(3, "Answer 3"), courier.desks, NOW)
    assert courier.deliver_next("customer_email")
    with post.database.read() as connection:
        assert counts(connection) == {"customer_email": {"pending": 0, "delivered": 2, "dead": 1}}
        assert "the address that the customer left" in str(dead_letters(connection)[0].last_error)
