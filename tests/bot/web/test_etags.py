import pytest
from starlette.requests import Request

from bot.web.etags import etag_of, is_fresh, not_modified


def request(*tags: str) -> Request:
    headers = [(b"if-none-match", tag.encode()) for tag in tags]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers})


def test_a_tag_is_decided_by_every_part() -> None:
    assert etag_of("a", 1) == etag_of("a", 1)
    assert len({etag_of("a", 1), etag_of("a", 2), etag_of("b", 1), etag_of("a1"), etag_of("a", 1, "")}) == 5
    assert etag_of("\ud800").startswith('W/"')


@pytest.mark.parametrize(
    ("sent", "fresh"),
    [
        ('W/"x"', True),
        ('"x"', True),
        ('"y", W/"x"', True),
        ('"y","x"', True),
        ('"y"', False),
        ("x", False),
        ("", False),
        ("*", False),
    ],
)
def test_a_page_that_the_browser_has_is_fresh(sent: str, fresh: bool) -> None:
    assert is_fresh(request(sent), 'W/"x"') is fresh
    assert not is_fresh(request(), 'W/"x"')


def test_not_modified_repeats_the_rule() -> None:
    answer = not_modified('W/"x"', "no-cache")
    assert (answer.status_code, answer.body) == (304, b"")
    assert answer.headers["etag"] == 'W/"x"' and answer.headers["cache-control"] == "no-cache"
