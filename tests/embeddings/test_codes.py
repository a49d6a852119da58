"""Codes in texts and in questions: what is one, what is none, and the index's file against damage."""

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.codes import CODES_FILE, CodeIndex, codes
from embeddings.errors import IndexFileError
from embeddings.terms import STOP_WORDS

ARTICLES = Path(__file__).parents[2] / "knowledge" / "articles"
TEXTS = {
    40: "Error 50101 means that the API key does not match. See [2FA](https://x.example/reset-2fa).",
    10: "Withdraw USDT-TRC20 to a wallet; you need 2FA. Withdrawals of USDT cost 1 USDT.",
    30: "Stake SOL. HTTP 403 means that you can not stake from here, ERR_CONNECTION_RESET that nobody can.",
    20: "如何提现USDT到ERC20地址",
    50: "",
}


def scores(index: CodeIndex, question: str, ids: Sequence[int]) -> dict[int, float]:
    return dict(zip(ids, index.scored(question).of(ids).tolist(), strict=True))


@pytest.fixture
def index() -> CodeIndex:
    return CodeIndex.build(list(TEXTS), list(TEXTS.values()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("error 50101, please", "50101"),
        ("50101/50102", "50101 50102"),
        ("code: 404", "404"),
        ("HTTP status 429.", "http 429"),
        ("USDT-TRC20", "usdt-trc20 usdt trc20"),
        ("LWR-2 (see lwr-3)", "lwr-2 lwr"),
        ("ERR_CONNECTION_RESET", "err_connection_reset"),
        ("the field user_id of api.v2_keys.json", "user_id api.v2_keys.json"),
        ("at 0x1f and 0xDEADBEEF", "0x1f 0xdeadbeef"),
        ("SHA-256", "sha-256 sha"),
        ("BTC/USDT and a KYC/AML check", "btc/usdt btc usdt kyc/aml kyc aml"),
        ("Buy SOL with 2FA over P2P, NFTs too", "sol 2fa p2p nft"),
        ("my ＳＯＬ on ERC２０", "sol erc20"),
        ("怎么提现USDT到TRC20地址", "usdt trc20"),
        ("100USDT or 5000 USDT", "usdt"),
        ("non-EU self-KYC", "eu kyc"),
        ("WHY CAN I NOT STAKE SOL WITH TRC20", "trc20"),
        ("a line\nWHY IS MY ACCOUNT ON HOLD\nand KYC", "kyc"),
    ],
)
def test_finds_codes(text: str, expected: str) -> None:
    assert codes(text) == frozenset(expected.split())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "How do I change my e-mail and/or Wi-Fi?",
        "in 2026, 2025-11-02, 02/11/2026, 2.11.2026, at 10:30 or 2026-11-02T09:15:00.123Z",
        "24/7, 3-5, 1-2 days, 6-digit, 30-day, 24-hour, 1st, 22nd, 10am, 5 PM, 100x, 30min, 5GB, 60hz, 10k",
        "$100, $12500, €5,000.00, 1,000,000, 58,800.50, 0.00012345, 0.080%, 1000%, 5000 users, +300",
        "10.15.7 and 192.168.100.1",
        "OK, I can; A or B; U.S. or e.g. AT and IT, ON, OFF, N/A, AM/PM, YES/NO, X-Y",
        "Never DO this, ALWAYS check. NOTE: NEW",
        "https://www.corvane.example/reset-2fa?x=50101 www.x.example/50102 [here](/help/trc20)",
        "iPhone, YouTube, McDonald",
        "v2 h1 a1",
        "!" * 1_000,
        "a1" * 100,
    ],
)
def test_quantities_and_words_are_no_codes(text: str) -> None:
    assert codes(text) == frozenset()


@pytest.mark.parametrize(
    "piece",
    ["9,", "9", "](", "code ", "code 9", " ", "a-", "A", "a9/", "trc ", "$", "http://", "é", "2026-11-02T", "error("],
)
def test_a_very_long_question_takes_no_longer_than_its_length(index: CodeIndex, piece: str) -> None:
    started = time.process_time()
    assert index.scored(piece * (200_000 // len(piece)) + " sol").best(1)[0].id == 30
    assert time.process_time() - started < 5


@given(st.text())
def test_any_text_has_its_codes_and_an_index(text: str) -> None:
    index = CodeIndex.build([3], [text])
    for code in codes(text):
        assert code == code.lower()
        assert 2 <= len(code) <= 64
        assert code not in STOP_WORDS
    assert set(index.codes) <= codes(text)
    assert index.question_codes(text) >= set(index.codes)
    assert index.matches(text, 3) == set(index.codes)
    assert scores(index, text, [3]) == {3: pytest.approx(float(bool(index.codes)))}


@given(st.text(), st.integers(0, 8), st.booleans())
def test_known_codes_are_found_in_any_case(noise: str, place: int, upper: bool) -> None:
    index = CodeIndex.build(list(TEXTS), list(TEXTS.values()))
    known = ["sol", "2fa", "usdt-trc20", "USDT-trc20", "50101", "Trc20", "err_connection_reset", "ERC 20", "http 403"]
    asked = known[place].upper() if upper else known[place]
    found = index.question_codes(f"{noise}\n{asked}\n{noise}")
    assert known[place].lower().removeprefix("http ").replace(" ", "") in found
    assert found >= index.question_codes(asked)


def test_a_ticker_of_the_corpus_is_found_in_lower_case(index: CodeIndex) -> None:
    expected = "2fa 403 50101 api erc20 err_connection_reset http sol trc20 usdt usdt-trc20"
    assert index.codes == expected.split()
    assert index.question_codes("can i stake my sol? it is on hold") == {"sol"}
    assert index.scored("can i stake my sol").best(5)[0].id == 30
    assert index.question_codes("what does it cost to withdraw usdt on trc-20") == {"usdt", "trc20"}
    assert index.question_codes("ERROR 50199 on ERC 20") == {"50199", "erc20"}
    assert index.question_codes("PLEASE help, 403 coins are gone, is solana down?") == frozenset()


def test_a_word_that_is_mostly_not_in_capitals_is_none() -> None:
    index = CodeIndex.build(range(11), ["Send ATOM now."] + ["One atom weighs little."] * 2 + ["Buy SOL."] * 8)
    assert index.codes == ["sol"]
    index = CodeIndex.build(range(11), ["Send ATOM now."] * 9 + ["One atom weighs little."] + ["SOL in soles, Sol."])
    assert index.codes == ["atom"]


def test_a_joined_word_that_is_mostly_not_in_capitals_is_none() -> None:
    index = CodeIndex.build(range(2), ["Use E-MAIL or STEP-2, a 24-HOUR code, LWR-2.", "e-mail, step-2, 24-hour"])
    assert index.codes == ["lwr", "lwr-2"]


def test_addresses_do_not_count_as_a_way_to_write_a_word() -> None:
    texts = ["The API is here.", "See https://api.x.example/api/v1, [this](/api/keys) and api.x.example/api."] * 5
    assert "api" in CodeIndex.build(range(10), texts).codes


def test_scores_are_shares_of_the_idf(index: CodeIndex) -> None:
    def idf(frequency: int) -> float:
        return math.log(1 + (5 - frequency + 0.5) / (frequency + 0.5))

    question = "usdt on trc20, 50101 and 59999"
    total = idf(2) + idf(1) + idf(1)
    expected = {10: (idf(2) + idf(1)) / total, 40: idf(1) / total, 20: idf(2) / total, 50: 0.0}
    assert scores(index, question, list(expected)) == pytest.approx(expected)
    assert [match.id for match in index.scored(question).best(9)] == [10, 40, 20]
    assert index.scored(question).best(2) == index.scored(question).best(9)[:2]
    assert index.scored(question).best(0) == []
    assert index.matches(question, 10) == {"usdt", "trc20"}
    assert index.matches(question, 50) == frozenset()
    assert scores(index, "withdraw usdt-trc20", [10]) == {10: pytest.approx(1.0)}


def test_equal_scores_come_in_the_order_of_ids() -> None:
    index = CodeIndex.build([9, 3, 6, 1], ["SOL", "SOL", "SOL", "ETH"])
    assert [match.id for match in index.scored("sol").best(2)] == [3, 6]


@pytest.mark.parametrize("question", ["", "how do I", "🙂", "\ud800", "error 50199", "-" * 1_000, "9" * 10_000])
def test_finds_nothing_where_nothing_is_shared(index: CodeIndex, question: str) -> None:
    assert index.scored(question).best(5) == []
    assert scores(index, question, [10, 20]) == {10: 0.0, 20: 0.0}
    assert index.matches(question, 10) == frozenset()


def test_what_is_unknown_or_makes_no_sense_is_refused(index: CodeIndex) -> None:
    with pytest.raises(ValueError, match="77 is not in the index of codes"):
        scores(index, "50101", [10, 77])
    with pytest.raises(ValueError, match="77 is not in the index of codes"):
        index.matches("50101", 77)
    with pytest.raises(ValueError, match="-1 results"):
        index.scored("50101").best(-1)
    with pytest.raises(ValueError, match="two texts"):
        CodeIndex.build([1, 1], ["a", "b"])


def test_no_everyday_word_of_the_sample_help_center_is_a_code() -> None:
    bodies = [path.read_text(encoding="utf-8").split("\n---\n", 1)[1] for path in sorted(ARTICLES.glob("*.md"))]
    index = CodeIndex.build(range(len(bodies)), bodies)
    assert set(index.codes) >= {"usdt", "btc", "sol", "ton", "2fa", "p2p", "trc20", "50101", "lwr-2", "btc/usdt"}
    everyday = "can i change the e-mail of my account and get it back in 24 hours or less no one will answer me please"
    assert index.question_codes(everyday) == frozenset()
    for code in index.codes:
        assert not code.isalpha() or not any(f" {code} " in body for body in bodies), code


def test_saves_and_loads(index: CodeIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "new" / "codes")
    loaded = CodeIndex.load(tmp_path / "new" / "codes")
    assert loaded.ids == index.ids == list(TEXTS)
    assert (loaded.codes, len(loaded)) == (index.codes, 5)
    for question in ("usdt on trc 20", "50101", "zebra"):
        assert loaded.scored(question).best(5) == index.scored(question).best(5)
        assert loaded.matches(question, 10) == index.matches(question, 10)


@pytest.mark.parametrize("texts", [[], [""], ["the", "🙂"]])
def test_a_corpus_without_codes(texts: list[str], tmp_path: Path) -> None:
    CodeIndex.build(range(len(texts)), texts).save(tmp_path)
    index = CodeIndex.load(tmp_path)
    assert (len(index), index.codes) == (len(texts), [])
    assert index.scored("50101").best(5) == []


def test_the_file_does_not_depend_on_the_process(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom embeddings.codes import CodeIndex\n"
        "CodeIndex.build([1, 2], ['USDT-TRC20 and SOL', 'SOL 50101 ERR_X']).save(Path(sys.argv[1]))\n"
    )
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code, str(tmp_path / seed)], check=True, env=environment, timeout=60)
    assert (tmp_path / "1" / CODES_FILE).read_bytes() == (tmp_path / "2" / CODES_FILE).read_bytes()


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_file_cut_short_is_a_sentence(index: CodeIndex, tmp_path: Path, kept: float) -> None:
    index.save(tmp_path)
    content = (tmp_path / CODES_FILE).read_bytes()
    (tmp_path / CODES_FILE).write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(IndexFileError, match="damaged"):
        CodeIndex.load(tmp_path)


@pytest.mark.parametrize("content", ["[]", "7", '"text"', "{}", '{"format": 1, "ids": []}', "[" * 100_000, "\0"])
def test_other_content_is_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / CODES_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(IndexFileError, match="damaged"):
        CodeIndex.load(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"ids": [4, 4]},
        {"ids": [4, -5]},
        {"ids": [4, 2**63]},
        {"ids": [4, "5"]},
        {"ids": [4, True]},
        {"ids": {"4": 5}},
        {"ids": [4]},
        {"codes": []},
        {"codes": {"sol": []}},
        {"codes": {"sol": [2]}},
        {"codes": {"sol": [-1]}},
        {"codes": {"sol": [1, 0]}},
        {"codes": {"sol": [0, 0]}},
        {"codes": {"sol": [0.5]}},
        {"codes": {"sol": 0}},
    ],
)
def test_parts_that_do_not_fit_are_refused(tmp_path: Path, change: dict[str, object]) -> None:
    CodeIndex.build([4, 5], ["SOL", "ETH and SOL"]).save(tmp_path)
    content = json.loads((tmp_path / CODES_FILE).read_text(encoding="utf-8"))
    (tmp_path / CODES_FILE).write_text(json.dumps({**content, **change}), encoding="utf-8")
    with pytest.raises(IndexFileError, match="do not fit"):
        CodeIndex.load(tmp_path)


def test_what_is_missing_of_another_version_or_cannot_be_written(index: CodeIndex, tmp_path: Path) -> None:
    with pytest.raises(IndexFileError, match=CODES_FILE):
        CodeIndex.load(tmp_path)
    index.save(tmp_path)
    content = json.loads((tmp_path / CODES_FILE).read_text(encoding="utf-8"))
    (tmp_path / CODES_FILE).write_text(json.dumps({**content, "format": 0}), encoding="utf-8")
    with pytest.raises(IndexFileError, match="another version"):
        CodeIndex.load(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexFileError, match="cannot be written"):
        index.save(tmp_path / "file")
