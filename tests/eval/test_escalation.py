import json
from pathlib import Path

import pytest

from bot.handoff.escalation import Decision
from bot.models import HandoffReason
from eval.errors import DatasetError
from eval.escalation import (
    LESSONS,
    UNSEEN_CASES,
    WORDINGS,
    Called,
    EscalationCase,
    EscalationReport,
    about_topic,
    intent_cases,
    is_set_aside,
    measure_escalation,
    person_cases,
    policy_cases,
)

ASIDE = [f"q{number}" for number in range(200) if is_set_aside(f"q{number}")]
TUNED = [f"q{number}" for number in range(200) if not is_set_aside(f"q{number}")]


def topic(name: str) -> Decision:
    return Decision(HandoffReason.SENSITIVE_TOPIC, name, "because", "sensitive_fraud")


def case(id_: str, expected: bool | None, *topics: str) -> EscalationCase:
    return EscalationCase(id_, f"text of {id_}", "en", expected, frozenset(topics))


def test_four_in_ten_rows_are_set_aside() -> None:
    assert 55 < len(ASIDE) < 105


@pytest.mark.parametrize(
    ("decision", "called", "right"), [(topic("fraud"), True, True), (topic("legal"), True, False), (None, False, None)]
)
def test_a_topic_is_right_or_wrong(decision: Decision | None, called: bool, right: bool | None) -> None:
    judged = about_topic(case("q1", True, "fraud", "complaint"), decision)
    assert (judged.called, judged.right_topic) == (called, right)


def test_a_wish_for_a_person_is_no_topic() -> None:
    assert not about_topic(case("q1", False), Decision(HandoffReason.USER_REQUEST, None, "…", "user_request")).called


def test_figures_by_hand() -> None:
    rows = [
        Called(case(ASIDE[0], True), True, True),
        Called(case(ASIDE[1], True), True, False),
        Called(case(ASIDE[2], True), False, None),
        Called(case(ASIDE[3], False), True, None),
        Called(case(ASIDE[4], False), False, None),
        Called(case(ASIDE[5], None), True, None),
        Called(case(TUNED[0], True), False, None),
    ]
    told = EscalationReport({"policy": tuple(rows)}).to_json()["policy"]
    aside = told["set_aside"]
    assert (aside["n"], aside["called"]) == (6, 4)
    assert aside["recall"]["share"] == pytest.approx(2 / 3, abs=1e-4)
    assert aside["precision"]["share"] == pytest.approx(2 / 3, abs=1e-4)
    assert aside["false_calls"]["share"] == 0.5
    assert aside["right_topic"] == {"share": 0.5, "n": 2, "interval_95": [0.0945, 0.9055]}
    assert aside["by_group"]["en"]["n"] == 6
    assert told["tuned_on"]["recall"]["share"] == 0


def test_misses_of_rows_set_aside_are_not_told() -> None:
    rows = (Called(case(ASIDE[0], True), False, None), Called(case(TUNED[0], True), False, None))
    told = json.dumps(EscalationReport({"policy": rows}).to_json())
    assert f"text of {TUNED[0]}" in told
    assert f"text of {ASIDE[0]}" not in told


def test_the_written_cases_are_enough_and_half_look_alikes() -> None:
    policy, person = policy_cases(), person_cases()
    assert len(policy) >= 240
    assert abs(sum(bool(each.expected) for each in policy) / len(policy) - 0.5) < 0.02
    assert sum(each.group != "en" for each in policy) >= 40
    for locale in ("es", "zh", "ar"):
        rows = [each for each in person if each.group == locale]
        assert len(rows) >= 60
        assert sum(not each.expected for each in rows) >= 30
    assert len({each.text for each in (*policy, *person)}) == len(policy) + len(person)


def test_wordings_set_aside_are_enough_and_nothing_taught_is_measured() -> None:
    wordings, lessons = policy_cases(WORDINGS, by_topic=True), policy_cases(LESSONS)
    aside = [each for each in wordings if is_set_aside(each.id)]
    assert len(aside) >= 200
    assert abs(sum(bool(each.expected) for each in aside) / len(aside) - 0.5) < 0.03
    for topic in ("self_harm", "law_enforcement", "account_taken_over", "funds_missing", "fraud", "legal", "complaint"):
        assert sum(topic in each.topics for each in wordings) >= 40
        assert sum(each.group == topic and not each.expected for each in wordings) >= 35
    measured = {each.text.lower() for file in (WORDINGS, UNSEEN_CASES) for each in policy_cases(file)}
    measured |= {each.text.lower() for each in policy_cases()}
    assert not measured & {each.text.lower() for each in lessons}


def test_the_figures_do_not_fall() -> None:
    told = measure_escalation().to_json()
    least = {"policy": (0.9, 0.95), "policy_unseen": (0.5, 0.95), "person": (0.95, 0.97)}
    for name, (recall, precision) in least.items():
        figures = told[name]["set_aside"]
        assert figures["recall"]["share"] >= recall
        assert figures["precision"]["share"] >= precision
    assert told["policy"]["tuned_on"]["recall"]["share"] >= 0.99
    assert "wrong_of_tuned_on" not in told["policy_unseen"]


def test_the_shared_set(tmp_path: Path) -> None:
    rows = [
        {"_id": "1", "text": "let me talk to a human", "label": "human"},
        {"_id": "2", "text": "where is my parcel", "label": "not_human"},
        {"_id": "3", "text": "I want to file a complaint", "label": "complaint"},
        {"_id": "4", "text": "when is customer service open", "label": "contact_service_ambiguous"},
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    sets = measure_escalation(file).sets
    assert [row.called for row in sets["escalation_intents"]] == [True, False, False, False]
    assert [row.called for row in sets["escalation_intents_complaint"]] == [False, False, True, False]


@pytest.mark.parametrize(
    ("read", "row", "message"),
    [
        (policy_cases, {"_id": "1", "text": "x", "locale": "en"}, 'a list "topics"'),
        (person_cases, {"_id": "1", "text": "x", "locale": "en", "asks": "yes"}, 'under "asks"'),
        (lambda file: list(intent_cases(file)), {"_id": "1", "text": "x", "label": "robot"}, "known are human"),
    ],
)
def test_a_bad_row_is_named(read, row, message, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        read(file)
