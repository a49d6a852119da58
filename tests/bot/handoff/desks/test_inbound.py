from datetime import UTC, datetime

import pytest

from bot.handoff.desks.inbound import (
    MOST_BYTES,
    WebhookForged,
    WebhookUnreadable,
    id_in,
    moment_in,
    proven,
    text_in,
)
from bot.handoff.signatures import SignatureRefused


def test_nothing_is_read_before_it_is_proven() -> None:
    def refuse(_: object) -> None:
        raise SignatureRefused("No.")

    with pytest.raises(WebhookForged, match="No"):
        proven({}, b"not json", refuse)
    with pytest.raises(WebhookUnreadable, match="bytes"):
        proven({}, b" " * (MOST_BYTES + 1), refuse)


@pytest.mark.parametrize("body", [b"", b"x", b"[]", b"\xff", b"[" * 90_000, b"3"])
def test_what_is_no_object_is_unreadable(body: bytes) -> None:
    with pytest.raises(WebhookUnreadable):
        proven({}, body, lambda given: None)


def test_headers_are_given_in_small_letters() -> None:
    seen: dict[str, str] = {}
    assert proven({"X-Any": "1"}, b'{"a": 1}', seen.update) == {"a": 1}
    assert seen == {"x-any": "1"}


def test_ids() -> None:
    assert (id_in(5, "x"), id_in("5", "x")) == ("5", "5")
    for value in (None, True, "", "x" * 201, [], 1.5):
        with pytest.raises(WebhookUnreadable, match="does not say what"):
            id_in(value, "what")


def test_moments() -> None:
    at = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    for value in ("2026-03-04T05:06:07Z", "2026-03-04 05:06:07 UTC", at.timestamp(), int(at.timestamp())):
        assert moment_in(value) == at
    assert moment_in("2025-01-08T10:12:07.672717030Z").microsecond == 672717
    for wrong in (None, "", "soon", "2026-03-04 05:06:07", True, 1e300, float("nan"), float("inf"), [], {}):
        with pytest.raises(WebhookUnreadable, match="when it happened"):
            moment_in(wrong)


def test_text_can_be_stored() -> None:
    assert text_in("a\0b\ud800") == "ab?"
    assert text_in(None) == text_in(3) == ""
