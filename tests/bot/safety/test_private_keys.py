import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnemonic import Mnemonic
from mnemonic.mnemonic import b58encode

from bot.safety.private_keys import private_keys

HEX = hashlib.sha256(b"a key").hexdigest()


def base58check(body: bytes) -> str:
    return b58encode(body + hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4])


def wif(key: bytes, *, compressed: bool = True) -> str:
    return base58check(b"\x80" + key + (b"\x01" if compressed else b""))


def groups(size: int, separator: str) -> Callable[[str], str]:
    return lambda text: separator.join(text[at : at + size] for at in range(0, len(text), size))


def masked(text: str, secret: str) -> bool:
    start = text.index(secret)
    return any(begin <= start and start + len(secret) <= end for begin, end in private_keys(text))


GROUPED = [groups(4, " "), groups(8, " "), groups(8, "\n"), groups(16, "\n"), groups(40, "\n"), groups(13, "  ")]


@given(st.binary(min_size=32, max_size=32), st.booleans())
def test_wallet_import_format(key: bytes, compressed: bool) -> None:
    text = wif(key, compressed=compressed)
    assert masked(f"My key {text}, is it safe?", text)
    assert not private_keys(f"My key {text[:-1]}{'1' if text[-1] != '1' else '2'}, is it safe?")


@given(st.binary(min_size=64, max_size=64), st.booleans())
def test_extended_private_keys(seed: bytes, testnet: bool) -> None:
    key = Mnemonic.to_hd_master_key(seed, testnet=testnet)
    assert masked(f"xprv: {key}.", key)
    assert masked(f"xprv: {key[:-1]}.", key[:-1])


@given(st.sampled_from(GROUPED), st.integers(0, 2**256 - 1))
def test_keys_in_groups(spell: Callable[[str], str], number: int) -> None:
    key = hashlib.sha256(str(number).encode()).digest()
    for secret in (spell(wif(key)), spell(key.hex()), spell(key.hex().upper())):
        assert masked(f"It is {secret} ok?", secret)


@pytest.mark.parametrize("separator", [":", " ", "-", ", "])
def test_hexadecimal_bytes(separator: str) -> None:
    secret = groups(2, separator)(HEX)
    assert masked(f"It is {secret}.", secret)


@pytest.mark.parametrize(
    "text",
    [HEX, f"0x{HEX}", f"private key: {HEX}", f"My wallet is {HEX}", f"the key for my tx is {HEX}", f'"{HEX}"', HEX * 2],
)
def test_hexadecimal(text: str) -> None:
    assert masked(text, HEX)


@pytest.mark.parametrize("label", ["EC ", "RSA ", "", "OPENSSH ", "ENCRYPTED "])
def test_pem(label: str) -> None:
    body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQ=="
    block = f"-----BEGIN {label}PRIVATE KEY-----\n{body}\n-----END {label}PRIVATE KEY-----"
    assert masked(f"Look:\n{block}\nok?", block)
    cut = block.split("\n-----END")[0]
    assert masked(f"Look:\n{cut}\nPlease help", cut)
    assert all(end <= len(f"Look:\n{cut}\n") for _, end in private_keys(f"Look:\n{cut}\nPlease help"))


def test_a_public_pem_block_stays() -> None:
    assert not private_keys("-----BEGIN PUBLIC KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PUBLIC KEY-----")


def test_solana() -> None:
    pair = b58encode(b"\xf0" + hashlib.sha512(b"x").digest()[1:])
    assert len(pair) in (87, 88)
    assert masked(f"phantom export {pair}", pair)
    assert not private_keys(f"transaction signature {pair}")
    array = str(list(hashlib.sha512(b"x").digest()))
    assert masked(f"id.json: {array}", array)
    assert not private_keys(str(list(range(250, 314))))
    assert not private_keys(str(list(range(40))))


@pytest.mark.parametrize("key", ["S" + "A2B3C4D5E6F" * 5, "nsec1" + "q2w3e4r5t6y7" * 4 + "q2w3e4r5t6"])
def test_other_chains(key: str) -> None:
    assert masked(f"mine: {key}", key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"tx hash 0x{HEX}",
        f"TxID {HEX} is missing",
        f"https://explorer.example/tx/{HEX}",
        "0x" + HEX[:40],
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        HEX[:32],
        "8f14e45f-ceea-467f-9b3c-1234567890ab 8f14e45f-ceea-467f-9b3c-1234567890ac",
        "1000 2000 3000 4000 5000 6000 7000 8000 1000 2000 3000 4000 5000 6000 7000 8000",
        "AB:CD:EF:01:23:45",
        "What is a private key, and where do I find mine?",
    ],
)
def test_nothing_secret(text: str) -> None:
    assert not private_keys(text)
