"""Who is writing at the moment: never stored, over by itself, and known on the event loop of one process only."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.models import Speaker

TYPING_SECONDS = 6.0
"""A sign that is not repeated is over after this time; clients repeat it every three seconds."""
TYPING_GAP_SECONDS = 1.0
"""After somebody has stopped, a new sign counts only after this time, so signs cannot be made to flicker."""


@dataclass(slots=True)
class _Sign:
    on: bool
    over: asyncio.TimerHandle


@dataclass(slots=True)
class TypingSigns:
    """The signs of all conversations. `changed` is called with conversation and side when one has appeared or gone."""

    changed: Callable[[str, Speaker], object]
    _signs: dict[tuple[str, Speaker], _Sign] = field(default_factory=dict)

    def is_on(self, conversation_id: str, who: Speaker) -> bool:
        """Whether that side is writing."""
        sign = self._signs.get((conversation_id, who))
        return sign is not None and sign.on

    def note(self, conversation_id: str, who: Speaker, on: bool) -> None:
        """That side writes, or has stopped. Call it on the event loop."""
        key = (conversation_id, who)
        known = self._signs.get(key)
        if on and (known is None or known.on):
            self._keep(key, known, on=True, seconds=TYPING_SECONDS)
        elif not on and known is not None and known.on:
            self._keep(key, known, on=False, seconds=TYPING_GAP_SECONDS)

    def _keep(self, key: tuple[str, Speaker], known: _Sign | None, *, on: bool, seconds: float) -> None:
        if known is not None:
            known.over.cancel()
        over = asyncio.get_running_loop().call_later(seconds, self._drop, key)
        self._signs[key] = _Sign(on, over)
        if on is not (known is not None and known.on):
            self.changed(*key)

    def _drop(self, key: tuple[str, Speaker]) -> None:
        if self._signs.pop(key).on:
            self.changed(*key)
