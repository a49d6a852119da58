import re
import time
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge.models import Article, Passage
from knowledge.splitting import SMALL_TOKENS, SPLITTING_IDENTITY, TARGET_TOKENS, split
from knowledge.structure import outline
from tests.knowledge.markdowns import any_bodies


def words(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]", text))


def utf8(text: str) -> int:
    return len(text.encode())


def article(body: str, title: str = "Title") -> Article:
    return Article(id="a", title=title, body=body, url="https://www.corvane.example/help/a")


def texts(body: str, max_tokens: int = 256, count: Callable[[str], int] = words, title: str = "Title") -> list[str]:
    return [passage.text for passage in checked(article(body, title), count, max_tokens)]


def checked(subject: Article, count: Callable[[str], int], max_tokens: int) -> tuple[Passage, ...]:
    """The passages, after all that must hold for any article has been looked at."""
    passages = split(subject, count, max_tokens)
    covered: set[int] = set()
    for passage in passages:
        assert passage.text == subject.body[passage.start : passage.end] != ""
        assert covered.isdisjoint(range(passage.start, passage.end))
        assert count(passage.embedded_text) <= max_tokens - 2
        assert (passage.article_id, passage.url) == (subject.id, subject.url)
        assert subject.title.startswith(passage.title)
        covered.update(range(passage.start, passage.end))
    for block in outline(subject.body):
        assert all(place in covered for place in range(block.start, block.end) if not subject.body[place].isspace())
    assert len({passage.id for passage in passages}) == len(passages)
    assert [passage.start for passage in passages] == sorted(passage.start for passage in passages)
    return passages


def prose(tokens: int, word: str = "word") -> str:
    """A paragraph of ten-token sentences."""
    return " ".join(f"{word.capitalize()} {' '.join([word] * 8)}." for _ in range(tokens // 10))


@given(any_bodies, st.text("ab c", max_size=80), st.sampled_from([words, len, utf8]), st.integers(16, 300))
@example("#\n\n## a\n\n# b", "", len, 16)
@example("👍🏽" * 40, "👍🏽" * 40, utf8, 16)
@example("a\n\n[b]: http://b.example\n[c]: http://c.example\n\nd", "t", len, 40)
def test_offsets_coverage_budget_and_ids_hold_for_any_body(
    body: str, title: str, count: Callable[[str], int], max_tokens: int
) -> None:
    checked(article(body, title), count, max_tokens)


def test_sections_and_headings() -> None:
    body = "Intro.\n\n## A\n\nUnder a.\n\nMore.\n\n## B\n\n### *C* x\n\nUnder c.\n\n## D\n\n## E\n\nUnder e.\n\n## End"
    passages = checked(article(body), words, 256)
    assert [(passage.heading, passage.text) for passage in passages] == [
        ("", "Intro."),
        ("A", "## A\n\nUnder a.\n\nMore."),
        ("B › C x", "## B\n\n### *C* x\n\nUnder c."),
        ("E", "## D\n\n## E\n\nUnder e.\n\n## End"),
    ]


def test_nothing_and_headings_only() -> None:
    assert split(article(""), words, 256) == split(article("---\n\n[a]: http://b.example"), words, 256) == ()
    only = checked(article("## A\n\n### B"), words, 256)
    assert [(passage.heading, passage.text) for passage in only] == [("", "## A\n\n### B")]


def test_too_small_an_encoder_is_refused() -> None:
    with pytest.raises(ValueError, match="15 tokens"):
        split(article("text"), words, 15)


def test_paragraphs_are_packed_to_the_target() -> None:
    body = "\n\n".join([prose(90)] * 5)
    assert [words(text) for text in texts(body)] == [180, 180, 90]
    assert TARGET_TOKENS == 200


def test_a_small_rest_joins_its_neighbour() -> None:
    assert SMALL_TOKENS == 50
    assert [words(text) for text in texts("\n\n".join([prose(190), prose(40)]))] == [230]
    assert [words(text) for text in texts("\n\n".join([prose(20), prose(210)]))] == [230]
    assert [words(text) for text in texts("\n\n".join([prose(190), prose(60)]))] == [190, 60]


def test_a_list_that_fits_is_kept_whole_with_its_introduction() -> None:
    steps = "\n".join(f"{number}. {prose(20)}" for number in range(1, 7))
    body = f"{prose(150)}\n\n**To change it:**\n\n{steps}\n\n{prose(190)}"
    assert texts(body) == [prose(150), f"**To change it:**\n\n{steps}", prose(190)]


def test_a_long_list_is_cut_between_items_only() -> None:
    items = [f"{number}. {prose(60)}\n   - {prose(30)}" for number in range(1, 10)]
    parts = texts("## Do it\n\nLike this:\n\n" + "\n".join(items))
    assert parts[0] == "## Do it\n\nLike this:\n\n" + "\n".join(items[:2])
    assert "\n".join(parts).endswith("\n".join(items))
    assert parts[1:] == ["\n".join(items[first : first + 2]) for first in range(2, 9, 2)]


def test_a_long_table_is_cut_between_rows_only() -> None:
    rows = [f"| {number} | {prose(30)} |" for number in range(40)]
    parts = texts("| No | Text |\n|---|---|\n" + "\n".join(rows))
    assert parts[0].startswith(f"| No | Text |\n|---|---|\n{rows[0]}\n")
    assert "\n".join(parts).split("\n")[2:] == rows
    assert len(parts) > 5


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    parts = texts(prose(1000))
    assert [words(part) for part in parts] == [200] * 5
    assert " ".join(parts) == prose(1000)


def test_a_long_sentence_is_cut_between_words_and_a_long_word_anywhere() -> None:
    parts = texts("word " * 599 + "word")
    assert [words(part) for part in parts] == [200] * 3
    assert "".join(texts("x" * 1000, 64, len)) == "x" * 1000


def test_one_step_stays_whole_up_to_the_limit_and_is_cut_at_lines_above_it() -> None:
    step = f"1. {prose(120)}\n   - {prose(120)}"
    assert words(step) == 243
    assert texts(step) == [step]
    longer = f"{step}\n   - {prose(100)}"
    lines = [line.strip() for line in longer.split("\n")]
    assert texts(longer) == lines
    code = "```\n" + "\n".join(f"line {number} " + "x " * 20 for number in range(60)) + "\n```"
    assert all(re.fullmatch(r"(```\n)?(line \d+ (x ?){20}\n?)+(```)?", part) for part in texts(code))


def test_a_heading_is_never_alone_above_a_block_that_just_fits() -> None:
    parts = texts(f"## A heading of some words\n\n{prose(250)}")
    assert parts[0].startswith("## A heading of some words\n\nWord")
    steps = texts(f"## A heading of some words\n\n1. {prose(120)}\n   - {prose(120)}")
    assert steps[0].startswith("## A heading of some words\n\n1. Word")


def test_equal_passages_have_ids_of_their_own() -> None:
    passages = checked(article("## A\n\ntext\n\n## A\n\ntext\n\n# B\n\n## A\n\ntext"), words, 256)
    assert [passage.text for passage in passages[:2]] == ["## A\n\ntext"] * 2
    assert split(article("## A\n\ntext"), words, 256)[0].id == passages[0].id


def test_a_long_title_and_long_headings_are_cut_only_when_needed() -> None:
    long = " ".join(f"w{number}" for number in range(100))
    body = f"## {long} b\n\n### {long} c\n\n### Short\n\ntext"
    (only,) = checked(article("text", long), words, 256)
    assert only.title == long
    passage = checked(article(body, long), words, 256)[-1]
    assert passage.title == " ".join(long.split()[:63])
    assert passage.heading == "Short"
    (huge,) = checked(article("# " + "x" * 5000 + "\n\n" + "text", "y" * 5000), words, 32)
    assert huge.text.endswith("text")


def test_identity_names_its_parameters() -> None:
    assert str(TARGET_TOKENS) in SPLITTING_IDENTITY
    assert str(SMALL_TOKENS) in SPLITTING_IDENTITY


@pytest.mark.parametrize(
    "piece",
    [
        "## Head\n\nSome text here.\n\n",
        "1. step\n",
        "| a | b |\n",
        "word ",
        "A sentence. ",
        "x",
        "## A\n\n",
        "- a\n\n  b\n",
        "> a\n\n",
    ],
)
def test_time_is_linear(piece: str) -> None:
    calls = []

    def count(text: str) -> int:
        calls.append(len(text))
        return words(text)

    body = ("| a | b |\n|---|---|\n" if piece.startswith("|") else "") + piece * (100_000 // len(piece))
    begun = time.process_time()
    assert split(article(body), count, 256)
    assert time.process_time() - begun < 20
    assert sum(calls) < 30 * len(body)
