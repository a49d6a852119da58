import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from bot.answering.citations import cite
from bot.indexing.progress import SilentProgress
from bot.models import Answer, Citation
from bot.settings import Settings
from eval.errors import DatasetError
from eval.figures import Figure
from eval.links import LinkReport, PublishedPages, judge_citation, measure_links, questions_of, unquoted_sentences
from knowledge.models import Article
from tests.fakes import LetterEncoder

ARTICLE = Article(id="fees", title="Fees", body="Deposits are free of charge.\n\n## Out\n\nA withdrawal costs a fee.")
HTML = """<body><h1>Fees</h1><p>Deposits are free of charge.</p><h2 id="h-out">Out</h2>
<p>A withdrawal costs a fee.</p></body>"""


class ServedPages:
    """Answers as an HTTP client would, out of a dictionary."""

    def __init__(self, pages: Mapping[str, str]) -> None:
        self.pages = pages

    def get(self, path: str) -> Any:
        found = path in self.pages
        return SimpleNamespace(status_code=200 if found else 404, text=self.pages.get(path, "<p>Not found</p>"))


PAGES = PublishedPages(cast(TestClient, ServedPages({"/help/fees": HTML})))


def citation(url: str, quote: str = "A withdrawal costs a fee.", start: int | None = None) -> Citation:
    start = ARTICLE.body.find(quote) if start is None else start
    return Citation(
        number=1, article_id="fees", title="Fees", heading="", url=url, quote=quote,
        start=start, end=start + len(quote), updated_at=date(2026, 1, 1),
    )  # fmt: skip


def judged(cited: Citation) -> dict[str, float]:
    report = LinkReport("x")
    judge_citation(report, "units", cited, ARTICLE, PAGES)
    return {key: tally.held / tally.n for (_, key), tally in report.tallies.items()}


def test_a_citation_that_holds() -> None:
    start = ARTICLE.body.index("A withdrawal")
    cited = cite(ARTICLE, start, len(ARTICLE.body), 1, "http://h")
    assert judged(cited) == {"quotes": 1, "urls": 1, "with fragment": 1, "fragments": 1}


@pytest.mark.parametrize(
    ("cited", "wrong"),
    [
        (citation("http://h/help/fees#:~:text=A%20withdrawal%20costs%20a%20fee.", start=3), {"quotes"}),
        (citation("http://h/help/other#:~:text=A%20withdrawal%20costs%20a%20fee."), {"urls", "fragments"}),
        (citation("http://h/help/fees#h-in"), {"urls", "with fragment"}),
        (citation("http://h/help/fees#h-out"), {"with fragment"}),
        (citation("http://h/help/fees#:~:text=Deposits%20are%20free%20of%20charge."), {"fragments"}),
        (citation("http://h/help/fees#:~:text=No%20such%20sentence."), {"fragments"}),
        (citation("http://h/help/fees#:~:text=a"), {"fragments"}),
        (citation("http://h/help/fees#h-in:~:text=A%20withdrawal%20costs%20a%20fee."), {"urls"}),
    ],
)
def test_what_does_not_hold_is_seen(cited: Citation, wrong: set[str]) -> None:
    assert {key for key, share in judged(cited).items() if share < 1} == wrong


def test_sentences_of_an_answer_that_its_articles_do_not_say() -> None:
    cited = citation("http://h/help/fees")
    answer = Answer(
        text="Deposits are **free** of charge. [1] Withdrawals are too. [1]\n\n- A withdrawal costs a fee. [1]\n\nBye.",
        citations=(cited,),
        confidence=0.9,
    )
    sentences, unquoted = unquoted_sentences(answer, {"fees": Article(id="fees", title="", body=ARTICLE.body)})
    assert len(sentences) == 3
    assert unquoted == ["Withdrawals are too."]


def test_figures_have_the_form_of_the_table() -> None:
    report = LinkReport("x")
    for holds in (True,) * 99 + (False,):
        report.count("units", "fragments", holds, "case")
    report.count("units", "with fragment", True, "case")
    rows = [Figure(**row) for row in report.rows()]
    assert (rows[0].n, rows[0].value, rows[0].holds) == (100, 0.99, True)
    assert rows[0].interval_95 is not None
    assert rows[0].interval_95[0] < 0.99 < rows[0].interval_95[1]
    assert (rows[1].asked, rows[1].holds) == (None, None)
    assert report.tallies["units", "fragments"].failures == ["case"]
    json.dumps(report.rows())


def test_a_help_center_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda _: LetterEncoder())
    source = tmp_path / "articles"
    source.mkdir()
    (source / "fees.md").write_text(f"---\nid: fees\ntitle: Fees\nurl: https://a.example/1\n---\n{ARTICLE.body}\n")
    (source / "steps.md").write_text("---\nid: guides/a b\ntitle: Steps\n---\n1. Open it.\n   - Now.\n2. Open it.\n")
    report = measure_links("tiny", source, ["deposits"], Settings.model_construct(data_dir=tmp_path), SilentProgress())
    shares = {key: (tally.held, tally.n) for key, tally in report.tallies.items()}
    assert shares["units", "quotes"] == shares["units", "urls"] == shares["units", "fragments"] == (4, 4)
    empty = tmp_path / "internal.md"
    empty.write_text("---\nid: i\ntitle: I\naudience: internal\n---\nSecret.\n")
    with pytest.raises(DatasetError, match="no public article"):
        measure_links("none", empty, None, Settings.model_construct(data_dir=tmp_path), SilentProgress())


def test_the_questions_of_a_data_set(tmp_path: Path) -> None:
    assert questions_of(tmp_path) is None
    (tmp_path / "queries.jsonl").write_text('{"_id": "1", "text": "One?"}\n{"_id": "2", "text": "Two?"}\n')
    assert questions_of(tmp_path, 1) == ["One?"]
