import subprocess
import sys
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge import sentences as module
from knowledge.sentences import sentence_spans
from tests.knowledge.markdowns import any_bodies


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Use a coin, e.g. Bitcoin, i.e. BTC, or any other.",
        "See No. 5 on the list.",
        "See No. **5** on the list.",
        "Update to v2.1.3 or v. 4 today.",
        "Dr. Smith and Mr. A. B. Jones sign it.",
        "Open https://www.corvane.example/a.b?c=d.E! and wait.",
        "Open <https://www.corvane.example/a.B> now.",
        "Run `pip install. Then go. Now` here.",
        "Select **Save. Then close. Now** here.",
        "Select __Save. Then close. Now__ here.",
        "Read [the guide. It helps. A lot](https://a.example/x_(y).z) here.",
        "The fee is 0.0002 BTC, 0.1 % or 5.5 USDT.",
        "Funding is due at 8 a.m. UTC and at 4 p.m. UTC.",
        "1. Open **Menu** > **Security**.",
        "- 12. Open it.",
        "> **Warning:** never share a code.",
        "> never share a code\n> with anyone.",
        "A line that was\nwrapped goes on.",
        "## 1. Why was my order rejected?",
        "The fee (see the table. It is long.) is small.",
        "```\nOne. Two.\n\nThree. Four.\n```",
    ],
)
def test_stays_whole(sentence: str) -> None:
    assert cut(sentence) == [sentence]
    assert cut(f"It is so. {sentence}" if sentence[0].isupper() else sentence)[-1] == sentence


def test_ends_with_its_closing_marks() -> None:
    assert cut('Select **Save.** Then "Stop." Is it so (or not)? Yes! *Now.* [Read it.](/help/a) End') == [
        "Select **Save.**",
        'Then "Stop."',
        "Is it so (or not)?",
        "Yes!",
        "*Now.*",
        "[Read it.](/help/a)",
        "End",
    ]
    assert cut("Go to https://a.example/b. Then wait... Is it safe?! Yes.") == [
        "Go to https://a.example/b.",
        "Then wait...",
        "Is it safe?!",
        "Yes.",
    ]
    assert cut("你好。再见。 “Stop.” Go.") == ["你好。", "再见。", "“Stop.”", "Go."]


def test_lines_that_begin_something() -> None:
    text = "# Head\nFirst. Second\n- a\n  goes on. Then\n2. b\n\n\nlast  \nline\r\n\r\n> q\n>\n> r\n| c. D | e |\n|---|"
    assert cut(text) == [
        "# Head",
        "First.",
        "Second",
        "- a\n  goes on.",
        "Then",
        "2. b",
        "last",
        "line",
        "> q",
        ">\n> r",
        "| c.",
        "D | e |",
        "|---|",
    ]


def test_an_open_fence_is_text() -> None:
    assert cut("```\nOne. Two.") == ["```\nOne.", "Two."]
    assert cut("```inline``` here.\nOne. Two.\n```") == ["```inline``` here.", "One.", "Two.", "```"]


def test_no_text_no_sentences() -> None:
    assert sentence_spans("") == sentence_spans(" \n\t\r\n\u2028") == ()


def test_long_runs_are_cut_where_sentences_end() -> None:
    one = "This sentence has exactly eight words in it. "
    assert cut(one * 500) == [one.strip()] * 500
    assert cut("word " * 5000) == [("word " * 5000).strip()]
    assert cut("word " * 1000 + "end. Then more.") == ["word " * 1000 + "end.", "Then more."]


def test_a_sentence_that_is_not_in_the_text_leaves_the_run_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    class Altering:
        def processor(self, text: str) -> "Altering":
            return self

        def process(self) -> list[str]:
            return ["One.", "Two!"]

    monkeypatch.setattr(module, "_segmenter", Altering)
    assert cut("One. Two.") == ["One. Two."]
    assert cut("Zero. One. Two!") == ["Zero. One. Two!"]
    assert cut("One. Two! Three.") == ["One. Two! Three."]
    assert cut("One. Two!") == ["One.", "Two!"]


@given(st.one_of(any_bodies, st.text(".!?。 ∯ȸ&ᓰ'\"()[]*_`aA1\n", max_size=120)))
@example("∯ a. ȸ b! &ᓴ& c. ♬ D.")
@example("a.\x1cB. \u2003 C.\x85D")
@example("i. ii. iii. a) b) 1) 2. '.' \" . \"")
def test_spans_are_ordered_apart_trimmed_and_cover_all_text(text: str) -> None:
    at = 0
    for start, end in sentence_spans(text):
        assert at <= start < end <= len(text)
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


ATOMS = [
    "https://a.example/b.C?d=e!f",
    "`a. B`",
    "**Save. Then**",
    "[One. Two](https://a.example/c.d)",
    "e.g.",
    "i.e.",
    "v2.1.3",
    "Dr.",
]


@given(st.lists(st.sampled_from([*ATOMS, "word", "Word", "end.", "Why?", "(so)", "or\nso"]), max_size=40))
def test_never_inside_an_atom(words: list[str]) -> None:
    text = " ".join(words)
    ends = {end for _, end in sentence_spans(text)} - {len(text.rstrip())}
    at = 0
    for word in words:
        if word in ATOMS:
            assert not ends.intersection(range(at, at + len(word) + (word[-1] == ".")))
        at += len(word) + 1


@pytest.mark.parametrize(
    "piece", ["No. ", "a\n", "> a.\n", "[a](b ", "**a ", "```\n````\n", "http://a.b. ", "你好。", "_", " \t", "x"]
)
def test_time_is_linear(piece: str) -> None:
    begun = time.process_time()
    sentence_spans((piece * 100_000)[:100_000])
    assert time.process_time() - begun < 10


def test_importing_warns_of_nothing(tmp_path: object) -> None:
    code = "from knowledge.sentences import sentence_spans; print(len(sentence_spans('One. Two.')))"
    command = [sys.executable, "-W", "error", "-X", f"pycache_prefix={tmp_path}", "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "2\n"
