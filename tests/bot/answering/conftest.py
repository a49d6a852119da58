"""A small help center with a real dense and a real lexical index over it."""

from collections.abc import Iterable
from types import MappingProxyType

import numpy as np
import pytest

from embeddings.dense import DenseIndex
from embeddings.lexical import LexicalIndex
from knowledge.models import Action, Article, Audience, Platform
from knowledge.splitting import split
from tests.fakes import LetterEncoder

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


class Shelf:
    """A `SearchIndex` over articles; internal ones have no passages, as in a generation."""

    number = 7

    def __init__(self, articles: Iterable[Article]) -> None:
        self.encoder = LetterEncoder()
        self.articles = MappingProxyType({article.id: article for article in articles})
        public = [article for article in self.articles.values() if article.audience is Audience.PUBLIC]
        passages = [p for article in public for p in split(article, self.encoder.count_tokens, self.encoder.max_tokens)]
        self.passages = MappingProxyType({passage.key: passage for passage in passages})
        texts = [passage.embedded_text for passage in passages]
        self.dense = DenseIndex.build(list(self.passages), self.encoder.encode_passages(texts))
        self.title_keys = {article.id: number for number, article in enumerate(public)}
        self.titles = DenseIndex.build(
            list(self.title_keys.values()), self.encoder.encode_passages([a.title for a in public])
        )
        self.lexical = LexicalIndex.build(list(self.passages), texts)

    def vector(self, text: str) -> np.ndarray:
        return self.encoder.encode_queries([text])[0]


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    return Shelf((CHANGE_EMAIL, FEES, FREEZE_WEB, FREEZE_APP, OLD_FEES, NEW_FEES, PLAYBOOK))
