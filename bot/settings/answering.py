"""Settings of answers: the encoder, how sure to be, and the language model, if there is one."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from bot.settings.values import Hosts, model_address, parts_of


class AnsweringSettings(BaseModel):
    """From a question to a reply."""

    encoder: str = Field(
        "all-MiniLM-L6-v2",
        description="Sentence-transformers model: the bundled all-MiniLM-L6-v2, a folder, or a hub name with its "
        "revision (org/name@commit).",
    )
    encoder_precision: Literal["fp32", "int8"] = Field(
        "int8",
        description="Precision of the encoder: int8, or fp32, which is slower, larger and hardly more exact. Another "
        "one needs another index.",
    )
    encoder_threads: int = Field(2, ge=1, le=64, description="Processor threads that encode texts.")
    answer_threshold: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Confidence from which a question is answered instead of handed to a person. A valid calibration "
        "(`footnote-eval calibrate --write`) takes its place.",
    )
    question_characters: int = Field(8000, ge=100, description="Longest question that is read, in characters.")
    candidates: int = Field(20, ge=10, le=1000, description="Passages that each signal proposes for a question.")
    llm_base_url: Annotated[str | None, AfterValidator(model_address)] = Field(
        None,
        description="OpenAI-compatible server of a language model that words the answers, up to and with /v1. "
        "Default: none; answers are quotes.",
    )
    llm_model: str | None = Field(None, description="Name of the language model, as its server knows it.")
    llm_api_key: SecretStr = Field(SecretStr(""), description="Key of the language model's server, if it wants one.")
    llm_prompt_tokens: int = Field(
        4000, ge=1000, le=100_000, description="Most tokens of a prompt: the rules, the question and passages."
    )
    llm_answer_tokens: int = Field(
        600, ge=50, le=4000, description="Most tokens of an answer; one that does not end by then is not used."
    )
    llm_at_once: int = Field(
        8, ge=1, le=256, description="Most answers that the language model writes at once; others are quotes."
    )
    llm_first_token_seconds: float = Field(
        8.0, gt=0, le=60, description="How long the language model may take to begin, in seconds."
    )
    llm_total_seconds: float = Field(
        30.0, gt=0, le=300, description="How long the language model may take for an answer, in seconds."
    )
    action_hosts: Hosts = Field(
        "",
        description="Hosts that self-service buttons may lead to, between commas; `*.` in front stands for every name "
        "below. Default: those that the help center itself names.",
    )

    @property
    def hosts_of_actions(self) -> frozenset[str]:
        """The hosts in `action_hosts`."""
        return frozenset(parts_of(self.action_hosts))
