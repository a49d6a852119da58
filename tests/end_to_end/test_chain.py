"""The whole chain on the sample help center: from its files to an answer, its citations, and the places they open."""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser

from bot.assembly import SAMPLE_HELP_CENTER
from bot.models import CustomerContext
from bot.wire import reply_to_json
from embeddings.encoders import Encoder
from knowledge.models import Article, Audience, Platform
from tests.end_to_end.conftest import REAL, ROOT, Command, Done, environment, own_process
from tests.fakes import LetterEncoder
from tests.site import Site, serving

EMAIL = "How do I change the email on my account?"
LETTERS = LetterEncoder()
MORTGAGE = "Can I get a mortgage from you?"


@pytest.fixture
def real_footnote(footnote: Command, monkeypatch: pytest.MonkeyPatch, real_encoder: Encoder) -> Command:
    """The command in this process, over the real encoder that is loaded once."""
    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: real_encoder)
    return footnote


@pytest.fixture(scope="module")
def site(sample_center: Path, real_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample help center, served."""
    copy = shutil.copytree(sample_center, tmp_path_factory.mktemp("served") / "data")
    with serving(copy, real_encoder) as site:
        yield site


@dataclass
class Reader:
    """Somebody with a browser: pages as text, each fetched once."""

    site: Site
    pages: dict[str, str] = field(default_factory=dict)

    def text_of(self, url: str) -> str:
        """What a page shows, on one line."""
        page = url.partition("#")[0]
        if page not in self.pages:
            response = httpx2.get(page, timeout=20)
            assert response.status_code == 200, page
            (article,) = LexborHTMLParser(response.text).css("article")
            self.pages[page] = " ".join(article.text().split())
        return self.pages[page]

    def require_place(self, url: str) -> None:
        """The link's text stands on its page, or its anchor does."""
        _, _, fragment = url.partition("#")
        text = self.text_of(url)
        if fragment.startswith(":~:text="):
            at = 0
            for part in fragment.removeprefix(":~:text=").split(","):
                at = text.find(unquote(part), at)
                assert at >= 0, url
        elif fragment:
            page = LexborHTMLParser(httpx2.get(url.partition("#")[0], timeout=20).text)
            assert [node for node in page.css("article [id]") if node.attributes["id"] == unquote(fragment)], url


def on(platform: Platform) -> CustomerContext:
    return CustomerContext(platform=platform)


def public(site: Site) -> list[Article]:
    return [each for each in site.footnote.index.current().articles.values() if each.audience is Audience.PUBLIC]


def internal(site: Site) -> list[Article]:
    return [each for each in site.footnote.index.current().articles.values() if each.audience is Audience.INTERNAL]


def require_true_citations(reply: dict[str, Any], site: Site) -> None:
    articles = site.footnote.index.current().articles
    assert reply["citations"]
    for citation in reply["citations"]:
        article = articles[citation["article_id"]]
        assert article.body[citation["start"] : citation["end"]] == citation["quote"]
        assert citation["quote"].encode() in (SAMPLE_HELP_CENTER / article.origin).read_bytes()
        assert citation["url"].partition("#")[0] in (article.url, f"{site.address}/help/{article.id}")
        assert citation["updated_at"] == (article.updated_at.isoformat() if article.updated_at else None)
        assert f"[{citation['number']}]" in reply["text"]
        assert article.audience is Audience.PUBLIC


@pytest.mark.encoder
def test_a_fresh_process_answers_with_citations(sample_center: Path) -> None:
    done = own_process("ask", EMAIL, "--platform", "web", "--json", "--data-dir", str(sample_center), module=REAL)
    assert (done.code, done.err) == (0, "")
    reply = done.json["reply"]
    assert reply["kind"] == "answer"
    for citation in reply["citations"]:
        assert citation["article_id"] == "change-email"
        assert citation["url"].startswith("http://127.0.0.1:8000/help/change-email#")
        assert citation["quote"].encode() in (SAMPLE_HELP_CENTER / "change-email.md").read_bytes()
    assert {citation["heading"] for citation in reply["citations"]} >= {"On the web"}
    assert "On the app" not in {citation["heading"] for citation in reply["citations"]}


@pytest.mark.encoder
def test_what_the_help_center_does_not_know_goes_to_a_person(real_footnote: Command, sample_center: Path) -> None:
    for question in (MORTGAGE, "What is the capital of France?", "Where is my pizza order?"):
        reply = real_footnote("ask", question, "--json", "--data-dir", str(sample_center)).json["reply"]
        assert (reply["kind"], reply["reason"], reply["citations"]) == ("handoff", "low_confidence", [])


@pytest.mark.encoder
def test_every_citation_is_true_and_opens_at_its_place(real_footnote: Command, sample_center: Path, site: Site) -> None:
    """Every title as a question, asked from the web and from the app."""
    reader = Reader(site)
    own_article = answered = 0
    for article in public(site):
        for platform in (Platform.WEB, Platform.APP):
            outcome = site.footnote.assistant.answer(article.title, on(platform))
            reply = reply_to_json(outcome.reply)
            if reply["kind"] != "answer":
                continue
            answered += 1
            require_true_citations(reply, site)
            for citation in reply["citations"]:
                reader.require_place(citation["url"])
            own_article += article.id in {citation["article_id"] for citation in reply["citations"]}
    asked = 2 * len(public(site))
    assert answered > 0.9 * asked
    assert own_article > 0.8 * asked


@pytest.mark.encoder
def test_internal_articles_are_cited_and_shown_to_nobody(site: Site) -> None:
    hidden = internal(site)
    assert hidden
    contents = httpx2.get(f"{site.address}/help/", timeout=20).text
    for article in hidden:
        assert httpx2.get(f"{site.address}/help/{article.id}", timeout=20).status_code == 404
        assert article.id not in contents
        assert article.title not in contents
        lines = [line.strip("#|>- ") for line in article.body.splitlines() if len(line) > 30]
        for question in (article.title, *lines[:12]):
            found = site.footnote.assistant.search(question[:500], on(Platform.ANY))
            assert article.id not in {hit.passage.article_id for hit in found}
            reply = reply_to_json(site.footnote.assistant.answer(question[:500], on(Platform.ANY)).reply)
            assert article.id not in {citation["article_id"] for citation in reply["citations"]}


@pytest.mark.encoder
def test_the_platform_decides_between_twins(site: Site) -> None:
    articles = site.footnote.index.current().articles
    twins = [id_.removesuffix("-app") for id_ in articles if id_.endswith("-app")]
    twins = [stem for stem in twins if f"{stem}-web" in articles]
    assert len(twins) >= 4
    for stem in twins:
        question = re.sub(r"\s*\((app|web)\)", "", articles[f"{stem}-app"].title)
        for platform in (Platform.APP, Platform.WEB):
            reply = reply_to_json(site.footnote.assistant.answer(question, on(platform)).reply)
            assert {each["article_id"] for each in reply["citations"]} == {f"{stem}-{platform.value}"}, question


@pytest.mark.encoder
def test_the_successor_answers_and_the_old_article_says_so(site: Site) -> None:
    replaced = [(old, each) for each in public(site) for old in each.supersedes]
    assert replaced
    for old, successor in replaced:
        reply = reply_to_json(site.footnote.assistant.answer(successor.title, on(Platform.ANY)).reply)
        assert {citation["article_id"] for citation in reply["citations"]} == {successor.id}
        page = httpx2.get(f"{site.address}/help/{old}", timeout=20).text
        assert "out of date" in page
        assert f"/help/{successor.id}" in page


@pytest.mark.encoder
def test_an_answer_over_http_is_the_one_of_the_command(site: Site, real_footnote: Command, sample_center: Path) -> None:
    with httpx2.Client(base_url=f"{site.address}/api/v1/conversations", timeout=60) as client:
        opened = client.post("", json={"site_key": "site_demo", "context": {"platform": "web"}}).json()
        body = {"text": EMAIL, "client_message_id": "m1"}
        headers = {"authorization": f"Bearer {opened['token']}"}
        reply = client.post(f"/{opened['conversation_id']}/messages", json=body, headers=headers).json()["reply"]
    asked = real_footnote("ask", EMAIL, "--platform", "web", "--json", "--data-dir", str(sample_center)).json["reply"]
    assert json.loads(json.dumps(reply).replace(site.address, "http://127.0.0.1:8000")) == asked


@pytest.mark.encoder
def test_a_second_run_encodes_nothing_and_loads_no_torch(sample_center: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(sample_center, tmp_path / "data")
    program = (
        "import sys; from bot import cli\n"
        f"sys.argv = ['footnote', 'index', '--json', '--data-dir', {str(copy)!r}]\n"
        "try:\n    cli.main()\n"
        "finally:\n    print('loaded:', {'torch', 'sentence_transformers', 'transformers'} & set(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    )
    report = json.loads(done.stdout)
    assert report["articles"]["unchanged"] > 80
    assert not any(report["articles"][name] for name in ("added", "changed", "removed", "failed"))
    assert report["generation"] == 1
    assert done.stderr.strip() == "loaded: set()"


# Over letters, as no meaning matters.

FIRST_LISTING = """All
FAQ
Announcements
Product documents
How do I book a tour of the vault?
Tours start at nine. Bring your badge.Published on 3 Feb 2025Updated on 4 Mar 20251,204Where can I park?
Parking is free on Sundays.Published on 11 Jun 2024Updated on 14 May 202512What is a lockbox?
A lockbox holds one key.Published on 1 Jan 2024Updated on 2 Jan 20247
"""
SECOND_LISTING = """All
FAQ
Announcements
Product documents
How do I book a tour of the vault?
Tours start at ten. Bring your badge and your ticket.Published on Feb 3, 2025Updated on Jun 2, 202655When does the shop open?
The shop opens at eight.Published on Aug 17, 2025Updated on May 29, 20263,786Where can I park?
Parking costs five euros.Published on Jun 11, 2024Updated on Jan 5, 2025
"""


def hits(footnote: Command, query: str, data: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = footnote("search", query, "-k", "1000", "--json", "--data-dir", str(data)).json[
        "hits"
    ]
    return found


@pytest.mark.parametrize("newest_first", [False, True])
def test_two_listings_leave_one_article_with_the_newer_text(
    footnote: Command, tmp_path: Path, newest_first: bool
) -> None:
    listings = [tmp_path / "2025-03.txt", tmp_path / "2026-06.txt"]
    for file, text in zip(listings, (FIRST_LISTING, SECOND_LISTING), strict=True):
        file.write_text(text, encoding="utf-8")
    data = tmp_path / "data"
    for file in reversed(listings) if newest_first else listings:
        assert footnote("index", str(file), "--json", "--data-dir", str(data)).json["articles"]["failed"] == 0
    found = hits(footnote, "tour of the vault, parking, shop, lockbox", data)
    texts = {hit["title"]: (hit["text"], hit["updated_at"]) for hit in found}
    assert len(found) == len(texts) == 4
    assert texts["How do I book a tour of the vault?"] == (
        "Tours start at ten. Bring your badge and your ticket.",
        "2026-06-02",
    )
    assert texts["Where can I park?"] == ("Parking is free on Sundays.", "2025-05-14")
    assert texts["What is a lockbox?"] == ("A lockbox holds one key.", "2024-01-02")


def test_an_article_that_was_deleted_is_never_returned_again(footnote: Command, tmp_path: Path) -> None:
    folder, data = tmp_path / "docs", tmp_path / "data"
    folder.mkdir()
    for name in ("badge", "tour", "shop"):
        (folder / f"{name}.md").write_text(f"# About the {name}\n\nEverything about the {name}.\n", encoding="utf-8")
    footnote("index", str(folder), "--data-dir", str(data))
    (folder / "tour.md").unlink()
    (folder / "shop.md").write_text("# About the shop\n\nThe shop is closed.\n", encoding="utf-8")
    done = footnote("index", "--json", "--data-dir", str(data)).json
    assert done["articles"] == {"added": 0, "changed": 1, "removed": 1, "unchanged": 1, "failed": 0}
    for query in ("About the tour", "Everything about the tour", "tour"):
        assert {hit["article_id"] for hit in hits(footnote, query, data)} == {"badge", "shop"}
        assert "about the tour" not in footnote("ask", query, "--json", "--explain", "--data-dir", str(data)).out
    with serving(data, LETTERS) as site:
        assert httpx2.get(f"{site.address}/help/tour", timeout=20).status_code == 404
        assert httpx2.get(f"{site.address}/help/badge", timeout=20).status_code == 200


def test_a_server_serves_what_another_process_indexed(footnote: Command, tmp_path: Path) -> None:
    article, data = tmp_path / "hours.md", tmp_path / "data"
    article.write_text("# Hours\n\nWe open at eight.\n", encoding="utf-8")
    footnote("index", str(article), "--data-dir", str(data))
    with serving(data, LETTERS) as site, httpx2.Client(timeout=20) as client:
        assert "We open at eight." in client.get(f"{site.address}/help/hours").text
        article.write_text("# Hours\n\nWe open at nine.\n", encoding="utf-8")
        done: Done = own_process("index", "--data-dir", str(data))
        assert done.code == 0, done.err
        time.sleep(site.footnote.settings.index_poll_seconds)
        assert "We open at nine." in client.get(f"{site.address}/help/hours").text
