from datetime import date
from typing import Any

from bot.answering.shelving import Shelf as ListedShelf
from bot.answering.shelving import related, shelves, successor_of
from knowledge.models import Article, Audience, Platform
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, FREEZE_APP, FREEZE_WEB, NEW_FEES, OLD_FEES, PLAYBOOK, Shelf


def article(id_: str, **fields: Any) -> Article:
    return Article(id=id_, title=fields.pop("title", id_), body="Text.", **fields)


def listed(
    *articles: Article, kin: Any = None, superseded: Any = (), platform: Platform = Platform.ANY
) -> dict[str, Any]:
    found = shelves({each.id: each for each in articles}, kin or {}, superseded, platform)
    return {shelf.section: [each.id for each in shelf.articles] for shelf in found}


def test_sections_are_sorted_by_title_and_announcements_by_date() -> None:
    assert listed(
        article("b", title="Bees"),
        article("a", title="ants"),
        article("old", section="announcements", published_at=date(2024, 1, 1)),
        article("new", section="announcements", published_at=date(2026, 1, 1)),
        article("undated", section="announcements"),
    ) == {"announcements": ["new", "old", "undated"], "faq": ["a", "b"]}


def test_an_internal_article_is_never_listed() -> None:
    assert listed(article("a"), article("b", audience=Audience.INTERNAL)) == {"faq": ["a"]}


def test_one_of_a_family_is_listed() -> None:
    kin = dict.fromkeys(("any", "app", "web"), ("any", "app", "web"))
    family = [article("app", platform=Platform.APP), article("web", platform=Platform.WEB), article("any")]
    assert listed(*family, kin=kin) == {"faq": ["any"]}
    assert listed(*family, kin=kin, platform=Platform.APP) == {"faq": ["app"]}
    assert listed(*family[:2], kin=kin, platform=Platform.ANY) == {"faq": ["app"]}


def test_the_newer_of_two_versions_is_listed_and_one_that_is_replaced_only_alone() -> None:
    kin = {"a": ("a", "b"), "b": ("a", "b")}
    old, new = article("a", updated_at=date(2025, 1, 1)), article("b", updated_at=date(2026, 1, 1))
    assert listed(old, new, kin=kin) == {"faq": ["b"]}
    assert listed(old, new, kin=kin, superseded={"b"}) == {"faq": ["a"]}
    assert listed(new, kin=kin, superseded={"b"}) == {"faq": ["b"]}


def test_what_is_only_for_another_platform_is_left_out() -> None:
    assert listed(article("a", platform=Platform.WEB), article("b"), platform=Platform.APP) == {"faq": ["b"]}


def test_the_most_viewed_come_first_and_of_announcements_the_newest() -> None:
    articles = (article("a", views=1), article("b", views=None), article("c", views=9))
    assert [each.id for each in ListedShelf("faq", articles).most_viewed(2)] == ["c", "a"]
    assert [each.id for each in ListedShelf("announcements", articles).most_viewed(2)] == ["a", "b"]


def test_related_articles_are_of_other_families_public_and_current() -> None:
    shelf = Shelf((CHANGE_EMAIL, FEES, FREEZE_WEB, FREEZE_APP, OLD_FEES, NEW_FEES, PLAYBOOK))
    family = ("freeze-app", "freeze-web")
    shelf.kin = dict.fromkeys(family, family)
    found = [each.id for each in related(FREEZE_APP, shelf, 10)]
    assert found
    assert not {"freeze-app", "freeze-web", "playbook", "trading-fees-2024"} & set(found)
    assert len(related(FREEZE_APP, shelf, 1)) == 1
    assert related(PLAYBOOK, shelf, 10) == ()


def test_an_internal_article_is_no_successor() -> None:
    articles = {each.id: each for each in (article("a"), article("b", supersedes=("a",), audience=Audience.INTERNAL))}
    assert successor_of("a", articles) is None
    assert successor_of("b", articles) is None
