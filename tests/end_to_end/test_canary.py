"""Secrets that a customer sends leave no trace in the database and its log, the index, the server's log, or a reply."""

import hashlib
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from mnemonic import Mnemonic

from bot.safety.base58 import ALPHABET
from tests.bot.safety.spellings import SEPARATED
from tests.end_to_end.conftest import Done, Running, own_process, own_server


def encode_check(payload: bytes) -> str:
    """Base58Check of bytes that do not begin with 0."""
    number = int.from_bytes(payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4])
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return text


DICE = random.Random(20261121)
ENGLISH = Mnemonic("english")
PHRASES = [ENGLISH.to_mnemonic(DICE.randbytes(size)) for size in (16, 16, 32, 32)]
SPELT = PHRASES[1:3]
"""A phrase of 12 words and one of 24, sent in every spelling."""
KEYS = {
    "WIF": encode_check(b"\x80" + DICE.randbytes(32) + b"\x01"),
    "WIF, long form": encode_check(b"\x80" + DICE.randbytes(32)),
    "xprv": encode_check(b"\x04\x88\xad\xe4" + bytes(9) + DICE.randbytes(32) + b"\0" + DICE.randbytes(32)),
    "hexadecimal": DICE.randbytes(32).hex(),
    "sk-": "sk-proj-" + "".join(DICE.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=48)),
}
CARDS = ["4929 1388 2746 7190", "5425-2334-3010-9903", "371449635398431"]
SENTENCES = ("{}", "My wallet is gone, here it is: {} please help", "{}\n\nsent from my phone", "seed phrase={}.")
WINDOW = 4
"""So many words of a phrase in a row are a trace of it."""


def spellings(phrase: str) -> Iterator[str]:
    words = phrase.split()
    for spell in SEPARATED.values():
        yield spell(words)
    yield phrase.upper()
    yield phrase.title()


def traces_of_phrase(phrase: str, text: str) -> list[str]:
    """Which runs of four words of the phrase stand in a text, whatever stands between them and in whatever case."""
    words = phrase.split()
    flat = f" {' '.join(re.findall('[a-z]+', text.lower()))} "
    return [run for at in range(len(words) - WINDOW + 1) if f" {(run := ' '.join(words[at : at + WINDOW]))} " in flat]


def traces(text: str) -> list[str]:
    """Whatever of the secrets stands in a text."""
    found = [run for phrase in PHRASES for run in traces_of_phrase(phrase, text)]
    for key in KEYS.values():
        found += [part for at in range(0, len(key) - 16, 8) if (part := key[at : at + 16]) in text]
    digits = re.sub(r"(?<=\d)[ -](?=\d)", "", text)
    return found + [card for card in CARDS if re.sub(r"\D", "", card) in digits]


def everything_in(folder: Path) -> str:
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and "models" not in file.parts]
    assert {"footnote.db", "footnote.db-wal"} <= {file.name for file in files} | {"footnote.db-wal"}
    return "\n".join(file.read_bytes().decode("latin-1") for file in files)


class Customer:
    """Somebody who talks to a server, and every byte that came back."""

    def __init__(self, server: Running) -> None:
        self._client = httpx2.Client(base_url=server.address, timeout=60)
        self.heard: list[str] = []

    def post(self, path: str, body: object, **headers: str) -> httpx2.Response:
        response = self._client.post(f"/api/v1/conversations{path}", json=body, headers=headers)
        self.heard.append(response.text)
        return response

    def get(self, path: str, **headers: str) -> httpx2.Response:
        response = self._client.get(path, headers=headers)
        self.heard.append(response.text)
        return response

    def open(self, page_url: str | None = None) -> tuple[str, dict[str, str]]:
        opened = self.post("", {"site_key": "site_demo", "context": {"page_url": page_url}})
        assert opened.status_code == 201, opened.text
        return opened.json()["conversation_id"], {"authorization": f"Bearer {opened.json()['token']}"}

    def close(self) -> None:
        self._client.close()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a help center about seed phrases."""
    folder = tmp_path_factory.mktemp("canary")
    (folder / "article.md").write_text(
        "---\nid: seed\ntitle: Keep your seed phrase safe\n---\nNever type your seed phrase or a key into a chat.\n",
        encoding="utf-8",
    )
    done = own_process("index", str(folder / "article.md"), "--data-dir", str(folder / "data"))
    assert done.code == 0, done.err
    return folder / "data"


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Running]:
    quick = {"FOOTNOTE_MESSAGES_PER_MINUTE_PER_CONVERSATION": "100000", "FOOTNOTE_CONVERSATIONS_PER_MINUTE": "100000"}
    with own_server(data, data.parent / "server.log", FOOTNOTE_LOG_LEVEL="debug", **quick) as running:
        yield running


@pytest.fixture
def customer(server: Running) -> Iterator[Customer]:
    customer = Customer(server)
    yield customer
    customer.close()


def require_no_trace(customer: Customer, server: Running, data: Path) -> None:
    """While the server runs, with its write-ahead log and shared memory."""
    assert (data / "footnote.db-wal").stat().st_size > 0
    assert traces("\n".join(customer.heard)) == []
    assert traces(everything_in(data)) == []
    assert traces(server.log.read_text(encoding="utf-8")) == []


def require_warning(reply: dict[str, object], kind: str) -> None:
    assert (reply["kind"], reply["reason"], reply["citations"]) == ("handoff", "secret_seen", [])
    assert kind in str(reply["text"])
    assert "Never share it" in str(reply["text"])


def test_the_traces_are_found_where_there_are_some() -> None:
    words = PHRASES[2].split()
    assert len(traces(f"x 1. {words[3]}\n2. {words[4].upper()},{words[5]} ; {words[6]} x")) == 1
    assert traces("…" + KEYS["WIF"][5:] + "…")
    assert traces("card 4929138827467190") == [CARDS[0]]
    assert traces("Never share your seed phrase. 4111") == []


def test_seed_phrases_in_every_spelling(customer: Customer, server: Running, data: Path) -> None:
    where, token = customer.open()
    sent = 0
    for phrase in PHRASES:
        for spelt in spellings(phrase) if phrase in SPELT else (phrase,):
            text = SENTENCES[sent % len(SENTENCES)].format(spelt)
            answer = customer.post(f"/{where}/messages", {"text": text, "client_message_id": f"m{sent}"}, **token)
            assert answer.status_code == 200, answer.text
            require_warning(answer.json()["reply"], "seed phrase")
            sent += 1
    transcript = customer.get(f"/api/v1/conversations/{where}", **token).json()
    assert len(transcript["messages"]) == sent
    assert all("[seed phrase removed]" in message["text"] for message in transcript["messages"])
    require_no_trace(customer, server, data)


def test_keys_and_cards(customer: Customer, server: Running, data: Path) -> None:
    where, token = customer.open()
    for name, key in KEYS.items():
        for sentence in SENTENCES[:3]:
            body = {"text": sentence.format(key), "client_message_id": f"{name} {sentence[:1]} {len(sentence)}"}
            answer = customer.post(f"/{where}/messages", body, **token)
            require_warning(answer.json()["reply"], "API key" if name == "sk-" else "private key")
    for card in CARDS:
        body = {"text": f"My card {card} was charged twice", "client_message_id": f"card {card[:2]}"}
        assert customer.post(f"/{where}/messages", body, **token).json()["reply"]["reason"] != "secret_seen"
    customer.get(f"/api/v1/conversations/{where}", **token)
    require_no_trace(customer, server, data)


def test_streams_and_repeats(customer: Customer, server: Running, data: Path) -> None:
    where, token = customer.open()
    for number, secret in enumerate([*PHRASES, *KEYS.values(), *CARDS]):
        body = {"text": f"help: {secret}", "client_message_id": f"m{number}"}
        first = customer.post(f"/{where}/messages", body, accept="text/event-stream", **token)
        assert "event: done" in first.text
        customer.post(f"/{where}/messages", body, **token)
    require_no_trace(customer, server, data)


def test_everything_beside_the_text(customer: Customer, server: Running, data: Path) -> None:
    """Where no secret belongs and somebody puts one all the same."""
    for number, secret in enumerate([*PHRASES, *KEYS.values(), *CARDS]):
        where, token = customer.open(page_url=f"https://www.corvane.example/help?q={secret}#{secret}")
        if secret != KEYS["hexadecimal"]:  # a random id looks the same
            heard = len(customer.heard)
            for _ in range(2):
                body = {"text": "Is my phrase safe?", "client_message_id": secret[:128]}
                assert customer.post(f"/{where}/messages", body, **token).status_code == 200
            assert customer.heard[heard] == customer.heard[heard + 1]
        customer.get(f"/api/v1/conversations/{where}", **token)
        assert customer.get(f"/help/{secret}").status_code == 404
        assert customer.get(f"/api/v1/conversations/{secret}", **token).status_code == 404
        assert customer.post("", {"site_key": secret}).status_code in (403, 422)
        assert customer.post("", {"site_key": "site_demo", "identity_token": secret}).status_code == 401
        assert customer.post("", {"site_key": "site_demo", "context": {"locale": secret}}).status_code == 422
        refused = customer.post(
            f"/{where}/messages", {"text": number, "client_message_id": secret, "x": secret}, **token
        )
        assert refused.status_code == 422
    require_no_trace(customer, server, data)


def test_a_message_that_is_refused(customer: Customer, server: Running, data: Path) -> None:
    where, token = customer.open()
    for number, secret in enumerate(PHRASES):
        for text in (f"{secret} " * 200, f"{secret}\ud83d\0"):
            body = json.dumps({"text": text, "client_message_id": f"m{number}{len(text)}"}).encode()
            client = httpx2.Client(base_url=server.address, timeout=60)
            with client:
                response = client.post(
                    f"/api/v1/conversations/{where}/messages",
                    content=body,
                    headers={**token, "content-type": "application/json"},
                )
            assert response.status_code in (200, 413)
            customer.heard.append(response.text)
    require_no_trace(customer, server, data)


def asked(data: Path, *arguments: str) -> Done:
    done = own_process(*arguments, "--data-dir", str(data))
    assert done.code == 0, done.err
    return done


def test_the_command_line(data: Path) -> None:
    told = [
        asked(data, "ask", PHRASES[0], "--json", "--explain"),
        asked(data, "ask", SEPARATED["1. a"](PHRASES[3].split()), "--explain"),
        asked(data, "ask", f"Is {KEYS['xprv']} a good key?", "--json", "--explain"),
        asked(data, "ask", f"Is {CARDS[1]} charged?", "--json", "--explain"),
    ]
    require_warning(told[0].json["reply"], "seed phrase")
    assert traces("\n".join(done.out + done.err for done in told)) == []
    assert traces(everything_in(data)) == []
