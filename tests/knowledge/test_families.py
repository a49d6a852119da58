"""Versions of one article are a family; articles that only sound alike are not."""

import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.families import families_of, kin_of
from knowledge.models import Article, Audience, Platform
from knowledge.sources.folder import FolderSource

ROOT = Path(__file__).resolve().parents[2]
LABELS = json.loads((ROOT / "eval" / "datasets" / "corvane_families.json").read_text(encoding="utf-8"))
SAMPLE = [item for item in FolderSource(ROOT / "knowledge" / "articles").read() if isinstance(item, Article)]
FOUND = families_of(SAMPLE)

WARNING = "> **Warning:** Never tell anybody your password, your codes or your seed phrase, and never send coins to a "
WARNING += "so-called safe wallet, whoever asks for it, by phone, in a chat or by email, on any day of the week."
STEPS = """Your identity must be verified before the first time. The review takes a day at most.

1. Open the menu and go to the page for {thing}.
2. Enter the amount of {thing} and check the fee that is shown below the amount.
3. Confirm the {thing} with the six-digit code from your inbox within ten minutes.
4. Wait for the message that tells you that the {thing} is done, and keep its number.
"""


def article(id_: str, title: str, body: str, **fields: Any) -> Article:
    return Article(id=id_, title=title, body=body, **fields)


def together(*articles: Article) -> bool:
    return len(set(families_of(articles).values())) == 1


def about(thing: str) -> str:
    return STEPS.format(thing=thing)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            article("a", "Send a parcel (web)", about("parcel"), platform=Platform.WEB),
            article("b", "Send a parcel (app)", about("parcel").replace("Open", "Tap"), platform=Platform.APP),
        ),
        (article("a", "Fees for parcels 2024", about("fee")), article("b", "Fees for parcels 2025", about("fee"))),
        (
            article("a", "How do I change my address?", about("address")),
            article("b", "Edit my address", about("address")),
        ),
        (article("a", "Send a parcel", about("parcel")), article("b", "All about parcels by post", about("parcel"))),
        (article("a", "Old prices", "Ten.", supersedes=("b",)), article("b", "A price list", "Nine, now and then.")),
        (
            article("a", "Send a parcel", about("parcel"), locale="en"),
            article("b", "Send a parcel", about("parcel"), locale="en-GB"),
        ),
        (article("a", "Send a parcel", ""), article("b", "Send a parcel", "")),
    ],
    ids=["platforms", "years", "near-twins", "near-copies", "superseded", "regions", "empty"],
)
def test_versions_are_a_family(first: Article, second: Article) -> None:
    assert together(first, second)
    assert families_of([second, first]) == {"a": "a", "b": "a"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (article("a", "Withdraw EUR", about("EUR")), article("b", "Withdraw crypto", about("crypto"))),
        (article("a", "Deposit coins", about("deposit")), article("b", "Withdraw coins", about("withdrawal"))),
        (article("a", "Stake BTC", about("BTC")), article("b", "Stake ETH", about("ETH"))),
        (article("a", "Spot grid bot", about("spot grid")), article("b", "Futures grid bot", about("futures grid"))),
        (article("a", "Error 101", about("case")), article("b", "Error 102", about("case"))),
        (article("a", "Send a parcel", about("parcel")), article("b", "Send a parcel", "Ask at the till.")),
        (article("a", "Passwords", f"Choose one.\n\n{WARNING}"), article("b", "Passkeys", f"Better.\n\n{WARNING}")),
        (article("a", "Say hello", "Contact the support team."), article("b", "Complain", "Contact the support team.")),
        (article("a", "Send it", about("box"), audience=Audience.INTERNAL), article("b", "Send it", about("box"))),
        (article("a", "Send it", about("parcel"), locale="en"), article("b", "Send it", about("parcel"), locale="de")),
        (
            article("a", "Maintenance on 3 May 2026", about("network"), section="announcements"),
            article("b", "Maintenance on 9 July 2026", about("network"), section="announcements"),
        ),
    ],
    ids=["EUR", "way", "coin", "market", "code", "title only", "warning", "short", "readers", "language", "dates"],
)
def test_what_only_sounds_alike_is_not(first: Article, second: Article) -> None:
    assert not together(first, second)


def test_boilerplate_makes_nobody_kin() -> None:
    common = " ".join(f"Sentence {number} of the terms that everybody must accept here." for number in range(30))
    articles = [article(f"a{number}", f"Thing {chr(97 + number) * 4}", f"{number}. {common}") for number in range(8)]
    assert len(set(families_of(articles).values())) == 8


def test_a_supersedes_that_nobody_has_links_nothing() -> None:
    assert families_of([article("a", "Fees", "Ten.", supersedes=("gone", "a"))]) == {"a": "a"}


def test_an_internal_article_supersedes_no_public_one() -> None:
    old, new = article("a", "Old", "One."), article("b", "New", "Two.", supersedes=("a",), audience=Audience.INTERNAL)
    assert not together(old, new)


def test_kin_are_linked_through_others() -> None:
    chain = [article("c", "Third", "3", supersedes=("b",)), article("b", "Second", "2", supersedes=("a",))]
    assert families_of([*chain, article("a", "First", "1")]) == {"a": "a", "b": "a", "c": "a"}


def test_no_articles() -> None:
    assert families_of([]) == {}
    assert kin_of({}) == {}


def test_kin_names_the_whole_family_of_whoever_has_one() -> None:
    assert kin_of({"a": "a", "c": "a", "b": "b"}) == {"a": ("a", "c"), "c": ("a", "c")}


TITLES = st.sampled_from(
    ["Change the email", "Update the email (app)", "Withdraw EUR", "Withdraw crypto", "Fees 2024", "Fees"]
)
BODIES = st.sampled_from([about("email"), about("parcel"), f"{about('email')}\n\n{WARNING}", "Short.", "", WARNING])


@st.composite
def corpora(draw: st.DrawFn) -> list[Article]:
    ids = draw(st.lists(st.sampled_from("abcdefghij"), unique=True, max_size=8))
    names = st.lists(st.sampled_from("abcdefghij"), max_size=1).map(tuple)
    return [article(id_, draw(TITLES), draw(BODIES), supersedes=draw(names)) for id_ in ids]


@settings(deadline=None, max_examples=60)
@given(corpora(), st.randoms())
def test_a_family_is_one_whatever_the_order(articles: list[Article], random: Any) -> None:
    families = families_of(articles)
    assert set(families) == {each.id for each in articles}
    for family in families.values():
        assert families[family] == family == min(id_ for id_, other in families.items() if other == family)
    shuffled = list(articles)
    random.shuffle(shuffled)
    assert families_of(shuffled) == families


@settings(deadline=None, max_examples=40)
@given(corpora())
def test_a_copy_of_an_article_joins_its_family_and_parts_nobody(articles: list[Article]) -> None:
    if articles:
        copy = dataclasses.replace(articles[0], id="z", updated_at=date(2026, 1, 1), supersedes=())
        after = families_of([*articles, copy])
        before = families_of(articles)
        assert after["z"] == after[articles[0].id]
        assert len({after[id_] for id_ in before}) <= len(set(before.values()))


def test_families_of_the_sample_help_center_are_those_labelled_by_hand() -> None:
    found = sorted(sorted({*ids}) for ids in set(kin_of(FOUND).values()))
    assert found == sorted(LABELS["families"])


@pytest.mark.parametrize("pair", LABELS["look_alikes"], ids=" ".join)
def test_look_alikes_of_the_sample_are_apart(pair: list[str]) -> None:
    assert FOUND[pair[0]] != FOUND[pair[1]]
