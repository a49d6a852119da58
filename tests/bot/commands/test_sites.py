import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from tests.identity import SECRET, public_pem, rsa_key


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["sites", *arguments])


def test_the_one_site_is_listed_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_PUBLIC_URL", "https://help.shop.example/")
    result = run()
    assert result.exit_code == 0
    line = '<script async src="https://help.shop.example/widget/v1/loader.js" data-site="site_demo"></script>'
    assert line in result.stdout.splitlines()
    assert "this server's own only" in result.stdout and "all anonymous" in result.stdout


def test_every_site_of_the_file_is_listed_and_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pem = public_pem(rsa_key())
    (tmp_path / "sites.toml").write_text(
        f"[sites.shop]\nname = 'Shop'\norigins = ['https://a.example']\nrequires_origin = true\n"
        f"identity_secrets = ['{SECRET}']\nidentity_public_keys = ['''{pem}''']\n[sites.bank]\nname = '[red]Bank'\n"
    )
    monkeypatch.setenv("FOOTNOTE_SITES_FILE", "sites.toml")
    told, as_json = run().stdout, run("--json").stdout
    assert SECRET not in told + as_json
    assert "1 × HS256, 1 × RS256" in told and "[red]Bank" in told
    shop, bank = json.loads(as_json)["sites"]
    snippet = '<script async src="http://127.0.0.1:8000/widget/v1/loader.js" data-site="shop"></script>'
    assert shop == {
        "key": "shop",
        "name": "Shop",
        "origins": ["https://a.example"],
        "requires_origin": True,
        "identity": {"HS256": 1, "RS256": 1},
        "snippet": snippet,
    }
    assert (bank["origins"], bank["identity"]) == ([], {})
    assert snippet in told.splitlines()


def test_a_wrong_file_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_SITES_FILE", "none.toml")
    assert run().exit_code != 0
