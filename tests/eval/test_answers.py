import json
from pathlib import Path

import pytest

from bot.indexing.progress import SilentProgress
from bot.models import Answer, Citation
from bot.settings import Settings
from eval.answers import Asked, answer_metrics, evaluate_answers, gold_answers
from eval.cases import load_dataset
from eval.errors import DatasetError
from knowledge.models import Article

ARTICLES = {
    "a": Article(id="a", title="A", body="Gold is heavy. Zinc costs 5 EUR."),
    "b": Article(id="b", title="B", body="Tin is soft."),
}
CONTRACT = {
    "auroc", "auroc_right", "aurc", "coverage@5%", "coverage@10%", "answer_rate", "false_answer_rate",
    "citation_precision", "citation_recall", "quote_exact", "fragment_ok",
}  # fmt: skip


def answer(*quotes: tuple[str, str]) -> Answer:
    citations = []
    for id_, quote in quotes:
        start = max(0, ARTICLES[id_].body.find(quote))
        url = f"http://h/help/{id_}#:~:text={quote.replace(' ', '%20')}"
        end = start + len(quote)
        citations.append(
            Citation(
                number=1,
                article_id=id_,
                title="",
                heading="",
                url=url,
                quote=quote,
                start=start,
                end=end,
                updated_at=None,
            )
        )
    return Answer(text=" ".join(f"{quote} [1]" for _, quote in quotes), citations=tuple(citations), confidence=0.5)


def asked(
    confidence: float, told: Answer | None, relevant: str = "", answered: bool = True, gold: tuple[str, ...] = ()
) -> Asked:
    return Asked(
        relevant=dict.fromkeys(relevant, 1),
        confidence=confidence,
        answered=answered and told is not None,
        answer=told,
        top_passage=ARTICLES["a"].body,
        gold=gold,
        milliseconds=1.0,
    )


def means(*rows: Asked) -> dict[str, float]:
    return {name: value.mean for name, value in answer_metrics(rows, ARTICLES).items()}


GOLD, ZINC, TIN = ("a", "Gold is heavy."), ("a", "Zinc costs 5 EUR."), ("b", "Tin is soft.")


def test_confidence_metrics_by_hand() -> None:
    found = means(
        asked(0.9, answer(GOLD), "a"),
        asked(0.8, answer(TIN), "a"),
        asked(0.7, answer(GOLD), "a", answered=False),
        asked(0.6, answer(GOLD)),
        asked(0.1, None, "a"),
    )
    assert found["auroc"] == 3 / 4
    assert found["auroc_right"] == 5 / 6
    assert found["aurc"] == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4 + 3 / 5) / 5)
    assert found["coverage@5%"] == found["coverage@10%"] == 1 / 4
    assert (found["answer_rate"], found["false_answer_rate"]) == (2 / 4, 1)


def test_what_no_threshold_answers_is_never_covered_however_confident() -> None:
    found = means(asked(0.9, None, "a"), asked(0.5, answer(GOLD), "a"))
    assert found["coverage@5%"] == 1 / 2


def test_citation_metrics_by_hand() -> None:
    found = means(
        asked(0.9, answer(GOLD, TIN), "a"),
        asked(0.9, answer(GOLD), "ab"),
        asked(0.9, answer(TIN), answered=False),
        asked(0.9, answer(("a", "Gold is light."))),
    )
    assert (found["citation_precision"], found["citation_recall"]) == (3 / 4, 3 / 4)
    assert (found["quote_exact"], found["fragment_ok"]) == (3 / 4, 3 / 4)


def test_gold_metrics_by_hand() -> None:
    found = means(
        asked(0.9, answer(ZINC), "a", gold=("5 eur", "nothing")),
        asked(0.9, answer(GOLD, ZINC), "a", gold=("5 EUR",)),
        asked(0.9, answer(TIN), "a", gold=("5 EUR",)),
        asked(0.9, answer(TIN), "a", gold=("Gold is heavy. Zinc costs 5 EUR.",)),
        asked(0.9, answer(GOLD), "a", answered=False, gold=("heavy",)),
    )
    assert (found["answer_quoted"], found["answer_opens"]) == (2 / 3, 1 / 3), "a gold of two sentences does not count"
    f1 = [2 * 2 / (4 + 2), 2 * 2 / (7 + 2), 0, 2 / (3 + 7)]
    assert found["token_f1"] == pytest.approx(sum(f1) / 4)
    assert found["top_token_f1"] == pytest.approx((3 * 4 / 9 + 1) / 4)
    assert found["token_f1_gain"] == pytest.approx(found["token_f1"] - found["top_token_f1"])
    assert found["words"] == (4 + 7 + 3 + 3) / 4


def test_without_gold_answers_there_are_just_the_contracts_names() -> None:
    assert set(answer_metrics([asked(0.9, answer(GOLD), "a")], ARTICLES)) == CONTRACT


def test_every_figure_of_the_contract(dataset_folder: Path, letter_settings: Settings) -> None:
    report = evaluate_answers(load_dataset(dataset_folder), letter_settings, SilentProgress()).to_json()
    assert (report["dataset"], report["documents"], report["queries"], report["unanswerable"]) == ("tiny", 3, 4, 1)
    assert set(report["metrics"]) == CONTRACT
    assert report["metrics"]["quote_exact"] in (1, None)
    assert report["latency_ms"]["p50"] <= report["latency_ms"]["p95"]
    json.dumps(report, allow_nan=False)


def test_no_unanswerable_questions_no_auroc(dataset_folder: Path, letter_settings: Settings) -> None:
    (dataset_folder / "unanswerable.jsonl").unlink()
    report = evaluate_answers(load_dataset(dataset_folder), letter_settings, SilentProgress()).to_json()
    assert report["metrics"]["auroc"] is None and report["metrics"]["false_answer_rate"] is None


def test_a_withheld_answer_counts_for_coverage(dataset_folder: Path, letter_settings: Settings) -> None:
    never = letter_settings.model_copy(update={"answer_threshold": 1.0})
    report = evaluate_answers(load_dataset(dataset_folder), never, SilentProgress())
    always = letter_settings.model_copy(update={"answer_threshold": 0.0})
    other = evaluate_answers(load_dataset(dataset_folder), always, SilentProgress())
    assert (report.metrics["answer_rate"].mean, other.metrics["answer_rate"].mean) == (0, 1)
    assert report.metrics["aurc"] == other.metrics["aurc"]


def test_gold_answers(tmp_path: Path) -> None:
    assert gold_answers(tmp_path) == {}
    file = tmp_path / "answers.jsonl"
    file.write_text('{"_id": "q1", "answers": ["a", "b"]}\n{"_id": "q2", "answer": "c"}\n')
    assert gold_answers(tmp_path) == {"q1": ("a", "b"), "q2": ("c",)}
    for bad in ('{"_id": "q1"}', '{"_id": "q1", "answers": []}', '{"_id": "q1", "answer": 5}'):
        file.write_text(bad)
        with pytest.raises(DatasetError, match="q1"):
            gold_answers(tmp_path)


def test_no_question_is_a_sentence(dataset_folder: Path, letter_settings: Settings) -> None:
    (dataset_folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n")
    with pytest.raises(DatasetError, match="No question"):
        evaluate_answers(load_dataset(dataset_folder), letter_settings, SilentProgress())
