"""The panel's catalogs: every language has every sentence, with the same gaps, and the scripts ask for no other."""

import json
import re

import pytest

from bot.web.pages import STATIC_FOLDER

FOLDER = STATIC_FOLDER / "widget"
LANGUAGES = ("ar", "en", "es", "zh")
_ASKED = re.compile(r'\bt\(\s*"([a-z_]+)"')
_CHOSEN = re.compile(r'\bt\([^()"]+ \? "([a-z_]+)" : "([a-z_]+)"')
_LISTED = re.compile(r'"(reason_[a-z_]+)"')
_GAP = re.compile(r"\{\w+\}")
BY_OTHER_NAMES = {
    *("seed_phrase", "private_key", "api_key", "card_number"),  # kinds of secrets
    *("person_called", "bot_again", "closed_line"),  # owners
    *("unreachable", "too_long_server", "unknown_site", "failed"),  # codes of refusals
    *("searching", "writing"),  # stages
}


def catalog(language: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((FOLDER / "texts" / f"{language}.json").read_text(encoding="utf-8"))
    return texts


def test_there_is_a_catalog_for_each_language_that_the_panel_offers() -> None:
    assert tuple(sorted(path.stem for path in (FOLDER / "texts").iterdir())) == LANGUAGES
    offered = re.search(r"LANGUAGES = \[(.*)\]", (FOLDER / "texts.js").read_text(encoding="utf-8"))
    assert offered is not None
    assert sorted(re.findall(r'"(\w+)"', offered[1])) == list(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_catalog_has_the_same_keys_and_gaps(language: str) -> None:
    english, other = catalog("en"), catalog(language)
    assert list(other) == sorted(english)
    for key, text in other.items():
        assert text.strip(), key
        assert sorted(_GAP.findall(text)) == sorted(_GAP.findall(english[key])), key


@pytest.mark.parametrize("language", ["ar", "es", "zh"])
def test_nothing_was_left_in_english(language: str) -> None:
    english = catalog("en")
    assert [key for key, text in catalog(language).items() if text == english[key]] == []


def test_the_scripts_ask_for_every_sentence_and_no_other() -> None:
    asked = set(BY_OTHER_NAMES)
    for path in FOLDER.glob("*.js"):
        script = path.read_text(encoding="utf-8")
        asked |= {*_ASKED.findall(script), *_LISTED.findall(script)}
        asked |= {name for pair in _CHOSEN.findall(script) for name in pair}
    assert asked == set(catalog("en"))
