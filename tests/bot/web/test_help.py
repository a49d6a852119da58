import re
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from bot.web.app import create_app
from bot.web.help_query import QUERY_CHARACTERS
from knowledge.models import Action, Article, Audience, Platform
from tests.bot.web.stage import with_index

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


@pytest.mark.parametrize(
    ("locale", "direction"), [("ar", "rtl"), ("he-IL", "rtl"), ("fa_IR", "rtl"), ("en", "auto"), ("arn", "auto")]
)
def test_an_article_runs_as_its_language_does(footnote, locale: str, direction: str) -> None:
    article = Article(id="a", title="Title", body="Text.", locale=locale)
    with TestClient(create_app(footnote.settings, with_index(footnote, (article,)))) as client:
        assert f'<article class="article" dir="{direction}">' in client.get("/help/a").text
        assert f'dir="{direction}">Title</a>' in client.get("/help/").text


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
        for address in ("/help/", "/help/change-email", "/help/?q=email", "/help/?section=faq"):
            response = client.get(address)
            assert response.status_code == 503
            assert "being prepared" in response.text
            assert response.headers["retry-after"] == "5"
            assert "etag" not in response.headers


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
        for address in ("/help/", "/help/evil", f"/help/?section={quote(EVIL)}"):
            response = client.get(address)
            assert response.status_code == 200, address
            assert "<script>alert" not in response.text
            assert not re.search(r"<[^>&]*\bon(error|load)=", response.text)
            assert "<svg" not in response.text
            assert "<style" not in response.text
            assert 'href="javascript' not in response.text


@pytest.mark.parametrize("path", ["/help/", "/help/?section=faq", "/help/change-email", "/help/none", "/", "/docs"])
def test_pages_load_nothing_from_elsewhere_and_nothing_inline(client: TestClient, path: str) -> None:
    page = client.get(path).text
    loaded = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', page)
    assert loaded
    for address in loaded:
        assert address.startswith(("/static/", "/widget/v1/"))
        assert client.get(address).status_code == 200
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert "<style" not in page
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page)


@pytest.mark.parametrize("path", ["/help/", "/help/change-email", "/", "/docs"])
def test_pages_answer_head_and_have_landmarks(client: TestClient, path: str) -> None:
    assert client.head(path).status_code == client.get(path).status_code
    page = client.get(path).text
    assert page.count("<main") == page.count("<h1") == 1
    assert '<meta name="viewport"' in page
    assert 'href="#main"' in page


def test_the_address_without_its_slash_leads_to_the_contents(client: TestClient) -> None:
    assert client.get("/help").status_code == 200
    moved = client.get("/help", headers={"host": "evil.example"}, follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (308, "/help/")


def test_a_section_has_a_page_of_its_own(client: TestClient) -> None:
    page = client.get("/help/?section=announcements").text
    assert page.index("Z last") < page.index("A first")
    assert "How do I change my email?" not in page
    assert (
        '<a href="/help/?section=announcements" aria-current="page">Announcements <span class="count">2</span>' in page
    )
    assert 'name="section" value="announcements"' in page


@pytest.mark.parametrize("section", ["no-such-section", "FAQ ", EVIL, "x" * 10_000, "%00", "internal"])
def test_a_section_that_is_none_is_not_found(client: TestClient, section: str) -> None:
    response = client.get("/help/", params={"section": section})
    assert response.status_code == 404
    assert "<h1>Section not found</h1>" in response.text
    assert section[:50].strip() not in response.text
    assert "etag" not in response.headers


def test_a_section_of_internal_articles_does_not_exist(footnote) -> None:
    hidden = Article(id="a", title="Hidden", body="Text.", section="secrets", audience=Audience.INTERNAL)
    with TestClient(create_app(footnote.settings, with_index(footnote, (hidden,)))) as client:
        assert client.get("/help/?section=secrets").status_code == 404
        assert "secrets" not in client.get("/help/").text


def test_a_platform_filters_the_lists(client: TestClient) -> None:
    assert "How do I change my email?" in client.get("/help/?section=faq&platform=app").text
    assert "How do I change my email?" not in client.get("/help/?section=faq&platform=web").text
    assert 'href="/help/?section=faq&amp;platform=web"' in client.get("/help/?section=faq").text


def test_a_section_without_anything_for_the_platform_says_so(footnote) -> None:
    article = Article(id="a", title="Only web", body="Text.", platform=Platform.WEB)
    with TestClient(create_app(footnote.settings, with_index(footnote, (article,)))) as client:
        page = client.get("/help/?section=faq&platform=app").text
        assert "Only web" not in page
        assert 'no article here for this platform. <a href="/help/?section=faq">' in page


def test_the_front_page_shows_the_most_viewed_and_a_section_all_in_pages(footnote) -> None:
    articles = tuple(Article(id=f"a{n}", title=f"Title {n:03}", body="Text.", views=n) for n in range(95))
    with TestClient(create_app(footnote.settings, with_index(footnote, articles))) as client:
        front = client.get("/help/").text
        assert re.findall(r"Title (\d+)</a>", front) == ["094", "093", "092", "091", "090", "089"]
        assert '<a href="/help/?section=faq">All 95 articles' in front
        titles = [re.findall(r"Title (\d+)</a>", client.get(f"/help/?section=faq&page={n}").text) for n in (1, 2, 3, 4)]
        assert list(map(len, titles)) == [40, 40, 15, 15]
        assert [*titles[0], *titles[1], *titles[2]] == [f"{n:03}" for n in range(95)]
        middle = client.get("/help/?section=faq&page=2").text
        assert 'rel="prev" href="/help/?section=faq"' in middle
        assert 'rel="next" href="/help/?section=faq&amp;page=3"' in middle
        assert "41–80 of 95" in middle


def test_a_long_article_has_a_table_of_contents_below_its_text(footnote) -> None:
    body = "\n\n".join(f"## Part {n} & more\n\n{'Text. ' * 100}" for n in (1, 2, 3))
    articles = (
        Article(id="long", title="Long", body=body),
        Article(id="short", title="Short", body="## A\n\n## B\n\n## C"),
    )
    with TestClient(create_app(footnote.settings, with_index(footnote, articles))) as client:
        page = client.get("/help/long").text
        entries = re.findall(r'<li class="level-2"><a href="#([^"]+)">([^<]+)</a></li>', page)
        assert entries == [(f"h-part-{n}-more", f"Part {n} &amp; more") for n in (1, 2, 3)]
        assert all(f'id="{anchor}"' in page for anchor, _ in entries)
        # A text fragment leads to the first place that has the words: that must be the article's.
        assert page.index('<h2 id="h-part-1-more">') < page.index('class="toc"')
        assert 'class="toc"' not in client.get("/help/short").text


def test_a_breadcrumb_leads_to_the_section(client: TestClient) -> None:
    assert '<a href="/help/?section=product-documents">Product guides</a>' in client.get("/help/fees").text


@pytest.mark.parametrize("path", ["/help/", "/help/?section=faq", "/help/change-email"])
def test_a_page_that_the_browser_has_is_not_sent_again(footnote, client: TestClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "no-cache"
    again = client.get(path, headers={"if-none-match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(path, headers={"if-none-match": 'W/"other"'}).status_code == 200
    footnote.index.sha256 = "6f" * 32
    assert client.get(path, headers={"if-none-match": tag}).status_code == 200


def test_pages_have_tags_of_their_own(client: TestClient) -> None:
    paths = ["/help/", "/help/?section=faq", "/help/?section=faq&platform=app", "/help/fees", "/help/change-email"]
    assert len({client.get(path).headers["etag"] for path in paths}) == len(paths)


def test_the_field_takes_as_much_as_is_read(client: TestClient) -> None:
    assert f'maxlength="{QUERY_CHARACTERS}"' in client.get("/help/").text
    assert f'maxlength="{QUERY_CHARACTERS}"' in client.get("/help/fees").text
