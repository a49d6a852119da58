from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.settings import describe, load_settings, prepare_process, unknown_variables


def test_defaults() -> None:
    settings = load_settings()
    assert settings.data_dir == Path("data")
    assert settings.links_start_with == "http://127.0.0.1:8000"
    assert settings.database_file == Path("data/footnote.db")


def test_command_line_then_environment_then_file(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own_folder / "footnote.toml").write_text('port = 7001\nhost = "127.0.0.2"\nlog_level = "error"\n')
    monkeypatch.setenv("FOOTNOTE_PORT", "7002")
    monkeypatch.setenv("FOOTNOTE_HOST", "127.0.0.3")
    settings = load_settings(port=7003, host=None)
    assert (settings.port, settings.host, settings.log_level) == (7003, "127.0.0.3", "error")
    rows = {row.name: row for row in describe(settings, frozenset({"port"}))}
    assert (rows["port"].source, rows["host"].source) == ("command line", "environment")
    assert (rows["log_level"].source, rows["encoder"].source) == ("footnote.toml", "default")


def test_every_setting_has_help() -> None:
    assert all(row.help.endswith(".") for row in describe(load_settings()))


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("FOOTNOTE_PORT", "eighty", "FOOTNOTE_PORT"),
        ("FOOTNOTE_PORT", "0", "'0'"),
        ("FOOTNOTE_LOG_LEVEL", "loud", "FOOTNOTE_LOG_LEVEL"),
    ],
)
def test_a_wrong_value_is_named(variable: str, value: str, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=named):
        load_settings()


def test_an_unknown_name_in_the_file_is_refused(own_folder: Path) -> None:
    (own_folder / "footnote.toml").write_text("prot = 7001\n")
    with pytest.raises(ConfigurationError, match="did you mean port"):
        load_settings()


def test_a_broken_file_is_refused(own_folder: Path) -> None:
    (own_folder / "footnote.toml").write_text("port = = 1\n")
    with pytest.raises(ConfigurationError, match=r"footnote\.toml cannot be read"):
        load_settings()


def test_an_unknown_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_ENCODR", "x")
    assert unknown_variables() == (
        "The environment sets FOOTNOTE_ENCODR, which is no setting (did you mean encoder?).",
    )


@pytest.mark.parametrize(
    ("host", "start"),
    [("::1", "http://[::1]:8000"), ("0.0.0.0", "http://127.0.0.1:8000"), ("help.example", "http://help.example:8000")],
)
def test_links_start_where_a_browser_can_go(host: str, start: str) -> None:
    assert load_settings(host=host).links_start_with == start


def test_public_url_loses_its_slash() -> None:
    assert load_settings(public_url="https://help.example/").links_start_with == "https://help.example"


def test_libraries_are_pointed_at_local_files(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "TOKENIZERS_PARALLELISM", "TIKTOKEN_CACHE_DIR"):
        monkeypatch.setenv(name, "before")
    monkeypatch.delenv("HF_HUB_OFFLINE")
    prepare_process(load_settings(data_dir=own_folder / "d"))
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert os.environ["TIKTOKEN_CACHE_DIR"] == str(own_folder / "d" / "models" / "tiktoken")


def test_a_file_in_another_encoding_is_a_sentence(own_folder: Path) -> None:
    (own_folder / "footnote.toml").write_bytes(b'site_key = "caf\xe9"\n')
    with pytest.raises(ConfigurationError, match=r"footnote\.toml cannot be read"):
        load_settings()


def test_no_language_model_unless_one_is_named() -> None:
    settings = load_settings()
    assert (settings.llm_base_url, settings.llm_model, settings.llm_api_key.get_secret_value()) == (None, None, "")


def test_the_key_of_a_language_model_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM_BASE_URL", "http://127.0.0.1:11434/v1/")
    monkeypatch.setenv("FOOTNOTE_LLM_API_KEY", "sk-very-secret")
    settings = load_settings()
    assert settings.llm_base_url == "http://127.0.0.1:11434/v1"
    assert settings.llm_api_key.get_secret_value() == "sk-very-secret"
    rows = {row.name: row.value for row in describe(settings)}
    assert rows["llm_api_key"] == "**********"
    assert "sk-very-secret" not in repr(settings) + repr(rows) + settings.model_dump_json()


@pytest.mark.parametrize(
    "url", ["ftp://llm.example/v1", "llm.example/v1", "http:///v1", "https://me:sk-very-secret@llm.example/v1"]
)
def test_a_wrong_address_of_a_language_model_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM_BASE_URL", url)
    with pytest.raises(ConfigurationError, match="FOOTNOTE_LLM_BASE_URL") as refused:
        load_settings()
    assert "sk-very-secret" not in str(refused.value)


def test_a_wrong_key_is_not_repeated(own_folder: Path) -> None:
    (own_folder / "footnote.toml").write_text('llm_api_key = ["sk-very-secret"]\n')
    with pytest.raises(ConfigurationError, match="FOOTNOTE_LLM_API_KEY") as refused:
        load_settings()
    assert "sk-very-secret" not in str(refused.value)


PASSWORD = "sim-sala-bim"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql:///footnote", "postgresql:///footnote"),
        ("postgres://db.example", "postgresql://db.example"),
        (f"postgresql://me:{PASSWORD}%40%2F@db.example:5433/foot", "postgresql://me:***@db.example:5433/foot"),
        (f"postgresql://me:{PASSWORD}@one:1,[::1]:2/foot?sslmode=require", "postgresql://me:***@one:1,[::1]:2/foot"),
        (f"postgresql:///f?host=/run/pg&user=me&password={PASSWORD}", "postgresql:///f?host=/run/pg&user=me"),
    ],
)
def test_the_address_of_a_database_is_shown_without_its_password(
    url: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_DATABASE_URL", url)
    settings = load_settings()
    assert settings.database is settings.database_url is not None
    assert settings.database_url.get_secret_value() == url
    assert str(settings.database) == shown
    assert {row.name: row.value for row in describe(settings)}["database_url"] == shown
    everything = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()} {describe(settings)}"
    assert PASSWORD not in everything


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:sim-sala-bim@db/f",
        "sim-sala-bim",
        "postgresql+asyncpg://me:sim-sala-bim@db/f",
        "postgresql://me:sim-sala-bim@x@db/f",
        "postgresql://me:sim-sala-bim/x@db/f",
        "postgresql://me:sim-sala-bim?x@db/f",
        "postgresql://me:sim-sala-bim#x@db/f",
        "postgresql://me:[sim-sala-bim]@db/f",
        "postgresql://me:sim-sala-bim%zz@db/f",
        "postgresql://me:sim-sala-bim @db/f",
        "postgresql://me:sim-sala-bim:x@db/f",
        "postgresql://me:sim-sala-bim",
    ],
)
def test_a_wrong_address_of_a_database_is_refused_and_not_repeated(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_DATABASE_URL", url)
    with pytest.raises(ConfigurationError, match="FOOTNOTE_DATABASE_URL") as refused:
        load_settings()
    assert PASSWORD not in str(refused.value)


def test_without_an_address_the_database_is_a_file(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_DATABASE_URL", "")
    settings = load_settings(data_dir=own_folder)
    assert settings.database_url is None
    assert settings.database == own_folder / "footnote.db"
    assert {row.name: row.value for row in describe(settings)}["database_url"] == ""


def test_settings_for_another_directory_leave_the_database_alone(own_folder: Path) -> None:
    settings = load_settings(database_url="postgresql:///footnote", data_dir=own_folder / "data", port=7001)
    apart = settings.apart(own_folder / "eval")
    assert apart.database == own_folder / "eval" / "footnote.db"
    assert (apart.models_folder, apart.port) == (own_folder / "data" / "models", 7001)
