from bot.answering.checking.vocabulary import BEFORE_NUMBERS, NETWORKS, OPPOSITES, STRICT, STRICT_WORDS, WAYS


def test_every_opposite_has_another_side() -> None:
    groups = {group for group, _ in OPPOSITES.values()}
    for group in groups:
        assert len({side for its, side in OPPOSITES.values() if its == group}) > 1, group


def test_what_refers_to_a_group_names_one_that_exists() -> None:
    groups = {group for group, _ in OPPOSITES.values()}
    assert groups >= WAYS
    assert groups >= {group for group, _ in BEFORE_NUMBERS.values()}
    assert all(word in STRICT[name] for word, name in STRICT_WORDS.items() if word == name)


def test_a_token_standard_stands_for_its_blockchain() -> None:
    assert NETWORKS["trc20"] == NETWORKS["tron"] != NETWORKS["erc20"] == NETWORKS["ethereum"]
