"""The sample help center reads like a real one: whole, consistent, and free of anybody else's."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from knowledge.models import Article, Audience, Platform, Rejected
from knowledge.sources.folder import FolderSource
from knowledge.structure import BlockKind, outline

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "knowledge" / "articles"
FIRST_DAY, TODAY = date(2021, 1, 1), date(2026, 11, 21)
SITE = "https://www.corvane.example/"
LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
NUMBERED_QUESTION = re.compile(r"^### (\d+)\. ", re.MULTILINE)
REAL_EXCHANGES = (
    "Binance",
    "Bitfinex",
    "Bitflyer",
    "Bitget",
    "Bithumb",
    "BitMart",
    "BitMEX",
    "Bitpanda",
    "Bitso",
    "Bitstamp",
    "Bittrex",
    "Bitvavo",
    "Bybit",
    "Coinbase",
    "Coincheck",
    "CoinEx",
    "Deribit",
    "eToro",
    "FTX",
    "Gemini",
    "HashKey",
    "HitBTC",
    "HTX",
    "Huobi",
    "Kraken",
    "KuCoin",
    "LBank",
    "MEXC",
    "OKCoin",
    "OKEx",
    "OKX",
    "Paxos",
    "Phemex",
    "Poloniex",
    "Revolut",
    "Robinhood",
    "Upbit",
    "WhiteBIT",
)
OTHER_SPELLINGS = re.compile(
    r"\b(\w*(?:recogn|author|organ|unreal|real|prior|synchron|minim|maxim|util|custom|initial)is(?:e|ed|es|ing|ation)|"
    r"cancel(?:ed|ing)|licenses?|data-?centre|centres?|colors?)\b",
    re.IGNORECASE,
)
"""What the articles spell otherwise: recognize, cancelled, licence, center, colour."""


def read() -> tuple[list[Article], list[Rejected]]:
    found = list(FolderSource(FOLDER).read())
    return [item for item in found if isinstance(item, Article)], [item for item in found if isinstance(item, Rejected)]


ARTICLES, REJECTED = read()
BY_ID = {article.id: article for article in ARTICLES}
each_article = pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)


def with_kind(kind: BlockKind) -> list[str]:
    return [article.id for article in ARTICLES if any(block.kind is kind for block in outline(article.body))]


def text_of(article: Article) -> str:
    return f"{article.title}\n{article.body}"


def test_every_file_is_an_article() -> None:
    assert not REJECTED
    assert len(ARTICLES) == len(list(FOLDER.iterdir())) >= 80


@each_article
def test_body_is_the_file_byte_for_byte(article: Article) -> None:
    written = (FOLDER / article.origin).read_bytes().decode()
    _, front, body = written.split("---\n", 2)
    assert article.body == body.strip("\n"), "the body is not in normal form"
    assert written.endswith("\n") and not written.endswith("\n\n")
    assert front.count("\ntitle:") == 1


@each_article
def test_id_is_the_name_of_the_file(article: Article) -> None:
    assert article.origin == f"{article.id}.md"
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", article.id)


@each_article
def test_dates_and_views_are_sane(article: Article) -> None:
    assert article.published_at and article.updated_at and article.views is not None
    assert FIRST_DAY <= article.published_at <= article.updated_at <= TODAY
    assert 0 < article.views <= 40_000


@each_article
def test_actions_are_tools_of_the_own_site(article: Article) -> None:
    assert all(action.url.startswith(SITE) and 3 <= len(action.label) <= 40 for action in article.actions)


@each_article
def test_links_lead_to_articles_under_their_titles(article: Article) -> None:
    for words, target in LINK.findall(article.body):
        assert target.startswith("/help/"), f"{target} leads out of the help center"
        linked = BY_ID[target.removeprefix("/help/")]
        assert words == linked.title
        assert article.audience is Audience.INTERNAL or linked.audience is Audience.PUBLIC


@each_article
def test_steps_count_from_one(article: Article) -> None:
    blocks = outline(article.body)
    for group in {block.group for block in blocks if block.kind is BlockKind.STEP}:
        numbers = [block.number for block in blocks if block.group == group]
        assert numbers == list(range(1, len(numbers) + 1))


@each_article
def test_headings_start_below_the_title(article: Article) -> None:
    levels = [block.level for block in outline(article.body) if block.kind is BlockKind.HEADING]
    assert set(levels) <= {2, 3}
    blocks = outline(article.body)
    assert blocks[0].kind is not BlockKind.HEADING or not article.body.startswith(article.title)


@each_article
def test_no_real_exchange_is_named(article: Article) -> None:
    named = [name for name in REAL_EXCHANGES if re.search(rf"\b{name}\b", text_of(article), re.IGNORECASE)]
    assert not named


@each_article
def test_spelling_is_one(article: Article) -> None:
    assert not [match[0] for match in OTHER_SPELLINGS.finditer(text_of(article))]


@each_article
def test_characters_are_plain(article: Article) -> None:
    odd = set(text_of(article)) & set("\t\u00a0\u2018\u2019\u201c\u201d\u2026")
    assert not odd, f"{sorted(map(hex, map(ord, odd)))}: write straight quotes, plain spaces and whole sentences"


def test_three_sections_mostly_questions() -> None:
    sections = Counter(article.section for article in ARTICLES if article.audience is Audience.PUBLIC)
    assert set(sections) == {"faq", "announcements", "product-documents"}
    assert sections["faq"] >= 2 / 3 * sections.total()
    assert min(sections.values()) >= 5


@pytest.mark.parametrize(
    ("kind", "least"),
    [(BlockKind.STEP, 50), (BlockKind.BULLET, 50), (BlockKind.TABLE_HEAD, 40), (BlockKind.CALLOUT, 50)],
)
def test_shapes_vary(kind: BlockKind, least: int) -> None:
    assert len(with_kind(kind)) >= least


def test_callouts_have_a_label() -> None:
    for article in ARTICLES:
        for block in outline(article.body):
            if block.kind is BlockKind.CALLOUT:
                assert re.match(r"> \*\*(Warning|Note|Tip):\*\* \S", article.body[block.start : block.end]), article.id


def test_some_articles_are_numbered_questions() -> None:
    assert len([article for article in ARTICLES if len(NUMBERED_QUESTION.findall(article.body)) >= 5]) >= 5


def test_twins_for_web_and_app() -> None:
    twins = [
        id_.removesuffix("-app") for id_ in BY_ID if id_.endswith("-app") and f"{id_.removesuffix('-app')}-web" in BY_ID
    ]
    assert len(twins) >= 4
    for twin in twins:
        web, app = BY_ID[f"{twin}-web"], BY_ID[f"{twin}-app"]
        assert (web.platform, app.platform) == (Platform.WEB, Platform.APP)
        assert web.body != app.body and (web.section, web.locale) == (app.section, app.locale)


@pytest.mark.parametrize("subject", ["email", "phone-number", "authenticator-app"])
def test_near_twins_tell_the_same(subject: str) -> None:
    change, update = BY_ID[f"change-{subject}"], BY_ID[f"update-{subject}"]
    assert change.title.replace("change", "update") == update.title
    assert change.actions == update.actions and change.platform is update.platform
    for fact in ("24 hours", "48 hours", "6-digit"):
        assert fact in change.body and fact in update.body


def test_internal_articles_are_marked_and_few_but_for_what_is_withheld() -> None:
    internal = [article for article in ARTICLES if article.audience is Audience.INTERNAL]
    assert 1 <= sum(not article.questions for article in internal) <= 5
    assert all(article.id.startswith("internal-") for article in internal)


def test_an_outdated_article_stands_beside_its_successor() -> None:
    successions = [(article, BY_ID[old]) for article in ARTICLES for old in article.supersedes]
    assert successions
    for new, old in successions:
        assert old.updated_at and new.published_at and old.updated_at < new.published_at
        assert old.audience is Audience.PUBLIC


FACTS = {
    "a log-in lock lasts 2 hours": (r"(?:locked for|log-in lock\D{0,40}?) ?(\d+)[ -]hours?", {"2"}),
    "a review of an identity takes at most 48 hours": (
        r"less than 30 minutes, and at most (?:within )?(\d+) hours",
        {"48"},
    ),
    "at most 10 SMS codes a day": (r"(\d+) SMS codes", {"10"}),
    "a SEPA withdrawal costs 1 EUR": (r"SEPA (?:costs|withdrawal costs) (\d+) EUR", {"1"}),
    "a card purchase costs 2.5%": (r"card stays at ([\d.]+%)|for a fee of ([\d.]+%)", {"2.5%"}),
    "USDT on TRC20 costs 1.5": (r"TRC20[^\n]*?\| ([\d.]+) USDT \|", {"1.5"}),
    "a margin call comes at 300%": (r"margin call alert (?:when|at)[^.]*?(\d+)%", {"300"}),
    "a closed account can be reopened for 30 days": (r"reopened[^.]*?(?:within|for) (\d+) days", {"30"}),
    "an account is frozen until a check of 24 hours": (r"face and ID check[^.]*?(\d+) hours", {"24"}),
    "at most 50 API keys": (r"(\d+) API keys", {"50"}),
    "an API key lapses after 14 days": (r"expires after (\d+) days", {"14"}),
    "an ETH deposit needs 32 confirmations": (r"ERC20[^\n]*?\| (\d+) \|", {"32"}),
    "Level 3 withdraws up to 1,000,000": (r"Level 3[^|\n]*\|[^\n]*?(\d[\d,]+) USDT equivalent", {"1,000,000"}),
}


@pytest.mark.parametrize("fact", FACTS)
def test_articles_agree_on(fact: str) -> None:
    pattern, expected = FACTS[fact]
    told = {
        next(filter(None, match.groups())): article.id
        for article in ARTICLES
        if article.id != "trading-fees-2024"
        for match in re.finditer(pattern, article.body)
    }
    assert told, "no article tells it any more"
    assert set(told) <= expected, told
