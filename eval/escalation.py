"""Whether a person is called when one is needed, and only then: requests for a person, and the topics of the policy.

Every row was drawn by the hash of its id for tuning the phrases or was set aside; figures are given of both.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.handoff.escalation import Decision, asks_for_person, decide_before_search
from eval.cases import json_rows
from eval.errors import DatasetError
from eval.twins import wilson

POLICY_CASES = Path(__file__).with_name("datasets") / "corvane_policy.jsonl"
UNSEEN_CASES = Path(__file__).with_name("datasets") / "corvane_policy_unseen.jsonl"
"""Written after the phrases, decided once, and never tuned on."""
WORDINGS = Path(__file__).with_name("datasets") / "corvane_policy_wordings.jsonl"
"""Written after the phrases in five registers: some taught the model of topics, some were set aside."""
LESSONS = Path(__file__).with_name("datasets") / "corvane_policy_lessons.jsonl"
"""Taught the model of topics, and measure nothing."""
PERSON_CASES = Path(__file__).with_name("datasets") / "corvane_person_requests.jsonl"
SET_ASIDE = 40
"""Percent of the rows."""
INTENT_LABELS: Mapping[str, bool | None] = {
    "human": True,
    "not_human": False,
    "complaint": False,
    "contact_service_ambiguous": None,
}
"""Whether a message with a label of the shared set escalation_intents asks for a person. None is counted apart: who
wants to reach the customer service either wants a person or asks about its hours."""

Asks = Callable[[str], bool]
"""Whether a message asks for a person."""
Decide = Callable[[str], Decision | None]
"""What is decided of the first message of a conversation."""


@dataclass(frozen=True, slots=True)
class EscalationCase:
    """A message. `expected` is whether a person must be called, None where both will do; `topics` are those of the
    policy that fit, `group` what its figures are given under."""

    id: str
    text: str
    group: str
    expected: bool | None
    topics: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Called:
    """What was decided of a case. `right_topic` is None where no topic was expected or none was found."""

    case: EscalationCase
    called: bool
    right_topic: bool | None


@dataclass(frozen=True, slots=True)
class EscalationReport:
    """The figures of each set of cases, by its name."""

    sets: Mapping[str, tuple[Called, ...]]

    def to_json(self) -> dict[str, Any]:
        """Recall and precision with their 95 % intervals of each set, tuned on and set aside, over all and by group.
        Misses are only told of rows that were tuned on, so that the others stay set aside."""
        return {
            name: {"set_aside": _figures_by_group(rows)} if name == "policy_unseen" else _figures_of_set(rows)
            for name, rows in self.sets.items()
        }


def measure_escalation(
    intents: Path | None = None,
    asks: Asks = asks_for_person,
    decide: Decide | None = None,
    questions: Sequence[EscalationCase] = (),
) -> EscalationReport:
    """Decide every case; `intents` is the JSON Lines file of the shared set escalation_intents, where there is one, and
    `questions` are those of other sets. `decide` goes by the phrases alone unless given."""
    decide = decide or decided
    sets = {
        "policy": tuple(about_topic(case, decide(case.text)) for case in policy_cases()),
        "policy_unseen": tuple(about_topic(case, decide(case.text)) for case in policy_cases(UNSEEN_CASES)),
        "policy_wordings": tuple(
            about_topic(case, decide(case.text)) for case in policy_cases(WORDINGS, by_topic=True)
        ),
        "person": tuple(Called(case, asks(case.text), None) for case in person_cases()),
    }
    if intents:
        rows = tuple(intent_cases(intents))
        sets["escalation_intents"] = tuple(Called(case, asks(case.text), None) for case in rows)
        sets["escalation_intents_complaint"] = tuple(
            about_topic(_about_complaints(case), decide(case.text)) for case in rows
        )
    if questions:
        sets["questions"] = tuple(about_topic(case, decide(case.text)) for case in questions)
    return EscalationReport(sets)


def decided(text: str) -> Decision | None:
    """By the policy that ships with Footnote."""
    return decide_before_search(text, ())


def about_topic(case: EscalationCase, decision: Decision | None) -> Called:
    """Whether a topic of the policy was found, and whether it is one of those that fit."""
    topic = decision.topic if decision else None
    return Called(case, topic is not None, topic in case.topics if topic and case.topics else None)


def is_set_aside(id_: str) -> bool:
    """Whether a row was kept from tuning."""
    return percent_of(id_) >= 100 - SET_ASIDE


def percent_of(id_: str) -> int:
    """A number from 0 to 99 that an id always has."""
    return int.from_bytes(hashlib.sha256(id_.encode()).digest()[:4], "big") % 100


def policy_cases(file: Path = POLICY_CASES, *, by_topic: bool = False) -> tuple[EscalationCase, ...]:
    """Written messages with the topics that fit, none for a look-alike, grouped by language, or by topic (a look-alike
    by the one that it looks like). DatasetError when one cannot be read."""
    cases = []
    for row in json_rows(file, ("_id", "text", "locale")):
        if not isinstance(row.get("topics"), list):
            raise DatasetError(f'The case {row["_id"]} of {file} needs a list "topics"; empty for a look-alike.')
        topics = frozenset(map(str, row["topics"]))
        group = str([*row["topics"], row.get("looks_like", "")][0]) if by_topic else row["locale"]
        cases.append(EscalationCase(row["_id"], row["text"], group, bool(topics), topics))
    return tuple(cases)


def person_cases(file: Path = PERSON_CASES) -> tuple[EscalationCase, ...]:
    """Written messages that ask for a person or only look so. DatasetError when one cannot be read."""
    cases = []
    for row in json_rows(file, ("_id", "text", "locale")):
        if not isinstance(row.get("asks"), bool):
            raise DatasetError(f'The case {row["_id"]} of {file} needs true or false under "asks".')
        cases.append(EscalationCase(row["_id"], row["text"], row["locale"], row["asks"]))
    return tuple(cases)


def intent_cases(file: Path) -> Iterable[EscalationCase]:
    """The rows of escalation_intents. DatasetError when a label is not known."""
    for row in json_rows(file, ("_id", "text", "label")):
        if row["label"] not in INTENT_LABELS:
            known = ", ".join(INTENT_LABELS)
            raise DatasetError(f"The row {row['_id']} of {file} has the label {row['label']!r}; known are {known}.")
        yield EscalationCase(row["_id"], row["text"], row["label"], INTENT_LABELS[row["label"]])


def _about_complaints(case: EscalationCase) -> EscalationCase:
    complains = case.group == "complaint"
    topics = frozenset({"complaint"}) if complains else frozenset[str]()
    return EscalationCase(case.id, case.text, case.group, complains, topics)


def _figures_of_set(rows: Sequence[Called]) -> dict[str, Any]:
    aside = [row for row in rows if is_set_aside(row.case.id)]
    tuned_on = [row for row in rows if not is_set_aside(row.case.id)]
    wrong = [row for row in tuned_on if row.case.expected not in (None, row.called) or row.right_topic is False]
    return {
        "set_aside": _figures_by_group(aside),
        "tuned_on": _figures_by_group(tuned_on),
        "wrong_of_tuned_on": [row.case.text for row in wrong],
    }


def _figures_by_group(rows: Sequence[Called]) -> dict[str, Any]:
    groups = sorted({row.case.group for row in rows})
    return {
        **_figures(rows),
        "by_group": {
            group: _figures([row for row in rows if row.case.group == group], precise=False) for group in groups
        },
    }


def _figures(rows: Sequence[Called], precise: bool = True) -> dict[str, Any]:
    """`called` is over all rows, those for which both will do included; these count for neither recall nor
    precision."""
    clear = [row for row in rows if row.case.expected is not None]
    needed = [row for row in clear if row.case.expected]
    called = [row for row in clear if row.called]
    right = sum(row.called for row in needed)
    topics = [row.right_topic for row in rows if row.right_topic is not None]
    figures = {
        "n": len(rows),
        "called": sum(row.called for row in rows),
        "recall": _share(right, len(needed)),
        "false_calls": _share(len(called) - right, len(clear) - len(needed)),
    }
    if precise:
        figures["precision"] = _share(right, len(called))
        figures["right_topic"] = _share(sum(topics), len(topics))
    return figures


def _share(right: int, n: int) -> dict[str, Any]:
    low, high = wilson(right, n)
    return {"share": round(right / n, 4) if n else None, "n": n, "interval_95": [round(low, 4), round(high, 4)]}
