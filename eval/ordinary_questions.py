"""Ordinary questions of public data sets and on the sample help center, which no person must answer, and a few that
one must."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.updating import SAMPLE_HELP_CENTER
from eval.cases import json_rows, read_qrels
from eval.escalation import EscalationCase, decided
from knowledge.models import Article, Audience
from knowledge.sources import open_source

_MONEY = frozenset({"account_taken_over", "funds_missing", "fraud"})
"""Payments that the customer does not recognise fit each of them."""
NEEDS_A_PERSON: Mapping[str, frozenset[str]] = {
    "banking77": frozenset(
        {
            "card_payment_not_recognised",
            "cash_withdrawal_not_recognised",
            "compromised_card",
            "direct_debit_payment_not_recognised",
        }
    ),
    "clinc150_oos": frozenset({"report_fraud"}),
}
"""Intents whose messages a person must answer, by data set."""
EITHER_WAY: Mapping[str, frozenset[str]] = {
    "banking77": frozenset(
        {
            "Refund_not_showing_up",
            "balance_not_updated_after_bank_transfer",
            "balance_not_updated_after_cheque_or_cash_deposit",
            "card_swallowed",
            "extra_charge_on_statement",
            "failed_transfer",
            "lost_or_stolen_card",
            "lost_or_stolen_phone",
            "request_refund",
            "reverted_card_payment?",
            "top_up_reverted",
            "transaction_charged_twice",
            "transfer_not_received_by_recipient",
            "wrong_amount_of_cash_received",
        }
    ),
    "clinc150_oos": frozenset({"account_blocked", "freeze_account", "lost_luggage", "report_lost_card"}),
}
"""Intents for which both will do: somebody misses money, or a card, and an article may tell what to do first."""
EITHER_WAY_ARTICLES = frozenset(
    {
        "account-taken-over",
        "announcement-phishing-wave-2026-05",
        "bank-name-mismatch",
        "deposit-missing-memo",
        "deposit-not-arrived",
        "deposit-unsupported-crypto",
        "deposit-wrong-network",
        "freeze-account-app",
        "freeze-account-web",
        "p2p-appeal",
        "phishing-sms",
        "risk-control-p2p",
        "seed-phrase-safety",
        "spot-phishing",
        "withdrawal-pending",
    }
)
"""Articles of the sample help center for whose questions both will do."""
WITHOUT_INTENTS: Mapping[str, tuple[str, ...]] = {
    "stackfaq_webapps": ("queries.jsonl", "unanswerable.jsonl"),
    "emanual_smart_tv": ("queries.jsonl", "forum_questions_unlabelled.jsonl"),
}
"""Sets in which nothing is a person's, and their files of questions."""
OWN = ("corvane_ambiguous.jsonl", "corvane_twins.jsonl", "corvane_dialogues/queries.jsonl")
"""Questions on the sample help center that ship with the evaluation."""


def public_cases(shared: Path) -> Iterator[EscalationCase]:
    """The questions of four data sets under `shared`, grouped by set; those for which both will do are left out.
    DatasetError when a row cannot be read."""
    for name, files in WITHOUT_INTENTS.items():
        for row in _rows(shared / name, *files):
            yield EscalationCase(row["_id"], row["text"], name, False)
    folder = shared / "banking77"
    intents = {id_: next(iter(found)) for id_, found in read_qrels(folder / "qrels" / "test.tsv").items()}
    for row in _rows(folder, "queries.jsonl", "unanswerable.jsonl"):
        yield from _case(row, "banking77", intents.get(row["_id"]) or row["missing_topic"])
    for row in _rows(shared / "clinc150_oos", "inscope_test.jsonl"):
        yield from _case(row, "clinc150_oos", row["intent"])


def own_cases() -> Iterator[EscalationCase]:
    """The questions on the sample help center, but for those for which the phrases call a person."""
    for row in _rows(Path(__file__).with_name("datasets"), *OWN):
        decision = decided(row["text"])
        if decision is None or decision.topic is None:
            yield EscalationCase(row["_id"], row["text"], "corvane", False)


def article_cases() -> Iterator[EscalationCase]:
    """What customers ask that public articles of the sample help center say they answer, but for the questions for
    which the phrases call a person."""
    for article in open_source(SAMPLE_HELP_CENTER).read():
        if not isinstance(article, Article) or article.audience is not Audience.PUBLIC:
            continue
        if article.id in EITHER_WAY_ARTICLES:
            continue
        for number, text in enumerate(article.questions):
            decision = decided(text)
            if decision is None or decision.topic is None:
                yield EscalationCase(f"{article.id} {number}", text, "corvane_articles", False)


def _case(row: Mapping[str, str], name: str, intent: str) -> Iterator[EscalationCase]:
    if intent not in EITHER_WAY[name]:
        needed = intent in NEEDS_A_PERSON[name]
        yield EscalationCase(row["_id"], row["text"], name, needed, _MONEY if needed else frozenset())


def _rows(folder: Path, *files: str) -> Iterator[dict[str, str]]:
    for file in files:
        if (folder / file).is_file():
            yield from json_rows(folder / file, ("_id", "text"))
