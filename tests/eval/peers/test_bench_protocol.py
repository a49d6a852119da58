import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.peers.bench_protocol import Engine, converse, read_passages, versions_of


class Searcher:
    """Finds the words of the question; knows no question with a 7."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def load(self) -> Mapping[str, str]:
        self.done.append("load")
        return {"echo": "1"}

    def open(self) -> None:
        self.done.append("open")

    def search(self, text: str, limit: int) -> Sequence[str]:
        if "7" in text:
            raise LookupError("no sevens")
        return text.split()[:limit]


class Echo(Searcher):
    """Is given documents too."""

    def index(self, corpus: Path) -> None:
        self.done.append(f"index {corpus}")

    def describe(self) -> Mapping[str, float]:
        return {"passages": 3}


def answers(*requests: dict[str, Any], engine: Engine | None = None) -> dict[Any, dict[str, Any]]:
    replies = io.StringIO()
    converse(engine or Echo(), [json.dumps(request) + "\n" for request in requests], replies)
    return {reply.pop("id"): reply for reply in map(json.loads, replies.getvalue().splitlines())}


def test_every_request_has_its_reply() -> None:
    engine, replies = Echo(), io.StringIO()
    requests = [
        {"id": 1, "op": "load"},
        {"id": 2, "op": "index", "corpus": "c.jsonl"},
        {"id": 3, "op": "describe"},
        {"id": 4, "op": "open"},
        {"id": 5, "op": "search", "text": "a b c", "limit": 2},
    ]
    converse(engine, map(json.dumps, requests), replies)
    found = {reply["id"]: reply for reply in map(json.loads, replies.getvalue().splitlines())}
    assert found[1]["versions"] == {"echo": "1"} and found[2] == {"id": 2} and found[3]["passages"] == 3
    assert found[5]["found"] == ["a", "b"] and engine.done == ["load", "index c.jsonl", "open"]


def test_an_error_is_answered_and_the_next_question_too(capsys: pytest.CaptureFixture[str]) -> None:
    found = answers(*({"id": n, "op": "search", "text": f"q {n}", "limit": 5} for n in range(20)))
    assert found[7]["error"] == "LookupError: no sevens" and found[8]["found"] == ["q", "8"] and len(found) == 20
    assert "LookupError" in capsys.readouterr().err


def test_after_quit_nothing_is_answered() -> None:
    assert answers({"op": "quit"}, {"id": 1, "op": "load"}) == {}


def test_a_request_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Echo takes no request 'dance'" in answers({"id": 1, "op": "dance"})[1]["error"]
    for building in ("index", "describe"):
        found = answers({"id": 1, "op": building, "corpus": "c.jsonl"}, engine=Searcher())
        assert f"Searcher takes no request '{building}'" in found[1]["error"]
    capsys.readouterr()


def test_the_process_tells_of_itself() -> None:
    state = answers({"id": 1, "op": "state"})[1]
    assert 5 < state["peak_mb"] < 100_000 and isinstance(state["torch"], bool)


def test_the_title_stands_in_front(tmp_path: Path) -> None:
    file = tmp_path / "passages.jsonl"
    file.write_text('{"id": "a", "title": "Fees", "text": "1 USDT."}\n{"id": "b", "title": "", "text": "No title."}\n')
    assert read_passages(file) == [("a", "Fees\n1 USDT."), ("b", "No title.")]


def test_versions_are_those_installed() -> None:
    assert set(versions_of("numpy")) == {"numpy"}
