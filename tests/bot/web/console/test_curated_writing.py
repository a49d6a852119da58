"""A curated answer is written and changed in the console, without a script."""

from typing import Any
from urllib.parse import urlencode

import pytest

from bot.staffed import StaffedFootnote
from bot.storage.curated_answers import curated_answer, curated_versions
from bot.web.console import curated_writing
from bot.web.console.curated_form import sentence_key
from tests.bot.web.conftest import Talk
from tests.bot.web.console.conftest import Seat, SuggestingAssistant, hit, path_of
from tests.bot.web.console.curated_pages import PATH, STEP, eda, form, written
from tests.bot.web.stage import ARTICLES, CHANGE_EMAIL
from tests.curated import quotes_in

__all__ = ["eda", "written"]
(FEE,) = quotes_in(next(article for article in ARTICLES if article.id == "fees"), "A fee.")


def send(seat: Seat, path: str, *fields: tuple[str, str], **headers: str) -> Any:
    own = {"content-type": "application/x-www-form-urlencoded", "origin": "http://localhost", "accept": "text/html"}
    cookie = {"cookie": f"footnote_agent={seat.token}"}
    return seat.client.post(
        path,
        content=urlencode(fields),
        headers={**own, **seat._headers({}), **cookie, **headers},
        follow_redirects=False,
    )


def test_the_question_is_filled_in_and_articles_are_offered(
    eda: Seat, assistant: SuggestingAssistant, footnote: StaffedFootnote
) -> None:
    assistant.hits = [hit(), hit("fees"), hit(), hit("playbook"), hit("gone")]
    page = eda.get(f"{PATH}/new?{urlencode({'question': '<b>My</b> card 4111 1111 1111 1111'})}").text
    assert "&lt;b&gt;My&lt;/b&gt; card [card number removed]" in page and "4111" not in page
    assert 'id="found-1" name="article" value="change-email"' in page and 'value="fees"' in page
    assert "wordings" in eda.get(f"{PATH}/new", accept="application/json").json()["fields"]


def test_sentences_are_looked_at_ticked_and_previewed(eda: Seat, footnote: StaffedFootnote) -> None:
    looked = eda.post(PATH, form(step="look", sentence="", other="Fees"))
    assert looked.status_code == 200
    assert sentence_key(STEP) in looked.text and sentence_key(FEE) in looked.text
    assert "Sentences of “Fees”" in looked.text and "On the web" in looked.text
    shown = eda.post(PATH, form(step="preview", lead="*Hm*"))
    assert "As a customer sees it" in shown.text and "<p>*Hm*</p>" in shown.text
    assert f'value="{sentence_key(STEP)}" checked' in shown.text
    refused = eda.post(PATH, form(step="preview", sentence=""))
    assert "No sentence is chosen" in refused.text
    told = eda.script(PATH, form(step="preview")).json()
    assert told["reply"]["text"].startswith("In short:\n\n2. Select") and told["refusal"] == ""
    assert curated_versions(footnote.database, 1) == ()


def test_several_sentences_of_several_articles_are_stored(eda: Seat, footnote: StaffedFootnote) -> None:
    fields = [(name, value) for name, value in form().items() if name not in ("article", "sentence")]
    fields += [("article", CHANGE_EMAIL.id), ("article", "fees")]
    fields += [("sentence", sentence_key(STEP)), ("sentence", sentence_key(FEE))]
    assert send(eda, PATH, *fields).headers["location"] == f"{PATH}/1"
    assert curated_answer(footnote.database, 1).content.quotes == (STEP, FEE)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"wordings": ""}, "There is no question"),
        ({"sentence": ""}, "No sentence is chosen"),
        ({"sentence": "0" * 16}, "A sentence that was ticked does not stand in its article any more."),
        ({"article": "playbook"}, "A sentence that was ticked does not stand"),
        ({"article": "gone"}, "A sentence that was ticked does not stand"),
        ({"expires_on": "soon"}, "Say until when"),
        ({"owner": "stranger"}, "There is no agent"),
        ({"lead": "my card 4111 1111 1111 1111"}, "looks like a secret"),
    ],
)
def test_what_cannot_be_stored_is_refused_and_nothing_typed_is_lost(
    eda: Seat, fields: dict[str, str], words: str
) -> None:
    page = eda.post(PATH, form(**fields))
    assert page.status_code == 400 and words in page.text and 'role="alert"' in page.text
    kept = {"wordings": "new inbox", "lead": 'value="In short:"', "expires_on": 'type="date"'}
    assert all(kept[name] in page.text for name in kept if name not in fields)


@pytest.mark.parametrize("other", ["Internal playbook", "playbook", "no such article", "<b>"])
def test_an_article_that_customers_may_not_read_is_not_offered(eda: Seat, other: str) -> None:
    page = eda.post(PATH, form(step="look", other=other))
    assert "Customers may read no article" in page.text and "Confidential" not in page.text


def test_a_wrong_field_is_refused(eda: Seat) -> None:
    assert eda.script(PATH, form(platform="moon")).status_code == 422
    assert eda.script(PATH, form(nonsense="1")).status_code == 422
    assert eda.client.post(PATH, json={}, headers=eda._headers({"origin": "http://localhost"})).status_code == 400


def test_an_answer_is_changed(eda: Seat, written: dict[str, Any], footnote: StaffedFootnote) -> None:
    page = eda.get(f"{PATH}/1/edit").text
    assert f'value="{sentence_key(STEP)}" checked' in page and "new inbox" in page and 'name="seen" value="1"' in page
    assert eda.get(f"{PATH}/1/edit", accept="application/json").json()["seen"] == 1
    changed = eda.post(f"{PATH}/1", form(seen="1", lead="Like this:"))
    assert changed.headers["location"] == f"{PATH}/1"
    assert "otherwise than before: the words of its own" in eda.get(f"{PATH}/1").text
    assert [each.content.lead for each in curated_versions(footnote.database, 1)] == ["Like this:", "In short:"]


def test_the_second_editor_sees_both_and_may_go_on(
    ada: Seat, eda: Seat, written: dict[str, Any], footnote: StaffedFootnote
) -> None:
    ada.post(f"{PATH}/1", form(seen="1", lead="Ada was here:"))
    late = eda.post(f"{PATH}/1", form(seen="1", lead="Mine:"))
    assert late.status_code == 409
    assert "ada has made version 2 of the curated answer 1 meanwhile" in late.text
    assert "What it says now" in late.text and "Ada was here:" in late.text, "what stands now"
    assert 'value="Mine:"' in late.text and 'name="seen" value="2"' in late.text, "nothing is lost"
    assert eda.script(f"{PATH}/1", form(seen="1")).json()["error"]["code"] == "curated_answer_changed"
    assert eda.post(f"{PATH}/1", form(seen="2", lead="Mine:")).status_code == 303
    assert curated_answer(footnote.database, 1).content.lead == "Mine:"


def test_sentences_that_are_gone_are_told(eda: Seat, written: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The article is deleted while the page is open."""
    monkeypatch.setattr(curated_writing, "articles_now", lambda _: {})
    for page in (eda.get(f"{PATH}/1/edit"), eda.post(f"{PATH}/1", form(seen="1"))):
        assert "A sentence that was ticked does not stand in its article any more." in page.text
        assert "new inbox" in page.text


def test_a_reply_leads_to_the_form(eda: Seat, bo: Seat, talk: Talk) -> None:
    turn = talk.send("What <i>now</i>?", "m1").json()["message_id"]
    page = eda.get(path_of(talk, f"/turns/{turn}")).text
    assert "/console/curated/new?question=What%20%3Ci%3Enow%3C/i%3E%3F" in page
    assert "/console/curated" not in bo.get(path_of(talk, f"/turns/{turn}")).text.replace('/console/curated"', "")
