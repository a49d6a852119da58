import pytest

from bot.safety.findings import Finding, SecretKind, critical, merged


def test_every_kind_has_words_of_its_own() -> None:
    assert len({kind.described for kind in SecretKind}) == len(SecretKind)
    assert SecretKind.SEED_PHRASE.described == "a seed phrase"
    assert SecretKind.PRIVATE_KEY.mask == "[private key removed]"


@pytest.mark.parametrize("kind", [kind for kind in SecretKind if kind is not SecretKind.CARD_NUMBER])
def test_critical_but_for_card_numbers(kind: SecretKind) -> None:
    card = Finding(SecretKind.CARD_NUMBER, 0, 16)
    assert critical([card, Finding(kind, 20, 30)])
    assert not critical([card])
    assert not critical([])


def test_overlapping_findings_become_one_of_the_gravest_kind() -> None:
    card, key = Finding(SecretKind.CARD_NUMBER, 5, 12), Finding(SecretKind.PRIVATE_KEY, 0, 8)
    assert merged([card, key]) == (Finding(SecretKind.PRIVATE_KEY, 0, 12),)


def test_findings_that_touch_stay_apart_and_in_order() -> None:
    first, second = Finding(SecretKind.API_KEY, 0, 4), Finding(SecretKind.API_KEY, 4, 8)
    assert merged([second, first]) == (first, second)
