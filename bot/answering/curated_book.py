"""The curated answers that are active, ready to be compared with questions."""

from collections.abc import Callable
from datetime import date

from bot.answering.curated import Asked, KnownAnswer, best_match
from bot.answering.curated_quotes import compose_curated, composition_of
from bot.answering.editors_texts import EditorsTexts
from bot.answering.evidence import Composition
from bot.storage.curated_answers import CuratedAnswer, CuratedState
from embeddings.encoders import Encoder


class CuratedBook:
    """Gives a question its curated answer. `active` gives the answers of the store; `today` is the day in UTC. Threads
    may share it. Without an active answer nothing is computed."""

    def __init__(
        self, active: Callable[[], tuple[CuratedAnswer, ...]], encoder: Encoder, today: Callable[[], date]
    ) -> None:
        self._active = active
        self._today = today
        self._texts = EditorsTexts(encoder)

    def __call__(self, asked: Asked) -> Composition | None:
        """The answer for a question, if there is one whose every quote stands in the articles of this search."""
        known = self._known()
        while known and (match := best_match(asked, known)) is not None:
            answer = match.answer
            composed = compose_curated(answer.content, asked.articles, asked.confidence, asked.links_start_with)
            if composed is not None:
                return composition_of(answer, composed, match.wording, match.score)
            known = [each for each in known if each.answer is not answer]
        return None

    def _known(self) -> list[KnownAnswer]:
        today = self._today()
        holding = [each for each in self._active() if each.state_on(today) is CuratedState.ACTIVE]
        texts = self._texts.read(text for each in holding for text in each.content.wordings)
        return [KnownAnswer(each, tuple(texts[text] for text in each.content.wordings)) for each in holding]
