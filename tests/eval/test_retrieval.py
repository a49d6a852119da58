from pathlib import Path

import pytest

from bot.indexing.progress import SilentProgress
from bot.settings import Settings
from eval.cases import load_dataset
from eval.errors import DatasetError
from eval.retrieval import evaluate_retrieval, index_folder_for, peak_rss_mb


def test_every_figure_of_the_contract(dataset_folder: Path, letter_settings: Settings) -> None:
    report = evaluate_retrieval(load_dataset(dataset_folder), letter_settings, SilentProgress()).to_json()
    assert (report["dataset"], report["documents"], report["passages"], report["queries"]) == ("tiny", 3, 3, 4)
    assert set(report["metrics"]) == {"success@1", "success@5", "recall@10", "ndcg@10", "rr@10"}
    assert 0.75 <= report["metrics"]["success@1"] <= 1
    assert report["latency_ms"]["p50"] <= report["latency_ms"]["p95"]
    assert report["peak_rss_mb"] > 10 and report["passages_per_second"] > 0


def test_ids_are_kept_as_written_and_internal_documents_count(dataset_folder: Path, letter_settings: Settings) -> None:
    dataset = load_dataset(dataset_folder)
    first_three = type(dataset)(dataset.folder, dataset.cases[:3])
    report = evaluate_retrieval(first_three, letter_settings, SilentProgress())
    assert report.metrics["success@1"].mean == 1


def test_the_index_is_made_once(dataset_folder: Path, letter_settings: Settings) -> None:
    dataset = load_dataset(dataset_folder)
    first = evaluate_retrieval(dataset, letter_settings, SilentProgress())
    manifest = index_folder_for(dataset, letter_settings) / "index" / "gen-000001" / "manifest.json"
    written = manifest.stat().st_mtime_ns
    second = evaluate_retrieval(dataset, letter_settings, SilentProgress())
    assert manifest.stat().st_mtime_ns == written
    assert second.index_seconds == first.index_seconds or abs(second.index_seconds - first.index_seconds) < 0.001
    assert second.metrics == first.metrics


def test_evaluation_leaves_the_real_index_alone(dataset_folder: Path, letter_settings: Settings) -> None:
    evaluate_retrieval(load_dataset(dataset_folder), letter_settings, SilentProgress())
    assert not letter_settings.database_file.exists()
    assert not letter_settings.index_folder.exists()


def test_memory_is_in_megabytes() -> None:
    assert 10 < peak_rss_mb() < 100_000


def test_no_question_is_a_sentence_and_not_nan(dataset_folder: Path, letter_settings: Settings) -> None:
    (dataset_folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n")
    with pytest.raises(DatasetError, match="No question"):
        evaluate_retrieval(load_dataset(dataset_folder), letter_settings, SilentProgress())
