import re

import pytest
from starlette.testclient import TestClient

from bot.web.app import create_app
from bot.web.help import shelves, successor_of
from knowledge.models import Action, Article
from tests.bot.web.stage import ARTICLES, with_index

EVIL = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


def test_the_contents_list_public_articles_by_section(client: TestClient) -> None:
    response = client.get("/help/")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    headings = re.findall(r'<h2 id="section-\d+">(.*?)</h2>', response.text)
    assert headings == ["Questions and answers", "Product guides", "Announcements", "Getting started"]
    assert "Internal playbook" not in response.text
    assert '<time datetime="2026-02-09">9 February 2026</time>' in response.text
    assert 'href="/help/guide/first%20steps"' in response.text
    assert "<main" in response.text


def test_a_section_is_in_order() -> None:
    listed = {shelf.section: [article.id for article in shelf.articles] for shelf in shelves(reversed(ARTICLES))}
    assert listed["announcements"] == ["new-news", "old-news"]
    assert listed["product-documents"] == ["fees", "fees-2024"]
    assert sum(map(len, listed.values())) == len(ARTICLES) - 1


def test_an_article_page(client: TestClient) -> None:
    response = client.get("/help/change-email")
    page = response.text
    assert response.status_code == 200
    assert '<html lang="en">' in page
    assert "<h1>How do I change my email?</h1>" in page
    assert page.count("<h1") == 1
    assert re.search(r'<h2 id="h-on-the-app">\s*On the app\s*</h2>', page)
    assert "<strong>Change email address</strong>" in page
    assert "<table>" in page
    assert "Questions and answers" in page
    assert "In the app" in page
    assert '<time datetime="2023-09-06">6 September 2023</time>' in page
    assert '<time datetime="2026-02-09">9 February 2026</time>' in page
    assert 'href="/help/"' in page
    assert 'dir="auto"' in page


def test_actions_are_links_to_web_addresses_only(client: TestClient) -> None:
    page = client.get("/help/change-email").text
    assert '<a class="button" href="https://www.corvane.example/account/email" rel="noopener">Change email</a>' in page
    assert "javascript:" not in page
    assert "Nowhere" not in page


def test_an_outdated_article_names_its_successor(client: TestClient) -> None:
    assert '<a href="/help/fees">Fees</a> instead' in client.get("/help/fees-2024").text
    assert "out of date" not in client.get("/help/fees").text


def test_an_internal_article_is_no_successor() -> None:
    assert successor_of("change-email", {article.id: article for article in ARTICLES}) is None


def test_the_language_of_an_article(client: TestClient) -> None:
    page = client.get("/help/mushkila").text
    assert '<html lang="ar">' in page
    assert "كيف أغير بريدي؟" in page


def test_an_id_with_a_slash_and_a_space(client: TestClient) -> None:
    assert "First steps" in client.get("/help/guide/first%20steps").text


@pytest.mark.parametrize("address", ["playbook", "none", "a%00b", "%ff", "../playbook", "change-email/", EVIL])
def test_what_is_not_public_is_not_there(client: TestClient, address: str) -> None:
    response = client.get(f"/help/{address}")
    assert response.status_code == 404
    assert "Confidential" not in response.text
    assert "<img src=x" not in response.text


def test_the_page_for_no_article_is_a_friendly_one(client: TestClient) -> None:
    response = client.get("/help/none")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>Article not found</h1>" in response.text
    assert 'href="/help/"' in response.text


def test_without_an_index_the_pages_say_so(footnote) -> None:
    with TestClient(create_app(footnote.settings, with_index(footnote, None))) as client:
        for address in ("/help/", "/help/change-email"):
            response = client.get(address)
            assert response.status_code == 503
            assert "being prepared" in response.text


def test_a_help_center_without_articles(footnote) -> None:
    with TestClient(create_app(footnote.settings, with_index(footnote, ()))) as client:
        assert "There are no articles yet." in client.get("/help/").text


def test_an_article_cannot_bring_its_own_markup(footnote) -> None:
    article = Article(
        id="evil",
        title=EVIL,
        section=EVIL,
        locale=EVIL,
        body=f"{EVIL}\n\n## {EVIL}\n\n[x](javascript:alert(1)) <svg onload=alert(1)> <style>*{{}}</style>\n\n- {EVIL}",
        actions=(Action(EVIL, f"https://x.example/{EVIL}"),),
        supersedes=("evil",),
    )
    with TestClient(create_app(footnote.settings, with_index(footnote, (article,)))) as client:
        for address in ("/help/", "/help/evil"):
            response = client.get(address)
            assert response.status_code == 200
            assert "<script>alert" not in response.text
            assert not re.search(r"<[^>&]*\bon(error|load)=", response.text)
            assert "<svg" not in response.text
            assert "<style" not in response.text
            assert 'href="javascript' not in response.text


@pytest.mark.parametrize("path", ["/help/", "/help/change-email", "/", "/docs"])
def test_pages_load_nothing_from_elsewhere_and_nothing_inline(client: TestClient, path: str) -> None:
    page = client.get(path).text
    loaded = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', page)
    assert loaded
    for address in loaded:
        assert address.startswith("/static/")
        assert client.get(address).status_code == 200
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert "<style" not in page
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page)


@pytest.mark.parametrize("path", ["/help/", "/help/change-email", "/", "/docs"])
def test_pages_answer_head_and_have_landmarks(client: TestClient, path: str) -> None:
    assert client.head(path).status_code == 200
    page = client.get(path).text
    assert page.count("<main") == page.count("<h1") == 1
    assert '<meta name="viewport"' in page
    assert 'href="#main"' in page


def test_the_address_without_its_slash_leads_to_the_contents(client: TestClient) -> None:
    assert client.get("/help").status_code == 200
