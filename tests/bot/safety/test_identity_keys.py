import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.safety.identity_keys import NO_KEYS, identity_keys
from tests.identity import OTHER_SECRET, SECRET, private_pem, public_pem, rsa_key


def test_each_key_is_for_one_algorithm() -> None:
    keys = identity_keys([SECRET, OTHER_SECRET], [public_pem(rsa_key()), public_pem(Ed25519PrivateKey.generate())])
    assert {name: len(each) for name, each in keys.by_algorithm.items()} == {"HS256": 2, "RS256": 1, "EdDSA": 1}
    assert keys


def test_no_keys_are_none() -> None:
    assert identity_keys([], []) is NO_KEYS
    assert not NO_KEYS


def test_keys_hide_themselves() -> None:
    keys = identity_keys([SECRET], [])
    assert SECRET not in f"{keys!r} {keys}"


@pytest.mark.parametrize("secret", ["", "sh0rt", "x" * 31, "-----BEGIN PUBLIC KEY-----" + "x" * 40])
def test_a_secret_that_is_none_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(ValueError, match="identity secret 2") as refused:
        identity_keys([SECRET, secret], [])
    assert not secret or secret not in str(refused.value)


def test_a_secret_is_measured_in_bytes() -> None:
    assert identity_keys(["ü" * 16], [])


def test_a_private_key_is_refused_and_not_repeated() -> None:
    pem = private_pem(Ed25519PrivateKey.generate())
    with pytest.raises(ValueError, match="private key, which nobody but the site") as refused:
        identity_keys([], [pem])
    assert pem.splitlines()[1] not in str(refused.value)


def test_a_weak_key_is_refused() -> None:
    with pytest.raises(ValueError, match="RSA key of 1024 bits"):
        identity_keys([], [public_pem(rsa_key(1024))])


def test_a_key_of_another_kind_is_refused() -> None:
    curve = generate_private_key(SECP256R1()).public_key()
    with pytest.raises(ValueError, match="neither an RSA nor an Ed25519 key"):
        identity_keys([], [curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()])


@pytest.mark.parametrize("pem", ["", "hello", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "\0", "é"])
def test_what_is_no_key_is_refused(pem: str) -> None:
    with pytest.raises(ValueError, match="identity public key 1 is no public key in PEM"):
        identity_keys([], [pem])
