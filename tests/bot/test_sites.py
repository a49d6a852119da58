from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ConfigurationError, UnknownSite
from bot.settings import Settings
from bot.sites import Site, Sites, open_sites, snippet
from tests.identity import OTHER_SECRET, SECRET, public_pem, rsa_key

FILE = f"""
[sites.site_shop]
name = "Shop"
origins = ["https://www.shop.example/", "https://*.shop.example:8443"]
requires_origin = true
identity_secrets = ["{SECRET}", "{OTHER_SECRET}"]
colour = "#0B5fff"
logo = "shop.svg"
locales = ["en", "zh-Hant"]
limits = {{ messages_per_minute = 7 }}

[sites.site_bank]
name = "Bank"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "shop.svg").write_text("<svg/>")
    file = tmp_path / "sites.toml"
    file.write_text(FILE)
    return file


def opened(file: Path | None, **changes: Any) -> Sites:
    return open_sites(Settings(sites_file=file, **changes))


def refusal(file: Path, text: str) -> str:
    file.write_text(text)
    with pytest.raises(ConfigurationError) as refused:
        opened(file)
    assert str(file) in str(refused.value)
    return str(refused.value)


def test_without_a_file_there_is_one_site() -> None:
    sites = opened(None, site_key="k", site_origins="https://a.example", site_identity_secrets=SECRET)
    (site,) = sites
    assert site is sites.shown is sites.site("k")
    assert (site.key, site.origins, site.requires_origin) == ("k", ("https://a.example",), False)
    assert set(site.identity.by_algorithm) == {"HS256"}


def test_by_default_no_other_page_may_embed_and_everybody_is_anonymous() -> None:
    site = opened(None).shown
    assert (site.key, site.origins) == ("site_demo", ())
    assert not site.identity


def test_the_file_says_everything(file: Path) -> None:
    shop, bank = opened(file, conversations_per_minute=9)
    assert (shop.key, shop.name, shop.requires_origin) == ("site_shop", "Shop", True)
    assert shop.origins == ("https://www.shop.example", "https://*.shop.example:8443")
    assert (shop.colour, shop.logo, shop.locales) == ("#0B5fff", file.parent / "shop.svg", ("en", "zh-Hant"))
    assert len(shop.identity.by_algorithm["HS256"]) == 2
    assert (shop.limits.messages_per_minute, shop.limits.conversations_per_minute) == (7, 9)
    assert bank == Site(key="site_bank", name="Bank", limits=replace(shop.limits, messages_per_minute=3000))


def test_a_public_key_stands_in_the_file_as_it_is(file: Path) -> None:
    file.write_text(f"[sites.a]\nname = 'A'\nidentity_public_keys = ['''\n{public_pem(rsa_key())}''']\n")
    assert set(opened(file).shown.identity.by_algorithm) == {"RS256"}


def test_the_demo_page_is_that_of_the_site_key_or_of_the_first(file: Path) -> None:
    assert opened(file, site_key="site_bank").shown.key == "site_bank"
    assert opened(file).shown.key == "site_shop"


def test_a_key_that_no_site_has_is_refused(file: Path) -> None:
    for key in ("", "site_demo", "SITE_SHOP", "site_shop "):
        with pytest.raises(UnknownSite):
            opened(file).site(key)


@pytest.mark.parametrize("setting", [{"site_origins": "https://a.example"}, {"site_identity_secrets": SECRET}])
def test_a_site_is_described_in_one_place_only(file: Path, setting: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="FOOTNOTE_SITES_FILE are both set") as refused:
        opened(file, **setting)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "sites: it is missing"),
        ("[sites]", "sites: dictionary should have at least 1 item"),
        ("sites = 5", "sites: input should be a valid dictionary"),
        ("a = = 1", "is not TOML"),
        ("[sites.a]", "sites.a.name: it is missing"),
        ("[sites.a]\nname = ''", "sites.a.name: string should have at least 1 character"),
        ("[sites.'a b']\nname = 'A'", "a site's key is 1 to 64 letters"),
        ("[sites.a]\nname = 'A'\norigin = ['https://a.example']", "sites.a.origin: there is no such field"),
        ("[sites.a]\nname = 'A'\norigins = 'https://a.example'", "sites.a.origins: input should be a valid list"),
        ("[sites.a]\nname = 'A'\norigins = ['*']", "sites.a.origins: '*' is no origin"),
        ("[sites.a]\nname = 'A'\nrequires_origin = 'yes'", "sites.a.requires_origin: input should be a valid boolean"),
        ("[sites.a]\nname = 'A'\nidentity_secrets = ['hunter2']", "sites.a: identity secret 1 is shorter than 32"),
        ("[sites.a]\nname = 'A'\nidentity_secrets = [5]", "sites.a.identity_secrets.0: input should be a valid string"),
        ("[sites.a]\nname = 'A'\nidentity_public_keys = ['hunter2']", "identity public key 1 is no public key"),
        ("[sites.a]\nname = 'A'\ncolour = 'red'", "sites.a.colour: string should match"),
        ("[sites.a]\nname = 'A'\ncolour = '#000;x:y'", "sites.a.colour: string should match"),
        ("[sites.a]\nname = 'A'\nlogo = 'none.png'", "none.png' is not there"),
        ("[sites.a]\nname = 'A'\nlogo = 'sites.toml'", "is no picture of a kind that is shown"),
        ("[sites.a]\nname = 'A'\nlocales = ['en_US']", "sites.a.locales.0: string should match"),
        (
            "[sites.a]\nname = 'A'\nlimits = { messages_per_minute = 0 }",
            "limits.messages_per_minute: input should be gr",
        ),
        ("[sites.a]\nname = 'A'\nlimits = { messages = 5 }", "sites.a.limits.messages: there is no such field"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(file: Path, text: str, said: str) -> None:
    told = refusal(file, text)
    assert said in told
    assert "hunter2" not in told


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for file in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ConfigurationError, match="cannot be read"):
            opened(file)
    (tmp_path / "sites.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="is not TOML"):
        opened(tmp_path / "sites.toml")


def test_secrets_of_a_wrong_setting_are_not_repeated() -> None:
    with pytest.raises(ConfigurationError, match="FOOTNOTE_SITE_IDENTITY_SECRETS cannot be used") as refused:
        opened(None, site_identity_secrets="hunter2")
    assert "hunter2" not in str(refused.value)


def test_a_site_hides_its_secrets(file: Path) -> None:
    sites = opened(file)
    assert SECRET not in f"{sites!r} {sites.shown!r} {sites.shown}"


@pytest.mark.parametrize(
    ("origin", "admitted"),
    [
        ("https://www.shop.example", True),
        ("https://a.shop.example:8443", True),
        ("https://a.b.shop.example:8443", True),
        ("https://shop.example:8443", False),
        ("https://shop.example", False),
        ("https://a.shop.example", False),
        ("http://www.shop.example", False),
        ("https://www.shop.example:444", False),
        ("https://www.shop.example.evil.example", False),
        ("https://evilshop.example:8443", False),
        ("https://evil.example/https://www.shop.example", False),
        ("https://*.shop.example:8443", False),
        ("null", False),
        ("", False),
        ("*", False),
        ("https://www.shop.example/", False),
        ("https://evil.example#.shop.example:8443", False),
    ],
)
def test_pages_of_the_site_are_admitted_and_no_others(file: Path, origin: str, admitted: bool) -> None:
    assert opened(file).shown.admits(origin) is admitted


@pytest.mark.parametrize(("labels", "admitted"), [(3, True), (120, True), (130, False), (30_000, False)])
def test_what_is_longer_than_any_host_is_none(labels: int, admitted: bool) -> None:
    """A header may be very long, and must not be looked at for as long."""
    site = replace(opened(None).shown, origins=("https://*.shop.example",))
    assert site.admits(f"https://{'a.' * labels}shop.example") is admitted


def test_a_site_without_origins_admits_no_page(file: Path) -> None:
    assert not any(opened(None).shown.admits(origin) for origin in ("", "null", "http://127.0.0.1:8000", "*"))


def test_the_line_carries_the_site_s_colour(file: Path) -> None:
    line = snippet(opened(file).site("site_shop"), "https://help.example")
    assert line.endswith('data-site="site_shop" data-color="#0B5fff"></script>')


def test_the_line_for_its_pages() -> None:
    line = snippet(opened(None).shown, "https://help.example")
    assert line == '<script async src="https://help.example/widget/v1/loader.js" data-site="site_demo"></script>'
