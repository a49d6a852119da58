import pytest

from bot.answering.version_notes import version_note
from bot.answering.versions import Outdated, Siblings, Versions
from knowledge.models import Article, Platform
from prompts.templates import render

WEB = Article(id="web", title="Freeze", body="1. Open **Security center**.", platform=Platform.WEB)
APP = Article(id="app", title="Freeze", body="1. Tap **Menu**.\n2. Tap **Freeze**.", platform=Platform.APP)
ARTICLES = {article.id: article for article in (WEB, APP)}


def versions(sibling: str = "", outdated: Outdated | None = None, unfit: bool = False) -> Versions:
    return Versions(
        hits=(),
        siblings={"web": Siblings((sibling,), (Platform.APP,))} if sibling else {},
        outdated={"web": outdated} if outdated else {},
        unfit=("web",) if unfit else (),
        wanted=(),
    )


def note(found: Versions, platform: Platform = Platform.ANY) -> str:
    return version_note(["web", "web"], found, ARTICLES, platform, render)


def test_steps_that_differ_on_the_other_platform_are_told_to_whom_it_may_concern() -> None:
    told = note(versions("app"))
    assert told == "These steps are for the web. On the app they differ: write “on the app” to see them."
    assert note(versions("app"), Platform.WEB) == ""


def test_steps_that_only_name_another_platform_are_not_worth_a_line() -> None:
    same = {**ARTICLES, "web": Article(id="web", title="Freeze", body="1. Open **X**.", platform=Platform.WEB)}
    twin = Article(id="app", title="Freeze", body="1. Open **X**.", platform=Platform.APP)
    assert version_note(["web"], versions("app"), {**same, "app": twin}, Platform.ANY, render) == ""


@pytest.mark.parametrize(
    ("why", "part"),
    [
        (Outdated.REPLACED, "a newer article replaces the one quoted here"),
        (Outdated.PAST_YEAR, "about an earlier year"),
        (Outdated.BEHIND_ITS_KIN, "a newer version of the article quoted here exists for another platform"),
    ],
)
def test_an_outdated_article_is_marked(why: Outdated, part: str) -> None:
    assert part in note(versions(outdated=why), Platform.WEB)


def test_an_article_for_the_other_platform_says_so() -> None:
    assert note(versions(unfit=True), Platform.APP) == "The help center describes this only for the web."
    both = note(versions(outdated=Outdated.REPLACED, unfit=True), Platform.APP)
    assert both.split("\n\n") == [
        "Note: a newer article replaces the one quoted here.",
        "The help center describes this only for the web.",
    ]


def test_nothing_to_tell_is_no_line() -> None:
    assert note(versions()) == ""
    assert version_note([], versions("app"), ARTICLES, Platform.ANY, render) == ""
