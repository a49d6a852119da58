"""A language model of which is kept what it was asked, for people who want to see why it answered so."""

from bot.answering.llm import LanguageModel, Pieces, Prompt


class OverheardModel:
    """Passes everything on, and keeps the prompts of one run."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self.prompts: list[Prompt] = []
        """What was asked, in order."""

    @property
    def name(self) -> str:
        """The model that is listened to."""
        return self._model.name

    def stream(self, prompt: Prompt) -> Pieces:
        """The model's completion. Raises LanguageModelFailed."""
        self.prompts.append(prompt)
        yield from self._model.stream(prompt)
