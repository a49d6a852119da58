import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from bot.errors import IndexBusy, IndexUnavailable
from bot.indexing.build import build_index
from bot.indexing.generations import generation_folder
from bot.storage.generations import known_generations
from bot.storage.sources import remembered_sources
from embeddings.composition import TITLE_IN_PASSAGE
from embeddings.models import Match
from knowledge.models import Article, Audience, Rejected
from tests.bot.indexing.workshop import NOW, RecordingEncoder, Shelf, Workshop
from tests.fakes import TokenlessEncoder

FEES = Article(id="fees", title="What does a withdrawal cost?", body="A withdrawal of BTC costs 0.0001 BTC.")
EMAIL = Article(
    id="email",
    title="How do I change my email?",
    body="## On the web\n\nOpen **Profile**.\n\n## On the app\n\nTap your picture, then **Security**.",
)
SECRET = Article(id="secret", title="Recovery playbook", body="Call the risk desk first.", audience=Audience.INTERNAL)


class RecordingTokenlessEncoder(TokenlessEncoder, RecordingEncoder):
    """Of the same identity as the one with token vectors."""


def numbers(added: int = 0, changed: int = 0, removed: int = 0, unchanged: int = 0, failed: int = 0) -> dict[str, int]:
    return {"added": added, "changed": changed, "removed": removed, "unchanged": unchanged, "failed": failed}


def test_the_first_run_makes_generation_1(workshop: Workshop) -> None:
    report = workshop.index(Shelf("docs", [FEES, EMAIL])).to_json()
    assert report["articles"] == numbers(added=2)
    assert report["generation"] == 1
    assert report["seconds"] >= 0
    generation = workshop.generation()
    assert report["passages"] == len(generation.passages) > 2
    assert {len(known) for known in generation.indexes.passages_in().values()} == {report["passages"]}
    assert list(generation.articles) == ["email", "fees"]
    assert {passage.article_id for passage in generation.passages.values()} == {"email", "fees"}
    assert workshop.entries() == [".writer.lock", "gen-000001"]
    assert generation.manifest.encoder == "letters"
    assert generation.manifest.created_at == NOW


def test_a_question_finds_its_passage_by_every_index(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES, EMAIL]))
    generation = workshop.generation()
    (passage,) = (passage for passage in generation.passages.values() if passage.article_id == "fees")
    indexes, asked = generation.indexes, workshop.encoder.encode_queries([passage.text, EMAIL.title])
    assert indexes.dense.search(asked.vectors[0], 1)[0].id == passage.key
    assert indexes.sentences.search(asked.vectors[0], 1)[0].id == passage.key
    assert indexes.lexical.scored("withdrawal cost").best(1)[0].id == passage.key
    assert indexes.codes.scored("btc").best(5) == [Match(passage.key, 1.0)]
    assert indexes.late is not None
    met = indexes.late.scores(asked.tokens[: asked.starts[1]], list(generation.passages))
    assert list(generation.passages)[int(met.argmax())] == passage.key
    assert met.max() == pytest.approx(1, abs=0.02)
    assert indexes.titles.search(asked.vectors[1], 1)[0].id == generation.title_keys["email"]


def test_a_second_run_encodes_nothing_and_writes_no_generation(workshop: Workshop) -> None:
    shelf = Shelf("docs", [FEES, EMAIL])
    first = workshop.index(shelf)
    workshop.encoder.texts.clear()
    second = workshop.index(shelf, now=NOW + timedelta(days=1)).to_json()
    assert (second["articles"], second["generation"]) == (numbers(unchanged=2), 1)
    assert second["passages"] == first.passages
    assert workshop.encoder.texts == []
    assert workshop.entries() == [".writer.lock", "gen-000001"]
    assert remembered_sources(workshop.database)[0].last_read_at == NOW + timedelta(days=1)


def composed(encoder: RecordingEncoder, title: str, *texts: str) -> np.ndarray:
    """A passage's vector: the mean of its texts' vectors by tokens, of length 1, and its title's, again of length 1."""
    mean = sum(encoder.count_tokens(text) * encoder.encode_queries([text]).vectors[0] for text in texts)
    both = mean / np.linalg.norm(mean) + TITLE_IN_PASSAGE * encoder.encode_queries([title]).vectors[0]
    return both / np.linalg.norm(both)


def test_an_edit_encodes_only_the_sentence_that_it_changed(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES, EMAIL]))
    before = workshop.generation()
    workshop.encoder.texts.clear()
    edited = Article(id="email", title=EMAIL.title, body=EMAIL.body.replace("your picture", "the menu"))
    report = workshop.index(Shelf("docs", [FEES, edited])).to_json()
    assert report["articles"] == numbers(changed=1, unchanged=1)
    assert workshop.encoder.texts == ["Tap the menu, then Security."]
    after = workshop.generation()
    kept = sorted(set(before.passages) & set(after.passages))
    assert len(kept) == 2
    assert (before.indexes.dense.vectors(kept) == after.indexes.dense.vectors(kept)).all()
    for passage in after.passages.values():
        assert passage.text == after.articles[passage.article_id].body[passage.start : passage.end]
    (new,) = set(after.passages) - set(kept)
    expected = composed(RecordingEncoder(), EMAIL.title, "On the app", "Tap the menu, then Security.")
    assert after.indexes.dense.vectors([new])[0] == pytest.approx(expected, abs=1e-6)


def test_one_text_is_encoded_once(workshop: Workshop) -> None:
    twins = [Article(id=id_, title="Fees", body="The fee is 1 USDT.") for id_ in ("x", "y")]
    workshop.index(Shelf("docs", list(twins)))
    assert workshop.encoder.texts == ["Fees", "The fee is 1 USDT."]
    assert len(workshop.generation().passages) == 2
    assert len(workshop.generation().indexes.texts) == 2


def test_a_deleted_article_is_never_returned_again(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES, EMAIL]))
    workshop.encoder.texts.clear()
    report = workshop.index(Shelf("docs", [EMAIL])).to_json()
    assert report["articles"] == numbers(removed=1, unchanged=1)
    assert workshop.encoder.texts == []
    generation = workshop.generation()
    vector, indexes = workshop.encoder.encode_queries([FEES.body]).vectors[0], generation.indexes
    by_meaning = [*indexes.dense.search(vector, 100), *indexes.sentences.search(vector, 100)]
    by_words = [
        *indexes.lexical.scored(f"{FEES.title} {FEES.body}").best(100),
        *indexes.codes.scored(FEES.body).best(100),
    ]
    assert {generation.passages[match.id].article_id for match in by_meaning + by_words} == {"email"}
    assert [match.id for match in indexes.titles.search(vector, 100)] == [generation.title_keys["email"]]
    assert "fees" not in generation.articles


def test_no_passage_of_an_internal_article_is_indexed(workshop: Workshop) -> None:
    report = workshop.index(Shelf("docs", [FEES, SECRET]))
    generation = workshop.generation()
    assert set(generation.articles) == {"fees", "secret"}
    assert {passage.article_id for passage in generation.passages.values()} == {"fees"}
    assert set(generation.title_keys) == {"fees"}
    assert {len(known) for known in generation.indexes.passages_in().values()} == {report.passages}
    assert not [text for text in workshop.encoder.texts if SECRET.body in text or SECRET.title in text]
    assert generation.indexes.lexical.scored("risk desk playbook").best(10) == []


def test_an_article_that_becomes_internal_leaves_the_index(workshop: Workshop) -> None:
    public = Article(id="secret", title=SECRET.title, body=SECRET.body)
    workshop.index(Shelf("docs", [FEES, public]))
    assert workshop.generation().indexes.lexical.scored("risk desk").best(10)
    assert workshop.index(Shelf("docs", [FEES, SECRET])).changed == 1
    assert workshop.generation().indexes.lexical.scored("risk desk").best(10) == []


def test_another_encoder_encodes_everything(workshop: Workshop) -> None:
    shelf = Shelf("docs", [FEES, EMAIL])
    workshop.index(shelf)
    first = set(workshop.encoder.texts)
    workshop.encoder = RecordingEncoder(identity="other letters")
    report = workshop.index(shelf).to_json()
    assert (report["articles"], report["generation"]) == (numbers(unchanged=2), 2)
    assert set(workshop.encoder.texts) == first
    assert workshop.generation().manifest.encoder == "other letters"


def test_an_encoder_of_the_same_name_that_gives_token_vectors_encodes_everything(workshop: Workshop) -> None:
    shelf, whole = Shelf("docs", [FEES, EMAIL]), workshop.encoder
    workshop.encoder = RecordingTokenlessEncoder()
    workshop.index(shelf)
    assert workshop.generation().indexes.late is None
    workshop.encoder = whole
    assert workshop.index(shelf).generation == 2
    assert whole.texts == list(dict.fromkeys(whole.texts)) != []
    assert workshop.generation().indexes.late is not None


def test_another_way_of_splitting_cuts_everything(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf("docs", [FEES, EMAIL])
    workshop.index(shelf)
    workshop.encoder.texts.clear()
    monkeypatch.setattr("bot.indexing.contents.RULES", "whole")
    monkeypatch.setattr("bot.indexing.build.RULES", "whole")
    cut: list[str] = []
    split = sys.modules["bot.indexing.contents"].split

    def counting(article: Article, count: Callable[[str], int], most: int) -> object:
        cut.append(article.id)
        return split(article, count, most)

    monkeypatch.setattr("bot.indexing.contents.split", counting)
    assert workshop.index(shelf).generation == 2
    assert cut == ["email", "fees"]
    assert workshop.encoder.texts == []
    assert workshop.generation().manifest.rules == "whole"


def test_rebuild_takes_nothing_over(workshop: Workshop) -> None:
    shelf = Shelf("docs", [FEES, EMAIL])
    workshop.index(shelf)
    first = list(workshop.encoder.texts)
    report = workshop.index(shelf, rebuild=True).to_json()
    assert (report["articles"], report["generation"]) == (numbers(unchanged=2), 2)
    assert workshop.encoder.texts == first * 2


def test_rebuild_mends_a_damaged_index(workshop: Workshop) -> None:
    shelf = Shelf("docs", [FEES, EMAIL])
    workshop.index(shelf)
    (generation_folder(workshop.folder, 1) / "dense.faiss").write_bytes(b"")
    with pytest.raises(IndexUnavailable, match=r"dense\.faiss.*footnote index --rebuild"):
        workshop.index(shelf)
    assert workshop.index(shelf, rebuild=True).added == 2
    assert set(workshop.generation().articles) == {"fees", "email"}


def test_two_generations_are_kept(workshop: Workshop) -> None:
    for version in range(4):
        workshop.index(Shelf("docs", [Article(id="fees", title="Fees", body=f"The fee is {version} USDT.")]))
    assert workshop.entries() == [".writer.lock", "gen-000003", "gen-000004"]
    assert [row.number for row in known_generations(workshop.database)] == [3, 4]


def test_leftovers_go_even_when_nothing_changed(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES]))
    for name in (".building-000002", ".building-removed-000001", "gen-000007"):
        (workshop.folder / name / "lexical").mkdir(parents=True)
    workshop.index(Shelf("docs", [FEES]))
    assert workshop.entries() == [".writer.lock", "gen-000001"]


def test_a_number_is_never_used_twice(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES]))
    (workshop.folder / "gen-000002").mkdir()
    assert workshop.index(Shelf("docs", [EMAIL])).generation == 3
    assert workshop.entries() == [".writer.lock", "gen-000001", "gen-000003"]


def test_a_second_writer_is_refused_at_once(workshop: Workshop) -> None:
    workshop.folder.mkdir()
    with FileLock(workshop.folder / ".writer.lock"), pytest.raises(IndexBusy, match="Another `footnote index`"):
        workshop.index(Shelf("docs", [FEES]))
    assert workshop.index(Shelf("docs", [FEES])).added == 1


def test_no_article_at_all_is_an_empty_generation(workshop: Workshop) -> None:
    report = workshop.index(Shelf("docs", [Rejected("docs", "a.md", "The file a.md is binary.")])).to_json()
    assert (report["articles"], report["passages"]) == (numbers(failed=1), 0)
    generation = workshop.generation()
    assert generation.indexes.lexical.scored("fees").best(10) == []
    vector = workshop.encoder.encode_queries(["fees"]).vectors[0]
    assert generation.indexes.dense.search(vector, 10) == generation.indexes.sentences.search(vector, 10) == []
    assert workshop.index(Shelf("docs", [FEES])).generation == 2


def test_a_generation_of_another_time_is_not_taken_for_the_present_one(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES]))
    stale = workshop.generation()
    workshop.index(Shelf("more", [EMAIL]))
    workshop.index(Shelf("docs", [FEES, SECRET]), current=stale)
    assert set(workshop.generation().articles) == {"fees", "email", "secret"}


def test_a_present_generation_is_not_loaded_again(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES]))
    current = workshop.generation()
    (generation_folder(workshop.folder, 1) / "dense.faiss").unlink()
    assert workshop.index(Shelf("docs", [FEES]), current=current).unchanged == 1


def test_a_folder_that_cannot_be_written_is_a_sentence(workshop: Workshop, tmp_path: Path) -> None:
    workshop.folder = tmp_path / "file"
    workshop.folder.write_text("in the way")
    with pytest.raises(IndexUnavailable, match="cannot be written"):
        workshop.index(Shelf("docs", [FEES]))


class Spoken:
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []
        self.done = 0

    def stage(self, name: str, total: int) -> None:
        self.heard.append((name, total))

    def advance(self, n: int) -> None:
        self.done += n


def test_progress_counts_every_step(workshop: Workshop) -> None:
    progress = Spoken()
    build_index(
        [Shelf("docs", [FEES, EMAIL])], None, workshop.encoder, workshop.database, workshop.folder, progress, NOW
    )
    texts = len(workshop.encoder.texts)
    assert progress.heard == [("Reading", 0), ("Splitting", 2), ("Encoding", texts)]
    assert progress.done == 2 + 2 + texts
