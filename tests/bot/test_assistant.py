"""A message's way to a reply, over letters instead of a model."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.answering.actions import own_hosts
from bot.answering.calibration import CalibratedThreshold, bar, write_calibration
from bot.answering.composing import ExtractiveComposer
from bot.answering.confidence import Confidence, ConfidenceModel
from bot.answering.curated_book import CuratedBook
from bot.answering.model.model_rewriting import RecordedRewriter
from bot.answering.per_generation import PerGeneration
from bot.answering.ranking import SIGNALS
from bot.answering.receipts import differences
from bot.assistant import Assistant, stored_message
from bot.errors import EmptyMessage, MessageTooLong
from bot.handoff.topic_model import Direction, TopicModel, Word
from bot.models import Answer, Clarify, CustomerContext, Handoff, HandoffReason, Notice, Said
from embeddings.encoders import Encoding
from embeddings.errors import EncoderError
from knowledge.models import Article, Platform
from prompts.templates import render
from tests.bot.answering.conftest import (
    CHANGE_EMAIL,
    FEES,
    NEW_FEES,
    OLD_FEES,
    RANKING,
    Shelf,
    spellings_of,
)
from tests.curated import TODAY, content, curated, quotes_in
from tests.fakes import LetterEncoder, TokenlessEncoder, calibration

SEED_PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"

_COVERED = ConfidenceModel(-8.0, {"coverage": 16.0}, "sure when every term of the question is found")
SURE = Confidence(_COVERED, _COVERED, _COVERED)
UNSURE = ConfidenceModel(-8.0, {}, "")


def assistant_of(shelf: Shelf) -> Assistant:
    return Assistant(
        encoder=shelf.encoder,
        generation=lambda: shelf,
        spellings=shelf.spellings,
        action_hosts=PerGeneration(lambda index: own_hosts(index.articles.values())),
        ranking=RANKING,
        confidence=SURE,
        topics=None,
        composer=ExtractiveComposer(render),
        rewriter=None,
        answer_threshold=0.9,
        question_characters=200,
        candidates=20,
        links_start_with="http://help.example",
        config_hash="abc",
    )


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return assistant_of(Shelf((CHANGE_EMAIL, FEES)))


def test_an_answer_with_its_trace(assistant: Assistant) -> None:
    outcome = assistant.answer("How do I change my email?", CustomerContext())
    assert isinstance(outcome.reply, Answer)
    assert set(outcome.timings_ms) == {"encode", "search", "compose", "total"}
    assert outcome.trace["index_generation"] == 7 and outcome.trace["config_hash"] == "abc"
    decided = {"kind": "answer", "reason": None, "confidence": 0.9997}
    assert outcome.trace["decision"] == {**decided, **bar(0.9, None).to_json()}
    first = outcome.trace["candidates"][0]
    assert first["article_id"] == "change-email" and set(first["signals"]) == set(SIGNALS)
    assert set(outcome.trace["weights"]) == set(SIGNALS)
    assert (outcome.trace["corrections"], outcome.trace["lesser_modes"]) == ({}, [])


def test_nothing_good_enough_is_a_handoff(assistant: Assistant) -> None:
    reply = assistant.answer("Can I get a mortgage?", CustomerContext()).reply
    assert isinstance(reply, Handoff) and reply.reason is HandoffReason.LOW_CONFIDENCE


def test_asking_for_a_person_comes_before_the_search(assistant: Assistant) -> None:
    outcome = assistant.answer("I want to change my email, connect me with an agent", CustomerContext())
    assert isinstance(outcome.reply, Handoff) and outcome.reply.reason is HandoffReason.USER_REQUEST
    assert outcome.trace["candidates"] == []


@pytest.mark.parametrize(("text", "part"), [("hello", "automated"), ("thank you!", "welcome"), ("🤷 ?!", "no words")])
def test_notices(assistant: Assistant, text: str, part: str) -> None:
    reply = assistant.answer(text, CustomerContext()).reply
    assert isinstance(reply, Notice) and part in reply.text


def test_a_seed_phrase_is_masked_and_answered_with_a_warning(assistant: Assistant) -> None:
    outcome = assistant.answer(f"change my email, my phrase is {SEED_PHRASE}", CustomerContext())
    assert isinstance(outcome.reply, Handoff) and outcome.reply.reason is HandoffReason.SECRET_SEEN
    assert "a seed phrase" in outcome.reply.text
    assert "abandon" not in repr(outcome)


def test_a_card_number_is_masked_and_the_question_answered(assistant: Assistant) -> None:
    outcome = assistant.answer("What does a withdrawal cost? 4111 1111 1111 1111", CustomerContext())
    assert "4111" not in repr(outcome)


def test_a_message_is_read_once_and_answered_as_it_was_read(assistant: Assistant) -> None:
    text = f"change my email, my phrase is {SEED_PHRASE}, my card 4111 1111 1111 1111"
    message = assistant.read(text)
    assert message.secrets == ("a seed phrase",)
    assert "abandon" not in message.text and "4111" not in message.text
    read, answered = assistant.reply_to(message, CustomerContext()), assistant.answer(text, CustomerContext())
    assert (read.reply, read.question, read.receipt) == (answered.reply, message.text, answered.receipt)


@pytest.mark.parametrize("text", [f"my phrase is {SEED_PHRASE}", "my card 4111 1111 1111 1111", "my email?"])
def test_a_stored_message_is_what_was_read(assistant: Assistant, text: str) -> None:
    message = assistant.read(text)
    assert stored_message(message.text) == message


def test_what_the_browser_has_masked_calls_a_person_too(assistant: Assistant) -> None:
    outcome = assistant.answer("change my email, my words are [seed phrase removed]", CustomerContext())
    assert isinstance(outcome.reply, Handoff) and outcome.reply.reason is HandoffReason.SECRET_SEEN
    assert assistant.read("my card is [card number removed]").secrets == ()


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_question_is_refused(assistant: Assistant, text: str) -> None:
    with pytest.raises(EmptyMessage):
        assistant.answer(text, CustomerContext())


def test_a_long_question_is_refused_with_both_numbers(assistant: Assistant) -> None:
    with pytest.raises(MessageTooLong, match="201 characters; at most 200"):
        assistant.answer("x" * 201, CustomerContext())


def test_a_calibration_for_this_index_decides_and_stands_in_the_trace_and_the_receipt(tmp_path: Path) -> None:
    shelf = Shelf((CHANGE_EMAIL, FEES))
    file, fits = tmp_path / "calibration.json", {"index_sha256": shelf.sha256, "config_hash": "c0ffee" + 10 * "0"}
    bare = replace(assistant_of(shelf), answer_threshold=CalibratedThreshold(file, fits["config_hash"], 0.9))
    question = "How do I change my email?"
    before = bare.answer(question, CustomerContext())
    assert isinstance(before.reply, Answer) and before.trace["decision"]["threshold"] == before.receipt["threshold"]
    write_calibration(file, calibration(threshold=0.99999, **fits))
    after = bare.answer(question, CustomerContext())
    assert isinstance(after.reply, Handoff) and after.reply.reason is HandoffReason.LOW_CONFIDENCE
    assert after.trace["decision"]["threshold"] == after.receipt["threshold"] == 0.99999
    assert after.trace["decision"]["threshold_from"].startswith("Calibrated on 400 questions")
    assert "Answers needed a confidence of 0.9000 and need 1.0000 now." in differences(before.receipt, after.receipt)
    assert isinstance(replace(bare, answer_threshold=0.0).answer(question, CustomerContext()).reply, Answer)
    assert bare.answer("hello", CustomerContext()).receipt["threshold"] is None


def test_nothing_found_is_a_handoff_at_any_threshold() -> None:
    assistant = replace(
        assistant_of(Shelf(())),
        confidence=Confidence(UNSURE, UNSURE, UNSURE),
        answer_threshold=0.0,
        links_start_with="",
    )
    reply = assistant.answer("What are the fees?", CustomerContext()).reply
    assert isinstance(reply, Handoff) and reply.reason is HandoffReason.LOW_CONFIDENCE


def test_a_misspelt_question_is_answered_and_the_trace_says_what_was_searched(assistant: Assistant) -> None:
    strict = replace(assistant, spellings=spellings_of(lambda word: False))
    outcome = strict.answer("How do I cahnge my emial?", CustomerContext())
    assert isinstance(outcome.reply, Answer)
    assert outcome.question == outcome.trace["question"] == "How do I cahnge my emial?"
    assert outcome.trace["rewritten_question"] == "How do I change my email?"
    assert outcome.trace["corrections"] == {"cahnge": "change", "emial": "email"}


def test_a_search_takes_the_same_way(assistant: Assistant) -> None:
    strict = replace(assistant, spellings=spellings_of(lambda word: False))
    question = "How do I cahnge my emial?"
    hits = strict.search(question, CustomerContext())
    told = strict.answer(question, CustomerContext()).trace["candidates"]
    assert [hit.passage.id for hit in hits] == [candidate["passage_id"] for candidate in told]


def test_without_token_vectors_it_answers_and_the_trace_says_so() -> None:
    lesser = Shelf((CHANGE_EMAIL, FEES), TokenlessEncoder())
    outcome = assistant_of(lesser).answer("How do I change my email?", CustomerContext())
    assert isinstance(outcome.reply, Answer)
    assert outcome.trace["candidates"][0]["article_id"] == "change-email"
    assert "no token vectors" in outcome.trace["lesser_modes"][0]
    assert "late" not in outcome.trace["weights"]


def test_when_the_encoder_fails_words_answer_and_the_trace_says_so(assistant: Assistant) -> None:
    class Broken(LetterEncoder):
        def encode_queries(self, texts: Sequence[str]) -> Encoding:
            raise EncoderError("The model is damaged.")

    broken = replace(assistant, encoder=Broken())
    outcome = broken.answer("How do I change my email?", CustomerContext())
    assert isinstance(outcome.reply, Answer)
    assert outcome.reply.citations[0].article_id == "change-email"
    assert outcome.trace["lesser_modes"] == ["Only words and codes were searched. The model is damaged."]
    unknown = broken.answer("zzz qqq", CustomerContext())
    assert isinstance(unknown.reply, Handoff) and unknown.trace["weights"] == {}


FROZEN = "A frozen account cannot log in, trade or withdraw. Open orders are cancelled. Support unfreezes it.\n\n"
FREEZE_WEB, FREEZE_APP = (
    Article(
        id=f"freeze-{platform}", title="How do I freeze my account?", body=f"{FROZEN}\n\n{steps}", platform=platform
    )
    for platform, steps in (
        (Platform.WEB, "1. Open **Security center**.\n2. Select **Freeze account**."),
        (Platform.APP, "1. Tap **Menu** > **Security**.\n2. Tap **Freeze account**."),
    )
)


@pytest.fixture(scope="module")
def twins() -> Assistant:
    shelf = Shelf((CHANGE_EMAIL, FREEZE_WEB, FREEZE_APP, OLD_FEES, NEW_FEES))
    return replace(assistant_of(shelf), answer_threshold=0.5)


@pytest.mark.parametrize("platform", [Platform.WEB, Platform.APP])
def test_the_version_for_the_platform_is_cited_alone(twins: Assistant, platform: Platform) -> None:
    reply = twins.answer("How do I freeze my account?", CustomerContext(platform=platform)).reply
    assert isinstance(reply, Answer)
    assert {citation.article_id for citation in reply.citations} == {f"freeze-{platform}"}


def test_where_steps_differ_the_platform_is_asked_once(twins: Assistant) -> None:
    asked = twins.answer("How do I freeze my account?", CustomerContext()).reply
    assert isinstance(asked, Clarify) and len(asked.options) == 2
    history = (
        Said(role="user", text="How do I freeze my account?"),
        Said(role="assistant", text="\n".join(f"- {option}" for option in asked.options), kind="clarify"),
    )
    for option in asked.options:
        chosen = twins.answer(option, CustomerContext(), history).reply
        assert isinstance(chosen, Answer)
    again = twins.answer("How do I freeze my account?", CustomerContext(), history).reply
    assert not isinstance(again, Clarify)


def test_a_follow_up_is_answered_from_what_was_said_before(twins: Assistant) -> None:
    history = (
        Said(role="user", text="How do I freeze my account on the web?"),
        Said(role="assistant", text="Select **Freeze**.", kind="answer", article_ids=("freeze-web",)),
    )
    outcome = twins.answer("and on the app?", CustomerContext(platform=Platform.WEB), history)
    assert isinstance(outcome.reply, Answer)
    assert {citation.article_id for citation in outcome.reply.citations} == {"freeze-app"}
    assert "freeze" in outcome.trace["rewritten_question"].lower()
    assert outcome.trace["platform"] == "app" and outcome.trace["resolution"]


def test_the_newer_of_two_is_cited(twins: Assistant) -> None:
    reply = twins.answer("What is the maker fee? Trading fees", CustomerContext()).reply
    assert isinstance(reply, Answer)
    assert {citation.article_id for citation in reply.citations} == {"trading-fees"}


def test_buttons_lead_to_the_hosts_that_are_allowed(assistant: Assistant) -> None:
    reply = assistant.answer("How do I change my email?", CustomerContext()).reply
    assert isinstance(reply, Answer) and [action.label for action, _ in reply.actions] == ["Change email"]
    elsewhere = replace(assistant, action_hosts=PerGeneration(lambda _: {"www.other.example"}))
    other = elsewhere.answer("How do I change my email?", CustomerContext()).reply
    assert isinstance(other, Answer) and other.actions == ()


def test_a_rewrite_that_says_something_of_its_own_is_not_searched(twins: Assistant) -> None:
    history = (Said(role="user", text="How do I freeze my account on the web?"),)
    accounts = {
        "How do I freeze my account on the app?": True,
        "How do I withdraw 500 BTC on TRC20?": False,
    }
    for rewrite, used in accounts.items():
        rewriter = RecordedRewriter({"name": "m", "completion": rewrite, "failed": None})
        outcome = replace(twins, rewriter=rewriter).answer("and on the app?", CustomerContext(), history)
        assert (outcome.trace["rewritten_question"] == rewrite) is used
        assert outcome.trace["composition"]["rewriting"]["completion"] == rewrite


def alarmed(shelf: Shelf, probability: float) -> TopicModel:
    """A model of topics that takes whatever has one of its words for fraud, with this probability."""
    nothing = np.zeros(shelf.encoder.dimensions)
    logit = math.log(probability / (1 - probability))
    words = ("how", "do", "i", "change", "my", "email", "what", "is", "the", "weather")
    return TopicModel(
        encoder=shelf.encoder.identity,
        called=Direction(logit, nothing),
        words={word: Word(1.0, 0.0) for word in words},
        topics={"fraud": Direction(0.0, nothing)},
        threshold=0.5,
        provenance="by hand",
    )


def test_what_reads_like_a_sensitive_topic_is_answered_when_the_answer_is_sure(assistant: Assistant) -> None:
    shelf = Shelf((CHANGE_EMAIL, FEES))
    watchful = replace(assistant, topics=alarmed(shelf, 0.9))
    assert isinstance(watchful.answer("How do I change my email?", CustomerContext()).reply, Answer)
    outcome = watchful.answer("What is the weather?", CustomerContext())
    assert isinstance(outcome.reply, Handoff) and outcome.reply.reason is HandoffReason.SENSITIVE_TOPIC
    assert outcome.reply.text == render("replies/sensitive_fraud.txt")
    assert outcome.trace["handoff"]["topic"] == "fraud" and "0.90" in outcome.trace["handoff"]["because"]
    calm = replace(assistant, topics=alarmed(shelf, 0.4)).answer("What is the weather?", CustomerContext())
    assert isinstance(calm.reply, Handoff) and calm.reply.reason is HandoffReason.LOW_CONFIDENCE


def curated_for(shelf: Shelf, wording: str = "switch my inbox") -> Assistant:
    given = curated(
        content(*quotes_in(CHANGE_EMAIL, "face check"), wordings=(wording,), lead="In short:"), 3, version=2
    )
    book = CuratedBook(lambda: (given,), shelf.encoder, lambda: TODAY)
    return replace(assistant_of(shelf), curated=book)


def test_a_curated_answer_comes_first_however_unsure_the_search_is() -> None:
    shelf = Shelf((CHANGE_EMAIL, FEES))
    assistant = curated_for(shelf)
    assistant = replace(assistant, confidence=Confidence(UNSURE, UNSURE, UNSURE))
    outcome = assistant.answer("Switch my inbox!", CustomerContext())
    assert isinstance(outcome.reply, Answer)
    assert outcome.reply.text == "In short:\n\n2. Complete the face check. [1]"
    assert [citation.quote for citation in outcome.reply.citations] == ["Complete the face check."]
    assert [action.label for action, _ in outcome.reply.actions] == ["Change email"]
    assert outcome.trace["decision"]["confidence"] < outcome.trace["decision"]["threshold"], "the search's own"
    assert outcome.trace["composition"]["curated"]["number"] == 3
    assert outcome.receipt["account"]["curated"]["version"] == 2
    assert outcome.receipt["citations"][0]["exact"]


def test_a_curated_answer_is_no_match_for_what_comes_before_the_search() -> None:
    shelf = Shelf((CHANGE_EMAIL, FEES))
    for wording in ("connect me with an agent", "hello"):
        assistant = curated_for(shelf, wording)
        assert not isinstance(assistant.answer(wording, CustomerContext()).reply, Answer)
    assistant = curated_for(shelf)
    outcome = assistant.answer(f"switch my inbox {SEED_PHRASE}", CustomerContext())
    assert isinstance(outcome.reply, Handoff) and outcome.reply.reason is HandoffReason.SECRET_SEEN


def test_a_sensitive_topic_wins_over_a_curated_answer() -> None:
    shelf = Shelf((CHANGE_EMAIL, FEES))
    assistant = curated_for(shelf, "What is the weather?")
    outcome = replace(assistant, topics=alarmed(shelf, 0.9)).answer("What is the weather?", CustomerContext())
    assert isinstance(outcome.reply, Handoff) and outcome.reply.reason is HandoffReason.SENSITIVE_TOPIC
    assert outcome.trace["composition"].get("curated") is None


def test_a_curated_answer_that_does_not_stand_is_not_shown() -> None:
    changed = replace(CHANGE_EMAIL, body=CHANGE_EMAIL.body.replace("face check", "video call"))
    assistant = curated_for(Shelf((changed, FEES)))
    outcome = assistant.answer("switch my inbox", CustomerContext())
    assert "face check" not in outcome.reply.text and outcome.trace["composition"].get("curated") is None


def test_a_replay_says_that_another_curated_answer_is_given() -> None:
    shelf = Shelf((CHANGE_EMAIL, FEES))
    assistant = curated_for(shelf)
    then = assistant.answer("switch my inbox", CustomerContext()).receipt
    now = assistant_of(shelf).answer("switch my inbox", CustomerContext()).receipt
    assert "The answer given was the curated answer 3, version 2, and is composed now." in differences(then, now)
