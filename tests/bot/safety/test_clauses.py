import pytest

from bot.safety.clauses import without_public

HASH = "ab" * 32


def secret(text: str) -> bool:
    start = text.index(HASH)
    return bool(list(without_public(text, [(start, start + len(HASH))])))


@pytest.mark.parametrize(
    "before",
    [
        "tx ",
        "TxID: ",
        "my transaction hash is ",
        "transaction hash:\n",
        "https://example.com/tx/",
        "block ",
        "hash=",
        "Signature: ",
        "public key of the tx ",
    ],
)
def test_called_public(before: str) -> None:
    assert not secret(before + HASH)


@pytest.mark.parametrize(
    "before",
    [
        "",
        "here is ",
        "private key ",
        "the private key of that tx is ",
        "the transaction failed. ",
        "tx?\n",
        "wallet key, hash ",
        "context ",
    ],
)
def test_ambiguous_or_secret(before: str) -> None:
    assert secret(before + HASH)


def test_a_list_goes_with_its_first_entry() -> None:
    other = "cd" * 32
    text = f"tx hashes:\n{HASH}\n{other}, private: {other}"
    spans = [(at, at + 64) for at in (text.index(HASH), text.index(other), text.rindex(other))]
    assert list(without_public(text, spans)) == spans[2:]
