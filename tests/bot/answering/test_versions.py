"""Of each family one article: for the customer's platform, not superseded, the newest; and what is said of the rest."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.versions import (
    LIFT,
    Outdated,
    Siblings,
    Versions,
    article_platform,
    choose_versions,
    outdated,
    siblings,
    steps_differ,
    versions_to_search,
)
from bot.models import Hit
from knowledge.models import Article, Passage, Platform, passage_id

ANY, APP, WEB = Platform.ANY, Platform.APP, Platform.WEB


def article(id_: str, platform: Platform = ANY, updated: str = "2026-01-01", title: str = "", **fields: Any) -> Article:
    return Article(
        id=id_,
        title=title or id_,
        body=fields.pop("body", ""),
        platform=platform,
        updated_at=date.fromisoformat(updated) if updated else None,
        **fields,
    )


def hit(id_: str, score: float, text: str = "x") -> Hit:
    passage = Passage(
        id=passage_id(id_, id_, "", text), article_id=id_, title=id_, heading="", url=None, text=text, start=0, end=1
    )
    return Hit(passage, score, {"dense": score})


def chosen(
    hits: list[Hit], family: list[Article], platform: Platform = ANY, superseded: tuple[str, ...] = (), **more: Any
) -> Versions:
    """The versions when `family` is one, and every other hit is of an article alone."""
    ids = tuple(sorted(each.id for each in family))
    others = {each.passage.article_id for each in hits} - set(ids)
    articles = {each.id: each for each in [*family, *map(article, sorted(others))]}
    return choose_versions(hits, dict.fromkeys(ids, ids), articles, platform, superseded, **more)


def found(versions: Versions) -> list[str]:
    return [each.passage.article_id for each in versions.hits]


TWINS = [article("close-app", APP), article("close-web", WEB)]


@pytest.mark.parametrize(
    ("family", "platform", "superseded", "best"),
    [
        ([article("a", APP), article("w", WEB)], WEB, (), "w"),
        ([article("a", APP), article("w", WEB)], APP, (), "a"),
        ([article("a", APP), article("w", WEB)], ANY, (), "a"),
        ([article("a", APP, "2027-01-01"), article("n", ANY)], WEB, (), "n"),
        ([article("a", APP), article("n", ANY, "2027-01-01")], APP, (), "a"),
        ([article("a", APP, "2027-01-01"), article("n", ANY)], ANY, (), "n"),
        ([article("a"), article("n", updated="2026-01-02")], ANY, (), "n"),
        ([article("a"), article("n", updated="2026-01-02")], APP, (), "n"),
        ([article("a", updated=""), article("n", updated="1999-01-01")], ANY, (), "n"),
        ([article("a", updated="2027-01-01"), article("n")], ANY, ("a",), "n"),
        ([article("a", APP), article("n", WEB)], APP, ("a",), "n"),
        ([article("a"), article("n")], ANY, ("a", "n"), "a"),
        ([article("a", title="Close it (web)"), article("n", title="Close it (app)")], APP, (), "n"),
    ],
    ids=[
        "web",
        "app",
        "not known: the better hit",
        "any before the other platform",
        "the platform before the newer",
        "not known: any before one",
        "newer",
        "newer, platform known",
        "no date is the oldest",
        "superseded, though newer",
        "superseded, though it fits",
        "all superseded",
        "by the title",
    ],
)
def test_the_one_that_fits_best(
    family: list[Article], platform: Platform, superseded: tuple[str, ...], best: str
) -> None:
    hits = [hit("a", 0.9), *(hit(each.id, 0.5) for each in family if each.id != "a")]
    versions = chosen(hits, family, platform, superseded)
    assert found(versions) == [best]
    assert versions.wanted == ()


def test_the_chosen_one_takes_the_place_of_its_family() -> None:
    hits = [hit("close-app", 0.9), hit("other", 0.8), hit("close-web", 0.7), hit("close-web", 0.5, "y")]
    versions = chosen(hits, TWINS, WEB)
    assert found(versions) == ["close-web", "other", "close-web"]
    assert [each.score for each in versions.hits] == pytest.approx([0.9, 0.8, 0.7])
    lifted = versions.hits[0]
    assert lifted.signals["dense"] - lifted.signals[LIFT] == pytest.approx(lifted.score)
    assert LIFT not in versions.hits[1].signals


def test_hits_without_kin_stay_as_they_are() -> None:
    hits = [hit("a", 0.9), hit("b", 0.8), hit("a", 0.7, "y")]
    versions = chosen(hits, [])
    assert list(versions.hits) == hits
    assert versions == Versions(hits=tuple(hits), siblings={}, outdated={}, unfit=(), wanted=())


def test_no_hits() -> None:
    assert chosen([], TWINS, WEB).hits == ()


def test_a_version_without_a_hit_is_wanted() -> None:
    versions = chosen([hit("close-app", 0.9)], TWINS, WEB)
    assert (found(versions), versions.wanted, versions.unfit) == (["close-app"], ("close-web",), ("close-app",))


def test_which_versions_must_be_searched_too() -> None:
    articles = {each.id: each for each in [*TWINS, article("old", WEB, "2020-01-01"), article("alone")]}
    kin = dict.fromkeys(("close-app", "close-web", "old"), ("close-app", "close-web", "old"))
    assert versions_to_search(["close-app", "alone"], kin, articles, WEB, ()) == ("close-web",)
    assert versions_to_search(["close-app", "close-web"], kin, articles, WEB, ()) == ()
    assert versions_to_search(["old"], kin, articles, ANY, ()) == ("close-app", "close-web")
    assert versions_to_search(["alone"], kin, articles, WEB, ()) == ()


def test_siblings_are_the_newest_for_the_other_platforms() -> None:
    family = [*TWINS, article("web-old", WEB, "2020-01-01"), article("any")]
    versions = chosen([hit("close-app", 0.9)], family, APP)
    assert versions.siblings == {"close-app": Siblings(("close-web",), (WEB,))}
    assert chosen([hit("any", 0.9)], [article("any"), *TWINS]).siblings == {}


def test_a_superseded_twin_is_no_sibling() -> None:
    ids = ("close-app", "close-web")
    assert siblings("close-app", dict.fromkeys(ids, ids), {each.id: each for each in TWINS}, {"close-web"}).ids == ()


@pytest.mark.parametrize(
    ("one", "superseded", "year", "why"),
    [
        (article("a"), (), 2026, None),
        (article("a"), ("a",), 2026, Outdated.REPLACED),
        (article("a", title="Trading fees (2024 schedule)"), (), 2026, Outdated.PAST_YEAR),
        (article("a", title="Trading fees (2026 schedule)"), (), 2026, None),
        (article("a", title="Trading fees (2024 schedule)"), (), None, None),
        (article("a", title="From 2024 to 2026"), (), 2026, None),
        (article("a", title="Form 2024-7"), (), 2026, None),
        (article("a", title="New fees from 1 June 2025", section="announcements"), (), 2026, None),
    ],
)
def test_what_says_that_an_article_is_outdated(
    one: Article, superseded: tuple[str, ...], year: int | None, why: Outdated | None
) -> None:
    assert outdated("a", {}, {"a": one}, superseded, year) is why


def test_a_version_far_behind_its_kin_is_outdated() -> None:
    family = [article("close-app", APP, "2024-06-01"), article("close-web", WEB, "2026-01-01")]
    assert chosen([hit("close-app", 0.9)], family, APP).outdated == {"close-app": Outdated.BEHIND_ITS_KIN}
    assert chosen([hit("close-web", 0.9)], family, WEB).outdated == {}


@pytest.mark.parametrize(
    ("title", "platform"),
    [("Close it (app)", APP), ("Deposit coins on the website", WEB), ("Change my authenticator app", ANY)],
)
def test_a_title_names_the_platform_where_the_article_does_not(title: str, platform: Platform) -> None:
    assert article_platform(article("a", title=title)) is platform


@pytest.mark.parametrize(
    ("first", "second", "differ"),
    [
        ("1. Select **Close**.\n2. Confirm.", "1. Tap **Close**.\n2. Confirm.", False),
        ("1. Open the app and tap on **Menu**.", "1. Open the website and select **Menu**.", False),
        ("1. Open **Menu**.", "1. Open **User center**.", True),
        ("1. Open **Menu**.", "1. Open **Menu**.\n2. Confirm.", True),
        ("1. Open **Menu**.", "It is in the menu.", True),
        ("It is in the menu.", "It is below the picture.", False),
    ],
)
def test_steps_differ_when_a_customer_does_something_else(first: str, second: str, differ: bool) -> None:
    one, other = article("a", body=first), article("b", body=second)
    assert steps_differ(one, other) is steps_differ(other, one) is differ


IDS = st.sampled_from("abcdef")


@settings(max_examples=60)
@given(
    st.lists(st.tuples(IDS, st.floats(0, 1)), max_size=12),
    st.dictionaries(IDS, st.sampled_from([ANY, APP, WEB]), min_size=6, max_size=6),
    st.sampled_from([ANY, APP, WEB]),
    st.sets(IDS),
)
def test_a_family_is_found_once_and_none_is_lost(
    scores: list[tuple[str, float]], platforms: dict[str, Platform], platform: Platform, superseded: set[str]
) -> None:
    hits = [hit(id_, score, str(place)) for place, (id_, score) in enumerate(sorted(scores, key=lambda each: -each[1]))]
    articles = {id_: article(id_, own) for id_, own in platforms.items()}
    families = {id_: "abc" if id_ in "abc" else "de" if id_ in "de" else "f" for id_ in "abcdef"}
    kin = {id_: tuple(family) for id_, family in families.items() if len(family) > 1}
    versions = choose_versions(hits, kin, articles, platform, superseded)
    cited = {each.passage.article_id for each in versions.hits}
    asked = [families[each.passage.article_id] for each in hits]
    assert sorted(families[id_] for id_ in cited) == sorted(set(asked))
    order = list(dict.fromkeys(families[each.passage.article_id] for each in versions.hits))
    best = {family: max(each.score for each in hits if families[each.passage.article_id] == family) for family in asked}
    assert [best[family] for family in order] == sorted(best.values(), reverse=True)
    assert not set(versions.wanted) & cited
    again = choose_versions(versions.hits, kin, articles, platform, superseded)
    assert again.hits == versions.hits
