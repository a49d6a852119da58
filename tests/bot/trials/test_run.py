import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.answering.composing import ExtractiveComposer
from bot.answering.model.model_rewriting import ModelRewriter
from bot.answering.model_composing import ModelComposer
from bot.assistant import Assistant
from bot.errors import EmptyMessage, MessageTooLong
from bot.models import CustomerContext, Said
from bot.trials.question import trial_question
from bot.trials.run import Run, history_of, try_question
from prompts.templates import render
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, NEW_FEES, OLD_FEES, Shelf
from tests.bot.test_assistant import assistant_of
from tests.fakes import check_words

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
EMAIL = "How do I change my email?"


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return assistant_of(Shelf((CHANGE_EMAIL, FEES, NEW_FEES, OLD_FEES)))


def tried(assistant: Assistant, text: str, earlier: str = "") -> Run:
    return try_question(assistant, trial_question(text, CustomerContext(), earlier=earlier), AT)


def test_a_run_is_the_reply_and_all_it_came_about_by(assistant) -> None:
    run = tried(assistant, EMAIL)
    assert run.reply["kind"] == "answer" and run.trace["candidates"]
    assert run.trace["receipt_sha256"].startswith(run.id) and len(run.id) == 32
    assert run.timings_ms["total"] > 0 and run.prompts == []


def test_the_same_question_has_the_same_id_and_another_one_another(assistant) -> None:
    assert tried(assistant, EMAIL).id == tried(assistant, EMAIL).id != tried(assistant, f"{EMAIL} Please").id


@pytest.mark.parametrize("text", [EMAIL, "hello", "Can I get a mortgage?"])
def test_a_run_outlives_its_json(assistant, text) -> None:
    run = tried(assistant, text, "What does a withdrawal cost?")
    again = Run.from_json(json.loads(json.dumps(run.to_json())))
    assert again == replace(run, question=again.question)
    assert (again.id, again.question.to_json()) == (run.id, run.question.to_json())


def test_another_format_is_told_apart(assistant) -> None:
    with pytest.raises(ValueError, match="format 2"):
        Run.from_json({**tried(assistant, "hello").to_json(), "format": 2})


def test_the_bot_answers_what_it_was_not_said_to_have_answered(assistant) -> None:
    question = trial_question("Why?", CustomerContext(), earlier=f"{EMAIL}\nhello\nBot: Hi there.")
    said = history_of(assistant, question)
    assert [each.role for each in said] == ["user", "assistant", "user", "assistant"]
    assert said[1].kind == "answer" and said[1].article_ids == ("change-email",)
    assert said[3] == Said(role="assistant", text="Hi there.")


def test_families_name_the_articles_that_are_stood_for(assistant) -> None:
    families = tried(assistant, "What is the maker fee?").families
    stands = {"id": OLD_FEES.id, "title": OLD_FEES.title, "platform": "any"}
    assert families == [{"id": NEW_FEES.id, "title": NEW_FEES.title, "platform": "any", "others": [stands]}]


class ScriptedModel:
    """Says the same to everything."""

    name = "scripted"

    def stream(self, prompt):
        yield "no answer"


def test_what_a_model_was_asked_is_kept(assistant) -> None:
    model = ScriptedModel()
    composer = ModelComposer(
        extractive=ExtractiveComposer(render),
        llm=model,
        check=lambda *arguments: check_words(*arguments),
        count_tokens=len,
        prompt_tokens=40_000,
        answer_tokens=100,
    )
    rewriter = ModelRewriter(llm=model, count_tokens=len, prompt_tokens=40_000)
    run = tried(replace(assistant, composer=composer, rewriter=rewriter), EMAIL)
    assert [prompt["for"] for prompt in run.prompts] == ["answer"]
    assert EMAIL in run.prompts[0]["data"] and run.prompts[0]["rules"]
    assert composer.llm is model, "the assistant itself stays as it was"


def test_what_cannot_be_asked_says_so(assistant) -> None:
    with pytest.raises(EmptyMessage):
        tried(assistant, " ")
    with pytest.raises(MessageTooLong):
        tried(assistant, "a" * 500)
