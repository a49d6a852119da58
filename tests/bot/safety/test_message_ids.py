import uuid

from mnemonic import Mnemonic

from bot.safety.message_ids import storable_id

PHRASE = Mnemonic("english").to_mnemonic(bytes(range(16)))


def test_an_id_is_stored_as_it_was_sent() -> None:
    for sent in ("m1", "0b2f9c", str(uuid.UUID(int=0x4111111111111111)), "a" * 64, "message 12"):
        assert storable_id(sent) == sent


def test_a_card_number_is_no_id() -> None:
    for card in ("4929138827467190", "4929-1388-2746-7190", "371449635398431"):
        assert storable_id(card) != card


def test_an_id_with_a_secret_in_it_is_known_again_and_does_not_show_it() -> None:
    stored = storable_id(PHRASE)
    assert stored == storable_id(PHRASE) != storable_id(f"{PHRASE} 2")
    assert stored.startswith("sha256:")
    assert not set(PHRASE.split()) & set(stored.split())
