import re

import pytest
from starlette.testclient import TestClient

from bot.models import Handoff, HandoffReason
from bot.web.console import queue as module
from bot.web.console.queue import place_of
from tests.bot.web.conftest import Talk
from tests.bot.web.console.conftest import CALLED, path_of
from tests.bot.web.stage import SITE


def section(page: str, name: str) -> str:
    match = re.search(rf'data-rows="{name}">(.*?)</ul>', page, re.DOTALL)
    assert match
    return match[1]


def new_talk(client: TestClient) -> Talk:
    opened = client.post("/api/v1/conversations", json={"site_key": SITE}).json()
    return Talk(client, opened["conversation_id"], opened["token"])


def test_an_empty_queue_says_what_to_do(ada) -> None:
    for path in ("/console", "/console/"):
        page = ada.get(path).text
        assert "Nobody waits." in page
        assert '<div class="card nobody" data-none="waiting">' in page
        assert "<title>Queue · Footnote console</title>" in page


def test_the_queue_tells_who_waits_and_why(ada, waiting) -> None:
    page = ada.get("/console").text
    rows = section(page, "waiting")
    assert "<title>(1) Queue · Footnote console</title>" in page
    assert "Can I have a mortgage?" in rows
    assert "No article answered the question surely enough." in rows
    assert "low_confidence" in rows
    assert ">App<" in rows
    assert f'action="{path_of(waiting, "/claim")}"' in rows


def test_what_was_asked_goes_before_the_wish_for_a_person(ada, talk, assistant) -> None:
    assistant.enqueue(CALLED, Handoff(text="A person.", reason=HandoffReason.USER_REQUEST, confidence=0))
    talk.send("Where is my <deposit>?", "m1")
    talk.send("I want to talk to a human", "m2")
    assert "Where is my &lt;deposit&gt;?" in section(ada.get("/console").text, "waiting")


def test_a_claimed_conversation_is_mine_and_anothers_for_others(ada, bo, waiting) -> None:
    ada.post(path_of(waiting, "/claim"))
    own, theirs = ada.get("/console").text, bo.get("/console").text
    assert "mortgage" in section(own, "mine")
    assert "mortgage" not in section(own, "waiting") + section(own, "others")
    assert "mortgage" in section(theirs, "others")
    assert "Ada L." in section(theirs, "others")
    assert re.search(r'data-when="waiting" hidden>\s*<button', section(theirs, "others")), "nothing to claim there"


def test_who_was_called_first_comes_first(ada, client: TestClient, assistant) -> None:
    for number in range(3):
        assistant.enqueue(CALLED)
        new_talk(client).send(f"question {number}")
    rows = section(ada.get("/console").text, "waiting")
    assert re.findall(r'data-text="question">(question \d)<', rows)[::2] == ["question 0", "question 1", "question 2"]


def test_all_conversations_can_be_found_by_owner(ada, client: TestClient, assistant, waiting) -> None:
    answered = new_talk(client)
    answered.send("How do I change my email?")
    new_talk(client)
    page = ada.get("/console/conversations").text
    assert re.findall(r'class="row-question" href="([^"]+)"', page) == [path_of(answered), path_of(waiting)]
    with_bot = ada.get("/console/conversations?owner=with-bot").text
    assert path_of(answered) in with_bot
    assert path_of(waiting) not in with_bot
    assert path_of(waiting) in ada.get("/console/conversations?owner=queued").text
    assert "There is none of this kind." in ada.get("/console/conversations?owner=closed").text
    assert path_of(answered) in ada.get("/console/conversations?owner=nonsense").text
    ada.post(path_of(answered, "/claim"))
    assert "With a person: Ada L." in ada.get("/console/conversations?owner=human").text


def test_recent_conversations_come_in_pages(ada, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RECENT", 2)
    for number in range(5):
        new_talk(client).send(f"question {number}")
    path, seen = "/console/conversations", []
    for _ in range(4):
        page = ada.get(path).text
        seen += re.findall(r"question \d", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if not following:
            break
        path = following[1].replace("&amp;", "&")
    assert seen == [f"question {number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    "before",
    [
        "",
        "x",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00_a",
        "2026-01-01T00:00:00+00:00_",
        "0001-01-01T00:00:00+14:00_a",
    ],
)
def test_a_place_that_is_none_is_the_beginning(before) -> None:
    assert place_of(before) is None


def test_a_place_has_a_moment_and_an_id() -> None:
    place = place_of("2026-01-01T00:00:00+00:00_a_b")
    assert place is not None
    assert place.conversation_id == "a_b"
