import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnemonic import Mnemonic
from mnemonic.mnemonic import b58encode

from bot.safety.base58 import ALPHABET, is_private_key, payload


def encoded(body: bytes) -> str:
    data = body + hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4]
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + b58encode(data)


@given(st.binary(min_size=1, max_size=90))
def test_payload_of_what_was_encoded(body: bytes) -> None:
    assert payload(encoded(body)) == body


@given(st.text(alphabet=ALPHABET, max_size=120))
def test_any_base58_text_is_read(text: str) -> None:
    body = payload(text)
    assert body is None or encoded(body) == text


@given(st.binary(min_size=32, max_size=32), st.sampled_from([0x80, 0xEF, 0xB0, 0x9E]))
def test_wallet_import_format(key: bytes, version: int) -> None:
    assert is_private_key(encoded(bytes([version]) + key))
    assert is_private_key(encoded(bytes([version]) + key + b"\x01"))


def test_extended_keys() -> None:
    private = Mnemonic.to_hd_master_key(bytes(64))
    assert is_private_key(private)
    body = payload(private)
    assert body is not None
    assert not is_private_key(encoded(bytes.fromhex("0488b21e") + body[4:45] + b"\x02" + body[46:]))


@pytest.mark.parametrize("body", [b"\x00" + bytes(20), b"\x05" + bytes(20), bytes(10)])
def test_addresses_are_no_keys(body: bytes) -> None:
    assert not is_private_key(encoded(body))
