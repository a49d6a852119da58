"""Every setting, as data: name with its unit, type, default and one line of help. The only reader and writer of the
environment."""

import ctypes
import difflib
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from threadpoolctl import threadpool_limits

from bot.errors import ConfigurationError

PREFIX = "FOOTNOTE_"
TOML_FILE = Path("footnote.toml")
_HOST_NAME = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*")
_MAY_HOLD_SECRETS = ("llm_api_key", "llm_base_url", "database_url")
"""Settings whose wrong values are not repeated in an error."""
_SAFE = r"(?:%[0-9A-Fa-f]{2}|[^\s@:/?#%\[\]])*"
_SERVER = r"(?:[\w.%-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?"
_DATABASE_ADDRESS = re.compile(
    rf"[a-z]+://(?:{_SAFE}(?::{_SAFE})?@)?{_SERVER}(?:,{_SERVER})*(?:/[^\s@/?#]*)?(?:\?[^\s@#]*)?"
)
_SHOWN_OF_DATABASES = ("host", "port", "dbname", "user")
"""Parameters of a database's address that are shown; others may hold a password or the way to one."""
MALLOPT_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""


class DatabaseUrl(SecretStr):
    """Where a PostgreSQL database is, as libpq writes it. It shows itself without its password."""

    def _display(self) -> str:
        parts = urlsplit(self.get_secret_value())
        who, at, server = parts.netloc.rpartition("@")
        user, has_password, _ = who.partition(":")
        shown = urlencode([each for each in parse_qsl(parts.query) if each[0] in _SHOWN_OF_DATABASES], safe="/,:")
        netloc = f"{user}{':***' if has_password else ''}{at}{server}"
        return f"postgresql://{netloc}{parts.path}{'?' if shown else ''}{shown}"


def _without_trailing_slash(url: str | None) -> str | None:
    return url.rstrip("/") if url else None


def _server_address(url: str | None) -> str | None:
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it must begin with http:// or https:// and name a server, such as http://127.0.0.1:11434/v1")
    if "@" in parts.netloc:
        raise ValueError("it must hold no user and password; put the key into FOOTNOTE_LLM_API_KEY")
    return url.rstrip("/")


def _database_address(url: DatabaseUrl | None) -> DatabaseUrl | None:
    if url is None or not (address := url.get_secret_value()):
        return None
    if not address.startswith(("postgresql://", "postgres://")):
        raise ValueError("it must begin with postgresql://, such as postgresql://footnote@127.0.0.1/footnote")
    if not _DATABASE_ADDRESS.fullmatch(address):
        raise ValueError(
            "it must read postgresql://user:password@host:port/name, with @ : / ? # % [ ] and blanks in a password as "
            "%40 %3A %2F %3F %23 %25 %5B %5D %20"
        )
    return url


def _host_names(text: str) -> str:
    hosts = [part.strip() for part in text.split(",") if part.strip()]
    if wrong := [host for host in hosts if not _HOST_NAME.fullmatch(host)]:
        raise ValueError(f"{wrong[0]!r} is no host name in small letters, such as www.example.com or *.example.com")
    return text


class Settings(BaseSettings):
    """What can be set, by `FOOTNOTE_<NAME>` in the environment or `<name>` in footnote.toml; the environment wins."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, toml_file=TOML_FILE, extra="forbid", frozen=True)

    data_dir: Path = Field(Path("data"), description="Folder of the database, the index and unpacked models.")
    models_dir: Path | None = Field(
        None, description="Folder of exported and fetched models. Default: models in the data directory."
    )
    database_url: Annotated[DatabaseUrl | None, AfterValidator(_database_address)] = Field(
        None,
        description="PostgreSQL database, such as postgresql://footnote@127.0.0.1/footnote. Default: the SQLite file "
        "footnote.db in the data directory.",
    )
    encoder: str = Field(
        "all-MiniLM-L6-v2",
        description="Sentence-transformers model: the bundled all-MiniLM-L6-v2, a folder, or a hub name with its "
        "revision (org/name@commit).",
    )
    encoder_precision: Literal["fp32", "int8"] = Field(
        "int8",
        description="Precision of the encoder: int8, or fp32, which is slower, larger and hardly more exact. Another "
        "one needs another index.",
    )
    encoder_threads: int = Field(2, ge=1, le=64, description="Processor threads that encode texts.")
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the server listens on.")
    public_url: Annotated[str | None, AfterValidator(_without_trailing_slash)] = Field(
        None, description="Where customers reach the server; links to articles start with it. Default: where it serves."
    )
    site_key: str = Field("site_demo", description="Public key of the site whose pages may open conversations.")
    answer_threshold: float = Field(
        0.5, ge=0, le=1, description="Confidence from which a question is answered instead of handed to a person."
    )
    question_characters: int = Field(8000, ge=100, description="Longest question that is read, in characters.")
    candidates: int = Field(20, ge=10, le=1000, description="Passages that each signal proposes for a question.")
    llm_base_url: Annotated[str | None, AfterValidator(_server_address)] = Field(
        None,
        description="OpenAI-compatible server of a language model that words the answers, up to and with /v1. "
        "Default: none; answers are quotes.",
    )
    llm_model: str | None = Field(None, description="Name of the language model, as its server knows it.")
    llm_api_key: SecretStr = Field(SecretStr(""), description="Key of the language model's server, if it wants one.")
    llm_prompt_tokens: int = Field(
        4000, ge=1000, le=100_000, description="Most tokens of a prompt: the rules, the question and passages."
    )
    llm_answer_tokens: int = Field(
        600, ge=50, le=4000, description="Most tokens of an answer; one that does not end by then is not used."
    )
    llm_at_once: int = Field(
        8, ge=1, le=256, description="Most answers that the language model writes at once; others are quotes."
    )
    llm_first_token_seconds: float = Field(
        8.0, gt=0, le=60, description="How long the language model may take to begin, in seconds."
    )
    llm_total_seconds: float = Field(
        30.0, gt=0, le=300, description="How long the language model may take for an answer, in seconds."
    )
    action_hosts: Annotated[str, AfterValidator(_host_names)] = Field(
        "",
        description="Hosts that self-service buttons may lead to, between commas; `*.` in front stands for every name "
        "below. Default: those that the help center itself names.",
    )
    index_poll_seconds: float = Field(1.0, ge=0, description="How often a server looks for a new index, in seconds.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log line that is written."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line, then environment, then footnote.toml, then defaults."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def links_start_with(self) -> str:
        """The URL in front of `/help/…`, without a trailing slash."""
        reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - not bound here
        host = f"[{reachable}]" if ":" in reachable else reachable
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def hosts_of_actions(self) -> frozenset[str]:
        """The hosts in `action_hosts`."""
        return frozenset(host for part in self.action_hosts.split(",") if (host := part.strip()))

    @property
    def database_file(self) -> Path:
        """The SQLite database."""
        return self.data_dir / "footnote.db"

    @property
    def database(self) -> Path | DatabaseUrl:
        """Where the database is: the address that was set, else a file in the data directory."""
        return self.database_url or self.database_file

    def apart(self, data_dir: Path) -> "Settings":
        """The same settings over another data directory, with the database in there and the same models."""
        return self.model_copy(update={"data_dir": data_dir, "models_dir": self.models_folder, "database_url": None})

    @property
    def index_folder(self) -> Path:
        """Where index generations live."""
        return self.data_dir / "index"

    @property
    def models_folder(self) -> Path:
        """Where exported and fetched models and the token ranks are kept."""
        return self.models_dir or self.data_dir / "models"

    @property
    def ranks_folder(self) -> Path:
        """Where the token ranks are unpacked; tiktoken looks for them there."""
        return self.models_folder / "tiktoken"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting as `footnote settings` and docs/settings.md show it."""

    name: str
    variable: str
    value: str
    source: str
    default: str
    help: str


def load_settings(**given: Any) -> Settings:
    """The settings with `given` (from the command line; None means not given) on top. Raises ConfigurationError."""
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**chosen)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        if first["type"] == "extra_forbidden":
            raise ConfigurationError(
                f"footnote.toml sets {name!r}, which is no setting{_did_you_mean(name)}. "
                "`footnote settings` lists them all."
            ) from error
        where = f"{PREFIX}{name.upper()} (or {name} in footnote.toml)"
        value = "what it is" if name in _MAY_HOLD_SECRETS else repr(first["input"])
        raise ConfigurationError(f"The setting {where} cannot be {value}: {first['msg']}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"footnote.toml cannot be read: {error}.") from error


def describe(settings: Settings, given: frozenset[str] = frozenset()) -> tuple[SettingRow, ...]:
    """Every setting with its value, where the value comes from, and help. Secrets show as asterisks."""
    in_file = tomllib.loads(TOML_FILE.read_text(encoding="utf-8")) if TOML_FILE.is_file() else {}
    rows = []
    for name, field in Settings.model_fields.items():
        variable = PREFIX + name.upper()
        if name in given:
            source = "command line"
        elif any(variable == key.upper() for key in os.environ):
            source = "environment"
        else:
            source = "footnote.toml" if name in in_file else "default"
        rows.append(
            SettingRow(
                name, variable, _shown(getattr(settings, name)), source, _shown(field.default), field.description or ""
            )
        )
    return tuple(rows)


def unknown_variables() -> tuple[str, ...]:
    """A sentence for each FOOTNOTE_* variable of the environment that is no setting."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    strangers = sorted(key for key in os.environ if key.upper().startswith(PREFIX) and key.upper() not in known)
    return tuple(
        f"The environment sets {key}, which is no setting{_did_you_mean(key.upper().removeprefix(PREFIX).lower())}."
        for key in strangers
    )


def prepare_process(settings: Settings) -> None:
    """Point the libraries at local files and keep them off the network. Call before the first model or token count."""
    hub_may_be_asked = "@" in settings.encoder
    os.environ.setdefault("HF_HUB_OFFLINE", "0" if hub_may_be_asked else "1")
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # else idle threads spin and starve other processes
    os.environ["TIKTOKEN_CACHE_DIR"] = str(settings.ranks_folder.resolve())
    _share_one_heap()
    threadpool_limits(limits=1, user_api="blas")  # a small product wakes threads that then spin: worse than useless


def _share_one_heap() -> None:
    """Have all threads allocate from one heap: glibc gives each its own, which keeps what it once needed, and a server
    of eight threads then holds a sixth more memory. Other C libraries have no such switch."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(MALLOPT_ARENA_MAX, 1)


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _did_you_mean(name: str) -> str:
    near = difflib.get_close_matches(name, list(Settings.model_fields), n=1)
    return f" (did you mean {near[0]}?)" if near else ""
