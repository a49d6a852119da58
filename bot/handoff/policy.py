"""When a person is called without a search: read from files that the owner of a help center can change."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import ConfigurationError
from bot.handoff.phrases import PhraseError, Phrases, read_phrases, words_in
from bot.handoff.wording import Wording, wording_of
from bot.models import HandoffReason

POLICY_FILE = Path(__file__).with_name("policy.toml")
PERSON_REQUESTS_FILE = Path(__file__).with_name("person_requests.toml")
KEPT_WORDS_FILE = Path(__file__).with_name("kept_words.txt")

_File = TypeVar("_File", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class When:
    """A sentence fits that has one of the phrases `says` and none of `unless`."""

    says: Phrases
    unless: Phrases

    def find(self, sentence: str) -> str | None:
        """The words for which `sentence` fits, or None."""
        found = self.says.find(sentence)
        return None if found is None or self.unless.find(sentence) else found


def first_found(whens: Sequence[When], sentences: Sequence[str]) -> str | None:
    """The words for which the first sentence that fits one of `whens` does, or None. The sentences are as the policy's
    wording spells them."""
    return next((words for sentence in sentences for when in whens if (words := when.find(sentence))), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a person answers. `reply` names the template in prompts/replies/, `because` goes to the trace."""

    name: str
    reason: HandoffReason
    because: str
    reply: str
    when: tuple[When, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The topics in the order in which they are tried, what asks for a person, what says that a reply did not help, and
    the limits: after how many times unanswered, and after how many thumbs down, a person is called."""

    topics: tuple[Topic, ...]
    person: tuple[When, ...]
    did_not_help: tuple[When, ...]
    unanswered: int
    thumbs_down: int
    wording: Wording


class _When(BaseModel):
    model_config = ConfigDict(extra="forbid")
    says: list[str] = Field(min_length=1)
    unless: list[str] = []


class _Topic(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    reason: Literal["sensitive_topic", "policy"] = "sensitive_topic"
    because: str = Field(min_length=1)
    reply: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    when: list[_When] = Field(min_length=1)


class _Limits(BaseModel):
    model_config = ConfigDict(extra="forbid")
    unanswered: int = Field(default=2, ge=1)
    thumbs_down: int = Field(default=2, ge=1)


class _PersonFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    slips_of: str = ""
    sets: dict[str, list[str]] = {}
    when: list[_When] = Field(min_length=1)


class _PolicyFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    slips_of: str = ""
    limits: _Limits = _Limits()
    sets: dict[str, list[str]] = {}
    unanswered: list[_When] = []
    topics: list[_Topic] = []


@cache
def load_policy(file: Path = POLICY_FILE, person_file: Path = PERSON_REQUESTS_FILE) -> Policy:
    """The policy of two TOML files. Raises ConfigurationError, naming the file and what is wrong in it."""
    policy, person = _read(file, _PolicyFile), _read(person_file, _PersonFile)
    try:
        return Policy(
            topics=tuple(
                Topic(
                    name=topic.name,
                    reason=HandoffReason(topic.reason),
                    because=topic.because,
                    reply=topic.reply,
                    when=_whens(topic.when, policy.sets),
                )
                for topic in policy.topics
            ),
            person=_whens(person.when, person.sets),
            did_not_help=_whens(policy.unanswered, policy.sets),
            unanswered=policy.limits.unanswered,
            thumbs_down=policy.limits.thumbs_down,
            wording=wording_of(
                [
                    *(word for topic in policy.topics for when in topic.when for word in _words(when, policy.sets)),
                    *(word for when in policy.unanswered for word in _words(when, policy.sets)),
                    *(word for when in person.when for word in _words(when, person.sets)),
                ],
                [*policy.slips_of.split(), *person.slips_of.split()],
                KEPT_WORDS_FILE.read_text(encoding="utf-8").split(),
            ),
        )
    except PhraseError as error:
        raise ConfigurationError(f"A phrase in {file} or {person_file} is wrong. {error}") from error


def _whens(whens: Sequence[_When], sets: Mapping[str, Sequence[str]]) -> tuple[When, ...]:
    return tuple(When(read_phrases(when.says, sets), read_phrases(when.unless, sets)) for when in whens)


def _words(when: _When, sets: Mapping[str, Sequence[str]]) -> list[str]:
    return list(words_in([*when.says, *when.unless], sets))


def _read(file: Path, kind: type[_File]) -> _File:
    try:
        return kind.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigurationError(f"The policy {file} cannot be read: {error}. Mend the path or the file.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise ConfigurationError(f"The policy {file} cannot be used: {error}. Mend it.") from error
