"""Summaries of handoffs by a language model, written while the customer waits and the desks know already.

The request goes out at once, with the customer's own sentences. A summary follows it, or does not: nobody waits for
one, and one that is lost, because the model failed or the server stopped, is missed by nobody.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Full, Queue

from bot.errors import FootnoteError
from bot.handoff.summary import MOST_LINES, Line, lines_of_log
from bot.handoff.switchboard import Switchboard
from bot.models import Effect
from bot.storage.database import Database
from bot.storage.messages import last_said
from bot.storage.ownership import Happening

Summarise = Callable[[Sequence[Line]], str | None]
"""From a transcript, first to last, to a short text that may be shown to agents; None when there is none."""
MOST_WAITING = 16
"""Handoffs that wait for a summary. When the model is that slow, agents have come before it."""

_log = logging.getLogger(__name__)


class Summariser:
    """Sums up each new handoff in a thread of its own. `start` and `stop` it; tell it what happens by `hear`.

    `says_nothing` tells messages that hold no need of their own: where there are no others, there is nothing to sum up.
    """

    def __init__(
        self,
        database: Database,
        switchboard: Switchboard,
        summarise: Summarise,
        says_nothing: Callable[[str], bool],
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._database = database
        self._switchboard = switchboard
        self._summarise = summarise
        self._says_nothing = says_nothing
        self._waiting: Queue[tuple[str, int] | None] = Queue(most_waiting)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="summariser", daemon=True)

    def start(self) -> None:
        """Begins to sum up in the background."""
        self._thread.start()

    def hear(self, happening: Happening) -> None:
        """A listener of the switchboard: notes a handoff, and at once returns. Drops it when too many wait."""
        if Effect.ENQUEUE not in happening.step.effects or self._stopping.is_set():
            return
        try:
            self._waiting.put_nowait((happening.conversation_id, happening.after.handoffs))
        except Full:
            _log.warning("A handoff gets no summary: %s wait for one already", self._waiting.maxsize)

    def stop(self, seconds: float = 1.0) -> bool:
        """Sums up no more, and waits for the summary under way. False when it is still written after `seconds`: the
        process may end all the same, it is not kept then."""
        self._stopping.set()
        deadline = time.monotonic() + seconds
        with suppress(Full):  # the thread looks whether it is to stop when it takes the next one
            self._waiting.put_nowait(None)
        if self._thread.ident is not None:
            self._thread.join(max(0.0, deadline - time.monotonic()))
        return not self._thread.is_alive()

    def sum_up(self, conversation_id: str, handoff: int) -> bool:
        """Asks for the summary of a handoff and keeps it; whether there is one now that was not there before."""
        with self._database.read() as connection:
            lines = lines_of_log(last_said(connection, conversation_id, MOST_LINES))
        needs = (line.text for line in lines if line.author == "customer")
        if all(self._says_nothing(text) for text in needs):
            return False
        text = self._summarise(lines)
        if text is None or self._stopping.is_set():
            return False
        return self._switchboard.summarise(conversation_id, handoff, text)

    def _run(self) -> None:
        while (handoff := self._waiting.get()) is not None and not self._stopping.is_set():
            try:
                self.sum_up(*handoff)
            except FootnoteError as error:
                _log.error("A handoff could not be summed up: %s", error)
            except Exception:  # noqa: BLE001 - whatever it stumbles over, the next handoff is to be summed up
                _log.exception("A handoff could not be summed up")
