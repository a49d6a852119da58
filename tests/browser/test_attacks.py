"""Strings that attack pages, wherever text comes from: nothing runs, nothing is asked of another origin, and the pages
hold nothing that would, whether or not their policy stands behind them. `make soak` tries all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.attack_center import Center, center_for_attacks
from tests.browser.attack_observer import observed, require_harmless
from tests.browser.attack_places import FRAME, Staged, staged_for_attacks
from tests.browser.attack_strings import HOST, generated, given, some
from tests.browser.attack_texts import together
from tests.browser.hosting import Host

pytestmark = pytest.mark.browser

STRINGS = some(300)
AT_ONCE = 150
SEEN = {
    "<script>alert(1)</script>": "script: alert",
    "<img src=x onerror=confirm(1)>": "script: confirm",
    "<svg><animate onbegin=prompt(1) attributeName=x dur=1s></svg>": "script: prompt",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>": "script: alert",
    "<script>document.write('a')</script>": "script: write",
    "<script>open('//attacker.example/')</script>": "script: open",
    "<script>nothing()</script>": "uncaught: nothing",
    "<details open ontoggle=1>a</details>": "attribute: ontoggle",
    f"<img src=//{HOST}/i.png>": f"request: http://{HOST}/i.png",
    f"<style>@import '//{HOST}/a.css';</style>": f"request: http://{HOST}/a.css",
    f"<script>fetch('//{HOST}/f').catch(() => 0)</script>": f"request: http://{HOST}/f",
    f"<b style='background:url(//{HOST}/b)'>a</b>": "attribute: style",
    "<a href='java\tscript:alert(1)'>a</a>": "address: href",
    "<a href='data:text/html,a'>a</a>": "address: href",
    "<form action=/x><button>a</button></form>": "element: <form",
    "<p>a<!-- b --></p>": "node: <! b",
    "<custom-one>a</custom-one>": "element: <custom-one",
    "<template><img src=x></template>": "element: <img",
    "<iframe></iframe>": "frame: about:blank",
}


@pytest.fixture(scope="module")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    with staged_for_attacks(browser, tmp_path_factory.mktemp("staged")) as stage:
        yield stage


@pytest.fixture(scope="module")
def center(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    with center_for_attacks(browser, tmp_path_factory.mktemp("center")) as center:
        yield center


def test_the_strings_are_many_and_each_time_the_same() -> None:
    assert len(set(STRINGS)) == 300 and set(STRINGS) <= set(generated())
    assert len(generated()) > 1000
    assert generated.__wrapped__() == generated()


def test_strings_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "strings.jsonl"
    file.write_text('{"text": "<a>", "kind": "x"}\n\n{"text": "<b>"}\n{"text": "<a>"}\n{"text": ""}\n')
    assert given(str(file)) == ("<a>", "<b>")
    assert given("") == ()


def test_strings_together_are_all_there() -> None:
    assert list(together(["ab", "c", "dddddddd", "e", "f"], "-", 5)) == ["ab-c", "dddddddd", "e-f"]
    assert list(together([], "-", 5)) == []


@pytest.mark.parametrize(("markup", "kind"), SEEN.items())
def test_the_observer_sees_what_an_attack_does(browser: Browser, host: Host, markup: str, kind: str) -> None:
    host.headers, host.pages = {}, {"/": f"<!doctype html><title>a</title><body>{markup}</body>"}
    with observed(browser, host.origin) as seen:
        with seen.page() as page:
            if "http-equiv" in markup:  # leaves the page
                page.goto(host.origin, wait_until="commit")
                page.wait_for_url("chrome-error://**")
            else:
                page.goto(host.origin, wait_until="commit")
                seen.look(page)
        problems = seen.drain()
    assert any(problem.startswith(kind) for problem in problems), problems
    assert seen.drain() == []


def test_the_observer_counts_what_only_the_policy_stopped(browser: Browser, host: Host) -> None:
    host.headers = {"Content-Security-Policy": "script-src 'self'"}
    host.pages = {"/": "<!doctype html><title>a</title><p>a<script>alert(1)</script>"}
    with observed(browser, host.origin, policy=True) as seen, seen.page("/") as page:
        seen.look(page)
        assert any(problem.startswith("policy: script-src") for problem in seen.problems), seen.problems
        assert not any(problem.startswith("script:") for problem in seen.problems)


def test_a_panel_that_reads_text_as_markup_is_caught_and_the_string_named(stage: Staged) -> None:
    context = stage.customer.context
    body = """
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}
export const link = (url, attributes, ...children) => element("a", attributes, ...children);
export function renderMarkdown(text, citations = [], chip) {
  const node = element("div");
  node.innerHTML = text.replace(/<([\\w ]+)>/g, "$1"); // an address that is none, not markup
  return [node, ...(chip ? citations.map((each) => chip(each, each.number)) : [])];
}"""
    context.route("**/markdown.js", lambda route: route.fulfill(content_type="text/javascript", body=body))
    try:
        strings = ("plain words", "1 and 2", "<img src=x onerror=alert(1)>", "other words")
        with pytest.raises(AssertionError, match=r"^1 string.*onerror=alert.*script: alert 1") as caught:
            require_harmless(stage.reply, strings, 4)
        assert "plain words" not in str(caught.value)
    finally:
        context.unroute("**/markdown.js")


def test_typed_by_a_customer(stage: Staged) -> None:
    require_harmless(stage.type, STRINGS, AT_ONCE)


def test_waiting_in_the_queue(stage: Staged) -> None:
    require_harmless(stage.queue, STRINGS[::6], AT_ONCE)


def test_typed_into_the_search(center: Center) -> None:
    require_harmless(center.search, STRINGS[::6], AT_ONCE)


def test_in_every_field_of_articles_that_nothing_has_checked(stage: Staged) -> None:
    require_harmless(stage.shelve, STRINGS, AT_ONCE)


def test_in_articles_that_were_imported(center: Center) -> None:
    require_harmless(center.place, STRINGS[::3], AT_ONCE)


def test_in_every_field_of_replies(stage: Staged) -> None:
    require_harmless(stage.reply, STRINGS, AT_ONCE)


def test_in_completions_of_a_language_model(center: Center) -> None:
    center.composers.clear()
    require_harmless(center.complete, STRINGS[::3], 25)
    assert set(center.composers) == {"model"}, "what the model wrote is what was shown"


@pytest.mark.parametrize(
    "path", ["/", "/help/", "/help/change-email", FRAME, "/console", "/console/sign-in", "/docs", "/none"]
)
def test_no_page_allows_scripts_of_its_text(stage: Staged, path: str) -> None:
    answer = stage.customer.context.request.get(stage.address + path)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'" and policy["base-uri"] == "'none'"
    assert policy.get("script-src", "'self'") == "'self'"
    assert policy["form-action"] in ("'none'", "'self'")
