import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.models import HandoffReason, Said
from eval.errors import DatasetError
from eval.suite.cases import CORVANE_SUITE, Expected, Kind, Quote, Side, SuiteCase, check_suite, load_suite, side
from knowledge.models import Article, Audience, Platform
from knowledge.sources.folder import FolderSource

SAMPLE = Path(__file__).parents[3] / "knowledge" / "articles"
ARTICLES = {
    "fees": Article(id="fees", title="Fees", body="A trade costs 1%.\n\n| Level | Fee |\n| --- | --- |\n| A | 2% |"),
    "secret": Article(id="secret", title="Playbook", body="Freeze first.", audience=Audience.INTERNAL),
}
GOOD: dict[str, Any] = {
    "id": "answerable-001",
    "kind": "answerable",
    "topic": "fees",
    "text": "what do u charge",
    "expect": "answer",
    "articles": ["fees"],
    "quotes": [{"article": "fees", "text": "A trade costs 1%."}],
}


def write(folder: Path, *rows: dict[str, Any] | str, name: str = "some.jsonl") -> Path:
    folder.mkdir(exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return folder


def case(**changes: Any) -> SuiteCase:
    fields: dict[str, Any] = {
        "id": "answerable-001",
        "kind": Kind.ANSWERABLE,
        "topic": "fees",
        "text": "?",
        "expect": frozenset({Expected.ANSWER}),
        "origin": "Line 1 of some.jsonl",
    }
    return SuiteCase(**{**fields, **changes})


def both_sides(**changes: Any) -> list[SuiteCase]:
    topics = [next(t for t in ("a", "b", "c", "d", "e", "f") if side(t) is each) for each in Side]
    return [case(topic=topic, **changes) for topic in topics]


def test_reads_every_field(tmp_path: Path) -> None:
    row = {
        **GOOD,
        "id": "follow_up-012",
        "kind": "follow_up",
        "history": [{"role": "user", "text": "hi"}, {"role": "assistant", "text": "Hi.", "article_ids": ["fees"]}],
        "platform": "app",
        "locale": "es",
        "expect": "answer|handoff",
        "reason": "low_confidence",
        "forbidden": ["2%"],
    }
    (read,) = load_suite(write(tmp_path / "suite", row))
    assert (read.id, read.kind, read.topic, read.text) == ("follow_up-012", Kind.FOLLOW_UP, "fees", "what do u charge")
    assert read.history == (
        Said(role="user", text="hi"),
        Said(role="assistant", text="Hi.", article_ids=("fees",)),
    )
    assert (read.platform, read.locale, read.reason) == (Platform.APP, "es", HandoffReason.LOW_CONFIDENCE)
    assert read.expect == {Expected.ANSWER, Expected.HANDOFF}
    assert read.forbidden == ("2%",)
    assert (read.articles, read.quotes) == (("fees",), (Quote("fees", "A trade costs 1%."),))


def test_cases_of_all_files_are_ordered_by_id(tmp_path: Path) -> None:
    folder = write(tmp_path / "suite", {**GOOD, "id": "answerable-002", "text": "b"}, GOOD, "")
    write(folder, {**GOOD, "id": "typo-001", "kind": "typo", "text": "c"}, name="another.jsonl")
    assert [read.id for read in load_suite(folder)] == ["answerable-001", "answerable-002", "typo-001"]


@pytest.mark.parametrize("topic", ["fees", "close-account", "ä"])
def test_the_side_follows_the_hash_of_the_topic(topic: str) -> None:
    even = hashlib.sha256(topic.encode()).digest()[0] % 2 == 0
    assert side(topic) is (Side.TUNE if even else Side.TEST)
    assert case(topic=topic).side is side(topic)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "riddle"}, "kind: Input should be 'answerable'"),
        ({"colour": "red"}, "colour"),
        ({"text": ""}, "text"),
        ({"topic": "Fees and limits"}, "topic"),
        ({"platform": "any"}, "platform"),
        ({"expect": "laugh"}, "expect"),
        ({"expect": "answer|answer"}, r"expect: must be one of answer, .* joined by \|"),
        ({"expect": ""}, "expect: must be one of"),
        ({"forbidden": "x"}, "forbidden"),
        ({"expect": ["answer"]}, "expect: must be one of"),
        ({"id": "typo-001"}, "such as answerable-001"),
        ({"id": "answerable-1"}, "such as answerable-001"),
        ({"articles": ["fees", "fees"]}, "named twice"),
        ({"articles": [], "quotes": []}, "no article is named"),
        ({"articles": ["limits"]}, "not among the articles"),
        ({"reason": "policy"}, "no handoff is expected"),
        ({"id": "several-001", "kind": "several"}, "needs two articles"),
        ({"id": "platform-001", "kind": "platform"}, "needs a platform"),
        ({"id": "follow_up-001", "kind": "follow_up"}, "needs a history"),
    ],
)
def test_a_line_that_is_no_case_is_named(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    folder = write(tmp_path / "suite", "", {**GOOD, **changes})
    with pytest.raises(DatasetError, match=rf"^Line 2 of .*some\.jsonl is not a case of the suite: .*{says}"):
        load_suite(folder)


@pytest.mark.parametrize("line", ["{not json", "[]", '"text"', "\ufeff{}"])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(DatasetError, match=r"^Line 2 of .*some\.jsonl is not a case"):
        load_suite(write(tmp_path / "suite", GOOD, line))


def test_an_id_that_is_there_twice_is_named_with_both_places(tmp_path: Path) -> None:
    folder = write(tmp_path / "suite", GOOD, {**GOOD, "text": "another"})
    with pytest.raises(DatasetError, match=r"^Line 2 of .* has the id 'answerable-001' of line 1 of .*some\.jsonl;"):
        load_suite(folder)


def test_a_message_that_is_there_twice_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "suite", GOOD, {**GOOD, "id": "answerable-002", "text": "What do U charge"})
    with pytest.raises(DatasetError, match=r"^Line 2 of .* asks the same as line 1 of "):
        load_suite(folder)
    write(folder, GOOD, {**GOOD, "id": "answerable-002", "platform": "web"})
    assert len(load_suite(folder)) == 2


def test_a_folder_without_cases_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="has no case"):
        load_suite(tmp_path)
    with pytest.raises(DatasetError, match="has no case"):
        load_suite(write(tmp_path / "suite", ""))


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "some.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DatasetError, match=r"some\.jsonl cannot be read"):
        load_suite(tmp_path)


def test_a_sound_suite_has_no_faults() -> None:
    quotes = (Quote("fees", "A trade costs 1%."), Quote("fees", "| A | 2% |"))
    assert check_suite(both_sides(articles=("fees",), quotes=quotes), ARTICLES) == ()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"articles": ("fee",)}, "names the article 'fee', which the help center lacks; correct the id."),
        ({"articles": ("secret",)}, "names the article 'secret', which is internal and never quoted to a customer."),
        (
            {"history": (Said(role="assistant", text="Hi.", article_ids=("gone",)),)},
            "names the article 'gone', which the help center lacks; correct the id.",
        ),
        (
            {"articles": ("fees",), "quotes": (Quote("fees", "A trade costs  1%."),)},
            "quotes what the article 'fees' does not say: 'A trade costs  1%.'.",
        ),
    ],
)
def test_what_the_help_center_does_not_bear_out_is_a_fault(changes: dict[str, Any], says: str) -> None:
    fault = f"Line 1 of some.jsonl, case answerable-001, {says}"
    assert check_suite(both_sides(**changes), ARTICLES) == (fault, fault)


def test_an_empty_side_is_a_fault() -> None:
    tune, test = both_sides()
    assert check_suite([tune], ARTICLES) == (
        "No case of the suite is on the side 'test'; add topics until both sides have some.",
    )
    assert "'tune'" in check_suite([test], ARTICLES)[0]
    assert len(check_suite([], ARTICLES)) == 2


def test_the_shipped_suite_is_sound() -> None:
    cases = load_suite(CORVANE_SUITE)
    articles = {each.id: each for each in FolderSource(SAMPLE).read() if isinstance(each, Article)}
    assert check_suite(cases, articles) == ()
    counts = Counter(each.kind for each in cases)
    assert counts[Kind.ANSWERABLE] >= 170
    assert min(counts[kind] for kind in (Kind.SEVERAL, Kind.PLATFORM, Kind.TYPO)) >= 30
    public = {id_ for id_, each in articles.items() if each.audience is Audience.PUBLIC}
    assert {id_ for each in cases if each.kind is Kind.ANSWERABLE for id_ in each.articles} == public


def test_the_shipped_suite_quotes_each_needed_article() -> None:
    for each in load_suite(CORVANE_SUITE):
        quoted = {quote.article for quote in each.quotes}
        if each.kind in (Kind.ANSWERABLE, Kind.TYPO, Kind.PLATFORM):
            assert quoted == set(each.articles), each.id
        if each.kind is Kind.SEVERAL:
            assert set(each.articles[:2]) <= quoted, each.id
