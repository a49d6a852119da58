from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.handoff.announcing import MAIL_AFTER
from bot.handoff.expectation import Expectation, acknowledgement, briefing_of, still_waiting
from bot.models import Effect, HandoffReason, Identity, Owner
from bot.storage.conversations import conversation_of, identify_customer
from bot.storage.database import Database
from bot.storage.ownership import ownership_of
from tests.bot.handoff.house import BEGAN, CITATION, House
from tests.bot.handoff.stores import PowerCut, power_cut_after

NOW_AND_THEN = Expectation(
    now=BEGAN,
    time_zone=ZoneInfo("Europe/Vienna"),
    open_now=False,
    opens_at=BEGAN + timedelta(hours=3),
    closes_at=None,
    place=2,
    wait=None,
    contact_known=False,
    by_email=True,
)


def only(told):
    (event,) = told
    return event


def test_who_is_called_is_told_everything_that_is_known(house: House) -> None:
    house.converse("c1")
    house.clock.pass_by(minutes=5)
    house.ask("c2", "I want to talk to a person.")
    house.switchboard.call_person(house.id, "ada@example.com", "Please hurry.")
    (delivery,) = house.deliveries("zendesk")
    assert (delivery.event.type, delivery.event.occurred_at) == ("handoff.requested", house.clock())
    data = delivery.event.data
    said, answered, asked = data.pop("transcript")
    assert (said["author"], said["text"], said["citations"]) == ("customer", "Where is my withdrawal?", [])
    assert (answered["author"], answered["text"]) == ("assistant", "Open Settings [1].")
    assert answered["citations"][0]["quote"] == CITATION["quote"]
    assert (asked["text"], asked["at"]) == ("I want to talk to a person.", house.clock().isoformat())
    assert data == {
        "reason": {"code": "user_request", "text": "The customer asked for a person."},
        "summary": "Where is my withdrawal?",
        "last_question": "Where is my withdrawal?",
        "tried": [{"article_id": "email", "title": CITATION["title"], "url": CITATION["url"], "times": 1}],
        "end_user": {"email": "ada@example.com", "verified": False},
        "note": "Please hurry.",
        "platform": "app",
        "language": "de-AT",
        "page_url": "https://corvane.example/account",
        "index_hash": "1" * 64,
        "config_hash": "2" * 16,
        "console_url": f"https://help.corvane.example/console/conversations/{house.id}",
        "business_hours": None,
    }
    assert only(house.deliveries("chatwoot")).event.id == delivery.event.id


def test_a_reply_that_calls_is_the_last_line_and_the_index_is_that_of_the_last_search(house: House) -> None:
    house.converse("c1")
    house.converse("c2", HandoffReason.SECRET_SEEN)
    kind, data = only(house.told("zendesk"))
    assert (kind, data["reason"]["code"]) == ("handoff.requested", "secret_seen")
    assert [line["author"] for line in data["transcript"]] == ["customer", "assistant"] * 2
    assert data["index_hash"] == "1" * 64


def test_a_call_before_anything_was_said(house: House) -> None:
    house.switchboard.call_person(house.id)
    _, data = only(house.told("zendesk"))
    assert (data["transcript"], data["summary"], data["last_question"]) == ([], "", "")
    assert (data["index_hash"], data["config_hash"]) == (None, None)


def test_without_desks_nobody_is_told(either_database: Database) -> None:
    house = House(either_database, desks=())
    house.switchboard.call_person(house.id)
    house.ask("c1")
    assert house.told("zendesk") == []


def test_everything_that_is_said_after_the_call_follows_in_its_order(house: House) -> None:
    house.converse("c1")
    house.switchboard.call_person(house.id)
    house.converse("c2")
    house.switchboard.claim(house.id, "ada")
    house.ask("c3")
    house.switchboard.say(house.id, "ada", "Hello.", "a1")
    requested, *messages = house.told("zendesk")
    assert requested[0] == "handoff.requested"
    assert {kind for kind, _ in messages} == {"handoff.message"}
    assert [(data["author"], data["text"]) for _, data in messages] == [
        ("customer", "Where is my withdrawal?"),
        ("assistant", "Open Settings [1]."),
        ("customer", "Where is my withdrawal?"),
        ("agent", "Hello."),
    ]
    log = {entry.id for entry in house.log()}
    assert all(data["id"] in log for _, data in messages)
    assert [data.get("desk", "") for _, data in messages] == ["", "", "", None]


def test_what_is_said_with_the_bot_alone_goes_nowhere(house: House) -> None:
    house.converse("c1")
    assert house.told("zendesk") == []


def test_a_held_reply_is_not_told(house: House) -> None:
    house.switchboard.call_person(house.id)
    begun = house.ask("c1")
    house.switchboard.claim(house.id, "ada")
    house.reply("c1", begun)
    assert house.told_types("zendesk") == ["requested", "message"]


def test_a_desk_does_not_hear_what_it_told_and_the_others_do(house: House) -> None:
    house.switchboard.call_person(house.id)
    house.hear("zendesk", "e1", "I am Jo.")
    house.ask("c1")
    house.hear("zendesk", "e2", "Done.")
    house.hear("zendesk", "e3")
    own, others = house.told("zendesk"), house.told("chatwoot")
    assert [kind for kind, _ in own] == ["handoff.requested", "handoff.message"]
    assert own[1][1]["author"] == "customer"
    assert [kind for kind, _ in others] == ["handoff.requested", *["handoff.message"] * 3, "handoff.ended"]
    assert [data.get("text") for _, data in others[1:]] == ["I am Jo.", "Where is my withdrawal?", "Done.", None]
    assert [data.get("desk") for _, data in others[1:]] == ["zendesk", None, "zendesk", None]
    assert others[-1][1] == {"by": "closed"}


def test_a_desk_that_came_unasked_hears_the_customer_and_the_others_do_not(house: House) -> None:
    house.hear("zendesk", "e1", "I saw that you had trouble.")
    house.ask("c1")
    assert house.told_types("zendesk") == ["message"]
    assert house.told("chatwoot") == []


def test_an_agent_who_came_unasked_disturbs_no_desk(house: House) -> None:
    house.switchboard.claim(house.id, "ada")
    house.ask("c1")
    house.switchboard.say(house.id, "ada", "Hello.", "a1")
    house.switchboard.give_back(house.id, "ada")
    assert house.told("zendesk") == []


def test_a_desk_that_knew_the_last_handoff_does_not_know_the_next_one(house: House) -> None:
    house.switchboard.call_person(house.id)
    house.switchboard.close(house.id, None)
    house.ask("c1")
    house.switchboard.claim(house.id, "ada")
    house.ask("c2")
    assert house.told_types("zendesk") == ["requested", "ended"]


def test_whoever_comes_into_the_queue_again_is_told_of_again(house: House) -> None:
    house.converse("c1")
    house.switchboard.claim(house.id, "ada")
    house.switchboard.say(house.id, "ada", "One moment.", "a1")
    house.switchboard.release(house.id, "ada")
    kind, data = only(house.told("zendesk"))
    assert (kind, data["reason"]["code"]) == ("handoff.requested", "policy")
    assert data["transcript"][-1]["author"] == "agent"
    house.switchboard.claim(house.id, "bo")
    house.ask("c2")
    house.clock.pass_by(minutes=4)
    house.switchboard.sweep()
    assert house.told_types("zendesk") == ["message", "requested"]


def test_a_reminder_tells_since_when_the_customer_has_been_in_the_queue(house: House) -> None:
    house.switchboard.call_person(house.id)
    for minutes in (2, 4):
        house.clock.pass_by(minutes=minutes)
        house.switchboard.sweep()
    assert house.told("zendesk")[1:] == [("handoff.reminder", {"waiting_since": BEGAN.isoformat()})] * 2


@pytest.mark.parametrize("agent", ["ada", None])
def test_a_return_ends_the_handoff(house: House, agent: str | None) -> None:
    house.switchboard.call_person(house.id)
    if agent:
        house.switchboard.claim(house.id, agent)
    house.switchboard.give_back(house.id, agent)
    house.ask("c1")
    assert house.told("zendesk")[1:] == [("handoff.ended", {"by": "bot"})]


def test_a_desk_that_closes_over_a_new_message_ends_it_for_the_others(house: House) -> None:
    house.switchboard.call_person(house.id)
    house.hear("zendesk", "e1", "Hello.")
    house.ask("c1")
    assert house.hear("zendesk", "e2").after.owner is Owner.RETURNED
    assert house.told_types("zendesk") == ["requested", "message"]
    assert house.told("chatwoot")[-1] == ("handoff.ended", {"by": "bot"})


def test_a_contact_that_comes_later_is_told(house: House) -> None:
    house.switchboard.call_person(house.id)
    house.switchboard.call_person(house.id, "ada@example.com", "I am at work.")
    contact = {"end_user": {"email": "ada@example.com", "verified": False}, "note": "I am at work."}
    assert house.told("zendesk")[1:] == [("handoff.contact", contact)]
    house.switchboard.call_person(house.id, "ada@example.com", "I am at work.")
    assert house.told("zendesk") == [], "a request that came twice"
    house.switchboard.call_person(house.id, "ada@example.com", "I am at home.")
    assert house.told_types("zendesk") == ["contact"]


def test_whom_the_site_has_verified_is_told_as_verified(house: House) -> None:
    identify_customer(house.database, house.id, Identity(subject="7", name="Ada"), house.clock())
    house.switchboard.call_person(house.id)
    house.switchboard.call_person(house.id, "ada@example.com")
    user = {"id": "7", "name": "Ada", "email": None, "email_verified": False, "verified": True}
    (_, requested), (_, contact) = house.told("zendesk")
    assert requested["end_user"] == user
    assert contact["end_user"] == {**user, "email": "ada@example.com"}


def test_what_may_be_expected_stands_in_the_briefing_and_in_the_notices(either_database: Database) -> None:
    asked: list[str] = []

    def expecting(conversation_id: str, connection) -> Expectation:
        asked.append(conversation_id)
        known = conversation_of(connection, conversation_id).contact is not None
        return replace(NOW_AND_THEN, contact_known=known)

    house = House(either_database, expecting=expecting)
    house.switchboard.call_person(house.id)
    assert set(asked) == {house.id}
    assert only(house.told("zendesk"))[1]["business_hours"] == briefing_of(NOW_AND_THEN)
    assert house.log()[-1].text == acknowledgement(NOW_AND_THEN)
    house.clock.pass_by(minutes=2)
    house.switchboard.sweep()
    assert (house.log()[-1].notice, house.log()[-1].text) == (Effect.STILL_WAITING, still_waiting(NOW_AND_THEN))


def test_who_gives_a_contact_with_the_call_is_not_asked_for_one(either_database: Database) -> None:
    house = House(either_database, expecting=lambda _id, _connection: NOW_AND_THEN)
    house.switchboard.call_person(house.id, "ada@example.com")
    assert house.log()[-1].text == acknowledgement(replace(NOW_AND_THEN, contact_known=True))


def awaited(either_database: Database, **expected) -> House:
    """Somebody waits in the queue, and this is what may be expected."""

    def expecting(conversation_id: str, connection) -> Expectation:
        known = conversation_of(connection, conversation_id).contact is not None
        return replace(NOW_AND_THEN, **{"contact_known": known, **expected})

    house = House(either_database, expecting=expecting)
    house.switchboard.call_person(house.id)
    house.told("zendesk")
    return house


def contact_of(house: House) -> str | None:
    with house.database.read() as connection:
        return conversation_of(connection, house.id).contact


def test_an_address_that_was_asked_for_is_taken_from_the_chat(either_database: Database) -> None:
    house = awaited(either_database)
    house.ask("c1", "You can write to ada@example.com, thanks.")
    assert contact_of(house) == "ada@example.com"
    message, contact = house.told("zendesk")
    assert message[1]["text"] == "You can write to ada@example.com, thanks."
    assert contact == ("handoff.contact", {"end_user": {"email": "ada@example.com", "verified": False}, "note": ""})
    house.ask("c2", "bo@example.com")
    assert contact_of(house) == "ada@example.com", "nobody asked for another one"


@pytest.mark.parametrize(
    ("expected", "overdue", "taken"),
    [({"open_now": True}, False, False), ({"open_now": True}, True, True), ({"by_email": False}, True, False)],
)
def test_an_address_is_taken_only_when_it_was_asked_for(
    either_database: Database, expected: dict[str, bool], overdue: bool, taken: bool
) -> None:
    house = awaited(either_database, **expected)
    if overdue:
        house.clock.pass_by(minutes=2)
        house.switchboard.sweep()
    house.ask("c1", "bad@example.com took my money")
    assert (contact_of(house) is not None) == taken


def test_an_address_in_other_messages_is_anybodys(either_database: Database) -> None:
    house = awaited(either_database)
    house.switchboard.give_back(house.id, None)
    house.ask("c1", "ada@example.com")
    house.switchboard.call_person(house.id)
    house.ask("c2", "This is what I wrote to support@example.com last week, and nobody has answered me since then.")
    house.switchboard.claim(house.id, "ada")
    house.ask("c3", "ada@example.com")
    assert contact_of(house) is None


def test_a_mailer_gets_all_that_agents_say_and_nothing_else(either_database: Database) -> None:
    house = House(either_database, mailers=("mail",))
    house.switchboard.claim(house.id, "ada")
    house.ask("c1")
    house.switchboard.say(house.id, "ada", "From the console, unasked.", "a1")
    house.hear("zendesk", "e1", "Kept, for ada has it.")
    house.switchboard.release(house.id, "ada")
    house.hear("zendesk", "e2", "From the desk.")
    house.hear("zendesk", "e3", at=house.clock() + timedelta(minutes=1))
    house.hear("zendesk", "e4", "Late.")
    assert house.told("mail") == []
    house.clock.now += MAIL_AFTER
    told = house.told("mail")
    assert {kind for kind, _ in told} == {"handoff.message"}
    assert [(data["text"], data["desk"]) for _, data in told] == [
        ("From the console, unasked.", None),
        ("From the desk.", "zendesk"),
        ("Late.", "zendesk"),
    ]


def test_a_power_cut_at_any_statement_leaves_neither_a_call_nor_a_row_for_a_desk(house: House) -> None:
    house.converse("c1")
    before = ownership_of(house.database, house.id)
    cuts = 0
    for statements in range(60):
        try:
            with power_cut_after(statements):
                house.switchboard.call_person(house.id, "ada@example.com")
        except PowerCut:
            cuts += 1
            assert ownership_of(house.database, house.id) == before
            assert house.told("zendesk") == []
        else:
            break
    assert cuts > 15
    assert house.state.owner is Owner.QUEUED
    assert house.told_types("zendesk") == house.told_types("chatwoot") == ["requested"]
