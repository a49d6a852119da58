"""A search under the rules that editors have made for passages."""

from collections.abc import Callable, Collection, Sequence

from bot.answering.editors_texts import EditorsTexts
from bot.answering.passage_rules import pins_in, ruled, rulings_on
from bot.answering.question_likeness import Least, compared, likeness
from bot.answering.questions import Question
from bot.answering.search_index import SearchIndex
from bot.models import Search
from bot.storage.passage_rules import PassageRule
from embeddings.encoders import Encoder

Searching = Callable[[Collection[int]], Search]
"""Searches for a question, with passages (by key) that are looked at whoever proposes them."""


class EditorsRules:
    """The rules that hold now, over one encoder. Threads may share it. Where there is no rule nothing is computed."""

    def __init__(self, read: Callable[[], Sequence[PassageRule]], encoder: Encoder) -> None:
        self._read = read
        self._texts = EditorsTexts(encoder)

    def applied(self, searching: Searching, question: Question, index: SearchIndex) -> Search:
        """What is found for a question, under the rules that hold for it."""
        rules, found = self._read(), searching(())
        if not rules:
            return found
        own = compared(question)

        def is_like(text: str, least: Least) -> bool:
            return likeness(own, self._texts.read([text])[text], least) is not None

        rulings = rulings_on(found.hits, index, rules, is_like)
        pinned = pins_in(rulings)
        if pinned:  # searched again, so that every signal of what is pinned counts
            found = searching([passage.key for passage in pinned])
        return ruled(found, rulings)
