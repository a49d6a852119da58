"""Customers at a real server that is killed again and again, and what must be there afterwards."""

import base64
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.models import Message, Owner, Speaker
from bot.storage.database import Database, open_database
from bot.storage.handoffs import open_handoffs
from bot.storage.messages import open_messages, whole_log
from bot.storage.outbox import counts
from bot.storage.ownership import ownership_of
from tests.desk_receivers import WebhookReceiver, receiving
from tests.end_to_end.conftest import ROOT, environment
from tests.end_to_end.persistent_customers import Customer, MessageKey

STARTER = "tests.end_to_end.forked_server"
CUSTOMERS = 4
IN_THE_START = 5
"""Every so many kills fall into a server's start, the others into its work."""
LONGEST_WORK = 0.5
"""Seconds after a server's first answer within which it is killed."""


@dataclass
class Ordeal:
    """A data directory whose server is killed, its customers, and the help desk that is told of handoffs."""

    data: Path
    log: Path
    starter: "subprocess.Popen[str]"
    receiver: WebhookReceiver
    port: int
    process: int = 0
    customers: list[Customer] = field(default_factory=list)
    leaving: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill_at_random(self, kills: int, seed: int) -> dict[str, int]:
        """So many kills, each at a random moment of a server's life; then everybody is served to the end and the server
        is stopped. What there was of it all, by name."""
        moments = random.Random(seed)
        self.customers = [Customer(number, self.address, self.leaving) for number in range(CUSTOMERS)]
        self._start()
        for customer in self.customers:
            customer.start()
        for number in range(kills):
            if number % IN_THE_START:
                self._wait_until_answered(sum(customer.answers for customer in self.customers))
            time.sleep(moments.uniform(0, LONGEST_WORK))
            os.kill(self.process, signal.SIGKILL)
            assert self._order({"wait": self.process}) == -signal.SIGKILL, self.log.read_text()
            self._start()
        self.leaving.set()
        for customer in self.customers:
            customer.join(90)
            if customer.failure is not None:
                raise customer.failure
            assert not customer.is_alive()
        with open_database(self.data / "footnote.db") as database:
            self._wait_until_delivered(database)
            os.kill(self.process, signal.SIGTERM)
            assert self._order({"wait": self.process}) == 0, self.log.read_text()
            self.process = 0
            return self._require_everything(database)

    def end(self) -> None:
        """Nothing of it goes on, whatever happened."""
        self.leaving.set()
        if self.process:
            with suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGKILL)

    def _start(self) -> None:
        arguments = ["serve", "--port", str(self.port), "--data-dir", str(self.data)]
        self.process = self._order({"arguments": arguments, "log": str(self.log)})

    def _order(self, order: dict[str, Any]) -> int:
        assert self.starter.stdin is not None
        assert self.starter.stdout is not None
        self.starter.stdin.write(json.dumps(order) + "\n")
        self.starter.stdin.flush()
        return int(self.starter.stdout.readline())

    def _wait_until_answered(self, before: int) -> None:
        deadline = time.monotonic() + 60
        while sum(customer.answers for customer in self.customers) == before:
            assert time.monotonic() < deadline, self.log.read_text()[-4000:]
            time.sleep(0.005)

    def _wait_until_delivered(self, database: Database) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with database.read() as connection:
                told = counts(connection).get("webhook", {})
            if told.get("delivered") and not told["pending"]:
                return
            time.sleep(0.1)
        raise AssertionError(f"Not everything was delivered after a minute: {told}; {self.log.read_text()[-4000:]}")

    def _require_everything(self, database: Database) -> dict[str, int]:
        sent = {message: text for customer in self.customers for message, text in customer.sent.items()}
        answered = {message: outcome for customer in self.customers for message, outcome in customer.answered.items()}
        assert answered.keys() == sent.keys()
        conversations = sorted({id_ for id_, _ in sent})
        for id_ in conversations:
            log = whole_log(database, id_, to_customer=False)
            require_log(log, {message: text for message, text in sent.items() if message[0] == id_}, answered)
            assert open_messages(database, id_) == () and ownership_of(database, id_).open_messages == 0
        queued = self._require_handoffs(database, conversations)
        self._require_delivered(database, queued)
        return {
            "messages": len(answered),
            "conversations": len(conversations),
            "handoffs": len(queued),
            "delivered": len(self.receiver.seen),
            "delivered_again": self.receiver.duplicates,
            "cut_off": sum(customer.cut_off for customer in self.customers),
        }

    def _require_handoffs(self, database: Database, conversations: list[str]) -> set[str]:
        """Each conversation in which a person was called is in the queue, once and acknowledged once."""
        queued, pressed = set(), {id_ for customer in self.customers for id_ in customer.called}
        for id_ in conversations:
            log = whole_log(database, id_, to_customer=True)
            calls = [entry for entry in log if entry.notice or (entry.reply and entry.reply["kind"] == "handoff")]
            state = ownership_of(database, id_)
            assert (state.owner, state.handoffs) == ((Owner.QUEUED, 1) if calls else (Owner.BOT, 0))
            assert all(map(is_no_acknowledgement, calls[1:])), calls
            assert calls or id_ not in pressed
            queued.update({id_} if calls else ())
        assert {handoff.conversation_id for handoff in open_handoffs(database, most=100_000)} == queued
        return queued

    def _require_delivered(self, database: Database, queued: set[str]) -> None:
        """The desk was told of each handoff once, by the ids, and then of all that was said in it, in order."""
        assert self.receiver.mistakes == [], self.receiver.mistakes
        told: dict[str, list[tuple[str, Any]]] = {}
        for event in {request.json["id"]: request.json for request in self.receiver.requests}.values():
            told.setdefault(event["conversation_id"], []).append((event["type"], event["data"].get("id")))
        assert told.keys() == queued
        for id_ in queued:
            log = whole_log(database, id_, to_customer=True)
            called = next(entry.number for entry in log if entry.owner is Owner.QUEUED)
            said = [entry.id for entry in log if entry.number > called and entry.speaker is not Speaker.SYSTEM]
            assert told[id_] == [("handoff.requested", None), *(("handoff.message", one) for one in said)], id_


def is_no_acknowledgement(entry: Message) -> bool:
    """Whether an entry that has to do with a call says that it was done before, or more than that it is done."""
    reply = entry.reply or {}
    return reply.get("reason") == "secret_seen" or "has been called already" in reply.get("text", "")


def require_log(
    log: tuple[Message, ...], sent: dict[MessageKey, str], answered: dict[MessageKey, dict[str, Any]]
) -> None:
    """Each message that was sent is in the log once, with the one reply that its customer was given."""
    assert [entry.number for entry in log] == list(range(1, len(log) + 1))
    asked = {entry.source_id: entry for entry in log if entry.speaker is Speaker.CUSTOMER}
    replies = {entry.source_id: entry for entry in log if entry.speaker is Speaker.BOT}
    speakers = Counter(entry.speaker for entry in log)
    assert speakers[Speaker.CUSTOMER] == len(asked) == speakers[Speaker.BOT] == len(replies) == len(sent)
    for (id_, source_id), text in sent.items():
        outcome = answered[id_, source_id]
        assert asked[source_id].text == text.replace("hunter22", "[API key removed]")
        assert asked[source_id].id == outcome["message_id"]
        assert replies[source_id].reply == outcome["reply"] is not None
        assert asked[source_id].number < replies[source_id].number


@contextmanager
def ordeal(data: Path, folder: Path) -> Iterator[Ordeal]:
    """An ordeal of a data directory with an index, and what starts its servers."""
    with receiving(WebhookReceiver()) as receiver, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        variables = environment(
            FOOTNOTE_WEBHOOK_URL=receiver.url,
            FOOTNOTE_WEBHOOK_SECRETS="whsec_" + base64.b64encode(receiver.secret).decode(),
            FOOTNOTE_OUTGOING_HOSTS="127.0.0.1",
            OMP_NUM_THREADS="1",
            OPENBLAS_NUM_THREADS="1",
        )
        with subprocess.Popen(
            [sys.executable, "-m", STARTER],
            cwd=ROOT,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as starter:
            trial = Ordeal(data, folder / "log", starter, receiver, port)
            try:
                yield trial
            finally:
                trial.end()
                assert starter.stdin is not None
                starter.stdin.close()
        assert starter.returncode == 0
