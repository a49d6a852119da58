from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from bot.answering.calibration import CurvePoint, calibration_file, write_calibration
from bot.answering.composing import ExtractiveComposer
from bot.answering.llm import Pieces, Prompt
from bot.answering.model_composing import ModelComposer
from bot.errors import IndexUnavailable
from bot.staffed import StaffedFootnote
from bot.storage.schema import metadata
from bot.trials.kept_runs import FOLDER
from bot.web.console.playground import NO_RUN, PLAYGROUND
from prompts.templates import render
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, Shelf
from tests.bot.test_assistant import assistant_of
from tests.bot.web.stage import open_stage
from tests.fakes import calibration, check_words

EMAIL = "How do I change my email?"
SEED_PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"


@dataclass
class Serving:
    """Serves one shelf after the other."""

    shelf: Shelf

    def current(self) -> Shelf:
        return self.shelf


class Silent:
    """A language model that finds no answer."""

    name = "silent"

    def stream(self, prompt: Prompt) -> Pieces:
        yield "no answer"


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf((CHANGE_EMAIL, FEES))


@pytest.fixture
def index(shelf: Shelf) -> Serving:
    return Serving(shelf)


@pytest.fixture
def footnote(tmp_path: Path, index: Serving) -> Iterator[StaffedFootnote]:
    assistant = replace(assistant_of(index.shelf), generation=index.current)
    stage = replace(open_stage(tmp_path, cast(Any, assistant)), index=cast(Any, index))
    yield stage
    stage.database.close()


def ask(seat: Any, text: str = EMAIL, **fields: str) -> Any:
    return seat.post(PLAYGROUND, {"text": text, **fields})


def asked(seat: Any, text: str = EMAIL, **fields: str) -> dict[str, Any]:
    answer = seat.script(PLAYGROUND, {"text": text, **fields})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_only_agents_may_try(client: TestClient) -> None:
    for path in (PLAYGROUND, f"{PLAYGROUND}/{'a' * 32}"):
        answer = client.get(path, headers={"accept": "text/html"}, follow_redirects=False)
        assert answer.headers["location"].startswith("/console/sign-in")
    assert client.post(PLAYGROUND, data={"text": "x"}, headers={"origin": "http://localhost"}).status_code == 401


def test_the_empty_page_says_what_will_be_here(ada) -> None:
    page = ada.get(PLAYGROUND).text
    assert "Here will be the answer" in page and 'aria-current="page">Playground' in page
    assert ada.get(PLAYGROUND, accept="application/json").json()["platforms"] == ["web", "app", "any"]


def test_an_answer_stands_beside_its_reasons(ada) -> None:
    answer = ask(ada)
    assert answer.status_code == 303
    page = ada.get(answer.headers["location"]).text
    assert '<h2 id="result" tabindex="-1">Answered</h2>' in page
    assert page.count('class="said"') == page.count('class="chip"') > 3
    for key in range(page.count('class="said"')):
        assert f'href="#place-{key}"' in page and f'id="place-{key}"' in page
    assert "Answer: sure enough" in page and "a number that was given" in page
    assert "the winner" in page and " behind: " in page
    assert 'aria-label="The confidence' in page and "style=" not in page


def test_the_curve_of_a_calibration_is_drawn(ada, footnote) -> None:
    folder = footnote.settings.index_folder
    folder.mkdir()
    curve = (CurvePoint(threshold=0.9, coverage=0.4, risk=0), CurvePoint(threshold=0.2, coverage=1, risk=0.2))
    write_calibration(calibration_file(folder), calibration(curve=curve))
    page = ada.get(ask(ada).headers["location"]).text
    assert '<polyline class="coverage"' in page and '<path class="alpha"' in page
    assert "questions of the calibration" in page


def test_a_prompt_stands_there_with_its_tokens(ada, footnote) -> None:
    composer = ModelComposer(
        extractive=ExtractiveComposer(render),
        llm=Silent(),
        check=check_words,
        count_tokens=len,
        prompt_tokens=40_000,
        answer_tokens=100,
    )
    object.__setattr__(footnote, "assistant", replace(footnote.assistant, composer=composer))
    run = asked(ada)
    page = ada.get(run["permalink"]).text
    tokens = run["trace"]["composition"]["model"]["tokens"]["prompt"]
    assert f"The prompt for the answer: {tokens} tokens" in page
    assert run["prompts"][0]["for"] == "answer" and EMAIL in run["prompts"][0]["data"]


def test_a_script_gets_the_same_as_json(ada) -> None:
    run = asked(ada)
    assert run["reply"]["kind"] == "answer" and run["permalink"] == f"{PLAYGROUND}/{run['receipt_sha256'][:32]}"
    assert {"candidates", "weights", "decision"} <= set(run["trace"])
    assert run["why_lost"][0]["rank"] == 2 and "behind" in run["why_lost"][0]["why"]
    again = ada.get(run["permalink"], accept="application/json").json()
    assert again == run


def test_nothing_of_it_becomes_a_conversation(ada, footnote) -> None:
    def rows() -> dict[str, int]:
        with footnote.database.read() as connection:
            return {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in metadata.sorted_tables
            }

    before = rows()
    run = asked(ada, earlier="What does a withdrawal cost?")
    ada.post(f"{run['permalink']}/again")
    assert rows() == before


def test_secrets_are_masked_before_they_are_kept_or_shown(ada, footnote) -> None:
    run = asked(ada, f"My phrase is {SEED_PHRASE}", earlier=f"It is {SEED_PHRASE}\nBot: no")
    assert run["reply"]["reason"] == "secret_seen"
    page = ada.get(run["permalink"]).text
    kept = "".join(file.read_text() for file in (footnote.settings.data_dir / FOLDER).iterdir())
    refused = ask(ada, f"My phrase is {SEED_PHRASE}", earlier="a\n" * 30)
    assert refused.status_code == 400
    for text in (str(run), page, kept, refused.text):
        assert "abandon" not in text


def test_it_runs_again_on_the_present_index(ada, index) -> None:
    then = asked(ada, "What does a withdrawal of USDT cost?")
    same = ada.post(f"{then['permalink']}/again")
    assert "letter by letter" in ada.get(same.headers["location"]).text
    index.shelf = Shelf((CHANGE_EMAIL, replace(FEES, body=FEES.body.replace("1.5 USDT", "1.9 USDT"))))
    now = ada.post(f"{then['permalink']}/again")
    assert now.headers["location"].endswith(f"?against={then['receipt_sha256'][:32]}")
    page = ada.get(now.headers["location"]).text
    assert "Otherwise than" in page and "Says now:" in page and "Says no more:" in page
    told = ada.get(now.headers["location"], accept="application/json").json()["differences"]
    assert told["changed"] == ["other sentences"] and told["kind"] is None
    old = ada.get(then["permalink"]).text
    assert "This article has changed since the run." in old and "1.5 USDT" in old


def test_what_the_run_was_asked_stands_in_the_form_again(ada) -> None:
    run = asked(ada, platform="app", locale="de", earlier="hello\nBot: Hi.")
    page = ada.get(run["permalink"]).text
    assert '<option value="app" selected>' in page and 'value="de"' in page
    assert "hello\nBot: Hi.</textarea>" in page


def test_html_in_a_question_is_text(ada) -> None:
    page = ada.get(ask(ada, "<script>alert(1)</script> change my email").headers["location"]).text
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"text": " "}, 422, "The question is empty"),
        ({"text": "x" * 300}, 413, "at most 200 are read"),
        ({"text": "x" * 30_000}, 422, "The field text is not valid"),
        ({"text": "x", "locale": "!"}, 422, "The field locale is not valid"),
        ({"text": "x", "platform": "fridge"}, 422, "The field platform is not valid"),
        ({"text": "x", "earlier": "a\n" * 21}, 400, "21 earlier messages"),
        ({"platform": "web"}, 422, "The field text is missing"),
        ({"text": "x", "surplus": "1"}, 422, "The field surplus is not known"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(ada, fields, status, sentence) -> None:
    page, told = ada.post(PLAYGROUND, fields), ada.script(PLAYGROUND, fields)
    assert (page.status_code, told.status_code) == (status, status)
    assert sentence in page.text and sentence in told.json()["error"]["message"]


def test_a_run_that_is_not_kept_is_not_there(ada) -> None:
    for path in ("a" * 32, "..%2f..%2ffootnote.db", "x"):
        assert ada.get(f"{PLAYGROUND}/{path}").status_code == 404
    assert NO_RUN in ada.get(f"{PLAYGROUND}/{'a' * 32}").text
    assert ada.script(f"{PLAYGROUND}/{'a' * 32}/again").json()["error"]["message"] == NO_RUN
    run = asked(ada)
    assert ada.get(f"{run['permalink']}?against=gone").status_code == 200


def test_a_run_that_cannot_be_kept_is_shown_all_the_same(ada, footnote) -> None:
    (footnote.settings.data_dir / FOLDER).write_text("in the way")
    page = ask(ada)
    assert page.status_code == 200 and "Answered" in page.text and "Run again" not in page.text
    assert asked(ada)["permalink"] is None


def test_without_an_index_the_page_says_so(ada, footnote, index, monkeypatch) -> None:
    def none() -> Shelf:
        raise IndexUnavailable("There is no index yet: run `footnote index`.")

    monkeypatch.setattr(index, "current", none)
    object.__setattr__(footnote.assistant, "generation", none)
    page = ask(ada)
    assert page.status_code == 503 and "cannot be searched yet" in page.text and EMAIL in page.text


def test_a_link_fills_the_question_in(ada) -> None:
    page = ada.get(f"{PLAYGROUND}?question=%3Cb%3EWhy%3C/b%3E%20{SEED_PHRASE.replace(' ', '+')}").text
    assert "&lt;b&gt;Why&lt;/b&gt;" in page and "abandon" not in page
