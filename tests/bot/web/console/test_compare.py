import csv
import io
import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.trials.comparison import Line, Verdict
from bot.web.console.compare import COMPARE, HEADER, NO_LIST, row_of
from tests.bot.web.console.test_playground import EMAIL, SEED_PHRASE, footnote, index, shelf  # noqa: F401 - fixtures

COST = "What does a withdrawal of USDT cost?"


def compared(seat: Any, questions: str = EMAIL, **fields: str) -> Any:
    return seat.script(COMPARE, {"questions": questions, **fields})


def through(seat: Any, path: str) -> dict[str, Any]:
    """The list once it is through."""
    for _ in range(200):
        job = seat.get(path, accept="application/json").json()
        if job["done"]:
            return dict(job)
        time.sleep(0.05)
    raise AssertionError(f"The list does not end: {job}")


def test_only_agents_may_compare(client: TestClient) -> None:
    for path in (COMPARE, f"{COMPARE}/x", f"{COMPARE}/x.csv"):
        assert client.get(path).status_code == 401


def test_one_question_side_by_side(ada) -> None:
    blank = dict.fromkeys(("left_generation", "left_threshold", "left_candidates", "left_platform"), "")
    page = ada.post(COMPARE, {"questions": EMAIL, "right_threshold": "0.99999", **blank}).text
    assert "Otherwise: answer → handoff (low_confidence)" in page
    assert "Left: as it is set" in page and "Right: threshold 0.99999" in page
    assert 'href="#left-0"' in page and 'id="left-0"' in page
    assert 'name="right_threshold" type="number" min="0" max="1" step="any" value="0.99999"' in page
    told = compared(ada, right_threshold="0.99999").json()
    assert told["left"]["reply"]["kind"] == "answer" and told["differences"]["changed"][0].startswith(
        "answer → handoff"
    )


def test_equal_sides_say_so(ada) -> None:
    assert "No difference that a customer would notice" in ada.post(COMPARE, {"questions": EMAIL}).text


def test_a_list_is_asked_line_by_line(ada) -> None:
    begun = compared(ada, f"{EMAIL}\n\n{COST}\nhello\n{'x' * 300}", right_threshold="0.99999")
    assert begun.status_code == 202
    job = through(ada, begun.json()["path"])
    assert (job["asked"], job["failed"]) == (4, None)
    assert job["counts"]["changed"] == sum(bool(line["changed"]) for line in job["lines"]) > 0
    assert [line["question"] for line in job["lines"]][:2] == [EMAIL, COST]
    assert "at most 200" in job["lines"][3]["problem"]
    page = ada.get(job["path"]).text
    assert "data-progress" not in page and f"{job['counts']['changed']} of 4 are otherwise." in page
    assert "hello" in page and "hello" not in ada.get(f"{job['path']}?changed=true").text


def test_a_list_as_csv_holds_no_formula(ada) -> None:
    begun = ada.post(COMPARE, {"questions": f"=1+1\n@SUM(A1)\n{EMAIL}", "right_threshold": "0.99999"})
    assert begun.status_code == 303
    path = begun.headers["location"]
    through(ada, path)
    answer = ada.get(f"{path}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == list(HEADER)
    assert [row[0] for row in rows[1:]] == ["'=1+1", "'@SUM(A1)", EMAIL]
    assert rows[3][1] == "answer" and rows[3][4] == "handoff" and "handoff" in rows[3][7]


def test_secrets_are_masked(ada) -> None:
    begun = compared(ada, f"{EMAIL}\nMy phrase is {SEED_PHRASE}")
    job = through(ada, begun.json()["path"])
    for text in (str(job), ada.get(job["path"]).text, ada.get(f"{job['path']}.csv").text):
        assert "abandon" not in text
    assert "abandon" not in ada.post(COMPARE, {"questions": f"{SEED_PHRASE}\n" * 201}).text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"questions": " "}, "There is no question"),
        ({"questions": "a\n" * 201}, "201 questions; at most 200"),
        ({"questions": "a", "left_threshold": "2"}, "The field left_threshold is not valid"),
        ({"questions": "a", "left_candidates": "5"}, "The field left_candidates is not valid"),
        ({"questions": "a", "left_generation": "one"}, "The field left_generation is not valid"),
        ({"questions": "a", "right_generation": "3"}, "Generation 3 is not on disk any more"),
        ({"questions": "a", "other": "x"}, "The field other is not known"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_a_sentence(ada, fields, sentence) -> None:
    page, told = ada.post(COMPARE, fields), ada.script(COMPARE, fields)
    assert page.status_code == told.status_code == 400
    assert sentence in page.text and sentence in told.json()["error"]["message"]


def test_a_list_on_a_generation_that_is_gone_says_so(ada) -> None:
    job = through(ada, compared(ada, f"{EMAIL}\n{COST}", left_generation="3").json()["path"])
    assert "Generation 3 is not on disk" in job["failed"] and job["asked"] == 0
    assert "Generation 3 is not on disk" in ada.get(job["path"]).text


def test_a_list_that_is_not_held_is_not_there(ada) -> None:
    assert NO_LIST in ada.get(f"{COMPARE}/x").text
    for path in (f"{COMPARE}/x", f"{COMPARE}/x.csv"):
        assert ada.get(path, accept="application/json").status_code == 404


def test_the_form_names_the_generations(ada) -> None:
    assert ada.get(COMPARE, accept="application/json").json()["generations"] == []
    assert "The one that serves" in ada.get(COMPARE).text


def test_a_line_as_cells() -> None:
    side = Verdict("answer", 0.93, "Fees", "It costs 2.")
    assert row_of(Line("How?", side, side, ("a", "b"))) == (
        *("How?", "answer", "0.9300", "Fees", "answer", "0.9300", "Fees", "a; b"),
        "",
    )
    assert row_of(Line("How?", problem="Too long.")) == ("How?", "", "", "", "", "", "", "", "Too long.")
