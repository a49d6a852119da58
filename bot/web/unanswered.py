"""Messages that no request waits for: those that a person gave back to the bot, and those a dead server left open."""

import asyncio
from collections.abc import Iterable
from functools import partial

import structlog
from anyio import to_thread

from bot.errors import FootnoteError
from bot.storage.ownership import Happening
from bot.turns import answer_open_messages, conversations_left_to_bot, is_left_to_bot
from bot.web.logs import failure
from bot.web.service import Service

_log = structlog.get_logger("footnote.web")


async def answer_unanswered(service: Service) -> asyncio.Task[None]:
    """Listens from now on for conversations that are given back to the bot, and begins to answer what was left open.
    The task ends when that is answered. What cannot be answered now is a person's when the bot's patience ends."""
    loop = asyncio.get_running_loop()
    footnote = service.footnote
    begun: set[asyncio.Task[None]] = set()

    def begin(conversation_id: str) -> None:
        task = loop.create_task(_answer(service, (conversation_id,)))
        begun.add(task)
        task.add_done_callback(begun.discard)

    def heard(happening: Happening) -> None:
        if is_left_to_bot(happening) and not loop.is_closed():
            loop.call_soon_threadsafe(begin, happening.conversation_id)

    footnote.switchboard.listen(heard)
    left = await to_thread.run_sync(conversations_left_to_bot, footnote.database)
    return loop.create_task(_answer(service, left))


async def _answer(service: Service, conversation_ids: Iterable[str]) -> None:
    """One message after the other, so that customers who wait for an answer get theirs in between, however much has
    been said in a conversation."""
    footnote = service.footnote
    for conversation_id in conversation_ids:
        parts = (footnote.assistant, footnote.switchboard, footnote.database, conversation_id)
        one = partial(answer_open_messages, *parts, most=1)
        try:
            answered = True
            while answered and not service.stopping.is_set():
                answered = any(sent.turn.reply is not None for sent in await service.begin_answer(one))
        except FootnoteError as error:
            _log.warning("left_open", conversation_id=conversation_id, code=error.code, sentence=str(error))
        except Exception as error:  # noqa: BLE001 - nobody waits for it; it is logged, and the others are to be answered
            _log.error("unexpected", conversation_id=conversation_id, **failure(error))
