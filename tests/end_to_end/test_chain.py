"""The whole chain on the sample help center: from its files to an answer, its citations, and the places they open."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser

from bot.models import CustomerContext
from bot.updating import SAMPLE_HELP_CENTER
from bot.wire import reply_to_json
from embeddings.encoders import Encoder
from eval.text_directives import matches, page_blocks
from knowledge.models import Article, Audience, Platform
from tests.end_to_end.conftest import REAL, ROOT, Command, environment, own_process
from tests.site import Site, serving

EMAIL = "How do I change the email on my account?"
PLATFORM_WORDS = re.compile(r"\s*(?:\(app\)|(?:in|on|with|from) the (?:Corvane )?app\b)")
SECOND_RUN = """
import sys
from bot import cli
sys.argv = ["footnote", "index", "--json", "--data-dir", {data!r}]
try:
    cli.main()
finally:
    print("loaded:", {{"torch", "sentence_transformers", "transformers"}} & set(sys.modules), file=sys.stderr)
"""
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

    def require_place(self, url: str) -> None:
        """The link's text stands on its page in one place, or its anchor does."""
        address, _, fragment = url.partition("#")
        if address not in self.pages:
            response = httpx2.get(address, timeout=20)
            assert response.status_code == 200, address
            self.pages[address] = response.text
        if fragment.startswith(":~:text="):
            assert len(matches(fragment.removeprefix(":~:text="), page_blocks(self.pages[address]))) == 1, url
        elif fragment:
            page = LexborHTMLParser(self.pages[address])
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
def test_a_fresh_process_answers_with_citations(sample_center: Path, exported_models: Path) -> None:
    arguments = ("ask", EMAIL, "--platform", "web", "--json", "--data-dir", str(sample_center))
    done = own_process(*arguments, module=REAL, FOOTNOTE_MODELS_DIR=str(exported_models.parent))
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
    """Every title as a question, asked by turns from the web and from the app."""
    reader = Reader(site)
    own_article = answered = 0
    for article, either in zip(public(site), cycle((Platform.WEB, Platform.APP)), strict=False):
        platform = either if article.platform is Platform.ANY else article.platform
        reply = reply_to_json(site.footnote.assistant.answer(article.title, on(platform)).reply)
        if reply["kind"] != "answer":
            continue
        answered += 1
        require_true_citations(reply, site)
        for citation in reply["citations"]:
            reader.require_place(citation["url"])
        own_article += article.id in {citation["article_id"] for citation in reply["citations"]}
    assert answered > 0.9 * len(public(site))
    assert own_article > 0.85 * len(public(site))


@pytest.mark.encoder
def test_internal_articles_are_cited_and_shown_to_nobody(site: Site) -> None:
    hidden = internal(site)
    assert hidden
    contents = httpx2.get(f"{site.address}/help/", timeout=20).text
    for article in hidden:
        assert httpx2.get(f"{site.address}/help/{article.id}", timeout=20).status_code == 404
        assert article.id not in contents
        assert article.title not in contents
        lines = [line for line in article.body.splitlines() if len(re.findall(r"[a-z]+", line)) > 4]
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
        question = PLATFORM_WORDS.sub("", articles[f"{stem}-app"].title)
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
    with httpx2.Client(base_url=f"{site.address}/api/v1", timeout=60) as client:
        opened = client.post("/conversations", json={"site_key": "site_demo", "context": {"platform": "web"}}).json()
        body = {"text": EMAIL, "client_message_id": "m1"}
        headers = {"authorization": f"Bearer {opened['token']}"}
        reply = client.post(f"/conversations/{opened['conversation_id']}/messages", json=body, headers=headers).json()[
            "reply"
        ]
    asked = real_footnote("ask", EMAIL, "--platform", "web", "--json", "--data-dir", str(sample_center)).json["reply"]
    assert json.loads(json.dumps(reply).replace(site.address, "http://127.0.0.1:8000")) == asked


@pytest.mark.encoder
def test_a_second_run_encodes_nothing_and_loads_no_torch(sample_center: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(sample_center, tmp_path / "data")
    program = SECOND_RUN.format(data=str(copy))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    )
    report = json.loads(done.stdout)
    assert report["articles"]["unchanged"] > 80
    assert not any(report["articles"][name] for name in ("added", "changed", "removed", "failed"))
    assert report["generation"] == 1
    assert done.stderr.strip() == "loaded: set()"
