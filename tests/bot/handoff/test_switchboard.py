from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from bot.errors import ConversationNotFound, EmptyMessage, NotYourTurn, StorageError
from bot.handoff.contacts import ContactRefused
from bot.handoff.desks.inbound import WebhookMisdirected
from bot.handoff.expectation import acknowledgement
from bot.models import Effect, HandoffReason, Owner, Speaker
from bot.storage.conversations import conversation_of
from bot.storage.database import Database
from bot.storage.desk_threads import remember_thread
from bot.storage.feedback import ReplyNotFound, feedback_of
from bot.storage.handoffs import open_handoffs
from bot.storage.messages import open_messages
from prompts.templates import render
from tests.bot.handoff.house import House

SECRET = "my api key is sk-proj-Zq8vL2mN4pR6tW9yB3dF5hJ7"


def test_a_message_is_received_once_and_told_once(house: House) -> None:
    first = house.switchboard.receive(house.id, "c1", "Hello?")
    again = house.switchboard.receive(house.id, "c1", "Hello?")
    assert (first.message.text, again.message) == ("Hello?", first.message)
    assert house.heard == [first.happening]
    assert again.happening is not None
    assert again.happening.repeated


def test_a_listener_that_fails_keeps_nobody_from_hearing(house: House) -> None:
    def fail(_happening: object) -> None:
        raise RuntimeError("The page is gone.")

    order: list[str] = []
    house.switchboard.listen(fail)
    house.switchboard.listen(lambda happening: order.append(happening.conversation_id))
    house.ask("c1")
    assert order == [house.id]
    assert len(house.heard) == 1


def test_listeners_hear_after_the_commit(house: House) -> None:
    seen: list[Owner] = []
    house.switchboard.listen(lambda _happening: seen.append(house.state.owner))
    house.switchboard.call_person(house.id)
    house.switchboard.claim(house.id, "ada")
    assert seen == [Owner.QUEUED, Owner.HUMAN]


def test_a_reply_is_shown_and_one_that_was_begun_before_a_claim_is_held(house: House) -> None:
    shown = house.converse("c1")
    begun = house.ask("c2")
    house.switchboard.claim(house.id, "ada")
    held = house.reply("c2", begun)
    assert (shown.turn.reply is not None, held.turn.reply) == (True, None)
    assert held.turn.suggestion is not None
    assert house.heard[-1] == held.happening
    assert Effect.HOLD in house.heard[-1].step.effects


def test_a_reply_that_is_sent_twice_is_told_once(house: House) -> None:
    begun = house.ask("c1")
    house.reply("c1", begun)
    heard = len(house.heard)
    assert house.reply("c1", begun).happening is None
    assert len(house.heard) == heard


def test_a_reply_that_calls_a_person(house: House) -> None:
    sent = house.converse("c1", HandoffReason.LOW_CONFIDENCE)
    assert sent.ownership.owner is Owner.QUEUED
    (handoff,) = open_handoffs(house.database)
    assert handoff.reason is HandoffReason.LOW_CONFIDENCE


# The customer's button.


def test_the_button_calls_a_person_and_says_so_once(house: House) -> None:
    happening = house.switchboard.call_person(house.id)
    assert (happening.after.owner, happening.step.reason) == (Owner.QUEUED, HandoffReason.USER_REQUEST)
    notices = [entry for entry in house.log() if entry.notice is Effect.ACKNOWLEDGE]
    assert [each.text for each in notices] == [acknowledgement(None)]
    with pytest.raises(NotYourTurn, match="called already"):
        house.switchboard.call_person(house.id)
    assert house.heard == [happening]


def test_a_contact_and_a_note_come_with_the_call(house: House) -> None:
    house.switchboard.call_person(house.id, " Ada@EXAMPLE.com ", f"Please hurry, {SECRET}")
    with house.database.read() as connection:
        known = conversation_of(connection, house.id)
    assert known.contact == "Ada@example.com"
    assert known.note.startswith("Please hurry")
    assert "sk-proj" not in known.note


@pytest.mark.parametrize("claimed", [False, True])
def test_a_contact_that_comes_later_is_stored_and_refused_by_nobody(house: House, claimed: bool) -> None:
    house.switchboard.call_person(house.id, None, "First note.")
    if claimed:
        house.switchboard.claim(house.id, "ada")
    before = house.state
    happening = house.switchboard.call_person(house.id, "ada@example.com")
    assert (happening.step.refusal, happening.entries, house.state) == (None, (), before)
    assert house.heard[-1] == happening
    with house.database.read() as connection:
        known = conversation_of(connection, house.id)
    assert (known.contact, known.note) == ("ada@example.com", "First note.")


@pytest.mark.parametrize(
    "contact", ["ada", "ada@", "a@b", "ada@example.com, bo@example.com", "x" * 300 + "@example.com"]
)
def test_what_is_no_address_is_refused_and_calls_nobody(house: House, contact: str) -> None:
    with pytest.raises(ContactRefused):
        house.switchboard.call_person(house.id, contact, "A note.")
    assert house.state.owner is Owner.BOT
    with house.database.read() as connection:
        assert conversation_of(connection, house.id).note == ""


def test_an_empty_contact_is_none(house: House) -> None:
    house.switchboard.call_person(house.id, "  ", " ")
    with pytest.raises(NotYourTurn):
        house.switchboard.call_person(house.id, "", "")


def test_a_call_in_a_closed_conversation_opens_it(house: House) -> None:
    house.switchboard.close(house.id, None)
    assert house.switchboard.call_person(house.id).after.owner is Owner.QUEUED


def test_nobody_is_called_to_a_conversation_that_is_not_there(house: House) -> None:
    with pytest.raises(ConversationNotFound):
        house.switchboard.call_person("nobody")


# Feedback.


def test_the_second_thumb_down_calls_a_person(house: House) -> None:
    turns = [house.converse(f"c{number}").turn.id for number in range(3)]
    assert house.switchboard.rate(house.id, turns[0], False, None) is None
    assert house.switchboard.rate(house.id, turns[1], True, "Thanks!") is None
    happening = house.switchboard.rate(house.id, turns[2], False, f"Useless; {SECRET}")
    assert happening is not None
    assert (happening.after.owner, happening.step.reason) == (Owner.QUEUED, HandoffReason.NEGATIVE_FEEDBACK)
    assert house.heard[-1] == happening
    assert [entry.notice for entry in happening.entries] == [None, Effect.ACKNOWLEDGE]
    assert happening.entries[-1].text.startswith("My answers have not been good enough here. A person has been called")
    given = feedback_of(house.database, house.id)
    assert [given[turn].up for turn in turns] == [False, True, False]
    assert given[turns[1]].comment == "Thanks!"
    assert "sk-proj" not in given[turns[2]].comment


def test_a_thumb_takes_the_place_of_the_earlier_one(house: House) -> None:
    first, second = house.converse("c1").turn.id, house.converse("c2").turn.id
    for up in (False, False, False, True):
        assert house.switchboard.rate(house.id, first, up, None) is None
    assert house.switchboard.rate(house.id, second, False, None) is None
    assert house.state.owner is Owner.BOT
    assert house.switchboard.rate(house.id, first, False, None) is not None


def test_after_a_return_only_newer_replies_count(house: House) -> None:
    old = [house.converse(f"c{number}").turn.id for number in range(2)]
    house.switchboard.rate(house.id, old[0], False, None)
    house.switchboard.claim(house.id, "ada")
    house.switchboard.give_back(house.id, "ada")
    assert house.switchboard.rate(house.id, old[1], False, None) is None
    new = [house.converse(f"d{number}").turn.id for number in range(2)]
    assert house.switchboard.rate(house.id, new[0], False, None) is None
    assert house.switchboard.rate(house.id, new[1], False, None) is not None


def test_a_third_thumb_down_calls_nobody_again(house: House) -> None:
    turns = [house.converse(f"c{number}").turn.id for number in range(3)]
    done = [house.switchboard.rate(house.id, turn, False, None) for turn in turns]
    assert [each is not None for each in done] == [False, True, False]
    assert len(open_handoffs(house.database)) == 1


def test_a_reply_is_rated_by_its_own_id_in_the_log_too(house: House) -> None:
    turn = house.converse("c1").turn.id
    house.switchboard.rate(house.id, house.log()[-1].id, True, None)
    assert feedback_of(house.database, house.id)[turn].up


def test_only_what_the_bot_said_to_this_customer_can_be_rated(house: House) -> None:
    other = House(house.database)
    foreign = other.converse("c1").turn.id
    begun = house.ask("c1")
    house.switchboard.claim(house.id, "ada")
    held = house.reply("c1", begun).turn.id
    house.switchboard.say(house.id, "ada", "Hello.", "a1")
    said = house.log()[-1].id
    for id_ in (foreign, held, said, "", "nothing"):
        with pytest.raises(ReplyNotFound):
            house.switchboard.rate(house.id, id_, False, None)
    with pytest.raises(ConversationNotFound):
        house.switchboard.rate("nobody", foreign, False, None)
    assert feedback_of(house.database, house.id) == {}


# Agents.


def test_an_agent_takes_writes_and_gives_back(house: House) -> None:
    house.ask("c1")
    house.switchboard.call_person(house.id)
    house.switchboard.claim(house.id, "ada")
    said = house.switchboard.say(house.id, "ada", "Hello, I am Ada.", "a1")
    assert said.after.open_messages == 0
    assert house.log()[-1].text == "Hello, I am Ada."
    assert (house.log()[-1].speaker, house.log()[-1].author) == (Speaker.AGENT, "ada")
    assert house.switchboard.say(house.id, "ada", "Hello, I am Ada.", "a1").repeated
    assert house.switchboard.release(house.id, "ada").after.owner is Owner.QUEUED
    house.switchboard.claim(house.id, "bo")
    house.ask("c2")
    assert Effect.ASK_BOT in house.switchboard.give_back(house.id, "bo").step.effects
    assert [each.source_id for each in open_messages(house.database, house.id)] == ["c2"]


def refusals(house: House) -> list[Callable[[], object]]:
    switchboard, id_ = house.switchboard, house.id
    return [
        lambda: switchboard.claim(id_, "bo"),
        lambda: switchboard.release(id_, "bo"),
        lambda: switchboard.give_back(id_, "bo"),
        lambda: switchboard.say(id_, "bo", "Me too.", "b1"),
        lambda: switchboard.close(id_, "bo"),
        lambda: switchboard.close(id_, "ada", seen=0),
    ]


def test_what_an_agent_may_not_do_is_refused_with_a_sentence_and_changes_nothing(house: House) -> None:
    house.switchboard.claim(house.id, "ada")
    house.ask("c1")
    before, heard = house.state, len(house.heard)
    for wish in refusals(house):
        with pytest.raises(NotYourTurn) as refused:
            wish()
        assert str(refused.value).endswith(".")
        assert (refused.value.code, refused.value.status) == ("not_your_turn", 409)
    assert house.state == before
    assert len(house.heard) == heard


def test_an_empty_message_is_not_sent(house: House) -> None:
    house.switchboard.claim(house.id, "ada")
    with pytest.raises(EmptyMessage):
        house.switchboard.say(house.id, "ada", " \n", "a1")


def test_a_conversation_is_closed_by_an_agent_who_has_read_it_or_by_the_customer(house: House) -> None:
    house.switchboard.claim(house.id, "ada")
    house.ask("c1")
    assert house.switchboard.close(house.id, "ada", seen=house.state.last_number).after.owner is Owner.CLOSED
    other = House(house.database)
    other.ask("c1")
    assert other.switchboard.close(other.id, None).after.owner is Owner.CLOSED


def test_a_customer_no_longer_wants_to_wait(house: House) -> None:
    house.switchboard.call_person(house.id)
    assert house.switchboard.give_back(house.id, None).after.owner is Owner.RETURNED


def test_of_eight_presses_at_once_one_calls(house: House) -> None:
    start = Barrier(8)

    def press(_number: int) -> bool:
        start.wait()
        try:
            house.switchboard.call_person(house.id)
        except NotYourTurn:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(press, range(8))) == [False] * 7 + [True]
    assert house.told_types("zendesk") == ["requested"]


# Desks.


def test_a_desks_message_is_shown_once_and_takes_the_conversation(house: House) -> None:
    house.switchboard.call_person(house.id)
    happening = house.hear("zendesk", "e1", "Hello from the desk.")
    assert (house.state.owner, house.state.agent) == (Owner.HUMAN, "zendesk")
    assert (house.log()[-1].text, house.log()[-1].author) == ("Hello from the desk.", "Jo")
    assert house.heard[-1] == happening
    heard = len(house.heard)
    assert house.hear("zendesk", "e1", "Hello from the desk.").repeated
    assert len(house.heard) == heard


def test_two_desks_may_use_the_same_id(house: House) -> None:
    house.hear("zendesk", "e1", "From one.")
    house.hear("zendesk", "e2")
    assert not house.hear("chatwoot", "e1", "From the other.").repeated
    assert [each.text for each in house.log() if each.speaker is Speaker.AGENT] == ["From one.", "From the other."]


def test_a_desk_that_closes_twice_ends_one_conversation(house: House) -> None:
    house.hear("zendesk", "e1", "Done.")
    assert house.hear("zendesk", "e2").after.owner is Owner.CLOSED
    assert house.hear("zendesk", "e2").repeated


def test_news_that_come_too_late_are_no_error_and_tell_nobody(house: House) -> None:
    house.hear("zendesk", "e1", "Hello.")
    heard = len(house.heard)
    late = house.hear("zendesk", "e0", at=house.clock() - timedelta(minutes=1))
    assert late.step.refusal is not None
    assert house.state.owner is Owner.HUMAN
    assert len(house.heard) == heard
    assert house.hear("zendesk", "e0").repeated


def test_a_message_that_comes_after_its_desk_has_ended_is_shown_as_late(house: House) -> None:
    house.switchboard.call_person(house.id)
    house.hear("zendesk", "e2", at=house.clock() + timedelta(minutes=1))
    late = house.hear("zendesk", "e1", "This came before.")
    assert (late.after.owner, late.entries[0].late, late.entries[0].shown) == (Owner.CLOSED, True, True)
    assert house.heard[-1] == late


def test_a_message_that_may_not_be_shown_is_kept_for_the_agents(house: House) -> None:
    house.switchboard.claim(house.id, "ada")
    kept = house.hear("zendesk", "e1", "Me too.")
    assert Effect.HOLD in kept.step.effects
    assert house.heard[-1] == kept
    assert not house.log()[-1].shown


@pytest.mark.parametrize(("desk", "key"), [("zendesk", "ticket_id"), ("chatwoot", "conversation_id")])
def test_another_thread_than_the_one_that_is_known_is_refused(house: House, desk: str, key: str) -> None:
    with house.database.write() as connection:
        remember_thread(connection, desk, house.id, {key: "77"})
    with pytest.raises(WebhookMisdirected):
        house.hear(desk, "e1", "I am in the wrong place.", thread_id="78")
    assert house.log() == ()
    assert not house.hear(desk, "e1", "Now I am right.").repeated


def test_an_author_without_a_name_is_the_desk(house: House) -> None:
    house.hear("zendesk", "e1", "Hello.", author="")
    assert house.log()[-1].author == "zendesk"


def test_a_webhook_for_nobody_is_not_found(house: House) -> None:
    with pytest.raises(ConversationNotFound):
        house.hear("zendesk", "e1", "Hello.", conversation_id="nobody")


# Time.


def test_every_wait_that_is_too_long_ends(house: House) -> None:
    silent_agent, silent_queue = House(house.database, clock=house.clock), House(house.database, clock=house.clock)
    house.ask("c1")
    silent_agent.switchboard.claim(silent_agent.id, "ada")
    silent_agent.ask("c1")
    silent_queue.switchboard.call_person(silent_queue.id)
    house.clock.pass_by(minutes=3)
    done = {each.conversation_id: each for each in house.switchboard.sweep()}
    assert done[house.id].step.reason is HandoffReason.POLICY
    assert done[silent_agent.id].step.effects == (Effect.REQUEUE,)
    assert done[silent_queue.id].step.effects == (Effect.REMIND, Effect.STILL_WAITING)
    assert {each.after.owner for each in done.values()} == {Owner.QUEUED}
    assert house.heard[-3:] == list(done.values())
    assert house.switchboard.sweep() == ()
    assert silent_queue.log()[-1].notice is Effect.STILL_WAITING
    told = render("replies/still_waiting.txt", open_now=True, expectation="").strip()
    assert silent_queue.log()[-1].text == told


def test_a_wait_that_is_over_by_now_does_not_time_out(house: House) -> None:
    house.ask("c1")
    since = house.state.waiting_since
    assert since is not None
    house.clock.pass_by(minutes=2)
    house.switchboard.claim(house.id, "ada")
    assert house.switchboard.time_out(house.id, since) is None
    assert house.state.owner is Owner.HUMAN


def test_one_conversation_that_cannot_be_told_of_does_not_keep_the_others_waiting(
    either_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    broken: list[str] = []

    def expecting(conversation_id: str, _connection: object) -> None:
        if conversation_id in broken:
            raise RuntimeError("The hours are broken.")

    first = House(either_database, expecting=expecting)
    second = House(either_database, expecting=expecting, clock=first.clock)
    first.ask("c1")
    first.clock.pass_by(seconds=1)
    second.ask("c1")
    broken.append(first.id)
    first.clock.pass_by(minutes=2)
    assert [each.conversation_id for each in first.switchboard.sweep()] == [second.id]
    assert first.state.owner is Owner.BOT
    assert "could not be ended" in caplog.text
    broken.clear()
    assert [each.conversation_id for each in first.switchboard.sweep()] == [first.id]


def test_a_database_that_is_away_is_not_kept_quiet(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise StorageError("The database is away.")

    house.ask("c1")
    house.clock.pass_by(minutes=2)
    monkeypatch.setattr("bot.handoff.switchboard.act", away)
    with pytest.raises(StorageError):
        house.switchboard.sweep()
