"""The help center's search over HTTP, with letters instead of a model."""

import html
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any, cast
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from bot.assembly import Footnote
from bot.errors import FootnoteError
from bot.safety.token_buckets import TokenBuckets
from bot.web.app import create_app
from bot.web.help_query import HelpQuery, read_query
from bot.web.help_search import PACE, SearchDesk
from knowledge.models import Article
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, FREEZE_APP, FREEZE_WEB, NEW_FEES, OLD_FEES, PLAYBOOK, Shelf
from tests.bot.test_assistant import assistant_of

SEED = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
EVIL = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
ATTACKS = (
    EVIL,
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</mark><svg onload=alert(1)>",
    "' onfocus=alert(1) autofocus='",
    "javascript:alert(1)",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "&lt;img src=x onerror=alert(1)&gt;",
    "\u202e<b>\u0000\u200b\ud800",
    "<!--",
    "]]>",
    "%3Cscript%3E",
)


class Current:
    """The index that serves."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.problem = None

    def current(self) -> Shelf:
        return self.shelf


def over(footnote: Footnote, shelf: Shelf) -> Footnote:
    return replace(footnote, index=cast(Any, Current(shelf)), assistant=assistant_of(shelf))


def family(shelf: Shelf) -> Shelf:
    pair = ("freeze-app", "freeze-web")
    shelf.kin = dict.fromkeys(pair, pair)
    return shelf


@pytest.fixture(scope="module")
def articles() -> Shelf:
    return family(
        Shelf(
            (
                replace(CHANGE_EMAIL, updated_at=date(2026, 2, 9)),
                replace(FEES, section="product-documents"),
                FREEZE_WEB,
                FREEZE_APP,
                OLD_FEES,
                NEW_FEES,
                PLAYBOOK,
            )
        )
    )


@pytest.fixture
def client(footnote: Footnote, articles: Shelf) -> Iterator[TestClient]:
    with TestClient(create_app(footnote.settings, over(footnote, articles))) as client:
        yield client


def titles(page: str) -> list[str]:
    return [html.unescape(title) for title in re.findall(r"<h3><a [^>]*>(.*?)</a></h3>", page)]


def test_a_result_has_its_title_passage_section_and_date(client: TestClient) -> None:
    response = client.get("/help/", params={"q": "codes are valid for 10 minutes"})
    page = response.text
    assert response.status_code == 200
    assert titles(page)[0] == "How do I change my email?"
    assert "<mark>Note: Codes are valid for 10 minutes.</mark>" in page
    assert re.search(r'<h3><a href="/help/change-email#:~:text=[^"]+">How do I', page)
    assert "<span>Questions and answers</span>" in page
    assert 'Updated <time datetime="2026-02-09">9 February 2026</time>' in page
    assert 'value="codes are valid for 10 minutes"' in page
    assert '<meta name="robots" content="noindex">' in page


def test_versions_of_one_article_are_one_result_with_a_link_to_the_other(client: TestClient) -> None:
    page = client.get("/help/?q=freeze+my+account").text
    assert titles(page).count("How do I freeze my account?") == 1
    app = client.get("/help/?q=freeze+my+account&platform=app").text
    assert '<span class="tag">In the app</span>' in app
    assert '<a class="version" href="/help/freeze-web" aria-label="On the web: How do I' in app


def test_an_article_links_to_its_other_version_and_to_related_ones(client: TestClient) -> None:
    page = client.get("/help/freeze-app").text
    assert '<a class="version" href="/help/freeze-web"' in page
    related = page[page.index('id="related"') :]
    assert "freeze-web" not in related and "playbook" not in related and "/help/change-email" in related


def test_an_internal_article_is_never_found(client: TestClient) -> None:
    for query in ("freeze withdrawals first", "internal playbook", "playbook"):
        page = client.get("/help/", params={"q": query}).text
        assert "Internal playbook" not in page and "Freeze withdrawals first" not in page


def test_a_section_narrows_the_results(client: TestClient) -> None:
    everything = client.get("/help/?q=fee").text
    assert {"What does a withdrawal cost?", "Trading fees"} <= set(titles(everything))
    assert titles(client.get("/help/?q=fee&section=product-documents").text) == ["What does a withdrawal cost?"]
    assert "/help/?q=fee&amp;section=product-documents" in everything
    nowhere = client.get("/help/?q=zzzz&section=faq").text
    assert titles(nowhere) == [] and '<a href="/help/?q=zzzz">Search all sections' in nowhere


def test_a_section_that_is_none_is_not_searched(client: TestClient) -> None:
    response = client.get("/help/", params={"q": "fee", "section": EVIL})
    assert response.status_code == 404
    assert "alert" not in response.text and 'value="fee"' in response.text


def test_nothing_found_says_what_to_try(client: TestClient) -> None:
    page = client.get("/help/?q=zzzz").text
    assert "Nothing found for “<bdi>zzzz</bdi>”" in page
    assert "Check the spelling" in page
    assert '<a class="button" href="/">Ask the assistant</a>' in page
    assert "Read most" in page


@pytest.mark.parametrize("query", ["", "   ", "\n\t"])
def test_an_empty_search_is_the_front_page(client: TestClient, query: str) -> None:
    page = client.get("/help/", params={"q": query}).text
    assert '<h2 id="section-1">' in page and "noindex" not in page


def test_a_completed_word_is_told(client: TestClient) -> None:
    assert "Searched for “<bdi>withdrawal</bdi>”." in client.get("/help/?q=withd").text
    assert "Searched for" not in client.get("/help/?q=fee").text


@pytest.mark.parametrize("secret", [SEED, "4111 1111 1111 1111", SEED.upper().replace(" ", "\n")])
def test_a_secret_stands_neither_in_the_page_nor_in_the_log_nor_in_the_address(
    client: TestClient, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, secret: str
) -> None:
    words = {"abandon", "ABANDON", "4111"}
    first = client.get("/help/", params={"q": f"help {secret}"}, follow_redirects=False)
    assert first.status_code == 303
    assert first.headers["cache-control"] == "no-store"
    assert not any(word in first.headers["location"] + first.text for word in words)
    page = client.get(first.headers["location"]).text
    assert "removed]" in page and "We removed a" in page and "data-masked" in page
    said = page + caplog.text + "".join(capsys.readouterr())
    assert not any(word in said for word in words)


def test_a_query_of_ten_thousand_characters_is_shortened(client: TestClient) -> None:
    response = client.get("/help/", params={"q": "why is my email " * 625}, follow_redirects=False)
    assert response.status_code == 303 and len(response.headers["location"]) < 500
    assert client.get(response.headers["location"]).status_code == 200
    assert client.get("/help/", params={"q": "x" * 10_000}).status_code == 200


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_query_is_text_wherever_it_stands(client: TestClient, attack: str) -> None:
    response = client.get(
        "/help/?" + "&".join(f"{name}={quote(attack, errors='surrogatepass')}" for name in ("q", "platform", "page"))
    )
    assert response.status_code == 200
    require_harmless(response.text)


class Tags(HTMLParser):
    """Every element of a page with its attributes, as a browser reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def require_harmless(page: str) -> None:
    found = Tags(page).found
    tags = [tag for tag, _ in found]
    assert not {"svg", "iframe", "style", "object", "embed", "b", "math", "base"} & set(tags)
    assert tags.count("img") == 1
    assert [attributes["src"] for tag, attributes in found if tag == "script"] == ["/static/help.js"]
    assert not [name for _, attributes in found for name in attributes if name.startswith("on") or name == "autofocus"]
    links = [attributes["href"] or "" for tag, attributes in found if tag == "a"]
    assert links and all(link.startswith(("/", "#main")) and not link.startswith("//") for link in links)


def test_an_article_cannot_bring_its_own_markup_into_the_results(footnote: Footnote) -> None:
    shelf = Shelf(
        Article(
            id=f"evil-{n}",
            title=f"withdraw {attack}".encode("utf-8", "replace").decode(),
            section=f"s{n}<b>",
            locale=EVIL,
            body=f"A withdraw {attack} now.".encode("utf-8", "replace").decode().replace("\0", ""),
        )
        for n, attack in enumerate(ATTACKS)
    )
    with TestClient(create_app(footnote.settings, over(footnote, shelf))) as client:
        page = client.get("/help/?q=withdraw").text
        assert len(titles(page)) > 5
        require_harmless(page)
        require_harmless(client.get("/help/?q=withdraw&page=2").text)


def test_results_come_in_pages(footnote: Footnote) -> None:
    shelf = Shelf(Article(id=f"a{n}", title=f"Withdrawal {n}", body=f"About withdrawal number {n}.") for n in range(14))
    shelf.kin = {}
    with TestClient(create_app(footnote.settings, over(footnote, shelf))) as client:
        first, second = (client.get(f"/help/?q=withdrawal&page={n}").text for n in (1, 2))
        assert len(titles(first)) == 10 and len(titles(second)) == 4
        assert len({*titles(first), *titles(second)}) == 14
        assert '<ol class="results" start="11">' in second
        assert 'rel="next" href="/help/?q=withdrawal&amp;page=2"' in first
        assert titles(client.get("/help/?q=withdrawal&page=9999").text) == titles(second)


def test_results_are_kept_by_the_browser_alone_until_the_index_changes(client: TestClient, articles: Shelf) -> None:
    first = client.get("/help/?q=email")
    assert first.headers["cache-control"] == "private, no-cache"
    tag = {"if-none-match": first.headers["etag"]}
    assert client.get("/help/?q=email", headers=tag).status_code == 304
    assert client.get("/help/?q=email&platform=app", headers=tag).status_code == 200
    assert client.get("/help/?q=emails", headers=tag).status_code == 200


def test_who_searches_too_fast_is_asked_to_wait(client: TestClient) -> None:
    client.app.state.search_desk = SearchDesk(TokenBuckets(lambda: 0.0))  # type: ignore[attr-defined]
    house = [TestClient(client.app, client=(f"2001:db8::{n:x}", 50_000)) for n in range(PACE.tokens + 1)]
    answers = [one.get(f"/help/?q=email{n}") for n, one in enumerate(house)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    refused = answers[-1]
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert "<h1>Too many searches</h1>" in refused.text and "etag" not in refused.headers
    late = house[0]
    assert late.get("/help/").status_code == late.get("/help/change-email").status_code == 200
    assert late.get("/help/?q=password+hunter2").status_code == 429
    other = TestClient(client.app, client=("2001:db8:0:1::1", 50_000))
    assert other.get("/help/?q=email").status_code == 200


def test_a_proxy_that_does_not_say_for_whom_it_asks_is_not_one_visitor(client: TestClient) -> None:
    client.app.state.search_desk = SearchDesk(TokenBuckets(lambda: 0.0))  # type: ignore[attr-defined]
    proxy = TestClient(client.app, client=("127.0.0.1", 50_000))
    assert {proxy.get(f"/help/?q=email{n}").status_code for n in range(PACE.tokens + 1)} == {200}


def test_what_was_typed_is_looked_through_off_the_event_loop(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That takes a hundred milliseconds where somebody takes pains over it."""
    seen = []

    def read(fields: Mapping[str, str]) -> HelpQuery:
        seen.append(threading.current_thread())
        return read_query(fields)

    monkeypatch.setattr("bot.web.help.read_query", read)
    loop = client.portal.call(threading.current_thread)  # type: ignore[union-attr]
    client.get("/help/?q=email")
    assert seen and loop not in seen


def test_a_search_that_fails_says_so_on_a_page(
    footnote: Footnote, articles: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise FootnoteError("/secret/path is gone")

    monkeypatch.setattr("bot.web.help.search_of", fail)
    with TestClient(create_app(footnote.settings, over(footnote, articles))) as client:
        with capture_logs() as logs:
            response = client.get("/help/?q=email")
        assert response.status_code == 503
        assert "The search cannot answer at the moment" in response.text and "/secret" not in response.text
        assert 'value="email"' in response.text
    assert [line["sentence"] for line in logs if line["event"] == "search_failed"] == ["/secret/path is gone"]
