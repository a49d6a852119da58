from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from bot.answering.llm import Patience
from bot.answering.model.model_rewriting import MOST_CHARACTERS, MOST_MESSAGES, ModelRewriter
from bot.answering.model.openai_model import OpenAIModel
from bot.models import Said
from tests.scripted_llm import MODEL, Hangs, NeverEnds, Refuses, Says, ScriptedServer, scripted_server

HISTORY = (
    Said(role="user", text="How do I freeze my account on the web?"),
    Said(role="assistant", text="Open Security center. [1]", kind="answer", article_ids=("freeze-web",)),
)


def count_words(text: str) -> int:
    return len(text.split())


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[ScriptedServer, ModelRewriter]]:
    with scripted_server() as server, closing(OpenAIModel(server.url, MODEL)) as model:
        patient = ModelRewriter(llm=model, count_tokens=count_words, prompt_tokens=2000, patience=Patience())
        server.enqueue(Says(text="x"))
        patient.rewrite("and on the app?", HISTORY)  # the SDK's import is not what is timed below
        yield server, patient


@pytest.fixture
def server(shared: tuple[ScriptedServer, ModelRewriter]) -> ScriptedServer:
    server, _ = shared
    server.forget()
    return server


@pytest.fixture
def rewriter(shared: tuple[ScriptedServer, ModelRewriter]) -> ModelRewriter:
    return replace(shared[1], patience=Patience(connect=0.5, first_token=0.5, between_tokens=0.5, total=1.0))


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("How do I freeze my account on the app?", "How do I freeze my account on the app?"),
        ('  "How do I freeze it?"\n', "How do I freeze it?"),
        ("How do I freeze it?\nExplanation: because.", "How do I freeze it?"),
    ],
)
def test_one_question_on_one_line(said: str, text: str, rewriter: ModelRewriter, server: ScriptedServer) -> None:
    server.enqueue(Says(text=said))
    found = rewriter.rewrite("and on the app?", HISTORY)
    assert found.text == text
    assert found.account["name"] == MODEL and found.account["failed"] is None


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (Says(text=""), "did not write one question"),
        (Says(text='""'), "did not write one question"),
        (Says(text="word " * MOST_CHARACTERS), "did not write one question"),
        (NeverEnds("word "), "did not write one question"),
        (Refuses(status=401), "401"),
        (Hangs(), "did not begin"),
        (Hangs(after_headers=True, text="How"), "stopped"),
    ],
)
def test_no_question(
    act: Says | NeverEnds | Refuses | Hangs, reason: str, rewriter: ModelRewriter, server: ScriptedServer
) -> None:
    server.enqueue(act)
    found = rewriter.rewrite("and on the app?", HISTORY)
    assert found.text is None and reason in found.account["failed"]
    assert len(found.account["completion"]) <= MOST_CHARACTERS + 1


def test_the_prompt_has_the_conversation_as_marked_data(rewriter: ModelRewriter, server: ScriptedServer) -> None:
    server.enqueue(Says(text="x"))
    rewriter.rewrite("and on the app?", HISTORY)
    system, user = (message["content"] for message in server.requests[0]["messages"])
    mark = user.splitlines()[0].removeprefix("The mark is ")
    assert f"{mark} conversation\nuser: How do I freeze my account on the web?\nassistant: Open" in user
    assert f"{mark} last message\nand on the app?\n{mark} end of last message" in user
    assert "freeze" not in system
    assert server.requests[0]["max_completion_tokens"] == 120


def test_of_a_long_history_the_latest_messages_that_fit(rewriter: ModelRewriter, server: ScriptedServer) -> None:
    history = [Said(role="user", text=f"message {number} " + "long " * 1000) for number in range(200)]
    server.enqueue(Says(text="x"), Says(text="x"))
    rewriter.rewrite("and?", history)
    tight = replace(rewriter, prompt_tokens=600)
    tight.rewrite("and?", history)
    whole, fitting = (request["messages"][1]["content"] for request in server.requests)
    assert whole.count("user: message") == MOST_MESSAGES and "message 190" in whole and "message 199" in whole
    assert 0 < fitting.count("user: message") < MOST_MESSAGES and "message 199" in fitting
    assert sum(count_words(message["content"]) for message in server.requests[1]["messages"]) <= 600
