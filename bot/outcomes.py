"""What became of a message, with its trace and its receipt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.answering.calibration import Threshold
from bot.answering.evidence import Composition
from bot.answering.followups import Resolution
from bot.answering.questions import Question
from bot.answering.receipts import Circumstances, receipt, sha256_of
from bot.answering.search_index import SearchIndex
from bot.answering.stopwatch import Stopwatch
from bot.answering.versions import Versions
from bot.handoff.escalation import Decision
from bot.models import Answer, Reply, Search
from bot.wire import reply_to_json, trace_to_json
from knowledge.models import Platform


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message: the question as it may be stored (redacted), the reply, and how it came about."""

    question: str
    reply: Reply
    timings_ms: Mapping[str, float]
    trace: Mapping[str, Any]
    receipt: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a message was found to mean and what was found for it."""

    index: SearchIndex
    resolution: Resolution
    rewriting: Mapping[str, Any] | None
    """What a language model made of a follow-up, for the trace."""
    question: Question
    platform: Platform
    search: Search
    versions: Versions
    confidence: float
    threshold: Threshold


def outcome_of(
    question: str,
    watch: Stopwatch,
    circumstances: Circumstances,
    unsearched: Threshold,
    reply: Reply,
    found: Found | None = None,
    composed: Composition | None = None,
    decision: Decision | None = None,
) -> Outcome:
    """The outcome of a message, told at this moment of the `watch`. `question` is the message with its secrets masked,
    `unsearched` the threshold where nothing was searched; `composed` is what the answer was made as, `decision` why a
    person is called."""
    account = {**(composed.account if composed else {}), "rewriting": found.rewriting if found else None}
    told = receipt(
        question=question,
        resolved=found.resolution.text if found else question,
        reply=reply_to_json(reply),
        circumstances=circumstances,
        search=found.search if found else None,
        index_sha256=found.index.sha256 if found else None,
        articles=found.index.articles if found else None,
        citations=reply.citations if isinstance(reply, Answer) else (),
        account=account,
        threshold=found.threshold.value if found else None,
    )
    threshold = (found.threshold if found else unsearched).to_json()
    trace = trace_to_json(question, reply, threshold, circumstances.config_hash, found.search if found else None)
    trace["resolution"] = found.resolution.because if found else None
    trace["platform"] = (found.platform if found else circumstances.context.platform).value
    trace["composition"] = account
    trace["handoff"] = {"topic": decision.topic, "because": decision.because} if decision else None
    trace["receipt_sha256"] = sha256_of(told)
    return Outcome(question, reply, watch.timings_ms(), trace, told)
