import pytest

from bot.answering.extractive.sections import for_platform, off_topic, platform_of, sections_of
from embeddings.terms import terms
from knowledge.models import Platform
from tests.bot.answering.conftest import CHANGE_EMAIL

SECTIONS = sections_of(CHANGE_EMAIL.body)


def names(sections: tuple, body: str | None = None) -> list[str]:
    return [section.headings[-1] if section.headings else "" for section in sections]


def test_sections_in_order_without_headings() -> None:
    assert names(SECTIONS) == [
        "",
        "Before you start",
        "On the app",
        "On the web",
        "If you can't open your inbox",
        "After the change",
    ]
    assert [section.is_about_conditions for section in SECTIONS] == [False, True, False, False, False, False]
    assert SECTIONS[2].start == CHANGE_EMAIL.body.index("Tap **Menu**")


def test_quotables_are_units_as_a_browser_shows_them() -> None:
    (row,) = sections_of("| Coin | Fee |\n|---|---|\n| **BTC** | 1 |")[0].quotables
    assert (row.text, row.words) == ("Coin\tFee\nBTC\t1", 5)
    assert sections_of("|  | a |\n|---|---|\n|  |  |") == ()
    assert sections_of("***\n\n→") == ()


def test_sections_about_other_pages_are_left_out() -> None:
    assert names(sections_of("One.\n\n## Related articles\n\n- Two.\n\n## Fees\n\nThree.")) == ["", "Fees"]


@pytest.mark.parametrize(
    ("headings", "platform"),
    [
        (("On the web",), Platform.WEB),
        (("In the Corvane app",), Platform.APP),
        (("Steps on the app",), Platform.APP),
        (("Change your email on the website",), Platform.WEB),
        (("Freeze (app)",), Platform.APP),
        (("On the app", "Step 1"), Platform.APP),
        (("On the app", "On the web"), Platform.WEB),
        (("Are my settings the same on the app and the web?",), Platform.ANY),
        (("Change your authenticator app",), Platform.ANY),
        (("Codes in the authenticator app",), Platform.ANY),
        (("If the app doesn't open",), Platform.ANY),
        ((), Platform.ANY),
    ],
)
def test_platform_of(headings: tuple[str, ...], platform: Platform) -> None:
    assert platform_of(headings) is platform


def test_for_platform() -> None:
    assert "On the app" not in names(for_platform(SECTIONS, Platform.WEB))
    assert "On the web" in names(for_platform(SECTIONS, Platform.WEB))
    assert for_platform(SECTIONS, Platform.ANY) == SECTIONS


def test_bullets_that_begin_with_a_platforms_name() -> None:
    sections = sections_of("- **On the app:** Tap **Log out**.\n- **On the web:** Select **Log out**.\n- Wait.")
    texts = [each.text for each in for_platform(sections, Platform.WEB)[0].quotables]
    assert texts == ["On the web: Select Log out.", "Wait."]


def test_topic() -> None:
    (section,) = sections_of("## Withdraw\n\n### On the web\n\nSelect it.")
    assert (section.topic, section.platform) == ("Withdraw", Platform.WEB)


@pytest.mark.parametrize(
    ("heading", "question", "share"),
    [
        ("", "change email", 0.0),
        ("On the web", "change email", 0.0),
        ("In the Corvane app", "change email", 0.0),
        ("Lost phone", "change email", 1.0),
        ("Lost phone", "I lost my phone", 0.0),
        ("Lost phone", "phone number", 0.5),
    ],
)
def test_off_topic(heading: str, question: str, share: float) -> None:
    assert off_topic(heading, set(terms(question))) == share
