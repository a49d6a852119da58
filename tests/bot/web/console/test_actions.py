import pytest

from bot.models import Speaker
from bot.storage.messages import messages_after
from bot.web.console.actions import REPLY_CHARACTERS, plain_lines
from tests.bot.web.console.conftest import HOST, path_of
from tests.bot.web.stage import ANSWER, QUOTE


def log_of(footnote, talk):
    return messages_after(footnote.database, talk.id, to_customer=True)


def said_by_agents(footnote, talk) -> list[str]:
    return [entry.text for entry in log_of(footnote, talk) if entry.speaker is Speaker.AGENT]


def test_a_form_leads_back_to_the_conversation(ada, waiting) -> None:
    done = ada.post(path_of(waiting, "/claim"))
    assert done.status_code == 303
    assert done.headers["location"] == path_of(waiting)


def test_a_script_is_told_that_it_is_done(ada, waiting) -> None:
    assert ada.script(path_of(waiting, "/claim")).json() == {"done": True}


def test_the_second_claim_is_refused_with_the_sentence(ada, bo, waiting) -> None:
    ada.post(path_of(waiting, "/claim"))
    sentence = "ada has this conversation; only one person speaks at a time."
    refused = bo.script(path_of(waiting, "/claim"))
    assert refused.status_code == 409
    assert refused.json() == {"error": {"code": "not_your_turn", "message": sentence}}
    page = bo.post(path_of(waiting, "/claim"))
    assert page.status_code == 409
    assert f'<p class="message-box bad">{sentence}</p>' in page.text
    assert ada.script(path_of(waiting, "/claim")).status_code == 200, "who has it may claim it again"


def test_a_reply_reaches_the_customer_once(ada, waiting, footnote) -> None:
    ada.post(path_of(waiting, "/claim"))
    fields = {"text": "Hello.\r\nYes.\r\n", "client_message_id": "a1"}
    for _ in range(3):
        assert ada.post(path_of(waiting, "/reply"), fields).status_code == 303
    assert ada.script(path_of(waiting, "/reply"), fields).status_code == 200
    assert said_by_agents(footnote, waiting) == ["Hello.\nYes."]


def test_other_words_under_the_same_id_are_not_lost_unseen(ada, waiting, footnote) -> None:
    ada.post(path_of(waiting, "/claim"))
    ada.post(path_of(waiting, "/reply"), {"text": "Hello.", "client_message_id": "a1"})
    back = ada.post(path_of(waiting, "/reply"), {"text": "Hello again.", "client_message_id": "a1"})
    assert back.status_code == 409
    assert "was sent already" in back.text
    assert "Hello again.</textarea>" in back.text
    assert said_by_agents(footnote, waiting) == ["Hello."]


def test_who_has_not_claimed_does_not_speak_and_keeps_what_was_written(ada, bo, waiting, footnote) -> None:
    fields = {"text": "I <know>", "client_message_id": "a1"}
    assert ada.script(path_of(waiting, "/reply"), fields).status_code == 409
    bo.post(path_of(waiting, "/claim"))
    assert ada.script(path_of(waiting, "/reply"), fields).status_code == 409
    ada_page = ada.post(path_of(waiting, "/reply"), fields)
    assert ada_page.status_code == 409
    assert said_by_agents(footnote, waiting) == []
    bo.post(path_of(waiting, "/release"))
    ada.post(path_of(waiting, "/claim"))
    empty = ada.post(path_of(waiting, "/reply"), {"text": " \r\n ", "client_message_id": "a2"})
    assert empty.status_code == 422
    assert "The message is empty" in empty.text


def test_a_reply_that_is_too_long_stays_in_the_text_area(ada, waiting) -> None:
    ada.post(path_of(waiting, "/claim"))
    page = ada.post(path_of(waiting, "/reply"), {"text": "x" * (REPLY_CHARACTERS + 1), "client_message_id": "a1"})
    assert page.status_code == 413
    assert "at most 10,000 are sent" in page.text
    assert "x" * REPLY_CHARACTERS in page.text


def test_a_conversation_cannot_be_closed_over_a_message_that_was_not_seen(ada, waiting) -> None:
    ada.post(path_of(waiting, "/claim"))
    waiting.send("And another thing", "m2")
    refused = ada.script(path_of(waiting, "/close"), {"seen": "3"})
    assert refused.status_code == 409
    assert "The customer has written since you last looked" in refused.json()["error"]["message"]
    assert ada.script(path_of(waiting, "/close"), {"seen": "5"}).status_code == 200


@pytest.mark.parametrize("fields", [{}, {"seen": "-1"}, {"seen": "x"}, {"seen": "3", "more": "1"}, {"seen": "9" * 30}])
def test_close_needs_what_was_seen(ada, waiting, fields) -> None:
    ada.post(path_of(waiting, "/claim"))
    assert ada.script(path_of(waiting, "/close"), fields).status_code == (422 if fields else 400)


def test_the_bot_answers_again_after_a_return(ada, waiting) -> None:
    ada.post(path_of(waiting, "/claim"))
    assert waiting.send("Still there?", "m2").json() == {
        "message_id": waiting.send("Still there?", "m2").json()["message_id"],
        "asks_contact": False,
        "reply": None,
        "owner": "human",
    }
    assert ada.post(path_of(waiting, "/return")).status_code == 303
    assert waiting.send("How do I change my email?", "m3").json()["reply"]["kind"] == "answer"


def test_a_suggestion_is_composed_without_the_threshold_and_stores_nothing(ada, waiting, assistant, footnote) -> None:
    ada.post(path_of(waiting, "/claim"))
    before = log_of(footnote, waiting)
    told = ada.script(path_of(waiting, "/suggestion"), {"text": "", "client_message_id": "a1"}).json()
    assert told["text"].startswith(f"2. {QUOTE} [1]")
    assert f"- [1] [How do I change my email? › On the app]({ANSWER.citations[0].url})" in told["text"]
    assert (
        told["about"] == "Composed now: the bot is 93% sure; by itself it answers from 60%." or "93%" in told["about"]
    )
    assert assistant.thresholds == [0.6, 0.0]
    assert log_of(footnote, waiting) == before


def test_a_suggestion_without_a_script_stands_below_what_was_written(ada, waiting) -> None:
    ada.post(path_of(waiting, "/claim"))
    page = ada.post(path_of(waiting, "/suggestion"), {"text": "Hi Eve,", "client_message_id": "a1"})
    assert page.status_code == 200
    assert f">\nHi Eve,\n\n2. {QUOTE} [1]" in page.text


def test_nothing_is_done_for_another_sites_page(ada, waiting) -> None:
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert ada.post(path_of(waiting, "/claim"), **headers).status_code == 403
    assert "Claim it" not in ada.get(path_of(waiting)).text
    assert ada.post(path_of(waiting, "/claim"), origin=HOST).status_code == 303


def test_a_conversation_that_is_not_there(ada) -> None:
    assert ada.script("/console/conversations/none/claim").status_code == 404
    assert ada.post("/console/conversations/none/claim").status_code == 404


def test_typing_is_told(ada, waiting) -> None:
    assert ada.script(path_of(waiting, "/typing"), {"on": "true"}).status_code == 204
    assert ada.script(path_of(waiting, "/typing"), {"on": "perhaps"}).status_code == 422


@pytest.mark.parametrize(("sent", "kept"), [("a\r\nb", "a\nb"), ("a\rb ", "a\nb"), ("\r\n", ""), ("  a", "a")])
def test_lines_are_those_of_a_file(sent, kept) -> None:
    assert plain_lines(sent) == kept
