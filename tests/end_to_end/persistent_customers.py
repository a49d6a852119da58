"""A customer who does not give up: sends every message again until it is answered, as a browser would."""

import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.bot.web.stage import SITE, read_events

TEXTS = (
    "How do I reset my password?",
    "I want to talk to a human",
    "hello",
    "Can I get a mortgage from you?",
    "my password: hunter22, is that safe?",
    "thanks",
)
MessageKey = tuple[str, str]
"""A conversation's id and a `client_message_id`."""


@dataclass
class Customer(threading.Thread):
    """Sends one message after the other, each until it is answered, in one conversation after the other."""

    number: int
    address: str
    leaving: threading.Event
    sent: dict[MessageKey, str] = field(default_factory=dict)
    answered: dict[MessageKey, dict[str, Any]] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    """Conversations in which the button was pressed and acknowledged."""
    answers: int = 0
    cut_off: int = 0
    failure: Exception | None = None

    def __post_init__(self) -> None:
        super().__init__(name=f"customer-{self.number}", daemon=True)
        self._random = random.Random(self.number)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        try:
            with httpx2.Client(base_url=f"{self.address}/api/v1", timeout=10) as client:
                while not self.leaving.is_set():
                    self._converse(client)
        except Exception as failure:  # noqa: BLE001 - raised again where the thread is waited for
            self.failure = failure

    def _converse(self, client: httpx2.Client) -> None:
        opened = self._until_answered(lambda: client.post("/conversations", json={"site_key": SITE})).json()
        id_, headers = opened["conversation_id"], {"authorization": f"Bearer {opened['token']}"}
        for number in range(self._random.randint(1, 8)):
            message = {"text": self._random.choice(TEXTS), "client_message_id": f"m{number}"}
            self.sent[id_, f"m{number}"] = message["text"]
            for _ in range(self._random.choice((1, 1, 1, 2))):
                self._ask(client, id_, message, headers)
            if self._random.random() < 0.1:
                self._press_button(client, id_, headers)
            if self.leaving.is_set():
                return

    def _ask(self, client: httpx2.Client, id_: str, message: dict[str, str], headers: dict[str, str]) -> None:
        """Send the message, and again after every failure; an answer that was given before must be given again."""
        known = (id_, message["client_message_id"])
        accept = self._random.choice(("application/json", "text/event-stream"))
        while True:
            response = self._until_answered(
                lambda: client.post(
                    f"/conversations/{id_}/messages", json=message, headers={**headers, "accept": accept}
                )
            )
            outcome = response.json() if accept == "application/json" else read_events(response.text)[-1].data
            if "message_id" in outcome:
                break
        self.answers += 1
        before = self.answered.setdefault(known, outcome)
        assert (before["message_id"], before["reply"]) == (outcome["message_id"], outcome["reply"])

    def _press_button(self, client: httpx2.Client, id_: str, headers: dict[str, str]) -> None:
        """Call a person, until that is acknowledged: at once, or by a refusal because it was done before."""
        pressed = self._until_answered(lambda: client.post(f"/conversations/{id_}/handoff", json={}, headers=headers))
        assert pressed.status_code == 200 or pressed.json()["error"]["code"] == "not_your_turn", pressed.text
        self.called.add(id_)

    def _until_answered(self, send: Any) -> httpx2.Response:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(httpx2.TransportError):
                response: httpx2.Response = send()
                if response.status_code < 500:
                    assert response.status_code in (200, 201, 409), response.text
                    return response
            self.cut_off += 1
            time.sleep(0.01)
        raise AssertionError("No answer came for a minute.")
