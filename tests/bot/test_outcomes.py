from bot.answering.calibration import bar
from bot.answering.receipts import Circumstances, sha256_of
from bot.answering.stopwatch import Stopwatch
from bot.handoff.escalation import Decision
from bot.models import CustomerContext, Handoff, HandoffReason, Notice
from bot.outcomes import outcome_of
from knowledge.models import Platform

CIRCUMSTANCES = Circumstances(
    config_hash="abc", context=CustomerContext(platform=Platform.APP), links_start_with="http://h"
)


def test_what_needed_no_search_is_told_with_the_threshold_of_the_setting() -> None:
    outcome = outcome_of("hi", Stopwatch(), CIRCUMSTANCES, bar(0.7, None), Notice(text="Hello.", confidence=0.0))
    assert outcome.trace["decision"]["threshold"] == 0.7 and outcome.trace["config_hash"] == "abc"
    assert (outcome.trace["platform"], outcome.trace["handoff"], outcome.trace["candidates"]) == ("app", None, [])
    assert outcome.trace["receipt_sha256"] == sha256_of(outcome.receipt)
    assert outcome.receipt["threshold"] is None and outcome.receipt["question"] == "hi"


def test_why_a_person_is_called() -> None:
    reply = Handoff(text="A person.", reason=HandoffReason.USER_REQUEST, confidence=0.0)
    decision = Decision(HandoffReason.USER_REQUEST, None, "the customer asks", "user_request")
    outcome = outcome_of("agent", Stopwatch(), CIRCUMSTANCES, bar(0.7, None), reply, decision=decision)
    assert outcome.trace["handoff"] == {"topic": None, "because": "the customer asks"}
