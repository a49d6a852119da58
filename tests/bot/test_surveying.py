"""A survey over a real store and a real index of a few articles, with the encoder of the fakes."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.errors import IndexUnavailable
from bot.indexing.active import ActiveGeneration
from bot.indexing.progress import SilentProgress
from bot.models import Handoff, HandoffReason
from bot.staffed import StaffedFootnote
from bot.storage.curated_answers import CuratedQuote, add_answer
from bot.storage.gaps import Cause, GapState, Source, gaps_in, surveyed_questions
from bot.surveying import Surveyor, SurveyStopped
from bot.updating import update_index
from tests.bot.web.stage import ANSWER, ScriptedAssistant, open_stage
from tests.curated import NOW, content
from tests.seeded_turn import handed_over

UNSURE = Handoff(text="A person replies.", reason=HandoffReason.LOW_CONFIDENCE, confidence=0.1)
STOLEN = ("My card was stolen", "the card is stolen", "stolen card", "stolen card what now")
FILES = {
    "cards.md": "---\ntitle: Cards\n---\nA card pays.",
    "rebates.md": "---\ntitle: Rebates of market makers\naudience: internal\n---\nMarket makers get a rebate.",
}


@pytest.fixture
def assistant() -> ScriptedAssistant:
    return ScriptedAssistant()


@pytest.fixture
def footnote(tmp_path: Path, assistant: ScriptedAssistant) -> Iterator[StaffedFootnote]:
    stage = open_stage(tmp_path, assistant)
    folder = tmp_path / "help"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    index = ActiveGeneration(stage.database, stage.settings.index_folder, stage.encoder.identity, 0.0)
    opened = replace(stage, index=index)
    update_index(opened, [str(folder)], SilentProgress())
    yield opened
    opened.database.close()
    shutil.rmtree(folder)


@pytest.fixture
def surveyor(footnote: StaffedFootnote) -> Surveyor:
    return Surveyor(footnote.database, footnote.assistant, footnote.encoder, footnote.index, lambda: datetime.now(UTC))


def test_a_store_without_questions_has_no_gaps(surveyor: Surveyor) -> None:
    assert surveyor.survey().questions == 0
    assert gaps_in(surveyor.database) == ()


def test_a_gap_opens_and_closes_with_the_index(surveyor: Surveyor, assistant: ScriptedAssistant) -> None:
    handed_over(surveyor.database, STOLEN)
    assistant.enqueue(*[UNSURE] * 4)
    assert surveyor.survey().questions == 4
    (gap,) = gaps_in(surveyor.database)
    assert (gap.size, gap.unanswered, gap.state) == (4, 4, GapState.OPEN)
    assert {question.source for question in surveyed_questions(surveyor.database)} == {Source.LOW_CONFIDENCE}
    asked = len(assistant.history)
    surveyor.survey()
    assert len(assistant.history) == asked, "nothing has changed, so nothing is asked again"
    assistant.config_hash = "d1" * 8
    assistant.enqueue(*[ANSWER] * 4)
    surveyor.survey()
    (closed,) = gaps_in(surveyor.database)
    assert (closed.number, closed.unanswered, closed.state) == (gap.number, 0, GapState.CLOSED)


def test_a_curated_answer_has_questions_tried_again(surveyor: Surveyor, assistant: ScriptedAssistant) -> None:
    handed_over(surveyor.database, STOLEN)
    assistant.enqueue(*[UNSURE] * 4, *[ANSWER] * 4)
    surveyor.survey()
    with surveyor.database.write() as connection:
        add_answer(connection, content(CuratedQuote("cards", "", "A card pays."), expires_on=date.max), "ada", NOW)
    surveyor.survey()
    assert gaps_in(surveyor.database)[0].state is GapState.CLOSED
    asked = len(assistant.history)
    surveyor.survey()
    assert len(assistant.history) == asked


def test_the_same_question_is_asked_once(surveyor: Surveyor, assistant: ScriptedAssistant) -> None:
    handed_over(surveyor.database, ["stolen card"] * 5)
    assistant.enqueue(UNSURE)
    surveyor.survey()
    assert [text for text, _ in assistant.history] == ["stolen card"]
    assert gaps_in(surveyor.database)[0].examples == ("stolen card",)


def test_a_question_that_only_an_internal_article_answers(surveyor: Surveyor, assistant: ScriptedAssistant) -> None:
    handed_over(surveyor.database, ["Market makers get a rebate."])
    assistant.enqueue(UNSURE)
    surveyor.survey()
    (question,) = surveyed_questions(surveyor.database)
    assert (question.cause, question.internal) == (Cause.POLICY, "rebates")


def test_a_server_that_stops_stores_nothing(surveyor: Surveyor, assistant: ScriptedAssistant) -> None:
    handed_over(surveyor.database, STOLEN)
    surveyor.stopping = lambda: True
    with pytest.raises(SurveyStopped):
        surveyor.survey()
    assert surveyed_questions(surveyor.database) == ()


def test_without_an_index_there_is_no_survey(tmp_path: Path, assistant: ScriptedAssistant) -> None:
    stage = open_stage(tmp_path / "bare", assistant, None)
    surveyor = Surveyor(stage.database, assistant, stage.encoder, stage.index, lambda: datetime.now(UTC))  # type: ignore[arg-type]
    with pytest.raises(IndexUnavailable):
        surveyor.survey()
    stage.database.close()
