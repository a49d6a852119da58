from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.handoff.switchboard import Switchboard
from bot.models import Owner
from bot.staffed import StaffedFootnote
from bot.storage.conversations import conversation_of
from bot.storage.feedback import feedback_of
from bot.storage.ownership import ownership_of
from tests.bot.web.conftest import Talk
from tests.bot.web.stage import SITE

SECRET = "my api key is sk-proj-Zq8vL2mN4pR6tW9yB3dF5hJ7"


def press(talk: Talk, body: object = None, **headers: str) -> Any:
    url = f"/api/v1/conversations/{talk.id}/handoff"
    return talk.client.post(url, json={} if body is None else body, headers={**talk.headers, **headers})


def rate(talk: Talk, message_id: str, body: object) -> Any:
    url = f"/api/v1/conversations/{talk.id}/messages/{message_id}/feedback"
    return talk.client.post(url, json=body, headers=talk.headers)


def known(footnote: StaffedFootnote, talk: Talk) -> tuple[str | None, str]:
    with footnote.database.read() as connection:
        conversation = conversation_of(connection, talk.id)
    return conversation.contact, conversation.note


def test_the_button_calls_a_person_and_says_what_the_log_has_got(talk: Talk) -> None:
    answer = press(talk)
    assert answer.status_code == 200
    assert answer.json()["owner"] == "queued"
    change, notice = answer.json()["entries"]
    assert (change["type"], change["owner"], change["number"]) == ("owner", "queued", 1)
    assert (notice["type"], notice["kind"], notice["number"]) == ("notice", "acknowledge", 2)
    assert notice["text"].startswith("A person has been called")


def test_where_nobody_may_be_there_an_address_is_asked_for(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert press(talk).json()["asks_contact"] is False
    monkeypatch.setattr(Switchboard, "asks_contact", lambda _self, id_, owner: (id_, owner) == (talk.id, Owner.QUEUED))
    assert press(talk, {"note": "Hurry."}).json()["asks_contact"] is True
    read = talk.client.get(f"/api/v1/conversations/{talk.id}", headers=talk.headers).json()
    sent = talk.client.post(
        f"/api/v1/conversations/{talk.id}/messages",
        json={"text": "Hello?", "client_message_id": "m9"},
        headers=talk.headers,
    ).json()
    assert read["asks_contact"] is sent["asks_contact"] is True


def test_the_button_twice_is_refused_with_a_sentence(talk: Talk) -> None:
    press(talk)
    again = press(talk)
    assert again.status_code == 409
    assert again.json() == {
        "error": {
            "code": "not_your_turn",
            "message": "A person has been called already; the conversation waits for one.",
        }
    }


def test_a_contact_comes_with_the_call_or_later_and_secrets_do_not(footnote: StaffedFootnote, talk: Talk) -> None:
    press(talk, {"note": f"Please hurry; {SECRET}"})
    later = press(talk, {"contact": "ada@EXAMPLE.com"})
    assert (later.status_code, later.json()) == (200, {"owner": "queued", "asks_contact": False, "entries": []})
    contact, note = known(footnote, talk)
    assert contact == "ada@example.com"
    assert note.startswith("Please hurry")
    assert "sk-proj" not in note


@pytest.mark.parametrize("contact", ["not an address", "ada@", "+43 1 234567", "a" * 900 + "@example.com"])
def test_what_is_no_address_is_refused_and_nothing_is_stored(
    footnote: StaffedFootnote, talk: Talk, contact: str
) -> None:
    answer = press(talk, {"contact": contact, "note": "A note."})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "contact_refused"
    assert error["message"].endswith(".")
    assert known(footnote, talk) == (None, "")
    assert ownership_of(footnote.database, talk.id).owner is Owner.BOT


@pytest.mark.parametrize(
    "body", [{"contact": 1}, {"note": "x" * 2001}, {"contact": "x" * 1001}, {"reason": "policy"}, [], "ada@example.com"]
)
def test_a_wish_of_another_form_is_refused(talk: Talk, body: object) -> None:
    answer = press(talk, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")


def test_a_lone_surrogate_in_a_note_is_stored_as_text(footnote: StaffedFootnote, talk: Talk) -> None:
    url = f"/api/v1/conversations/{talk.id}/handoff"
    headers = {**talk.headers, "content-type": "application/json"}
    answer = talk.client.post(url, content=b'{"note": "a\\ud800b\\u0000"}', headers=headers)
    assert answer.status_code == 200
    assert known(footnote, talk)[1] == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"


def test_only_with_the_conversations_token(client: TestClient, talk: Talk) -> None:
    other = client.post("/api/v1/conversations", json={"site_key": SITE}).json()
    assert press(talk, authorization="").status_code == 401
    assert press(talk, authorization=f"Bearer {other['token']}").status_code == 401
    assert press(Talk(client, "nobody", talk.token)).status_code == 404
    told = talk.send("How?").json()["message_id"]
    assert rate(Talk(client, talk.id, other["token"]), told, {"rating": "down"}).status_code == 401


def test_a_reply_is_rated_by_the_id_that_it_came_with(footnote: StaffedFootnote, talk: Talk) -> None:
    told = talk.send("How?").json()["message_id"]
    answer = rate(talk, told, {"rating": "up", "comment": f"Nice; {SECRET}"})
    assert (answer.status_code, answer.json()) == (200, {"owner": "bot", "asks_contact": False, "entries": []})
    given = feedback_of(footnote.database, talk.id)[told]
    assert given.up
    assert given.comment.startswith("Nice")
    assert "sk-proj" not in given.comment


def test_the_second_thumb_down_calls_a_person(talk: Talk) -> None:
    told = [talk.send("How?", f"m{number}").json()["message_id"] for number in range(2)]
    assert rate(talk, told[0], {"rating": "down"}).json() == {"owner": "bot", "asks_contact": False, "entries": []}
    answer = rate(talk, told[1], {"rating": "down", "comment": None}).json()
    assert answer["owner"] == "queued"
    assert [entry["type"] for entry in answer["entries"]] == ["owner", "notice"]


def test_what_is_no_reply_cannot_be_rated(talk: Talk) -> None:
    answer = rate(talk, "msg_nothing", {"rating": "down"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "message_not_found")


@pytest.mark.parametrize(
    "body", [{}, {"rating": "sideways"}, {"rating": True}, {"rating": "up", "comment": "x" * 2001}]
)
def test_a_rating_of_another_form_is_refused(talk: Talk, body: object) -> None:
    told = talk.send("How?").json()["message_id"]
    answer = rate(talk, told, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")
