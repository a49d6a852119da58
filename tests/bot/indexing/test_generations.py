import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.errors import IndexUnavailable
from bot.indexing.generations import (
    generation_folder,
    generations_on_disk,
    latest_year,
    load_generation,
    remove_old_generations,
    title_key,
)
from bot.indexing.manifest import FORMAT, Manifest
from knowledge.models import Action, Article, Audience, Platform
from tests.bot.indexing.workshop import Shelf, Workshop

FILES = (
    "articles.jsonl",
    "belonging/letters.npy",
    "belonging/names.faiss",
    "belonging/names.npz",
    "codes/codes.json",
    "dense.faiss",
    "families.json",
    "lexical/postings.npz",
    "lexical/vocabulary.json",
    "manifest.json",
    "members.npz",
    "name_words/words.json",
    "passages.jsonl",
    "sentences.faiss",
    "texts/encoded.json",
    "texts/keys.npy",
    "texts/starts.npy",
    "texts/tokens.npy",
    "texts/vectors.npy",
    "titles.faiss",
    "words/words.json",
)
ARTICLES = (
    Article(id="fees", title="Fees", body="A withdrawal costs 1 USDT.\n\n- one\n- two", platform=Platform.WEB, views=7),
    Article(
        id="emoji",
        title="Ünïcode \u2028 👍",
        body="עברית \u2029 and more.",
        actions=(Action("Go", "https://x.example"),),
    ),
)


MIXED = (
    ("dense.faiss", "dense.faiss and passages.jsonl name different passages"),
    ("sentences.faiss", "does not fit"),
    ("titles.faiss", "titles.faiss and articles.jsonl name different articles"),
    ("codes/codes.json", "codes and passages.jsonl name different passages"),
    ("lexical/postings.npz", "lexical"),
    ("members.npz", "different passages|does not fit"),
    ("texts/keys.npy", "do not fit"),
)
"""What is told when this file is the one of the generation before."""


@pytest.fixture
def indexed(workshop: Workshop) -> Workshop:
    workshop.index(Shelf("docs", list(ARTICLES)))
    return workshop


def rewrite_manifest(folder: Path, **changes: object) -> None:
    file = folder / "manifest.json"
    content = json.loads(file.read_text(encoding="utf-8"))["manifest"]
    file.write_bytes(Manifest.model_validate({**content, **changes}).to_bytes())


def test_a_generation_comes_back_as_it_was_written(indexed: Workshop) -> None:
    folder = generation_folder(indexed.folder, 1)
    files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    assert files == list(FILES)
    generation = load_generation(indexed.folder, 1)
    assert tuple(generation.articles.values()) == (ARTICLES[1], ARTICLES[0])
    assert generation.articles["fees"].source == "docs"
    assert generation.articles["fees"].origin == "fees.md"
    assert set(generation.manifest.files) == set(FILES) - {"manifest.json"}
    counts = generation.manifest.counts
    assert (counts.articles, counts.passages, counts.titles) == (2, len(generation.passages), 2)


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_anywhere_is_refused(indexed: Workshop, name: str) -> None:
    file = generation_folder(indexed.folder, 1) / name
    whole = file.read_bytes()
    for place in {0, 1, len(whole) // 3, len(whole) // 2, len(whole) - 2, len(whole) - 1}:
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(IndexUnavailable) as refusal:
            load_generation(indexed.folder, 1)
        assert str(file) in str(refusal.value)
        assert "`footnote index --rebuild`" in str(refusal.value)
    file.write_bytes(whole)
    load_generation(indexed.folder, 1)


def test_every_byte_of_the_manifest_counts(indexed: Workshop) -> None:
    file = generation_folder(indexed.folder, 1) / "manifest.json"
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(IndexUnavailable, match="rebuild"):
            load_generation(indexed.folder, 1)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0, 0.5, 0.99, None])
def test_a_file_that_is_cut_short_or_missing_is_refused(indexed: Workshop, name: str, share: float | None) -> None:
    file = generation_folder(indexed.folder, 1) / name
    whole = file.read_bytes()
    file.unlink() if share is None else file.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(IndexUnavailable, match=r"`footnote index --rebuild`") as refusal:
        load_generation(indexed.folder, 1)
    assert str(file) in str(refusal.value)


@pytest.mark.parametrize("counts", [(3, 2, 2), (2, 9, 2), (2, 2, 1)])
def test_counts_that_do_not_hold_are_refused(indexed: Workshop, counts: tuple[int, int, int]) -> None:
    folder = generation_folder(indexed.folder, 1)
    rewrite_manifest(folder, counts=dict(zip(("articles", "passages", "titles"), counts, strict=True)))
    with pytest.raises(IndexUnavailable, match=r"holds \d+ \w+ instead of \d"):
        load_generation(indexed.folder, 1)


def test_files_of_two_generations_do_not_mix(indexed: Workshop) -> None:
    other = Article(id="other", title="Fees", body=f"{ARTICLES[0].body}\n- three")
    indexed.index(Shelf("docs", [ARTICLES[1], other]))
    first, second = generation_folder(indexed.folder, 1), generation_folder(indexed.folder, 2)
    for name, sentence in MIXED:
        whole = (second / name).read_bytes()
        manifest = (second / "manifest.json").read_bytes()
        (second / name).write_bytes((first / name).read_bytes())
        entries = json.loads((first / "manifest.json").read_bytes())["manifest"]["files"]
        kept = json.loads(manifest)["manifest"]["files"]
        rewrite_manifest(second, files={**kept, name: entries[name]})
        with pytest.raises(IndexUnavailable, match=sentence):
            load_generation(indexed.folder, 2)
        (second / name).write_bytes(whole)
        (second / "manifest.json").write_bytes(manifest)
    load_generation(indexed.folder, 2)


def test_another_format_or_number_is_refused(indexed: Workshop) -> None:
    folder = generation_folder(indexed.folder, 1)
    for other in (FORMAT - 1, FORMAT + 1):
        rewrite_manifest(folder, format=other)
        with pytest.raises(IndexUnavailable, match=f"has format {other}, and this version reads {FORMAT}"):
            load_generation(indexed.folder, 1)
    rewrite_manifest(folder, format=FORMAT)
    folder.rename(generation_folder(indexed.folder, 4))
    with pytest.raises(IndexUnavailable, match="belongs to generation 1"):
        load_generation(indexed.folder, 4)


def test_a_generation_that_the_database_does_not_know_is_refused(indexed: Workshop) -> None:
    with pytest.raises(IndexUnavailable, match="not the one that the database knows"):
        load_generation(indexed.folder, 1, "0" * 64)


def test_a_generation_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match=r"gen-000009.*cannot be read"):
        load_generation(tmp_path, 9)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b"{}", b'{"manifest": 1}', b"\xff", b'{"manifest": {"format": 3}}']
)
def test_what_is_no_manifest_is_refused(indexed: Workshop, content: bytes) -> None:
    (generation_folder(indexed.folder, 1) / "manifest.json").write_bytes(content)
    with pytest.raises(IndexUnavailable, match=r"manifest\.json is damaged"):
        load_generation(indexed.folder, 1)


def test_removing_keeps_what_is_named_and_what_is_foreign(tmp_path: Path) -> None:
    for name in ("gen-000001", "gen-000002", "gen-000003", "gen-1000000", ".building-000004", "notes"):
        (tmp_path / name / "lexical").mkdir(parents=True)
    (tmp_path / ".writer.lock").touch()
    assert generations_on_disk(tmp_path) == [1, 2, 3, 1000000]
    remove_old_generations(tmp_path, {2, 3})
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [
        ".writer.lock",
        "gen-000002",
        "gen-000003",
        "notes",
    ]


def test_title_keys_fit_an_index() -> None:
    keys = {title_key(f"article-{number}") for number in range(1000)}
    assert len(keys) == 1000
    assert all(0 <= key < 2**60 for key in keys)
    assert title_key("change-email") == title_key("change-email")


def test_the_year_of_a_help_center_is_that_of_its_newest_public_article() -> None:
    dated = [replace(ARTICLES[0], updated_at=date(year, 5, 1)) for year in (2024, 2026)]
    articles = {"a": dated[0], "b": replace(dated[1], id="b", audience=Audience.INTERNAL), "c": ARTICLES[1]}
    assert latest_year(articles) == 2024
    assert latest_year({"b": articles["b"]}) is None
