import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.signatures import SignatureRefused, key_of, signed_headers, verify

KEY, OTHER = b"k" * 24, b"o" * 32
NOW = 1_793_000_000


def test_the_published_example_gives_the_published_signature() -> None:
    """Of the reference implementations' own tests."""
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', [key])
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.binary(max_size=200), st.integers(-300, 300))
def test_what_was_signed_is_verified(body: bytes, late: int) -> None:
    headers = signed_headers("evt_1", NOW, body, [KEY])
    assert verify(headers, body, [KEY], NOW + late) == "evt_1"


@given(st.binary(min_size=1, max_size=50), st.integers(0, 10**6))
def test_one_changed_bit_is_noticed(body: bytes, which: int) -> None:
    headers = signed_headers("evt_1", NOW, body, [KEY])
    changed = bytearray(body)
    changed[which % len(body)] ^= 1 << which % 8
    with pytest.raises(SignatureRefused, match="No signature"):
        verify(headers, bytes(changed), [KEY], NOW)


def test_while_a_secret_is_replaced_either_side_may_still_have_the_old_one() -> None:
    both = signed_headers("evt_1", NOW, b"{}", [OTHER, KEY])
    assert verify(both, b"{}", [KEY], NOW) == verify(both, b"{}", [OTHER], NOW) == "evt_1"
    old = signed_headers("evt_1", NOW, b"{}", [KEY])
    assert verify(old, b"{}", [OTHER, KEY], NOW) == "evt_1"
    with pytest.raises(SignatureRefused):
        verify(old, b"{}", [OTHER], NOW)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"webhook-timestamp": str(NOW - 301)}, "too old"),
        ({"webhook-timestamp": str(NOW + 301)}, "too new"),
        ({"webhook-timestamp": str(NOW - 1)}, "No signature"),
        ({"webhook-timestamp": "yesterday"}, "no number"),
        ({"webhook-timestamp": "1" * 400}, "no number"),
        ({"webhook-id": "evt_2"}, "No signature"),
        ({"webhook-id": ""}, "lacks"),
        ({"webhook-signature": ""}, "lacks"),
        ({"webhook-signature": "v1,"}, "No signature"),
        ({"webhook-signature": "v1a,ü☃ v2,x"}, "No signature"),
    ],
)
def test_what_is_forged_or_stale_is_refused(change: dict[str, str], why: str) -> None:
    headers = {**signed_headers("evt_1", NOW, b"{}", [KEY]), **change}
    with pytest.raises(SignatureRefused, match=why):
        verify(headers, b"{}", [KEY], NOW)


def test_header_names_may_be_written_in_any_case_and_no_key_fits_nothing() -> None:
    headers = {name.title(): value for name, value in signed_headers("evt_1", NOW, b"{}", [KEY]).items()}
    assert verify(headers, b"{}", [KEY], NOW) == "evt_1"
    with pytest.raises(SignatureRefused):
        verify(headers, b"{}", [], NOW)


@pytest.mark.parametrize("secret", ["whsec_", "whsec_not base64!", base64.b64encode(b"short").decode(), "é"])
def test_a_secret_that_is_none_is_refused_without_being_repeated(secret: str) -> None:
    with pytest.raises(ValueError, match="webhook secret") as refused:
        key_of(secret)
    assert secret == "whsec_" or secret not in str(refused.value)


@pytest.mark.parametrize(("id_", "keys"), [("a.b", [KEY]), ("ü", [KEY]), ("a", [])])
def test_what_cannot_be_signed_is_refused(id_: str, keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="webhook"):
        signed_headers(id_, NOW, b"", keys)
