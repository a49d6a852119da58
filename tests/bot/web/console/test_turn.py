"""An agent marks a reply right or wrong on the page that says how it came about."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.assistant import Outcome
from bot.staffed import StaffedFootnote
from bot.storage.audit import audit_entries
from bot.storage.proposed_cases import CaseQuote, ProposedCase, accept_case, proposed_cases
from tests.bot.web.conftest import Talk
from tests.bot.web.console.conftest import Seat, SuggestingAssistant, path_of
from tests.bot.web.stage import QUOTE

CANDIDATES = [
    {"rank": rank, "article_id": id_, "title": id_, "heading": "", "score": 0.5, "signals": {"dense": 0.5}}
    for rank, id_ in enumerate(("fees", "change-email", "fees", "playbook", "gone"), start=1)
]


@dataclass
class FindingAssistant(SuggestingAssistant):
    """Scripted, with candidates in its traces."""

    def reply_to(self, *arguments: Any, **named: Any) -> Outcome:
        return replace(super().reply_to(*arguments, **named), trace={"candidates": CANDIDATES})


@pytest.fixture
def assistant() -> FindingAssistant:
    return FindingAssistant()


@pytest.fixture
def path(talk: Talk) -> str:
    return path_of(talk, f"/turns/{talk.send('How do I <b>change</b> it?').json()['message_id']}")


def only(footnote: StaffedFootnote) -> ProposedCase:
    (case,) = proposed_cases(footnote.database)
    return case


def test_right_is_one_click(ada: Seat, bo: Seat, path: str, footnote: StaffedFootnote) -> None:
    assert "Was this reply right?" in bo.get(path).text
    answer = bo.post(f"{path}/mark", {"right": "true"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}#mark")
    suggestion = only(footnote).proposal.suggestion
    assert suggestion is not None and suggestion.quotes == (CaseQuote("change-email", QUOTE),)
    page = bo.get(path).text
    assert "marked by bo" in page and "An agent marked the reply right." in page
    assert "/console/cases" not in page and "/console/cases/1" in ada.get(path).text
    (entry,) = audit_entries(footnote.database, 1)
    assert (entry.agent, entry.action, entry.object, entry.detail["right"]) == ("bo", "reply_marked", "1", True)


def test_wrong_then_the_article_and_its_sentence(ada: Seat, path: str, footnote: StaffedFootnote) -> None:
    ada.post(f"{path}/mark", {"right": "false"})
    page = ada.get(path).text
    assert "nothing says yet what would have been right" in page and '<details class="unfold" open>' in page
    told = ada.script(f"{path}/mark", {"right": "false", "other": " fees ", "quote": "A fee.\r\n", "note": "hunter"})
    assert told.json()["suggestion"]["quotes"] == [{"article": "fees", "text": "A fee."}]
    assert (only(footnote).number, only(footnote).proposal.comment) == (1, "hunter")
    page = ada.get(path).text
    assert '<a href="/console/cases/1">Case 1</a>' in page and "How do I &lt;b&gt;change&lt;/b&gt; it?" in page


def test_an_article_of_many_lines_is_quoted_as_it_stands(ada: Seat, path: str, footnote: StaffedFootnote) -> None:
    form = {"right": "false", "article": "change-email", "quote": "1. Open the app.\r\n2. " + QUOTE}
    assert ada.post(f"{path}/mark", form).status_code == 303
    assert only(footnote).proposal.suggestion is not None


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"article": "fees", "quote": "A <i>fee</i>."}, "the article &#39;fees&#39; does not say"),
        ({"article": "gone"}, "there is no article &#39;gone&#39;"),
        ({"article": "playbook"}, "is internal and never quoted"),
        ({"quote": "A fee."}, "without its article"),
    ],
)
def test_what_cannot_be_right_is_refused_in_a_sentence(
    ada: Seat, path: str, footnote: StaffedFootnote, form: dict[str, str], words: str
) -> None:
    page = ada.post(f"{path}/mark", {"right": "false", **form})
    assert page.status_code == 400 and words in page.text
    assert form.get("quote", "").replace("<", "&lt;").replace(">", "&gt;") in page.text
    assert ada.script(f"{path}/mark", {"right": "false", **form}).json()["error"]["code"] == "bad_request"
    assert proposed_cases(footnote.database) == ()


def test_a_case_that_is_decided_is_not_marked_again(ada: Seat, path: str, footnote: StaffedFootnote) -> None:
    for _ in range(2):  # the same word a second time says nothing new
        assert ada.post(f"{path}/mark", {"right": "true"}).status_code == 303
    suggestion = only(footnote).proposal.suggestion
    assert suggestion is not None
    with footnote.database.write() as connection:
        accept_case(connection, 1, suggestion, "bo", only(footnote).proposed_at)
    refused = ada.post(f"{path}/mark", {"right": "false"})
    assert refused.status_code == 409 and "Somebody has decided already" in refused.text
    assert "Say what would have been right" not in ada.get(path).text


def test_what_is_not_there(ada: Seat, talk: Talk, path: str) -> None:
    other = path_of(talk, "/turns/none/mark")
    assert ada.post(other, {"right": "true"}).status_code == 404
    assert ada.script(other, {"right": "true"}).json()["error"]["code"] == "not_found"
    assert ada.script(f"{path}/mark", {"right": "perhaps"}).status_code == 422


def test_the_articles_found_are_offered_each_once(ada: Seat, path: str, footnote: StaffedFootnote) -> None:
    page = ada.get(path).text
    assert page.count('type="radio"') == 4 and page.count('name="article" value="fees"') == 1
    assert page.count("not for customers") == 2
    refused = ada.post(f"{path}/mark", {"right": "false", "article": "fees", "quote": "No."}).text
    assert 'value="fees" checked' in refused
    ada.post(f"{path}/mark", {"right": "false", "article": "fees", "quote": "A fee."})
    assert only(footnote).proposal.found == ("fees", "change-email", "playbook", "gone")
    assert ada.get("/console/cases/1").text.count('name="article"') == 4
