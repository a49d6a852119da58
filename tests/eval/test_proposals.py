import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.models import HandoffReason, Said
from bot.storage.proposed_cases import (
    CaseQuote,
    CaseSource,
    CaseState,
    Expectation,
    Proposal,
    ProposedCase,
    Replied,
)
from eval.errors import DatasetError, EvaluationError
from eval.proposals import FILE, case_to_json, export_cases, suite_row
from eval.suite.cases import Expected, Kind, Side, load_suite
from knowledge.models import Article, Audience, Platform

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ARTICLES = {
    "Fees (1)": Article(id="Fees (1)", title="Fees", body="It costs 1 USDT."),
    "inside": Article(id="inside", title="Inside", body="x", audience=Audience.INTERNAL),
}
ANSWER = Expectation(expect="answer", articles=("Fees (1)",), quotes=(CaseQuote("Fees (1)", "It costs 1 USDT."),))
HANDOFF = Expectation(expect="handoff")


def case(number: int, decision: Expectation | None = ANSWER, **values: Any) -> ProposedCase:
    usual = Proposal(
        turn_id=f"t{number}",
        source=CaseSource.THUMB,
        question=f"what does it cost {number}",
        replied=Replied(kind="handoff", text="So.", reason="low_confidence"),
    )
    return ProposedCase(
        number=number,
        proposal=replace(usual, **values),
        state=CaseState.ACCEPTED,
        proposed_at=NOW,
        decision=decision,
        decided_at=NOW,
    )


def row(decision: Expectation = ANSWER, **values: Any) -> dict[str, Any]:
    return suite_row(case(7, **values), decision, ARTICLES)


@pytest.mark.parametrize(
    ("decision", "values", "kind", "reason"),
    [
        (ANSWER, {}, "answerable", None),
        (ANSWER, {"history": (Said(role="user", text="hello"),)}, "follow_up", None),
        (ANSWER, {"history": (Said(role="assistant", text=" "),)}, "answerable", None),
        (Expectation(expect="clarify"), {}, "underspecified", None),
        (Expectation(expect="notice"), {}, "far", None),
        (HANDOFF, {}, "near", None),
        (HANDOFF, {"replied": Replied(kind="answer", text="So.")}, "near", None),
        (HANDOFF, {"replied": Replied(kind="handoff", text="So.", reason="policy")}, "policy", "policy"),
        (HANDOFF, {"replied": Replied(kind="handoff", text="", reason="secret_seen")}, "secret", "secret_seen"),
        (HANDOFF, {"replied": Replied(kind="handoff", text="", reason="user_request")}, "person", "user_request"),
    ],
)
def test_the_kind_of_a_case(decision: Expectation, values: dict[str, Any], kind: str, reason: str | None) -> None:
    made = row(decision, **values)
    assert (made["id"], made["kind"], made.get("reason")) == (f"{kind}-100007", kind, reason)


@pytest.mark.parametrize(
    ("locale", "written"), [("en-GB", "en-GB"), ("zh-Hant-TW", "zh"), ("pt_BR", "pt"), ("?", "en")]
)
def test_a_locale_that_a_suite_cannot_hold_is_its_language(locale: str, written: str) -> None:
    assert row(locale=locale)["locale"] == written


def test_a_suite_reads_what_was_exported(tmp_path: Path) -> None:
    history = (
        Said(role="user", text="hi"),
        Said(role="assistant", text="a", kind="answer", article_ids=("Fees (1)", "gone", "inside")),
    )
    cases = [
        case(1, platform=Platform.APP, history=history),
        case(2),
        case(3, HANDOFF),
        case(4, HANDOFF, question="手续费多少"),
        case(5, None),
    ]
    done = export_cases(cases, ARTICLES, tmp_path / "new" / "suite")
    read = {each.id: each for each in load_suite(tmp_path / "new" / "suite")}
    assert list(read) == ["answerable-100002", "follow_up-100001", "near-100003", "near-100004"]
    first = read["follow_up-100001"]
    assert (first.platform, first.expect, first.articles) == (Platform.APP, {Expected.ANSWER}, ("Fees (1)",))
    assert first.history == (history[0], replace(history[1], article_ids=("Fees (1)",)))
    assert (first.topic, read["answerable-100002"].topic) == ("production-fees-1",) * 2
    assert read["near-100003"].topic != read["near-100004"].topic
    assert done.left_out == () and sum(done.sides.values()) == 4
    assert done.to_json()["cases"] == 4 and set(done.to_json()) >= {side.value for side in Side}
    export_cases(cases[:1], ARTICLES, tmp_path / "new" / "suite")
    assert len((tmp_path / "new" / "suite" / FILE).read_text().splitlines()) == 1


def test_what_no_longer_fits_is_left_out_and_told(tmp_path: Path) -> None:
    cases = [
        case(1),
        case(2, Expectation(expect="answer", articles=("gone",))),
        case(3, Expectation(expect="answer", articles=("inside",))),
        case(4, replace(ANSWER, quotes=(CaseQuote("Fees (1)", "It costs 2 USDT."),))),
        case(5, question="What does it cost 1"),
        case(6, HANDOFF, question="What does it cost 1"),
    ]
    done = export_cases(cases, ARTICLES, tmp_path)
    assert [sentence.split(":")[0] for sentence in done.left_out] == [f"Case {n} is left out" for n in range(2, 7)]
    for words, sentence in zip(
        ("'gone' any more", "'inside' any more", "no longer says", "as case 1.", "as case 1, and expects something"),
        done.left_out,
        strict=True,
    ):
        assert words in sentence
    assert len(load_suite(tmp_path)) == 1


def test_what_cannot_be_exported_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"no accepted case to export\. Accept some"):
        export_cases([], ARTICLES, tmp_path)
    with pytest.raises(EvaluationError, match=r"no accepted case to export\. Case 2 is left out"):
        export_cases([case(2, Expectation(expect="answer", articles=("gone",)))], ARTICLES, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(EvaluationError, match="cannot be written"):
        export_cases([case(1)], ARTICLES, tmp_path / "file")
    (tmp_path / "own.jsonl").write_text("{}")
    with pytest.raises(DatasetError, match="is not a case"):
        export_cases([case(1)], ARTICLES, tmp_path)


def test_a_case_as_json() -> None:
    told = json.loads(json.dumps(case_to_json(case(3, HANDOFF))))
    assert (told["number"], told["question"], told["state"]) == (3, "what does it cost 3", "accepted")
    assert told["decision"]["expect"] == "handoff" and told["suggestion"] is None
    assert told["decided_at"] == NOW.isoformat()


def test_every_kind_that_is_given_is_one_of_the_suites() -> None:
    reasons = [None, *HandoffReason]
    kinds = {row(HANDOFF, replied=Replied(kind="handoff", text="", reason=reason))["kind"] for reason in reasons}
    assert kinds <= set(Kind)
