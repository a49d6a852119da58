"""The commands as a shell sees them: exit codes, one sentence on standard error, JSON alone on standard output."""

from pathlib import Path

import pytest

from tests.end_to_end.conftest import GOOD, REAL, Command, Done, own_process


def in_shell(place: Path, *arguments: str | bytes, **variables: str) -> Done:
    return own_process(*arguments, "--data-dir", str(place), **variables)


def test_codes_and_streams_of_a_real_process(place: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert str(tmp_path / "empty") in in_shell(place, "index", str(tmp_path / "empty"), "--json").require_sentence()
    (tmp_path / "good.md").write_text(GOOD, encoding="utf-8")
    done = in_shell(place, "index", str(tmp_path / "good.md"), "--json")
    assert (done.code, done.json["articles"]["added"]) == (0, 1)
    assert "100,000" in in_shell(place, "ask", "x" * 100_000).require_sentence()
    bytes_of_another_encoding = in_shell(place, "search", "Gebühren".encode("latin-1"), "--json")
    assert (bytes_of_another_encoding.code, bytes_of_another_encoding.err) == (0, "")
    assert len(bytes_of_another_encoding.json["hits"]) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask",),
        ("ask", "two", "questions"),
        ("ask", "x", "--platform", "toaster"),
        ("search", "x", "-k", "0"),
        ("search", "x", "-k", "many"),
        ("serve", "--port", "99999999"),
        ("index", "--no-such-option"),
        ("no-such-command",),
    ],
)
def test_wrong_usage_is_code_2(footnote: Command, arguments: tuple[str, ...]) -> None:
    done = footnote(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Error: " in done.err


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FOOTNOTE_PORT", "eighty"),
        ("FOOTNOTE_ANSWER_THRESHOLD", "2"),
        ("FOOTNOTE_LOG_LEVEL", "loud"),
    ],
)
def test_a_setting_that_cannot_be_is_a_sentence(
    footnote: Command, monkeypatch: pytest.MonkeyPatch, place: Path, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    sentence = footnote("ask", "hello", "--data-dir", str(place)).require_sentence()
    assert variable in sentence
    assert value in sentence


def test_an_encoder_that_is_not_there_is_a_sentence(place: Path) -> None:
    done = own_process("ask", "hello", "--data-dir", str(place), module=REAL, FOOTNOTE_ENCODER="no/such")
    assert "no/such" in done.require_sentence()


def test_a_settings_file_with_a_typing_error_is_a_sentence(
    footnote: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for text, word in (("prot = 8000\n", "port"), ("port = \n", "footnote.toml"), ("port = 'x'\n", "FOOTNOTE_PORT")):
        (tmp_path / "footnote.toml").write_text(text, encoding="utf-8")
        assert word in footnote("settings").require_sentence()


def test_a_terminal_that_knows_only_ascii_still_gets_its_answer(footnote: Command, small: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = in_shell(small, "ask", "reset my password", "--json", **plain)
    assert done.code == 0, done.err
    assert done.json["reply"]["text"]
    assert in_shell(small, "search", "reset my password", **plain).code == 0
