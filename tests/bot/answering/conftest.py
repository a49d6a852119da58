"""A small help center with every index over it, as it is made for a generation."""

from collections.abc import Callable, Iterable
from types import MappingProxyType

import pytest

from bot.answering.per_generation import PerGeneration
from bot.answering.questions import Question, read_question
from bot.answering.ranking import load_ranking_model
from bot.answering.retrieval import retrieve
from bot.indexing.contents import make_contents
from bot.indexing.generations import (
    family_keys,
    keys_by_article,
    latest_year,
    public_ids,
    superseded_by_public,
    title_key,
)
from bot.indexing.progress import SilentProgress
from bot.models import Hit
from embeddings.encoders import Encoder
from embeddings.spelling import Spelling
from knowledge.families import families_of, kin_of
from knowledge.models import Action, Article, Audience, Platform
from tests.fakes import LetterEncoder

RANKING = load_ranking_model()

CHANGE_EMAIL = Article(
    id="change-email",
    title="How do I change my email?",
    body="""You can change the email address of your account yourself.

## Before you start

> **Warning:** After you change your email address, withdrawals are paused for 24 hours.

## On the app

1. Tap **Menu** > **Security** > **Email**.
2. Tap **Change email** and type in the new address.
   - Use an address that you can open.

## On the web

1. Select the profile icon > **Security center**.
2. In the **Email** row, select **Change**.

> **Note:** Codes are valid for 10 minutes.

## If you can't open your inbox

1. Select **Email not available**.
2. Complete the face check.

## After the change

Your old email address can no longer be used to log in. Alerts go to the new email address only.""",
    actions=(Action("Change email", "https://www.corvane.example/account/email"),),
)
FEES = Article(
    id="withdrawal-fees",
    title="What does a withdrawal cost?",
    body="""A withdrawal costs a fixed fee.

| Coin | Network | Fee |
|---|---|---|
| BTC | Bitcoin | 0.0002 BTC |
| USDT | TRC20 | 1.5 USDT |
| USDT | ERC20 | 3.5 USDT |
| ETH | Ethereum | 0.0012 ETH |""",
)
FREEZE_WEB = Article(
    id="freeze-web",
    title="How do I freeze my account?",
    body="1. Open **Security center**.\n2. Select **Freeze**.",
    platform=Platform.WEB,
)
FREEZE_APP = Article(
    id="freeze-app",
    title="How do I freeze my account?",
    body="1. Tap **Menu**.\n2. Tap **Freeze**.",
    platform=Platform.APP,
)
OLD_FEES = Article(id="trading-fees-2024", title="Trading fees", body="The maker fee is 0.10%.")
NEW_FEES = Article(
    id="trading-fees", title="Trading fees", body="The maker fee is 0.08%.", supersedes=("trading-fees-2024",)
)
PLAYBOOK = Article(
    id="playbook", title="Internal playbook", body="Freeze withdrawals first.", audience=Audience.INTERNAL
)


def spellings_of(is_word: Callable[[str], bool]) -> PerGeneration[Spelling]:
    return PerGeneration(lambda index: Spelling(index.indexes.words, is_word))


class Shelf:
    """A `SearchIndex` over articles; internal ones have no passages, as in a generation."""

    number = 7
    sha256 = "5e" * 32

    def __init__(self, articles: Iterable[Article], encoder: Encoder | None = None) -> None:
        self.encoder = encoder or LetterEncoder()
        self.spellings = spellings_of(lambda word: self.encoder.count_tokens(word) == 1)
        self.articles = MappingProxyType({article.id: article for article in articles})
        contents = make_contents(self.articles, None, self.encoder, SilentProgress())
        self.passages, self.indexes = contents.passages, contents.indexes
        self.title_keys = {id_: title_key(id_) for id_ in public_ids(self.articles)}
        self.titled = {key: id_ for id_, key in self.title_keys.items()}
        self.superseded = superseded_by_public(self.articles)
        self.kin = kin_of(families_of([self.articles[id_] for id_ in public_ids(self.articles)]))
        self.latest_year = latest_year(self.articles)
        self.passage_keys = keys_by_article(self.passages)
        self.versioned_keys = frozenset(key for id_ in self.kin for key in self.passage_keys.get(id_, ()))
        self.family_keys = family_keys(self.kin)

    def question(self, text: str) -> Question:
        return read_question(text, self.encoder, self.indexes, self.spellings.of(self))

    def find(self, text: str, platform: Platform = Platform.ANY, candidates: int = 60) -> tuple[Hit, ...]:
        return retrieve(self, self.question(text), RANKING, candidates=candidates, platform=platform)


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    return Shelf((CHANGE_EMAIL, FEES, FREEZE_WEB, FREEZE_APP, OLD_FEES, NEW_FEES, PLAYBOOK))
