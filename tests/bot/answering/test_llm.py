import pytest

from bot.answering.llm import LanguageModelFailed, Prompt, RecordedModel, Usage

PROMPT = Prompt(rules="", data="", most_tokens=1)
RECORDED = {
    "name": "m",
    "completion": "Yes [1].",
    "error": None,
    "tokens": {"prompt": 7, "completion": 3, "counted_by": "server"},
}


def test_a_recorded_completion_is_said_again() -> None:
    model = RecordedModel(RECORDED)
    assert model.name == "m"
    assert list(model.stream(PROMPT)) == ["Yes [1].", Usage(7, 3)]


def test_tokens_that_were_not_the_servers_are_not_said_to_be() -> None:
    tokens = {"prompt": 7, "completion": 3, "counted_by": "footnote"}
    assert list(RecordedModel({**RECORDED, "tokens": tokens}).stream(PROMPT)) == ["Yes [1]."]


def test_a_recorded_failure_comes_after_what_was_said() -> None:
    pieces = RecordedModel({**RECORDED, "error": "It broke off."}).stream(PROMPT)
    assert next(pieces) == "Yes [1]."
    with pytest.raises(LanguageModelFailed, match=r"It broke off\."):
        next(pieces)
