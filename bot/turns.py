"""A turn's table of contents: from a customer's message in a conversation to the stored turn."""

from dataclasses import replace

from bot.answering.history import said_in
from bot.answering.smalltalk import SmallTalk, small_talk
from bot.assistant import Assistant, CustomerMessage, Outcome, stored_message
from bot.handoff.contact_in_message import contact_in
from bot.handoff.ownership import BOT_SPEAKS, Bot, may_send
from bot.handoff.switchboard import Switchboard
from bot.models import (
    Conversation,
    Effect,
    Handoff,
    HandoffReason,
    Message,
    Notice,
    Owner,
    Ownership,
    Speaker,
    Turn,
)
from bot.safety.message_ids import storable_id
from bot.storage.conversations import conversation_of
from bot.storage.database import Database
from bot.storage.messages import MOST_READ, open_messages
from bot.storage.ownership import Happening, ownership_of, with_open_messages
from bot.storage.turns import Sent, Worded, last_turns
from bot.wire import reply_to_json
from prompts.templates import render

TURNS_READ = 20
"""Of the turns of a conversation, the last ones that an answer may take into account."""
STORED_CANDIDATES = 20
"""Of the passages that a reply considered, the best ones that are kept with the turn; `--explain` shows all."""

_ADVISES = frozenset({HandoffReason.SECRET_SEEN, HandoffReason.SENSITIVE_TOPIC, HandoffReason.POLICY})
"""Replies that say more than that a person is called: they are given whole each time."""


def take_turn(
    assistant: Assistant,
    switchboard: Switchboard,
    database: Database,
    conversation: Conversation,
    text: str,
    client_message_id: str,
) -> Sent:
    """Store a message of a conversation and, while the bot may speak, answer it: once for each `client_message_id`.

    The reply is None while a person has the conversation. Raises EmptyMessage and MessageTooLong before anything is
    stored; IndexUnavailable after it, so that the message stays open and can be answered later.
    """
    message = assistant.read(text)
    received = switchboard.receive(conversation.id, storable_id(client_message_id), message.text)
    stored, now = received.message, received.ownership
    if stored.answered or not may_send(Bot(now.tenure), now):
        return Sent(turn=received.turn or _turn(stored), ownership=now, happening=received.happening)
    read = message if stored.text == message.text else None
    return answer_message(assistant, switchboard, database, conversation, stored, now, read)


def answer_message(
    assistant: Assistant,
    switchboard: Switchboard,
    database: Database,
    conversation: Conversation,
    stored: Message,
    begun: Ownership,
    read: CustomerMessage | None = None,
) -> Sent:
    """Answer a message that was received, and show the reply if the bot may still speak by then. `begun` is who may
    speak now; `read` is the message as it was read, where that was just now. Raises IndexUnavailable."""
    turns = last_turns(database, conversation.id, TURNS_READ, heard_from=begun.heard_from)
    before = [turn for turn in turns if turn.id != stored.id]
    outcome = assistant.reply_to(
        read or stored_message(stored.text), conversation.context, said_in(before), [turn.id for turn in before]
    )
    calls = outcome.reply.reason if isinstance(outcome.reply, Handoff) else None
    worded: Worded | None = None
    if calls or (begun.owner is Owner.QUEUED and isinstance(outcome.reply, Notice)):
        expected = switchboard.expectation(conversation.id)
        address = _address_noted(database, stored) if begun.owner is Owner.QUEUED and calls not in _ADVISES else None
        worded = _worded_for(calls, expected) if calls and not address else _worded_while_waiting(expected, address)
    return switchboard.send(_turn(stored, outcome), begun, calls, worded)


def answer_open_messages(
    assistant: Assistant,
    switchboard: Switchboard,
    database: Database,
    conversation_id: str,
    most: int = MOST_READ,
) -> tuple[Sent, ...]:
    """Answer what nobody has answered, first to last, at most `most`, for as long as the bot may speak: after a return,
    or after a crash. Raises ConversationNotFound and IndexUnavailable."""
    with database.read() as connection:
        conversation = conversation_of(connection, conversation_id)
    sent: list[Sent] = []
    for message in open_messages(database, conversation_id, most):
        now = ownership_of(database, conversation_id)
        if not may_send(Bot(now.tenure), now):
            break
        sent.append(answer_message(assistant, switchboard, database, conversation, message, now))
    return tuple(sent)


def conversations_left_to_bot(database: Database) -> tuple[str, ...]:
    """Where the bot may speak and has not answered, the longest waiting first: for a server that has just started,
    because another one may have died over them."""
    return with_open_messages(database, BOT_SPEAKS)


def is_left_to_bot(happening: Happening) -> bool:
    """Whether what happened asks for `answer_open_messages`; a customer's message is answered by who received it."""
    wrote = any(entry.speaker is Speaker.CUSTOMER for entry in happening.entries)
    return Effect.ASK_BOT in happening.step.effects and not wrote


def _turn(message: Message, outcome: Outcome | None = None) -> Turn:
    """The turn of a message; without an outcome, what a message is called that the bot does not answer."""
    turn = Turn(
        id=message.id,
        conversation_id=message.conversation_id,
        client_message_id=message.source_id or message.id,
        question=message.text,
        reply=None,
        trace={},
        asked_at=message.said_at,
    )
    if outcome is None:
        return turn
    considered = outcome.trace["candidates"][:STORED_CANDIDATES]
    trace = {**outcome.trace, "candidates": considered, "timings_ms": outcome.timings_ms}
    return replace(turn, reply=reply_to_json(outcome.reply), trace=trace, receipt=outcome.receipt)


def _worded_for(calls: HandoffReason, expected: str) -> Worded:
    """The words of a reply that calls a person: what to expect when it is the first, no second acknowledgement else."""

    def worded(turn: Turn, state: Ownership) -> Turn:
        text = (turn.reply or {})["text"]
        if state.owner is not Owner.QUEUED:
            text = f"{text}\n\n{expected}" if expected else text
        elif calls not in _ADVISES:
            text = render("replies/called_already.txt", unsure=calls is HandoffReason.LOW_CONFIDENCE)
        return replace(turn, reply={**(turn.reply or {}), "text": text})

    return worded


def _address_noted(database: Database, message: Message) -> str | None:
    """The e-mail address that the message gives to be reached at, if it was stored as that."""
    if (address := contact_in(message.text)) is None:
        return None
    with database.read() as connection:
        return address if conversation_of(connection, message.conversation_id).contact == address else None


def _worded_while_waiting(expected: str, address: str | None) -> Worded:
    """The words for what holds no question ("hello?", "thanks", an e-mail address): whoever waits for a person is not
    greeted anew, and not invited to ask for one."""

    def worded(turn: Turn, state: Ownership) -> Turn:
        if state.owner is not Owner.QUEUED:
            return turn
        if address is not None:
            text = render("replies/contact_noted.txt", address=address, expectation=expected)
        else:
            thanked = small_talk(turn.question) is SmallTalk.THANKS
            text = render("replies/waiting.txt", thanked=thanked, expectation="" if thanked else expected)
        return replace(turn, reply={**(turn.reply or {}), "text": text.strip()})

    return worded
