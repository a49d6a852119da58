"""A tiny data set in the form of BEIR, and the LetterEncoder in place of a model."""

import json
from pathlib import Path

import pytest

from bot.settings import Settings, load_settings
from tests.fakes import LetterEncoder

DOCUMENTS = {
    "Email/CHANGE (1)": ("Change email", "Open the security page and change the email address."),
    "fees": ("Withdrawal fees", "A withdrawal of USDT costs 1.5 USDT on TRC20."),
    "freeze": ("Freeze account", "Freeze the account when the phone is lost."),
}
QUESTIONS = {
    "q1": ("How do I change my email address?", "Email/CHANGE (1)"),
    "q2": ("withdrawal fee for USDT on TRC20", "fees"),
    "q3": ("freeze account lost phone", "freeze"),
    "q4": ("zzz", "fees"),
}


def write_dataset(folder: Path) -> Path:
    (folder / "qrels").mkdir(parents=True)
    documents = [
        {"_id": id, "title": title, "text": text, "internal": id == "freeze"} for id, (title, text) in DOCUMENTS.items()
    ]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, documents)))
    (folder / "queries.jsonl").write_text(
        "\n".join(json.dumps({"_id": id, "text": text}) for id, (text, _) in QUESTIONS.items())
    )
    rows = [f"{id}\t{document}\t1" for id, (_, document) in QUESTIONS.items()]
    (folder / "qrels" / "test.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *rows]))
    (folder / "unanswerable.jsonl").write_text(json.dumps({"_id": "u1", "text": "Is there a mortgage?", "kind": "far"}))
    return folder


@pytest.fixture
def dataset_folder(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "tiny")


@pytest.fixture(autouse=True)
def letter_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: LetterEncoder())
    monkeypatch.chdir(tmp_path)
    return load_settings(data_dir=tmp_path / "data")
