"""What docs/widget.md shows of sites and identity is so."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import playwright
import pytest

from bot.models import Identity
from bot.safety.identity_keys import SECRET_BYTES, identity_keys
from bot.safety.identity_tokens import LEEWAY, LONGEST_LIFE, SUBJECT_CHARACTERS, verified_identity
from bot.settings import Settings
from bot.settings.sites import LimitSettings
from bot.sites import open_sites
from bot.storage.conversation_tokens import ANONYMOUS, IDENTIFIED, MOST_TOKENS
from bot.storage.conversations import RESUMED_WITHIN
from tests.console import blocks
from tests.identity import SECRET

FILE = Path(__file__).resolve().parents[1] / "docs" / "widget.md"
PAGE = FILE.read_text(encoding="utf-8")
NODE = Path(playwright.__file__).parent / "driver" / "node"
"""The one that comes with the browser tests."""
CUSTOMER = (SECRET, "site_shop", "7", "Zoë Łuczak 陈", "zoe@example.com")


def shown(language: str, containing: str) -> str:
    """The one block in a language that contains something."""
    (block,) = [text for info, text in blocks(FILE) if info == language and containing in text]
    return block


def require_good(token: str) -> None:
    found = verified_identity(token, identity_keys([SECRET], []), "site_shop", datetime.now(UTC))
    assert found == Identity(subject="7", name="Zoë Łuczak 陈", email="zoe@example.com")


def test_a_token_signed_in_python_as_shown_is_good() -> None:
    names: dict[str, Any] = {}
    exec(shown("python", "identity_token"), names)
    require_good(names["identity_token"](*CUSTOMER))


def test_a_token_signed_in_node_as_shown_is_good() -> None:
    program = f"{shown('js', 'identityToken')}\nprocess.stdout.write(identityToken(...{json.dumps(CUSTOMER)}));"
    done = subprocess.run([NODE, "-e", program], capture_output=True, text=True, timeout=60)
    assert not done.stderr
    require_good(done.stdout)


def test_the_sites_file_can_be_used_as_it_is_shown(tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text(shown("toml", "[sites."), encoding="utf-8")
    (tmp_path / "shop.svg").write_text("<svg/>")
    shop, bank = open_sites(Settings(sites_file=tmp_path / "sites.toml"))
    assert len(shop.identity.by_algorithm["HS256"]) == 2
    assert set(bank.identity.by_algorithm) == {"EdDSA"}


def test_settings_in_examples_are_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "footnote.toml").write_text(shown("toml", "site_origins"))
    assert open_sites(Settings()).shown.origins == ("https://www.shop.example", "https://*.shop.example")


def test_numbers_are_those_of_the_code() -> None:
    for name, field in {**LimitSettings.model_fields, **Settings.model_fields}.items():
        if name.endswith(("_minute", "_per_address", "_per_conversation")):
            row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}`"))
            assert row.endswith(f"| {field.default} |")
    assert f"| ends without use after | {ANONYMOUS.idle.days} days | {IDENTIFIED.idle.days} day |" in PAGE
    assert f"| ends in any case after | {ANONYMOUS.longest.days} days | {IDENTIFIED.longest.days} days |" in PAGE
    assert f"of the last {RESUMED_WITHIN.days} days" in PAGE
    assert MOST_TOKENS == 10 and "The newest ten tokens" in PAGE
    assert (LONGEST_LIFE.total_seconds(), LEEWAY.total_seconds()) == (3600, 60)
    assert f"1 to {SUBJECT_CHARACTERS} characters" in PAGE and f"at least {SECRET_BYTES} bytes" in PAGE
