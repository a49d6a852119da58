"""An index that changes takes the curated answers with it that it does not bear out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.assembly import Footnote, now, open_footnote
from bot.curating import write_answer
from bot.improving.curated_drafts import CuratedDraft
from bot.indexing.progress import SilentProgress
from bot.indexing.rolling_back import roll_back
from bot.models import CustomerContext
from bot.settings import Settings
from bot.signing_in import new_agent
from bot.storage.curated_answers import CuratedState, curated_answer
from bot.updating import update_index, withdraw_outdated
from tests.curated import quotes_in
from tests.fakes import LetterEncoder

FEE = "---\nid: fees\ntitle: What does a withdrawal cost?\n---\nA withdrawal costs {} USDT.\n\nFees may change.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "fees.md").write_text(FEE.format(1))
    return articles


@pytest.fixture
def footnote(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Footnote]:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda _: LetterEncoder())
    settings = Settings.model_construct(data_dir=tmp_path / "data", index_poll_seconds=0.0)
    opened = open_footnote(settings)
    update_index(opened, [str(folder)], SilentProgress())
    new_agent(opened.database, "ada", "Ada L.", now())
    write(opened)
    yield opened
    opened.close()


def write(footnote: Footnote) -> None:
    at, articles = now(), footnote.index.current().articles
    draft = CuratedDraft(
        wordings="price of moving coins out",
        quotes=quotes_in(articles["fees"], "costs"),
        owner="ada",
        expires_on=at.date().isoformat(),
    )
    write_answer(footnote.database, draft, articles, "ada", at)


def state_of(footnote: Footnote, number: int = 1) -> CuratedState:
    return curated_answer(footnote.database, number).state


def text_for(footnote: Footnote) -> str:
    return footnote.assistant.answer("Price of moving coins out?", CustomerContext()).reply.text


def test_an_answer_stays_while_its_quotes_stand(footnote: Footnote, folder: Path) -> None:
    (folder / "fees.md").write_text(FEE.format(1) + "\nAsk us.\n")
    assert update_index(footnote, (), SilentProgress()).generation == 2
    assert state_of(footnote) is CuratedState.ACTIVE
    assert text_for(footnote) == "A withdrawal costs 1 USDT. [1]"


def test_another_index_withdraws_it_and_so_does_a_roll_back(footnote: Footnote, folder: Path) -> None:
    assert text_for(footnote) == "A withdrawal costs 1 USDT. [1]"
    (folder / "fees.md").write_text(FEE.format(2))
    update_index(footnote, (), SilentProgress())
    answer = curated_answer(footnote.database, 1)
    assert answer.state is CuratedState.WITHDRAWN
    assert answer.because == (
        "“A withdrawal costs 1 USDT.” does not stand in the article “What does a withdrawal cost?” any more."
    )
    write(footnote)
    assert state_of(footnote, 2) is CuratedState.ACTIVE
    roll_back(footnote.database, footnote.settings.index_folder, footnote.encoder.identity)
    withdraw_outdated(footnote)
    assert state_of(footnote) is CuratedState.WITHDRAWN, "it does not come back by itself"
    assert state_of(footnote, 2) is CuratedState.WITHDRAWN


def test_before_the_withdrawal_nobody_is_given_what_does_not_stand(
    footnote: Footnote, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the machine stopped between the activation and the withdrawal."""
    monkeypatch.setattr("bot.updating.withdraw_outdated", lambda _: None)
    (folder / "fees.md").write_text(FEE.format(2))
    update_index(footnote, (), SilentProgress())
    assert state_of(footnote) is CuratedState.ACTIVE
    assert "costs 1" not in text_for(footnote)
    monkeypatch.undo()
    monkeypatch.setattr("bot.assembly.open_encoder", lambda _: LetterEncoder())
    update_index(footnote, (), SilentProgress())
    assert state_of(footnote) is CuratedState.WITHDRAWN, "the next run makes up for it"
