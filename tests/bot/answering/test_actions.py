from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.actions import (
    MOST_ACTIONS,
    action_host,
    action_problem,
    actions_for,
    is_allowed,
    is_host,
    own_hosts,
)
from knowledge.models import Action, Article, Audience

HOSTS = frozenset({"www.corvane.example"})
SITE = "https://www.corvane.example"


def article(id_: str, *actions: Action, audience: Audience = Audience.PUBLIC, url: str | None = None) -> Article:
    return Article(id=id_, title=id_, body="Text.", actions=actions, audience=audience, url=url)


def shelf(*articles: Article) -> dict[str, Article]:
    return {each.id: each for each in articles}


EMAIL = article("email", Action("Change email", f"{SITE}/account/email"))
FREEZE = article("freeze", Action("Freeze account", f"{SITE}/account/freeze"), Action("Log out", f"{SITE}/log-out"))


def test_actions_come_with_the_articles_that_are_cited_in_the_order_of_citations() -> None:
    articles = shelf(EMAIL, FREEZE, article("fees", Action("See fees", f"{SITE}/fees")))
    assert actions_for(["freeze", "email", "freeze"], articles, HOSTS) == (
        (FREEZE.actions[0], "freeze"),
        (FREEZE.actions[1], "freeze"),
        (EMAIL.actions[0], "email"),
    )
    assert actions_for([], articles, HOSTS) == ()


def test_no_button_comes_twice_and_there_are_few() -> None:
    again = article("again", Action("Other words", EMAIL.actions[0].url), Action("CHANGE EMAIL ", f"{SITE}/other"))
    assert actions_for(["email", "again"], shelf(EMAIL, again), HOSTS) == ((EMAIL.actions[0], "email"),)
    many = article("many", *(Action(f"Button {number}", f"{SITE}/{number}") for number in range(9)))
    assert len(actions_for(["many"], shelf(many), HOSTS)) == MOST_ACTIONS


def test_without_allowed_hosts_there_is_no_button() -> None:
    assert actions_for(["email"], shelf(EMAIL), frozenset()) == ()


def test_an_internal_article_has_no_buttons() -> None:
    secret = article("playbook", Action("Open case", f"{SITE}/case"), audience=Audience.INTERNAL)
    assert actions_for(["playbook"], shelf(secret), HOSTS) == ()


@pytest.mark.parametrize(
    "url",
    [
        "http://www.corvane.example/",
        "HTTPS://www.corvane.example/",
        "https://WWW.corvane.example/",
        "https://www.corvane.example@evil.example/",
        "https://www.corvane.example:443@evil.example/",
        "https://user:pass@www.corvane.example/",
        "https://www.corvane.example:443/",
        "https://www.corvane.example:/",
        "https://www.corvane.example./",
        "https://www.corvane.example.evil.example/",
        "https://evil.example/www.corvane.example",
        "https://evil.example\\@www.corvane.example/",
        "https://www.corvane.example\\@evil.example/",
        "https:\\\\www.corvane.example/",
        "https:/www.corvane.example/",
        "https:///www.corvane.example/",
        "https://www.corvane.example\n.evil.example/",
        "https://www.corvane.example/\n",
        "https://www.corvane.example/ x",
        "https://www.corvane.example/\"onclick='x'",
        "https://www.corvane.example/<script>",
        "https://www.corvane。example/",
        "https://www.corvane.example%2eevil.example/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://evil.0x7f/",
        "https://[::1]/",
        "https://localhost/",
        "https://-www.corvane.example/",
        "https://www..corvane.example/",
        "https://аpp.corvane.example/",
        "//www.corvane.example/",
        "javascript:alert(1)//https://www.corvane.example/",
        "",
        "https://",
        "https://www.corvane.example/" + "a" * 3000,
    ],
)
def test_tricks_with_addresses_are_refused(url: str) -> None:
    hosts = HOSTS | {"127.0.0.1", "localhost", "[::1]", "www.corvane.example.", "*.corvane.example"}
    assert action_host(url) is None or not is_allowed(str(action_host(url)), hosts)
    assert action_problem(Action("Go", url), hosts)


@given(
    st.sampled_from(["https://", "https:", "//", "https://a@", "HTTPS://", "https://\t"]),
    st.text(max_size=12),
    st.sampled_from(["www.corvane.example", "evil.example", "www.corvane.example.evil.example"]),
    st.text(max_size=12),
)
def test_what_passes_leads_to_an_allowed_host_by_another_parser_too(
    scheme: str, before: str, host: str, after: str
) -> None:
    url = scheme + before + host + after
    if action_problem(Action("Go", url), HOSTS) is None:
        parts = urlsplit(url)
        assert (parts.scheme, parts.netloc) == ("https", "www.corvane.example")


@pytest.mark.parametrize(
    ("host", "hosts", "allowed"),
    [
        ("www.corvane.example", {"www.corvane.example"}, True),
        ("corvane.example", {"www.corvane.example"}, False),
        ("a.www.corvane.example", {"www.corvane.example"}, False),
        ("app.corvane.example", {"*.corvane.example"}, True),
        ("a.b.corvane.example", {"*.corvane.example"}, True),
        ("corvane.example", {"*.corvane.example"}, False),
        ("evilcorvane.example", {"*.corvane.example"}, False),
        ("xn--pp-xmc.corvane.example", {"*.corvane.example"}, False),
        ("xn--bcher-kva.example", {"xn--bcher-kva.example"}, True),
    ],
)
def test_which_hosts_are_allowed(host: str, hosts: set[str], allowed: bool) -> None:
    assert is_allowed(host, hosts) is allowed


@pytest.mark.parametrize("label", ["", "  ", "x" * 61, "Freeze\u202enow", "A\nB", "\u200b"])
def test_a_label_that_cannot_be_read_makes_no_button(label: str) -> None:
    assert action_problem(Action(label, f"{SITE}/"), HOSTS)


def test_a_problem_is_a_sentence() -> None:
    assert action_problem(EMAIL.actions[0], HOSTS) is None
    assert action_problem(EMAIL.actions[0], ()) == "The host www.corvane.example is not one of the site's."


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("www.corvane.example", True),
        ("*.corvane.example", True),
        ("https://www.corvane.example", False),
        ("Corvane.example", False),
        ("*", False),
        ("*.example", False),
        ("a.*.example", False),
        ("127.0.0.1", False),
        ("", False),
    ],
)
def test_what_may_stand_in_a_list_of_hosts(text: str, good: bool) -> None:
    assert is_host(text) is good


def test_a_help_center_names_its_own_hosts_and_one_article_adds_none() -> None:
    poisoned = article("poisoned", Action("Claim", "https://evil.example/"), url="https://evil.example/p")
    plain = [article(f"a{number}", Action(f"Go {number}", f"{SITE}/{number}")) for number in range(4)]
    hosted = [article(f"u{number}", url=f"https://help.corvane.example/{number}") for number in range(4)]
    assert own_hosts([*plain, *hosted, poisoned]) == {"www.corvane.example", "help.corvane.example"}
    assert own_hosts([EMAIL]) == {"www.corvane.example"}
    assert own_hosts([article("x", Action("Go", f"{SITE}/"), audience=Audience.INTERNAL)]) == frozenset()
    assert own_hosts([]) == frozenset()
