import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.handoff.addresses import system_resolve
from bot.handoff.desks.desk import NotDelivered
from bot.handoff.outgoing import MOST_BYTES, Answer, Outgoing
from tests.desk_receivers import Babbles, Floods, Hangs, LosesAnswer, Received, Receiver, Refuses, receiving
from tests.system_programs import required


class Echo(Receiver):
    def answer(self, request: Received) -> tuple[int, object]:
        return 200, {"method": request.method, "headers": request.headers, "body": request.body.decode()}


@pytest.fixture
def desk() -> Iterator[Echo]:
    with receiving(Echo()) as echo:
        yield echo


def outgoing(desk: Receiver, seconds: float = 5.0) -> Outgoing:
    return Outgoing({desk.url.split("//")[1]}, total_seconds=seconds)


def test_a_request_arrives_as_it_was_meant(desk: Echo) -> None:
    told = outgoing(desk).send("PUT", desk.url + "/a?b=c", {"X-Own": "1"}, {"text": "ü"}).json()
    assert told["method"] == "PUT"
    assert told["body"] == '{"text": "ü"}'
    assert told["headers"]["content-type"] == "application/json"
    assert told["headers"]["host"] == desk.url.split("//")[1]
    assert (told["headers"]["x-own"], told["headers"]["user-agent"]) == ("1", "footnote")
    assert told["headers"]["accept-encoding"] == "identity"
    assert desk.requests[0].query == {"b": ["c"]}


def test_a_private_address_is_not_reached_unless_it_is_named(desk: Echo) -> None:
    with pytest.raises(NotDelivered, match="outgoing_hosts"):
        Outgoing().send("GET", desk.url, {})
    with pytest.raises(NotDelivered, match="not public"):
        Outgoing(resolve=lambda host, port: ["127.0.0.1"]).send("GET", "https://desk.example/", {})
    assert desk.requests == []


def test_the_address_that_was_judged_is_the_one_that_is_connected_to(desk: Echo) -> None:
    """A name whose second answer is another machine: nothing asks a second time."""
    port = desk.url.rsplit(":", 1)[1]
    answers = iter([["127.0.0.1"]])
    sender = Outgoing({"desk.internal"}, resolve=lambda host, port: next(answers))
    told = sender.send("GET", f"http://desk.internal:{port}/", {}).json()
    assert told["headers"]["host"] == f"desk.internal:{port}"


def test_no_redirect_is_followed(desk: Echo) -> None:
    desk.enqueue(Refuses(302, location=desk.url + "/elsewhere"))
    with pytest.raises(NotDelivered, match="status 302"):
        outgoing(desk).send("GET", desk.url, {})
    assert len(desk.requests) == 1


def test_no_proxy_of_the_environment_is_used(desk: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert outgoing(desk).send("GET", desk.url, {}).status == 200


@pytest.mark.parametrize("status", [429, 500, 502, 503, 408])
def test_a_desk_that_is_busy_or_broken_is_down(desk: Echo, status: int) -> None:
    desk.enqueue(Refuses(status, retry_after="7"))
    with pytest.raises(NotDelivered) as failure:
        outgoing(desk).send("POST", desk.url, {}, b"x")
    assert (failure.value.down, failure.value.final, failure.value.wished_seconds) == (True, False, 7.0)


@pytest.mark.parametrize(("status", "final"), [(400, False), (401, False), (404, False), (422, False), (410, True)])
def test_a_refusal_is_told_with_the_desk_s_words(desk: Echo, status: int, final: bool) -> None:
    desk.enqueue(Refuses(status))
    with pytest.raises(NotDelivered, match=rf'status {status} \(\{{"error": "no"\}}\)') as failure:
        outgoing(desk).send("POST", desk.url, {}, b"x")
    assert (failure.value.down, failure.value.final) == (False, final)


def test_a_status_may_be_accepted(desk: Echo) -> None:
    desk.enqueue(Refuses(409))
    assert outgoing(desk).send("POST", desk.url, {}, b"x", accepted=(409,)).status == 409


@pytest.mark.parametrize("fault", [Hangs(), Hangs(drip=True)])
def test_a_desk_that_hangs_or_drips_is_left_after_the_total_time(desk: Echo, fault: Hangs) -> None:
    desk.enqueue(fault)
    began = time.monotonic()
    with pytest.raises(NotDelivered, match=r"did not answer within 0\.4 s") as failure:
        outgoing(desk, 0.4).send("GET", desk.url, {})
    assert failure.value.down
    assert time.monotonic() - began < 3


def test_a_connection_that_is_cut_and_a_desk_that_is_not_there_are_down(desk: Echo) -> None:
    desk.enqueue(LosesAnswer())
    with pytest.raises(NotDelivered, match="could not be reached") as failure:
        outgoing(desk).send("GET", desk.url, {})
    assert failure.value.down
    with pytest.raises(NotDelivered, match="could not be reached") as failure:
        Outgoing({"127.0.0.1"}).send("GET", "http://127.0.0.1:9/", {})
    assert failure.value.down


def test_an_endless_body_is_cut(desk: Echo) -> None:
    desk.enqueue(Floods())
    assert len(outgoing(desk).send("GET", desk.url, {}).body) == MOST_BYTES


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b"\xff", b"", b"[" * 50_000])
def test_an_answer_that_is_no_json_object_is_told(desk: Echo, body: bytes) -> None:
    desk.enqueue(Babbles(body))
    with pytest.raises(NotDelivered, match="is the address right"):
        outgoing(desk).send("GET", desk.url, {}).json()


def test_a_name_that_does_not_resolve_is_down() -> None:
    def fails(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(NotDelivered, match="could not be resolved") as failure:
        Outgoing(resolve=fails).send("GET", "https://desk.example/", {})
    assert failure.value.down
    assert system_resolve("localhost", 1)


def test_many_threads_may_send_at_once(desk: Echo) -> None:
    sender, answers = outgoing(desk), list[Answer]()
    threads = [threading.Thread(target=lambda: answers.append(sender.send("GET", desk.url, {}))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [200] * 8


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of desk.internal's own, and its key."""
    openssl = required("openssl", "make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    key, made = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=desk.internal", "-addext", "subjectAltName=DNS:desk.internal", "-keyout", key, "-out", made],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return made, key


def test_the_certificate_must_be_the_name_s_though_the_address_is_pinned(certificate: tuple[Path, Path]) -> None:
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(*certificate)
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    with receiving(Echo(), lambda plain: own.wrap_socket(plain, server_side=True)) as desk:
        port = desk.url.rsplit(":", 1)[1]

        def sender(tls: ssl.SSLContext | None) -> Outgoing:
            return Outgoing({"desk.internal", "desk.other"}, lambda host, port: ["127.0.0.1"], tls=tls)

        assert sender(trusting).send("GET", f"https://desk.internal:{port}/", {}).status == 200
        with pytest.raises(NotDelivered, match="certificate"):
            sender(trusting).send("GET", f"https://desk.other:{port}/", {})
        with pytest.raises(NotDelivered, match="certificate"):
            sender(None).send("GET", f"https://desk.internal:{port}/", {})
