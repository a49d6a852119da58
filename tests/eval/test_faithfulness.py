import json
from datetime import date
from pathlib import Path

import pytest

from bot.answering.checking.support import load_support_model
from bot.answering.verification import objection_to, verify
from bot.indexing.progress import SilentProgress
from bot.updating import SAMPLE_HELP_CENTER
from eval.errors import DatasetError
from eval.faithfulness import (
    Reply,
    fit_support,
    judge,
    measure_swaps,
    read_paraphrases,
    read_replies,
    write_support,
)
from eval.support_fit import SIGNS
from knowledge.models import Article
from knowledge.sources.folder import FolderSource
from tests.fakes import LetterEncoder

WORDS = ("network", "deposit", "minutes", "account", "wallet", "order", "price", "email", "limit", "card")


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return [one for one in FolderSource(SAMPLE_HELP_CENTER).read() if isinstance(one, Article)]


def replies() -> tuple[Reply, ...]:
    """Half repeat words of their text, half speak of something else."""
    found = []
    for number in range(120):
        words = [WORDS[(number * step) % 10] for step in (1, 3, 7)]
        text = f"The {words[0]} of text {number} has a {words[1]} and a {words[2]}."
        found.append(Reply(text, f"It has a {words[1]} and a {words[2]}.", True))
        found.append(Reply(text, f"I like bananas and zebras, number {number}?", False))
    return tuple(found)


def test_replies_are_read_with_their_label(tmp_path: Path) -> None:
    file = tmp_path / "begin.jsonl"
    rows = [
        {"knowledge": "k", "response": "r", "begin_label": "Fully attributable"},
        {"knowledge": "k", "response": "s", "begin_label": "Generic"},
    ]
    file.write_text("\n".join(map(json.dumps, rows)) + "\n\n", encoding="utf-8")
    assert read_replies(file) == (Reply("k", "r", True), Reply("k", "s", False))


@pytest.mark.parametrize("line", ["{", "[]", '{"knowledge": "k"}'])
def test_a_bad_row_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "begin.jsonl"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(DatasetError, match="Line 1"):
        read_replies(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"gone\.jsonl cannot be read"):
        read_replies(tmp_path / "gone.jsonl")


def test_every_reply_is_judged_against_its_own_text() -> None:
    found = judge(replies()[:4], LetterEncoder(), SilentProgress())
    assert found.features.shape == (4, len(SIGNS))
    assert found.knowledge.tolist() == [0, 0, 1, 1]
    terms = found.features[:, list(SIGNS).index("terms")]
    assert terms[0] > 0.9 > 0.5 > terms[1]


def test_both_models_are_fitted_measured_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.support_fit.RESAMPLES", 50)
    report = fit_support(replies(), LetterEncoder(), SilentProgress())
    assert report.near_held.auroc > 0.95 and report.words_held.auroc > 0.95
    assert report.fitted + report.near_held.n == 240
    file = tmp_path / "support.json"
    write_support(report, "two kinds", date(2026, 1, 2), file)
    model = load_support_model(file)
    assert model.near == report.near and model.words == report.words
    assert model.provenance.startswith("fitted 2026-01-02 on two kinds")


def test_paraphrases_are_of_articles_that_exist(articles: list[Article]) -> None:
    known = {article.id for article in articles}
    found = read_paraphrases()
    assert len(found) >= 150
    assert {original.article_id for original in found} <= known
    assert {original.source for original in found} == {"tuned paraphrase", "unseen paraphrase"}


def test_five_hundred_swaps_on_the_sample_help_center(articles: list[Article]) -> None:
    model = load_support_model()
    report = measure_swaps(
        articles, read_paraphrases(), 500, lambda sentence, one: verify(sentence, one.body, one.title, model=model).why
    )
    assert sum(n for _, n in report.caught.values()) == 500
    assert report.share_caught >= 0.99, report.missed
    assert report.refused["sentence"][0] == 0
    assert report.refused["table"][0] <= 0.05 * report.refused["table"][1]
    told = report.to_json()
    assert told["share_caught"] == round(report.share_caught, 4)


def test_few_faithful_paraphrases_are_refused(articles: list[Article]) -> None:
    known = {article.id: article for article in articles}
    found = read_paraphrases()
    bodies = {one: known[one.article_id] for one in found}
    refused = [one for one in found if objection_to(one.sentence, bodies[one].body, bodies[one].title)]
    assert len(refused) <= 0.12 * len(found), refused


def test_a_check_that_refuses_nothing_catches_nothing(articles: list[Article]) -> None:
    report = measure_swaps(articles[:3], (), 20, lambda sentence, article: None)
    assert report.share_caught == 0.0 and len(report.missed) == 20 and report.wrongly_refused == ()
    assert len(report.to_json()["missed"]) == 12
