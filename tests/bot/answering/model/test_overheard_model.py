from bot.answering.llm import LanguageModelFailed, Pieces, Prompt, Usage
from bot.answering.model.overheard_model import OverheardModel

PROMPT = Prompt(rules="Be brief.", data="How?", most_tokens=10)


class Talker:
    """Says two words, and fails if it is told to."""

    name = "talker"

    def __init__(self, fails: bool = False) -> None:
        self._fails = fails
        self.closed = False

    def stream(self, prompt: Prompt) -> Pieces:
        try:
            yield "So."
            if self._fails:
                raise LanguageModelFailed("It broke.")
            yield Usage(3, 1)
        finally:
            self.closed = True


def test_it_passes_on_what_is_said_and_keeps_what_was_asked() -> None:
    model = OverheardModel(Talker())
    assert list(model.stream(PROMPT)) == ["So.", Usage(3, 1)]
    assert (model.name, model.prompts) == ("talker", [PROMPT])


def test_a_failure_passes_through() -> None:
    model = OverheardModel(Talker(fails=True))
    pieces = model.stream(PROMPT)
    assert next(pieces) == "So."
    try:
        next(pieces)
    except LanguageModelFailed as failure:
        assert str(failure) == "It broke."
    assert model.prompts == [PROMPT]


def test_closing_it_closes_the_model() -> None:
    talker = Talker()
    pieces = OverheardModel(talker).stream(PROMPT)
    next(pieces)
    pieces.close()
    assert talker.closed
