import pytest

from bot.errors import ConfigurationError
from bot.settings import load_settings
from bot.settings.sites import LimitSettings
from bot.settings.values import origin


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://www.example.com", "https://www.example.com"),
        (" HTTPS://WWW.Example.com/ ", "https://www.example.com"),
        ("https://example.com:443", "https://example.com"),
        ("http://example.com:80", "http://example.com"),
        ("https://example.com:80", "https://example.com:80"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://*.example.com", "https://*.example.com"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(given: str, kept: str) -> None:
    assert origin(given) == kept


@pytest.mark.parametrize(
    "wrong",
    [
        "", "*", "null", "https://", "www.example.com", "https://*", "https://*.com", "https://www.*.com",
        "https://a.*", "https://example.com/path", "https://example.com?x", "https://example.com#x",
        "https://me@example.com", "https://bücher.example", "ftp://example.com", "javascript:alert(1)",
        "https://example.com; script-src *", "https://example.com 'unsafe-inline'", "https://example.com\n", "data:x",
        "https://example.com:0", "https://example.com:port", "https://example..com", "https://-example.com",
        "https://*.*.example.com", "https://example.com//", "https://[::1", "file:///x", "https://exa_mple_.com",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if wrong.strip() == wrong:
        with pytest.raises(ValueError, match="is no origin"):
            origin(wrong)
    monkeypatch.setenv("FOOTNOTE_SITE_ORIGINS", f"https://fine.example,{wrong},https://fine.example")
    if wrong.strip() == wrong and wrong:
        with pytest.raises(ConfigurationError, match="FOOTNOTE_SITE_ORIGINS"):
            load_settings()


def test_origins_stand_between_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_SITE_ORIGINS", "https://A.example/, https://b.example:443 ,")
    assert load_settings().origins_of_site == ("https://a.example", "https://b.example")
    monkeypatch.setenv("FOOTNOTE_SITE_ORIGINS", "")
    assert load_settings().origins_of_site == ()


@pytest.mark.parametrize("key", ["", " ", "a b", "a/b", '"><script>', "x" * 65, "sité", "a&b=c", "a\n"])
def test_a_key_that_cannot_stand_in_a_page_is_refused(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_SITE_KEY", key)
    with pytest.raises(ConfigurationError, match="FOOTNOTE_SITE_KEY"):
        load_settings()


@pytest.mark.parametrize("name", LimitSettings.model_fields)
@pytest.mark.parametrize("value", ["0", "-1", "many", "1000001", "1.5"])
def test_a_limit_is_a_number_of_one_and_more(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"FOOTNOTE_{name.upper()}", value)
    with pytest.raises(ConfigurationError, match=name.upper()):
        load_settings()


def test_no_file_is_looked_for_unless_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().sites_file is None
    monkeypatch.setenv("FOOTNOTE_SITES_FILE", "")
    assert load_settings().sites_file is None
