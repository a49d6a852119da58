from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.errors import RequestRefused
from bot.improving.curated_drafts import (
    CuratedDraft,
    checked,
    checked_day,
    checked_reason,
    require_no_other,
    wordings_in,
)
from bot.storage.curated_answers import CuratedQuote
from knowledge.models import Platform
from tests.bot.answering.conftest import CHANGE_EMAIL, PLAYBOOK
from tests.curated import TODAY, content, curated, quotes_in

ARTICLES = {article.id: article for article in (CHANGE_EMAIL, PLAYBOOK)}
QUOTES = quotes_in(CHANGE_EMAIL, "**Menu**")
DRAFT = CuratedDraft(
    wordings=" How do I change my email?\n\nnew  mail address \nHow do I change my email",
    lead="  In\nshort: ",
    quotes=QUOTES,
    owner="ada",
    expires_on="2026-12-31",
)


def test_a_draft_becomes_content() -> None:
    found = checked(DRAFT, ARTICLES, ["ada"], TODAY)
    assert found.wordings == ("How do I change my email?", "new mail address")
    assert (found.lead, found.quotes, found.expires_on) == ("In short:", QUOTES, date(2026, 12, 31))
    assert (found.platform, found.locale, found.owner) == (Platform.ANY, "", "ada")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"wordings": " \n "}, "There is no question."),
        ({"wordings": "?!"}, "has no word in it"),
        ({"wordings": "a" * 501}, "has 501 characters; at most 500"),
        ({"wordings": "\n".join(f"wording {number}" for number in range(41))}, "There are 41 wordings; at most 40"),
        ({"wordings": "my card is 4111 1111 1111 1111"}, "looks like a secret"),
        ({"lead": "x" * 201}, "201 characters; at most 200"),
        ({"lead": "Pay to 4111 1111 1111 1111"}, "The words of your own holds what looks like a secret"),
        ({"quotes": ()}, "No sentence is chosen"),
        ({"quotes": QUOTES * 41}, "41 sentences are chosen"),
        ({"quotes": (CuratedQuote("change-email", "", "Invented."),)}, "does not stand in the article"),
        ({"quotes": (CuratedQuote("gone", "", "It."),)}, "is not in the index any more"),
        ({"quotes": quotes_in(PLAYBOOK, "Freeze")}, "is not for customers"),
        ({"owner": "nobody"}, "There is no agent 'nobody'"),
        ({"expires_on": ""}, "Say until when"),
        ({"expires_on": "31.12.2026"}, "Say until when"),
        ({"expires_on": "2026-11-21"}, "2026-11-21, is over"),
        ({"expires_on": "2027-11-24"}, "more than 366 days ahead"),
    ],
)
def test_what_may_not_be_given_is_refused(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(RequestRefused, match=sentence.replace("?", r"\?")):
        checked(replace(DRAFT, **change), ARTICLES, ["ada"], TODAY)


def test_the_first_and_the_last_day_that_may_be_chosen() -> None:
    for ahead in (0, 366):
        assert checked_day((TODAY + timedelta(days=ahead)).isoformat(), TODAY) == TODAY + timedelta(days=ahead)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "card 4111 1111 1111 1111"])
def test_a_reason_is_asked_for(reason: str) -> None:
    with pytest.raises(RequestRefused):
        checked_reason(reason)
    assert checked_reason(" not \n right ") == "not right"


def test_two_answers_have_no_wording_in_common() -> None:
    own = content(*QUOTES, wordings=("change inbox", "New MAIL address!"))
    other = curated(content(*QUOTES, wordings=("new mail address",)), 4)
    with pytest.raises(RequestRefused, match="“New MAIL address!” is answered by the curated answer 4 already"):
        require_no_other(own, [other])
    require_no_other(own, [other], own=4)
    require_no_other(replace(own, wordings=("change inbox",)), [other])


@pytest.mark.parametrize(
    ("mine", "theirs", "meet"),
    [
        ((Platform.WEB, ""), (Platform.APP, ""), False),
        ((Platform.WEB, ""), (Platform.ANY, "en"), True),
        ((Platform.ANY, "en"), (Platform.ANY, "de"), False),
        ((Platform.ANY, "en"), (Platform.WEB, "en-GB"), True),
    ],
)
def test_answers_for_other_customers_may_have_the_same_wording(
    mine: tuple[Platform, str], theirs: tuple[Platform, str], meet: bool
) -> None:
    own = content(*QUOTES, platform=mine[0], locale=mine[1])
    other = curated(content(*QUOTES, platform=theirs[0], locale=theirs[1]))
    if meet:
        with pytest.raises(RequestRefused):
            require_no_other(own, [other])
    else:
        require_no_other(own, [other])


def test_lines_become_wordings() -> None:
    assert wordings_in("A b\r\na  B!\nc") == ("A b", "c")
    assert wordings_in("你好\n？") == ("你好", "？")
