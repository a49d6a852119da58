import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering.llm import LanguageModelFailed, Patience, Prompt, Usage
from bot.answering.model.openai_model import OpenAIModel
from tests.scripted_llm import MODEL, Cuts, Hangs, NeverEnds, Refuses, Says, ScriptedServer, Sends, scripted_server

QUICK = Patience(connect=1.0, first_token=1.0, between_tokens=0.8, total=3.0)
SLOW_MACHINE = 10.0
"""Seconds that anything may come late."""
PROMPT = Prompt(rules="Be brief.", data="What is the fee?", most_tokens=50, patience=Patience())
HASTY = replace(PROMPT, patience=QUICK)
TEXT = "The fee is 1.5 USDT [1].\nIt is fixed [1]."


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[ScriptedServer, OpenAIModel]]:
    with scripted_server() as server, closing(OpenAIModel(server.url, MODEL, "sk-very-secret")) as model:
        server.enqueue(Says(text="x"))
        list(model.stream(PROMPT))  # the SDK's import is not what is timed below
        yield server, model


@pytest.fixture
def server(shared: tuple[ScriptedServer, OpenAIModel]) -> ScriptedServer:
    server, _ = shared
    server.forget()
    return server


@pytest.fixture
def model(shared: tuple[ScriptedServer, OpenAIModel]) -> OpenAIModel:
    return shared[1]


def failing(model: OpenAIModel, prompt: Prompt) -> tuple[str, str, float]:
    """What was said, the sentence of the failure, and after how many seconds it came."""
    said, begun = "", time.monotonic()
    with pytest.raises(LanguageModelFailed) as failure:
        for piece in model.stream(prompt):
            said += piece if isinstance(piece, str) else ""
    assert "secret" not in str(failure.value) and "own words" not in str(failure.value)
    return said, str(failure.value), time.monotonic() - begun


def test_text_comes_in_pieces_and_usage_at_the_end(model: OpenAIModel, server: ScriptedServer) -> None:
    server.enqueue(Says(text=TEXT))
    *pieces, usage = model.stream(PROMPT)
    assert "".join(str(piece) for piece in pieces) == TEXT
    assert len(pieces) == -(-len(TEXT) // 7)
    assert usage == Usage(100, 20)
    (request,) = server.requests
    assert (request["model"], request["stream"], request["temperature"]) == (MODEL, True, 0)
    assert request["max_completion_tokens"] == 50
    assert [(message["role"], message["content"]) for message in request["messages"]] == [
        ("system", "Be brief."),
        ("user", "What is the fee?"),
    ]


def test_only_our_headers_are_sent(model: OpenAIModel, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "somebody-elses")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Other: somebody-elses\nAuthorization: Bearer somebody-elses")
    server.enqueue(Says(text=TEXT))
    with closing(OpenAIModel(server.url, MODEL, "sk-very-secret")) as fresh:
        list(fresh.stream(PROMPT))
    (headers,) = server.headers
    assert headers["authorization"] == "Bearer sk-very-secret"
    assert "somebody-elses" not in " ".join(headers.values())
    assert set(headers) <= {
        "host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent",
        "authorization",
    }  # fmt: skip


def test_without_a_key_none_is_sent(server: ScriptedServer) -> None:
    server.enqueue(Says(text=TEXT))
    with closing(OpenAIModel(server.url, MODEL)) as model:
        list(model.stream(PROMPT))
    assert "authorization" not in server.headers[0]


def test_a_slow_model_that_keeps_its_times_is_heard_out(model: OpenAIModel, server: ScriptedServer) -> None:
    server.enqueue(Says(text="one two three", piece=4, first_after=0.3, every=0.2))
    assert "".join(piece for piece in model.stream(PROMPT) if isinstance(piece, str)) == "one two three"


@pytest.mark.parametrize(
    "first",
    [Refuses(status=500), Refuses(status=503), Refuses(status=429, retry_after="0.1"), Refuses(status=429), Cuts("")],
)
def test_one_more_attempt_before_the_first_token(
    first: Refuses | Cuts, model: OpenAIModel, server: ScriptedServer
) -> None:
    server.enqueue(first, Says(text=TEXT))
    assert "".join(piece for piece in model.stream(PROMPT) if isinstance(piece, str)) == TEXT
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("acts", "sentence", "requests"),
    [
        ((Refuses(status=500), Refuses(status=500)), "status 500", 2),
        ((Refuses(status=429, retry_after="60"),), r"too many requests \(429\)", 1),
        ((Refuses(status=429, retry_after="Sat, 21 Nov 2026 15:00:00 GMT"),), "429", 1),
        ((Refuses(status=401),), "FOOTNOTE_LLM_API_KEY", 1),
        ((Refuses(status=404),), "FOOTNOTE_LLM_MODEL", 1),
        ((Refuses(status=400),), r"\(400\)", 1),
        ((Refuses(status=302),), "302", 1),
        ((Cuts(""), Cuts("", reset=False)), "broke off", 2),
    ],
)
def test_refusals(
    acts: tuple[Refuses | Cuts, ...], sentence: str, requests: int, model: OpenAIModel, server: ScriptedServer
) -> None:
    server.enqueue(*acts)
    said, failure, seconds = failing(model, PROMPT)
    assert said == ""
    assert re.search(sentence, failure)
    assert len(server.requests) == requests
    assert seconds < SLOW_MACHINE


@pytest.mark.parametrize(
    ("act", "said", "sentence", "after"),
    [
        (Hangs(), "", "did not begin to answer within 1 s", 1.0),
        (Hangs(after_headers=True), "", "did not begin to answer within 1 s", 1.0),
        (Hangs(after_headers=True, ping=0.05), "", "did not begin to answer within 1 s", 1.0),
        (Says(text="The fee", reasoning="hm", first_after=1.5), "", "did not begin to answer within 1 s", 1.0),
        (Hangs(after_headers=True, text="The fee"), "The fee", "stopped for 0.8 s", 0.8),
        (Hangs(after_headers=True, text="The fee", ping=0.05), "The fee", "stopped for 0.8 s", 0.8),
        (Says(text="word " * 100, every=0.1), None, "took more than 3 s", 3.0),
        (Says(text="x", finish=None), "x", "broke off", 0.0),
        (Cuts("The fee is 1"), "The fee is 1", "failed|broke off", 0.0),
        (Cuts("The fee is 1", reset=False), "The fee is 1", "broke off", 0.0),
        (Says(text="The fee", finish="length"), "The fee", r"cut off \(length\)", 0.0),
        (Says(text="The fee", finish="sk-very-secret"), "The fee", "reason of its own", 0.0),
        (NeverEnds("x" * 1000, one_event=True), "", "connection .* failed|did not begin", 0.0),
    ],
)
def test_hangs_cuts_and_what_never_ends(
    act: Hangs | Cuts | Says | NeverEnds,
    said: str | None,
    sentence: str,
    after: float,
    model: OpenAIModel,
    server: ScriptedServer,
) -> None:
    server.enqueue(act, act)
    heard, failure, seconds = failing(model, HASTY if after else PROMPT)
    assert said is None or heard == said
    assert re.search(sentence, failure)
    assert after <= seconds + 0.01 and seconds < after + SLOW_MACHINE


@pytest.mark.parametrize(
    "body",
    [
        b"data: {not json}\n\n",
        b"data: [1, 2]\n\n",
        b"data: 7\n\n",
        b'data: {"choices": "text"}\n\n',
        b'data: {"choices": [{"delta": "text"}]}\n\n',
        b'data: {"choices": [{"delta": {"content": ["a"]}}]}\n\n',
        b'data: {"choices": [{"delta": {"content": "a"}, "finish_reason": {"a": 1}}]}\n\n',
        b"data: \xff\xfe\n\n",
        b'data: {"error": {"message": "the server\'s own words: sk-very-secret"}}\n\n',
        b"<html>not an event stream</html>",
        b"",
    ],
)
def test_malformed_events(body: bytes, model: OpenAIModel, server: ScriptedServer) -> None:
    server.enqueue(Sends(body), Sends(body))
    _, failure, seconds = failing(model, PROMPT)
    assert "The language model's server" in failure
    assert seconds < SLOW_MACHINE


def test_an_event_without_an_end_is_not_kept_in_memory(model: OpenAIModel, server: ScriptedServer) -> None:
    server.enqueue(*[NeverEnds("x" * 1000, one_event=True)] * 2)
    _, failure, _ = failing(model, replace(PROMPT, patience=Patience(first_token=60, total=60)))
    assert failure == "The connection to the language model's server failed."
    assert len(server.requests) == 2


def test_a_server_that_nobody_listens_at(model: OpenAIModel) -> None:
    with closing(OpenAIModel("http://127.0.0.1:9/v1", MODEL)) as nobody:
        _, failure, seconds = failing(nobody, PROMPT)
    assert "connection" in failure and seconds < SLOW_MACHINE


def test_closing_the_stream_stops_the_server(model: OpenAIModel, server: ScriptedServer) -> None:
    server.enqueue(NeverEnds("word "))
    with closing(model.stream(PROMPT)) as pieces:
        assert next(pieces) == "word "
    until = time.monotonic() + 3
    while server.at_once and time.monotonic() < until:
        time.sleep(0.01)
    assert server.at_once == 0


def test_a_parameter_that_is_declined_is_left_out_from_then_on(server: ScriptedServer) -> None:
    server.enqueue(
        Refuses(status=400, message="Unsupported value: 'temperature' does not support 0 with this model."),
        Refuses(status=422, message="extra fields not permitted: stream_options"),
        Says(text=TEXT, usage=None),
        Says(text=TEXT),
    )
    with closing(OpenAIModel(server.url, MODEL)) as fresh:
        assert "".join(str(piece) for piece in fresh.stream(PROMPT)) == TEXT
        list(fresh.stream(PROMPT))
    assert ["temperature" in request for request in server.requests] == [True, False, False, False]
    assert "stream_options" not in server.requests[-1] and "max_completion_tokens" in server.requests[-1]


def test_an_answer_without_its_done_is_whole(model: OpenAIModel, server: ScriptedServer) -> None:
    event = b'data: {"choices": [{"index": 0, "delta": {"content": "Yes."}, "finish_reason": "stop"}]}\n\n'
    server.enqueue(Sends(event))
    assert list(model.stream(PROMPT)) == ["Yes."]


def test_it_can_be_prepared_before_the_first_call(server: ScriptedServer) -> None:
    with closing(OpenAIModel(server.url, MODEL)) as model:
        model.prepare()
        server.enqueue(Says(text=TEXT))
        assert "".join(piece for piece in model.stream(PROMPT) if isinstance(piece, str)) == TEXT
    assert len(server.requests) == 1


def test_closing_ends_a_call_under_way(server: ScriptedServer) -> None:
    server.enqueue(NeverEnds("word "))
    model = OpenAIModel(server.url, MODEL)
    pieces = model.stream(PROMPT)
    next(pieces)
    model.close()
    model.close()
    with pytest.raises(LanguageModelFailed, match="closed"):
        for _ in pieces:
            pass


def test_the_sdk_is_loaded_at_the_first_call_only() -> None:
    code = "import sys, bot.answering.model.openai_model; print(*{'openai', 'httpx2'} & set(sys.modules))"
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == ""
