"""How the shipped configuration does on 160 questions to the sample help center.

They are in customers' words, by somebody who did not see what the search does. The floors lie well under what was
measured: they catch a change that breaks answers.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.assembly import open_footnote
from bot.models import Answer, CustomerContext
from bot.settings import Settings
from embeddings.encoders import Encoder
from knowledge.models import Audience

QUESTIONS = Path(__file__).with_name("sample_questions.jsonl")


@dataclass(frozen=True)
class Asked:
    """A question, what kind it is, and what became of it."""

    kind: str
    first_is_right: bool
    cited: frozenset[str]
    is_right: bool


@pytest.fixture(scope="module")
def asked(sample_center: Path, real_encoder: Encoder) -> list[Asked]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.assembly.open_encoder", lambda _: real_encoder)
        footnote = open_footnote(Settings.model_construct(data_dir=sample_center))
    try:
        rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
        internal = {id for id, a in footnote.index.current().articles.items() if a.audience is Audience.INTERNAL}
        return [outcome(footnote.assistant.answer(row["q"], CustomerContext()), row, internal) for row in rows]
    finally:
        footnote.close()


def outcome(told, row, internal) -> Asked:  # type: ignore[no-untyped-def]
    gold, reply = set(row["gold"]), told.reply
    cited = frozenset(c.article_id for c in reply.citations) if isinstance(reply, Answer) else frozenset()
    assert not cited & internal
    candidates = told.trace["candidates"]
    first = bool(candidates) and candidates[0]["article_id"] in gold
    return Asked(row["kind"], first, cited, bool(cited & gold))


@pytest.mark.encoder
def test_the_right_article_comes_first(asked: list[Asked]) -> None:
    answerable = [each for each in asked if each.kind == "answerable"]
    assert len(answerable) >= 100
    assert sum(each.first_is_right for each in answerable) / len(answerable) >= 0.78


@pytest.mark.encoder
def test_few_answers_are_wrong(asked: list[Asked]) -> None:
    answered = [each for each in asked if each.cited]
    assert len(answered) >= 32
    assert sum(not each.is_right for each in answered) / len(answered) <= 0.12


@pytest.mark.encoder
def test_what_has_nothing_to_do_with_it_is_never_answered(asked: list[Asked]) -> None:
    far = [each for each in asked if each.kind == "far"]
    assert len(far) >= 10 and not any(each.cited for each in far)
