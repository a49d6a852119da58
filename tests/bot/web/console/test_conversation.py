import re
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from bot.models import Clarify, Identity
from bot.storage.conversations import identify_customer, note_contact
from bot.storage.handoffs import keep_summary
from tests.bot.web.console.conftest import path_of
from tests.bot.web.stage import ANSWER, QUOTE


def test_only_agents_see_anything(client: TestClient, waiting) -> None:
    for path in ("/console", "/console/conversations", path_of(waiting)):
        page = client.get(path, headers={"accept": "text/html"}, follow_redirects=False)
        assert page.status_code == 303
        assert page.headers["location"].startswith("/console/sign-in")
    for path in ("/console/events", path_of(waiting, "/events")):
        assert client.get(path).status_code == 401


def test_a_conversation_shows_what_was_said_with_links_to_the_exact_place(ada, talk) -> None:
    talk.send("How do I <b>change</b> my email?")
    page = ada.get(path_of(talk)).text
    assert "How do I &lt;b&gt;change&lt;/b&gt; my email?" in page
    url = ANSWER.citations[0].url
    assert f'<a href="{url}" rel="noopener nofollow">[1]</a>' in page
    assert f'<a href="{url}" target="_blank" rel="noopener">[1] How do I change my email? › On the app</a>' in page
    assert "93 % sure" in page
    assert QUOTE.replace("**", "<strong>", 1).replace("**", "</strong>", 1) in page


def test_it_says_why_a_person_is_called_and_who_the_customer_is(ada, waiting, footnote) -> None:
    with footnote.database.write() as connection:
        note_contact(connection, waiting.id, "eve@mail.example", "Call after <six>")
    page = ada.get(path_of(waiting)).text
    assert "No article answered the question surely enough." in page
    assert "<code>low_confidence</code>" in page
    assert 'eve@mail.example <span class="pill warn">not verified</span>' in page
    assert "Call after &lt;six&gt;" in page
    assert "Can I have a mortgage?" in page
    assert re.search(r"Called .* ago", page)
    assert "None was shown to the customer." in page


def test_who_the_site_says_the_customer_is_stands_apart_from_what_was_typed(ada, waiting, footnote) -> None:
    assert "a visitor whom nobody has named" in ada.get(path_of(waiting)).text
    identity = Identity(subject="c-42", name="Eve <E.>", email="eve@shop.example")
    identify_customer(footnote.database, waiting.id, identity, datetime.now(UTC))
    page = ada.get(path_of(waiting)).text
    assert 'Eve &lt;E.&gt; <span class="pill good">verified by the site</span>' in page
    assert "<code>c-42</code>" in page and "eve@shop.example" in page
    for contact, is_verified in (("eve@mail.example", False), ("eve@shop.example", True)):
        with footnote.database.write() as connection:
            note_contact(connection, waiting.id, contact, "")
        assert ("not verified" not in ada.get(path_of(waiting)).text) is is_verified


def test_articles_tried_are_listed_with_their_number(ada, talk) -> None:
    talk.send("one", "m1")
    talk.send("two", "m2")
    page = ada.get(path_of(talk)).text
    assert '>How do I change my email?</a> <span class="pill">2×</span>' in page


def test_choices_of_a_question_back_are_shown(ada, talk, assistant) -> None:
    assistant.enqueue(Clarify(text="Which one?", options=("On the web", "In the app"), confidence=0.4))
    talk.send("email")
    assert "<li>On the web</li><li>In the app</li>" in ada.get(path_of(talk)).text


@pytest.mark.parametrize(
    ("action", "buttons"),
    [
        (None, {"claim", "return", "close"}),
        ("claim", {"reply", "suggestion", "release", "return", "close"}),
        ("return", {"claim"}),
        ("close", set()),
    ],
)
def test_buttons_fit_the_state(ada, waiting, action, buttons) -> None:
    if action == "close":
        ada.post(path_of(waiting, "/claim"))
        ada.post(path_of(waiting, "/close"), {"seen": "3"})
    elif action:
        ada.post(path_of(waiting, f"/{action}"))
    page = ada.get(path_of(waiting)).text
    assert set(re.findall(rf'{path_of(waiting)}/(\w+)"', page)) - {"turns"} == buttons


def test_what_another_has_can_be_read_and_not_touched(ada, bo, waiting) -> None:
    ada.post(path_of(waiting, "/claim"))
    page = bo.get(path_of(waiting)).text
    assert "Ada L. has this conversation; only one person speaks at a time." in page
    assert "<textarea" not in page
    assert "data-act" not in page


def test_changes_of_the_owner_and_agents_messages_stand_in_the_log(ada, waiting) -> None:
    ada.post(path_of(waiting, "/claim"))
    ada.post(path_of(waiting, "/reply"), {"text": "Hello **you**\r\n\r\n<script>", "client_message_id": "a1"})
    ada.post(path_of(waiting, "/return"))
    page = ada.get(path_of(waiting)).text
    assert "The conversation waits for a person." in page
    assert "Ada L. has the conversation." in page
    assert "<p>Hello <strong>you</strong></p>" in page
    assert "<p>&lt;script&gt;</p>" in page
    assert "The bot has the conversation again." in page


def test_only_what_is_new_is_given_to_the_script(ada, waiting) -> None:
    assert ada.get(path_of(waiting)).text.count('id="entry-') == 3
    page = ada.get(path_of(waiting, "?after=2")).text
    assert re.findall(r'id="entry-(\d+)"', page) == ["3"]
    assert 'data-newest="3"' in page
    assert 'data-newest="9"' in ada.get(path_of(waiting, "?after=9")).text


def test_a_long_conversation_has_pages(ada, talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.console.case.LOG_ENTRIES", 4)
    for number in range(5):
        talk.send(f"question {number}", f"m{number}")
    page = ada.get(path_of(talk)).text
    assert re.findall(r'id="entry-(\d+)"', page) == ["7", "8", "9", "10"]
    assert f'href="{path_of(talk)}?before=7"' in page
    earlier = ada.get(path_of(talk, "?before=7")).text
    assert re.findall(r'id="entry-(\d+)"', earlier) == ["3", "4", "5", "6"]
    assert "data-live" not in earlier
    assert "?before=" not in ada.get(path_of(talk, "?before=3")).text


@pytest.mark.parametrize("rest", ["?after=-1", "?after=x", "?before=0", "?after=99999999999999999999"])
def test_numbers_that_are_none_are_refused(ada, waiting, rest) -> None:
    assert ada.get(path_of(waiting, rest)).status_code == 422


def test_a_trace_has_a_page_of_its_own(ada, talk) -> None:
    turn = talk.send("How?").json()["message_id"]
    page = ada.get(path_of(talk, f"/turns/{turn}"))
    assert page.status_code == 200
    assert 'data-part="trace"' in page.text
    assert f'href="{path_of(talk)}"' in page.text


def test_what_is_not_there_is_not_found(ada, talk, waiting, client: TestClient) -> None:
    other = talk.send("How?", "m9").json()["message_id"]
    stranger = client.post("/api/v1/conversations", json={"site_key": "site_demo"}).json()["conversation_id"]
    for path in (
        "/console/conversations/none",
        "/console/conversations/%27%20OR%201=1",
        path_of(talk, "/turns/none"),
        f"/console/conversations/{stranger}/turns/{other}",
    ):
        page = ada.get(path)
        assert page.status_code == 404
        assert "Nothing here" in page.text


def test_a_conversation_without_a_word(ada, talk) -> None:
    page = ada.get(path_of(talk))
    assert page.status_code == 200
    assert 'data-newest="0"' in page.text


def test_a_model_s_summary_stands_above_the_customer_s_words_and_says_whose_it_is(ada, waiting, footnote) -> None:
    assert "language model" not in ada.get(path_of(waiting)).text
    with footnote.database.write() as connection:
        assert keep_summary(connection, waiting.id, 1, "The customer asks for a <mortgage>.")
    page = ada.get(path_of(waiting)).text
    summary = 'The customer asks for a &lt;mortgage&gt;. <span class="pill">written by a language model</span>'
    assert page.index(summary) < page.index("In the customer's words")
