"""What a conversation is about, in a language model's words, for the person who takes over.

Nothing in a summary may be anybody's but the customer's or an agent's where it is a number, a date or an address, and
nobody's outside the conversation where it is a name: one that holds more is dropped. What is dropped is logged in
numbers.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from bot.answering.checking.attested import FACTS, NAMES, unattested
from bot.answering.checking.claims import Kind
from bot.answering.llm import PATIENCE, LanguageModel, LanguageModelFailed, Patience, Prompt
from bot.answering.model.injections import speaks_to_a_model
from bot.answering.model.model_text import rebuilt
from knowledge.sentences import sentence_spans
from prompts.marked_data import mark_for, marked
from prompts.templates import render

MOST_CHARACTERS = 320
MOST_SENTENCES = 2
ANSWER_TOKENS = 160
LINE_CHARACTERS = 1000
"""Of one message that the model is given."""
HEADROOM = 0.9
"""The share of the budget that is used: other models' tokens are not those that are counted."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message of a conversation: who said it (customer, assistant or agent), and its text, secrets masked."""

    author: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSummariser:
    """Asks a language model what a conversation is about. Threads may share it."""

    llm: LanguageModel
    count_tokens: Callable[[str], int]
    prompt_tokens: int
    patience: Patience = PATIENCE

    def summarise(self, conversation: Sequence[Spoken]) -> str | None:
        """At most two sentences of plain text that say nothing the conversation (oldest first) does not; None when the
        model gave none. Its first message and its latest that fit are used."""
        said = [each for each in conversation if each.text.strip() and not speaks_to_a_model(each.text)]
        if not any(each.author == "customer" for each in said):
            return None
        try:
            completion = self._completion(self._prompt(said))
        except LanguageModelFailed as failure:
            _log.warning("No summary of %s messages was written: %s", len(said), failure)
            return None
        _, text = rebuilt(" ".join(completion.split()))
        if why := objection(text, said):
            _log.info("A summary of %s messages was dropped: %s", len(said), why)
            return None
        return text

    def _completion(self, prompt: Prompt) -> str:
        completion = ""
        with closing(self.llm.stream(prompt)) as pieces:
            for piece in pieces:
                completion += piece if isinstance(piece, str) else ""
                if len(completion) > 2 * MOST_CHARACTERS:
                    break
        return completion

    def _prompt(self, said: Sequence[Spoken]) -> Prompt:
        rules = render("summary.md", most_characters=MOST_CHARACTERS)
        lines = [f"{each.author}: {each.text[:LINE_CHARACTERS]}" for each in said]
        room = int(self.prompt_tokens * HEADROOM) - self.count_tokens(rules) - self.count_tokens(_data([]))
        kept: list[int] = []
        for number in (0, *range(len(lines) - 1, 0, -1)):
            room -= self.count_tokens(lines[number]) + 1
            if room < 0:
                break
            kept.append(number)
        data = _data([lines[number] for number in sorted(kept)])
        return Prompt(rules=rules, data=data, most_tokens=ANSWER_TOKENS, patience=self.patience)


def objection(summary: str, said: Sequence[Spoken]) -> str | None:
    """What speaks against a summary of what was said, in words that hold nothing of it; None when nothing does."""
    if not any(character.isalnum() for character in summary):
        return "it is empty."
    if len(summary) > MOST_CHARACTERS:
        return f"it has more than {MOST_CHARACTERS} characters."
    if len(sentence_spans(summary)) > MOST_SENTENCES:
        return f"it has more than {MOST_SENTENCES} sentences."
    if speaks_to_a_model(summary):
        return "it speaks to a language model."
    people = [each.text for each in said if each.author != "assistant"]
    missing = [
        *unattested(summary, people, FACTS),
        *unattested(summary, [each.text for each in said], NAMES | {Kind.OPPOSITE}),
    ]
    return f"{len(missing)} of its claims do not stand in the conversation." if missing else None


def _data(lines: Sequence[str]) -> str:
    text = "\n".join(lines)
    mark = mark_for([text])
    return render("transcript.md", mark=mark, conversation=marked("conversation", text, mark))
