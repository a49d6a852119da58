import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import IdentityExpired, IdentityRefused
from bot.models import Identity
from bot.safety.identity_keys import NO_KEYS, IdentityKeys, identity_keys
from bot.safety.identity_tokens import verified_identity
from tests.identity import OTHER_SECRET, SECRET, claims, public_pem, rsa_key, signed

SITE = "site_shop"
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
AT = int(NOW.timestamp())
RSA = rsa_key()
ED25519 = Ed25519PrivateKey.generate()
SHARED = identity_keys([SECRET], [])
PUBLIC = identity_keys([], [public_pem(RSA), public_pem(ED25519)])


def read(token: str, keys: IdentityKeys = SHARED, now: datetime = NOW) -> Identity:
    return verified_identity(token, keys, SITE, now)


def refusal(token: str, keys: IdentityKeys = SHARED) -> str:
    with pytest.raises(IdentityRefused) as refused:
        read(token, keys)
    return str(refused.value)


def encoded(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def handmade(header: Any, payload: Any, secret: bytes = SECRET.encode()) -> str:
    """A token put together by hand and signed with HMAC-SHA-256, whatever its header says."""
    body = f"{encoded(header)}.{encoded(payload)}"
    signature = hmac.new(secret, body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


HS256 = {"alg": "HS256", "typ": "JWT"}


def test_a_signed_customer_is_known() -> None:
    token = signed(SITE, NOW, name="Ada Lovelace", email="ada@example.com")
    assert read(token) == Identity(subject="customer-7", name="Ada Lovelace", email="ada@example.com")
    assert read(signed(SITE, NOW)) == Identity(subject="customer-7")
    assert read(handmade(HS256, claims(SITE, NOW))) == Identity(subject="customer-7")


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS256"), (ED25519, "EdDSA")])
def test_a_public_key_does_as_well(key: Any, algorithm: str) -> None:
    assert read(jwt.encode(claims(SITE, NOW), key, algorithm=algorithm), PUBLIC).subject == "customer-7"


def test_either_secret_does_while_one_is_replaced() -> None:
    both = identity_keys([SECRET, OTHER_SECRET], [public_pem(RSA)])
    for secret in (SECRET, OTHER_SECRET):
        assert read(signed(SITE, NOW, secret), both).subject == "customer-7"


def test_a_token_for_several_is_for_us_too() -> None:
    assert read(signed(SITE, NOW, aud=["elsewhere", SITE])).subject == "customer-7"


def test_another_s_signature_is_refused() -> None:
    assert "not signed with a key of this site" in refusal(signed(SITE, NOW, OTHER_SECRET))
    header, payload, signature = signed(SITE, NOW).split(".")
    forged = encoded(claims(SITE, NOW, sub="somebody-else"))
    assert "not signed" in refusal(f"{header}.{forged}.{signature}")
    assert "not signed" in refusal(
        f"{header}.{payload}.{'A' + signature[1:] if signature[0] != 'A' else 'B' + signature[1:]}"
    )
    assert "not signed" in refusal(jwt.encode(claims(SITE, NOW), rsa_key(), algorithm="RS256"), PUBLIC)
    assert "not signed" in refusal(
        jwt.encode(claims(SITE, NOW), Ed25519PrivateKey.generate(), algorithm="EdDSA"), PUBLIC
    )


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS256", "hs256"])
@pytest.mark.parametrize("keys", [SHARED, PUBLIC], ids=["shared", "public"])
def test_a_token_without_a_signature_is_refused(algorithm: str, keys: IdentityKeys) -> None:
    body = f"{encoded({'alg': algorithm, 'typ': 'JWT'})}.{encoded(claims(SITE, NOW))}"
    for token in (f"{body}.", body, f"{body}.."):
        refusal(token, keys)


@pytest.mark.parametrize("algorithm", ["HS256", "RS256", "EdDSA"])
@pytest.mark.parametrize("key", [RSA, ED25519], ids=["rsa", "ed25519"])
def test_a_public_key_is_never_a_secret(algorithm: str, key: Any) -> None:
    pem = public_pem(key)
    forms = (pem, pem.strip(), "".join(pem.splitlines()[1:-1]))
    for secret in forms:
        token = handmade({"alg": algorithm, "typ": "JWT"}, claims(SITE, NOW), secret.encode())
        refusal(token, PUBLIC)
        refusal(token, identity_keys([SECRET], [public_pem(RSA), public_pem(ED25519)]))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_an_algorithm_that_is_not_offered_is_refused(algorithm: str) -> None:
    long = SECRET * 2
    assert "HS256 is expected" in refusal(
        jwt.encode(claims(SITE, NOW), long, algorithm=algorithm), identity_keys([long], [])
    )


def test_a_key_that_the_token_brings_along_is_not_used() -> None:
    own = Ed25519PrivateKey.generate()
    jwk = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(own.public_key()))
    for header in ({"jwk": jwk}, {"jku": "http://127.0.0.1:9/keys"}, {"x5u": "http://127.0.0.1:9"}, {"kid": "../../x"}):
        refusal(jwt.encode(claims(SITE, NOW), own, algorithm="EdDSA", headers=header), PUBLIC)


@pytest.mark.parametrize("header", [{"crit": ["x"], "x": 1}, {"b64": False, "crit": ["b64"]}, {"crit": 1}, {"kid": 5}])
def test_a_header_that_asks_for_more_is_refused(header: dict[str, Any]) -> None:
    assert "cannot be read" in refusal(handmade({**HS256, **header}, claims(SITE, NOW)))


@pytest.mark.parametrize("aud", ["site_other", None, "", [], [["site_shop"]], {"site_shop": 1}, 5, True, "SITE_SHOP"])
def test_a_token_for_another_site_is_refused(aud: Any) -> None:
    assert "aud is not this site's key" in refusal(handmade(HS256, claims(SITE, NOW, aud=aud)))


@pytest.mark.parametrize(
    "sub", [None, "", " ", 7, True, ["a"], {"a": 1}, "x" * 256, "a\nb", "a\0b", "\ud800", " a", "\u202e"]
)
def test_a_customer_without_a_proper_id_is_refused(sub: Any) -> None:
    assert "sub must be text" in refusal(handmade(HS256, claims(SITE, NOW, sub=sub)))


@pytest.mark.parametrize("name", ["علی\u200cرضا", "ක්\u200dෂ", "Jean\u00a0Paul", "名前", "José 🎉"])
def test_a_name_is_written_as_its_language_writes_it(name: str) -> None:
    """With what joins and parts letters, and a blank that does not break."""
    assert read(signed(SITE, NOW, name=name)).name == name


@pytest.mark.parametrize(
    "name", ["", 5, "a\nb", "a\u2028b", "a\u202eb", "\u2066a", "\u200c", "\u00a0", "\ud800", "x" * 201, ["Ada"]]
)
def test_a_name_that_is_none_is_refused(name: Any) -> None:
    assert "name must be text" in refusal(handmade(HS256, claims(SITE, NOW, name=name)))


@pytest.mark.parametrize(
    "email",
    ["", "ada", "@", "a@b@c", "a b@c.d", "a@b.c\nBcc: e@f.g", "a@b.c,e@f.g", "Ada <a@b.c>", 5, "x" * 251 + "@b.c"],
)
def test_an_address_that_is_none_is_refused(email: Any) -> None:
    assert "email is no e-mail address" in refusal(handmade(HS256, claims(SITE, NOW, email=email)))


@pytest.mark.parametrize("exp", ["soon", True, False, [], {}, str(AT + 60)])
@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
def test_a_moment_that_is_no_number_is_refused(claim: str, exp: Any) -> None:
    assert f"{claim} is no number of seconds" in refusal(handmade(HS256, claims(SITE, NOW, **{claim: exp})))


@pytest.mark.parametrize("exp", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" + "0" * 400])
@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
def test_a_number_that_compares_with_nothing_is_refused(claim: str, exp: str) -> None:
    payload = json.dumps(claims(SITE, NOW, **{claim: "@"})).replace('"@"', exp)
    assert f"{claim} is no number of seconds" in refusal(handmade(HS256, payload))


def test_a_token_without_an_end_is_refused() -> None:
    assert "has no exp" in refusal(signed(SITE, NOW, exp=None))


@pytest.mark.parametrize("ahead", [3661, 7200, 10**9, 10**30])
def test_a_token_that_lasts_too_long_is_refused(ahead: int) -> None:
    assert "more than an hour ahead" in refusal(signed(SITE, NOW, exp=AT + ahead))


@pytest.mark.parametrize("ahead", [3660, 3600, 1, 0, -59, 0.5])
def test_an_hour_and_a_clock_that_is_a_minute_off_are_fine(ahead: float) -> None:
    assert read(signed(SITE, NOW, exp=AT + ahead)).subject == "customer-7"


@pytest.mark.parametrize("ago", [60, 61, 3600, AT, AT + 10**9])
def test_an_expired_token_is_told_from_a_bad_one(ago: int) -> None:
    with pytest.raises(IdentityExpired, match="has expired"):
        read(signed(SITE, NOW, exp=AT - ago))
    token = signed(SITE, NOW)
    with pytest.raises(IdentityExpired):
        read(token, now=NOW + timedelta(minutes=11))


def test_whether_a_forged_token_has_expired_is_not_told() -> None:
    assert "not signed" in refusal(signed(SITE, NOW, OTHER_SECRET, exp=AT - 600))
    assert "aud" in refusal(signed("site_other", NOW, exp=AT - 600))


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_a_token_of_the_future_is_refused(claim: str) -> None:
    assert f"{claim} lies ahead" in refusal(signed(SITE, NOW, **{claim: AT + 61}))
    assert read(signed(SITE, NOW, **{claim: AT + 60})).subject == "customer-7"
    assert read(signed(SITE, NOW, **{claim: AT - 10**6})).subject == "customer-7"


def test_a_site_without_keys_identifies_nobody() -> None:
    assert "no identity secret" in refusal(signed(SITE, NOW), NO_KEYS)


NOT_TOKENS = [
    "", ".", "..", "...", "eyJ", "a.b.c", "\ud800", "é.é.é", "\0", "x" * 8192, "." * 8192, "null", "{}",
    f"{encoded([])}.{encoded({})}.", f"{encoded({})}.{encoded({})}.", f"{encoded(5)}.{encoded(5)}.5",
    encoded("[" * 3000) + ".e30.AA", encoded('{"alg":' + "[" * 3000) + ".e30.AA", encoded("9" * 5000) + ".e30.AA",
]  # fmt: skip


@pytest.mark.parametrize("token", NOT_TOKENS, ids=lambda token: repr(token[:12]))
@pytest.mark.parametrize("keys", [SHARED, PUBLIC], ids=["shared", "public"])
def test_what_is_no_token_is_refused(token: str, keys: IdentityKeys) -> None:
    refusal(token, keys)


@pytest.mark.parametrize("payload", ["[]", "5", "null", '"text"', "{", "", "[" * 3000, '{"sub":' * 900, "9" * 5000])
def test_a_signed_payload_that_is_no_object_is_refused(payload: str) -> None:
    refusal(handmade(HS256, payload))


@given(st.text(max_size=300))
def test_no_text_gets_in_or_breaks_anything(token: str) -> None:
    refusal(token)


def test_a_refusal_repeats_nothing() -> None:
    for token in (signed(SITE, NOW, OTHER_SECRET, sub="hunter2"), signed(SITE, NOW, email="hunter2", name="hunter2")):
        said = refusal(token)
        assert "hunter2" not in said and SECRET not in said and token not in said
