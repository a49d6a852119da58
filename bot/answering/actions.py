"""Self-service actions: the buttons under an answer. They come from the front matter of the articles that it cites,
never from text that a model or a customer wrote, and lead to the site's own hosts only. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from knowledge.models import Action, Article, Audience

MOST_ACTIONS = 3
MOST_LABEL_CHARACTERS = 60
MOST_URL_CHARACTERS = 2000
SHARE_OF_OWN_HOST = 1 / 3
"""A host is the site's own when more than this share of the articles with actions, or of those with a URL, name it."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?"
_HOST = re.compile(rf"(?:\*\.)?{_NAME}")
_URL = re.compile(rf"https://(?P<host>{_NAME})(?:[/?#][!#-;=?-\[\]_a-z~]*)?", re.IGNORECASE)
"""A host name and what follows it in printable ASCII: no user information, port, address of digits, final dot,
backslash, quote, angle bracket or space."""
_SHOWN = re.compile(r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


def actions_for(
    cited: Iterable[str], articles: Mapping[str, Article], hosts: Collection[str]
) -> tuple[tuple[Action, str], ...]:
    """The actions of the cited articles, each with its article's id, in the order of the citations: at most
    MOST_ACTIONS, each URL and each label once, and only those without an `action_problem`."""
    found: list[tuple[Action, str]] = []
    seen: set[str] = set()
    for article_id in dict.fromkeys(cited):
        article = articles[article_id]
        for action in article.actions if article.audience is Audience.PUBLIC else ():
            keys = {action.url, action.label.strip().casefold()}
            if seen & keys or action_problem(action, hosts):
                continue
            seen |= keys
            found.append((action, article_id))
    return tuple(found[:MOST_ACTIONS])


def action_problem(action: Action, hosts: Collection[str]) -> str | None:
    """Why an action is not shown, in a sentence, or None. Of `hosts`, `www.example.org` stands for itself alone and
    `*.example.org` for every name below it."""
    label = action.label.strip()
    if not label or len(label) > MOST_LABEL_CHARACTERS or not _SHOWN.fullmatch(label):
        return f"The label {label[:80]!r} is empty, longer than {MOST_LABEL_CHARACTERS} characters or not plain text."
    host = action_host(action.url)
    if host is None:
        return f"The address {action.url[:80]!r} is not https:// with a plain host name in small letters and no port."
    if not is_allowed(host, hosts):
        return f"The host {host} is not one of the site's."
    return None


def action_host(url: str) -> str | None:
    """The host of a URL that a button may have; None for any other URL."""
    found = _URL.fullmatch(url) if len(url) <= MOST_URL_CHARACTERS else None
    host = found["host"] if found else None
    return host if host and host == host.lower() and url.startswith("https://") and len(host) <= 253 else None


def is_allowed(host: str, hosts: Collection[str]) -> bool:
    """Whether a host is one of `hosts`, or stands below one that begins with `*.`. A name in Punycode only when it is
    named itself."""
    if host in hosts:
        return True
    if "xn--" in host:
        return False
    return any(allowed.startswith("*.") and host.endswith(allowed[1:]) for allowed in hosts)


def is_host(text: str) -> bool:
    """Whether `text` may stand in a list of allowed hosts: a name in small letters, with or without `*.` in front."""
    return _HOST.fullmatch(text) is not None


def own_hosts(articles: Iterable[Article]) -> frozenset[str]:
    """The hosts that a help center itself names as the site's: those that more than SHARE_OF_OWN_HOST of the articles
    with actions lead to, or more than that of the articles with a URL stand on. One article cannot add a host."""
    readable = [article for article in articles if article.audience is Audience.PUBLIC]
    by_actions = [{action_host(action.url) for action in article.actions} for article in readable if article.actions]
    by_url = [{action_host(article.url)} for article in readable if article.url]
    found: set[str] = set()
    for votes in (by_actions, by_url):
        counted = Counter(host for hosts in votes for host in hosts if host)
        found |= {host for host, count in counted.items() if count > len(votes) * SHARE_OF_OWN_HOST}
    return frozenset(found)
