"""Accepted cases of production as a suite that `footnote-eval run` reads: one file of JSON Lines."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.models import HandoffReason, Said
from bot.storage.proposed_cases import Expectation, ProposedCase
from eval.errors import EvaluationError
from eval.suite.cases import Kind, Side, load_suite
from knowledge.models import Article, Audience, Platform

FILE = "production.jsonl"
FIRST_NUMBER = 100_000
"""Added to the numbers of proposed cases, so that their ids are never those of a suite written by hand."""
_KIND_OF_REASON = {
    HandoffReason.USER_REQUEST: Kind.PERSON,
    HandoffReason.SECRET_SEEN: Kind.SECRET,
    HandoffReason.POLICY: Kind.POLICY,
    HandoffReason.SENSITIVE_TOPIC: Kind.POLICY,
}
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_NOT_OF_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What was written: how many cases on each side, and a sentence for each accepted case that was left out."""

    file: Path
    sides: Mapping[Side, int]
    left_out: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        sides = {side.value: count for side, count in self.sides.items()}
        return {"file": str(self.file), "cases": sum(sides.values()), **sides, "left_out": list(self.left_out)}


def export_cases(cases: Sequence[ProposedCase], articles: Mapping[str, Article], folder: Path) -> Export:
    """Writes the accepted cases that fit the articles into one file of the folder, in the place of an earlier one.

    EvaluationError when none is left, when the folder cannot be written, and DatasetError when it is no suite then.
    """
    rows, left_out = [], []
    asked: dict[object, ProposedCase] = {}
    for case in cases:
        if case.decision is None:
            continue
        row = suite_row(case, case.decision, articles)
        message = (row["text"].casefold(), row.get("platform"), row.get("locale"), json.dumps(row.get("history")))
        fault = next(_faults(case.decision, articles), None)
        if fault is None and message in asked:
            first = asked[message]
            same = "" if first.decision == case.decision else ", and expects something else"
            fault = f"it asks the same as case {first.number}{same}."
        if fault is not None:
            left_out.append(f"Case {case.number} is left out: {fault}")
            continue
        asked[message] = case
        rows.append(row)
    if not rows:
        reasons = " ".join(left_out) or "Accept some with `footnote-eval cases accept`."
        raise EvaluationError(f"There is no accepted case to export. {reasons}")
    file = _written(folder, rows)
    own = {row["id"] for row in rows}
    sides = [case.side for case in load_suite(folder) if case.id in own]
    return Export(file=file, sides={side: sides.count(side) for side in Side}, left_out=tuple(left_out))


def suite_row(case: ProposedCase, decision: Expectation, articles: Mapping[str, Article]) -> dict[str, Any]:
    """The case as a line of a suite (eval/suite/cases.py). Its history names only articles that are there still."""
    asked = case.proposal
    kind = _kind(case, decision)
    reason = asked.replied.reason if decision.expect == "handoff" and kind in _KIND_OF_REASON.values() else None
    row = {
        "id": f"{kind.value}-{FIRST_NUMBER + case.number}",
        "kind": kind.value,
        "topic": _topic(case, decision),
        "text": asked.question,
        "history": [_said(said, articles) for said in asked.history if said.text.strip()],
        "platform": None if asked.platform is Platform.ANY else asked.platform.value,
        "locale": _locale(asked.locale),
        "expect": decision.expect,
        "reason": reason,
        "articles": list(decision.articles),
        "quotes": [asdict(quote) for quote in decision.quotes],
    }
    return {key: value for key, value in row.items() if value}


def case_to_json(case: ProposedCase) -> dict[str, Any]:
    """A proposed case for programs: the proposal's fields beside those of the decision."""
    moments = {"proposed_at": case.proposed_at, "decided_at": case.decided_at}
    told = {name: moment.isoformat() if moment else None for name, moment in moments.items()}
    rest = {"number": case.number, "state": case.state, "decided_by": case.decided_by, **told}
    decision = None if case.decision is None else asdict(case.decision)
    return {**rest, **asdict(case.proposal), "decision": decision}


def _kind(case: ProposedCase, decision: Expectation) -> Kind:
    if decision.expect == "answer":
        return Kind.FOLLOW_UP if any(said.text.strip() for said in case.proposal.history) else Kind.ANSWERABLE
    if decision.expect == "clarify":
        return Kind.UNDERSPECIFIED
    if decision.expect == "notice":
        return Kind.FAR
    replied = case.proposal.replied
    if replied.kind == "handoff" and replied.reason in _KIND_OF_REASON:
        return _KIND_OF_REASON[HandoffReason(replied.reason)]
    return Kind.NEAR


def _topic(case: ProposedCase, decision: Expectation) -> str:
    """Cases of one article are one topic, so that they are on one side; other questions are each their own."""
    about = decision.articles[0] if decision.articles else case.proposal.question.casefold()
    slug = _NOT_OF_SLUG.sub("-", about.casefold()).strip("-") if decision.articles else ""
    return f"production-{slug or hashlib.sha256(about.encode()).hexdigest()[:12]}"


def _locale(locale: str) -> str:
    if _LOCALE.fullmatch(locale):
        return locale
    language = re.split(r"[-_]", locale.lower())[0]
    return language if _LOCALE.fullmatch(language) else "en"


def _said(said: Said, articles: Mapping[str, Article]) -> dict[str, Any]:
    ids = [id_ for id_ in said.article_ids if id_ in articles and articles[id_].audience is Audience.PUBLIC]
    row = {"role": said.role, "text": said.text, "kind": said.kind, "article_ids": ids}
    return {key: value for key, value in row.items() if value}


def _faults(decision: Expectation, articles: Mapping[str, Article]) -> Iterator[str]:
    for id_ in decision.articles:
        if id_ not in articles or articles[id_].audience is not Audience.PUBLIC:
            yield f"customers cannot read the article {id_!r} any more. Accept it with another one, or dismiss it."
    for quote in decision.quotes:
        if quote.text not in articles[quote.article].body:
            yield f"the article {quote.article!r} no longer says {quote.text!r}. Accept it with another quote."


def _written(folder: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    file = folder / FILE
    part = file.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="\n") as lines:
            lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        part.replace(file)
    except OSError as error:
        raise EvaluationError(f"The cases cannot be written to {folder}: {error}. Choose another folder.") from error
    return file
