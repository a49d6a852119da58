"""From stored turns to proposed cases, over letters instead of a model."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import RequestRefused
from bot.improving.proposals import Correction
from bot.indexing.progress import SilentProgress
from bot.models import CustomerContext
from bot.proposing import (
    CaseChanged,
    Choice,
    Proposed,
    accept,
    correction_of,
    dismiss,
    edition,
    mark_turn,
    propose_cases,
)
from bot.settings import load_settings
from bot.staffed import StaffedFootnote, open_staffed
from bot.storage.audit import audit_entries
from bot.storage.conversations import start_conversation
from bot.storage.proposed_cases import CaseSource, CaseState, ProposedCase, propose_case, proposed_cases
from bot.storage.turns import turns_of
from bot.turns import take_turn
from bot.updating import build
from knowledge.models import Platform
from knowledge.sources import open_source
from tests.fakes import LetterEncoder

FEES = "---\nid: fees\ntitle: What does a withdrawal cost?\n---\n\nA withdrawal of USDT costs 1.5 USDT.\n"
SEED_PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
NOW = datetime.now(UTC)


@pytest.fixture
def footnote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StaffedFootnote]:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: LetterEncoder())
    monkeypatch.setenv("FOOTNOTE_ANSWER_THRESHOLD", "0.05")
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "fees.md").write_text(FEES)
    opened = open_staffed(load_settings(data_dir=tmp_path / "data"))
    build(opened, [open_source(tmp_path / "articles")], SilentProgress())
    yield opened
    opened.close()


def asked(footnote: StaffedFootnote, *texts: str) -> str:
    context = CustomerContext(platform=Platform.APP, locale="es")
    conversation, _ = start_conversation(footnote.database, "site", context, NOW)
    for number, text in enumerate(texts):
        take_turn(footnote.assistant, footnote.switchboard, footnote.database, conversation, text, f"m{number}")
    return conversation.id


def proposed(footnote: StaffedFootnote) -> Proposed:
    articles = footnote.index.current().articles
    return propose_cases(footnote.database, NOW - timedelta(days=1), NOW, articles, SilentProgress())


def only(footnote: StaffedFootnote) -> ProposedCase:
    (case,) = proposed_cases(footnote.database)
    return case


def test_a_thumb_down_is_proposed_once_with_its_history(footnote: StaffedFootnote) -> None:
    conversation = asked(footnote, "hello", "What does a withdrawal cost?", "thanks")
    turn = turns_of(footnote.database, conversation)[1]
    assert proposed(footnote) == Proposed(0, ())
    footnote.switchboard.rate(conversation, turn.id, False, f"no! my phrase is {SEED_PHRASE}")
    assert proposed(footnote) == Proposed(1, (1,))
    assert proposed(footnote) == Proposed(1, ())
    found = only(footnote).proposal
    assert (found.turn_id, found.source, found.question) == (turn.id, CaseSource.THUMB, "What does a withdrawal cost?")
    assert [said.text for said in found.history if said.role == "user"] == ["hello"]
    assert (found.platform, found.locale, found.found) == (Platform.APP, "es", ("fees",))
    assert found.replied.articles == ("fees",) and found.comment.startswith("no! my phrase is ")
    assert "abandon" not in json.dumps(found.comment)
    footnote.switchboard.rate(conversation, turn.id, False, "It is 2 USDT.")
    assert proposed(footnote).numbers == (1,) and only(footnote).proposal.comment == "It is 2 USDT."


def test_a_handoff_is_proposed_with_the_article_that_an_agent_named(
    footnote: StaffedFootnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_ANSWER_THRESHOLD", "1")
    strict = open_staffed(load_settings(data_dir=footnote.settings.data_dir))
    try:
        conversation = asked(strict, "What does a withdrawal cost?", "I want a human")
    finally:
        strict.close()
    assert proposed(footnote).numbers == (1,)
    before = only(footnote).proposal
    assert before.source is CaseSource.HANDOFF and before.suggestion is not None
    assert before.suggestion.expect == "handoff"
    footnote.switchboard.claim(conversation, "ada")
    footnote.switchboard.say(conversation, "ada", "Please see http://127.0.0.1:8000/help/fees.", "a1")
    assert proposed(footnote).numbers == (1,), "more is known of it"
    after = only(footnote).proposal
    assert after.suggestion is not None and after.suggestion.articles == ("fees",)
    nothing = propose_cases(footnote.database, NOW + timedelta(days=1), NOW, {}, SilentProgress())
    assert nothing == Proposed(0, ())


def test_an_agents_correction(footnote: StaffedFootnote) -> None:
    turn = turns_of(footnote.database, asked(footnote, "What does a withdrawal cost?"))[0]
    given = Correction(right=False, article="fees", note=f" seed: {SEED_PHRASE} ")
    with footnote.database.write() as connection:
        propose_case(connection, correction_of(footnote.database, turn.id, given, "ada"), NOW)
    found = only(footnote).proposal
    assert (found.source, found.by) == (CaseSource.CORRECTION, "ada") and "abandon" not in found.comment
    footnote.switchboard.rate(turn.conversation_id, turn.id, False, "")
    assert proposed(footnote) == Proposed(1, ()), "a correction says more"
    with pytest.raises(RequestRefused, match="no turn with the id 'nothing'"):
        correction_of(footnote.database, "nothing", given, "ada")


def test_a_marked_reply_is_decided_on_as_it_was_seen(footnote: StaffedFootnote) -> None:
    turn = turns_of(footnote.database, asked(footnote, "What does a withdrawal cost?"))[0]
    articles = footnote.index.current().articles
    marked = mark_turn(footnote.database, turn.id, Correction(right=False), "bo", articles, NOW)
    better = Correction(right=False, article="fees", quote="A withdrawal of USDT costs 1.5 USDT.")
    later = NOW + timedelta(seconds=1)
    assert mark_turn(footnote.database, turn.id, better, "bo", articles, later).number == marked.number
    with pytest.raises(CaseChanged, match="not as you saw it"):
        accept(footnote.database, marked.number, edition(marked), Choice(), "eda", articles, later)
    done = accept(footnote.database, marked.number, edition(only(footnote)), Choice(), "eda", articles, later)
    assert (done.state, done.decision, done.decided_by) == (CaseState.ACCEPTED, done.proposal.suggestion, "eda")
    with pytest.raises(CaseChanged, match="is accepted by eda now"):
        dismiss(footnote.database, marked.number, edition(marked), "ada", later)
    last = dismiss(footnote.database, marked.number, edition(done), "ada", later)
    assert (last.state, last.decision) == (CaseState.DISMISSED, None)
    entries = audit_entries(footnote.database, 9)
    assert [entry.action for entry in entries] == ["case_dismissed", "case_accepted", "reply_marked", "reply_marked"]
