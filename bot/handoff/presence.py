"""Whether a customer sees now what is said in a conversation: whoever serves the window knows, and says so here."""

from collections.abc import Callable


class Presence:
    """Asks those who show conversations. With nobody to ask, nobody watches. Safe to share between threads."""

    def __init__(self) -> None:
        self._asked: list[Callable[[str], bool]] = []

    def ask(self, is_watched: Callable[[str], bool]) -> None:
        """Asks `is_watched`, given a conversation's id, from now on too."""
        self._asked.append(is_watched)

    def is_watching(self, conversation_id: str) -> bool:
        """Whether anybody says that the customer watches the conversation."""
        return any(is_watched(conversation_id) for is_watched in self._asked)
