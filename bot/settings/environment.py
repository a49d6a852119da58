"""The only reader and writer of the environment: settings out of it, a prepared process into it."""

import ctypes
import difflib
import os
import tomllib
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import SecretStr, ValidationError
from threadpoolctl import threadpool_limits

from bot.errors import ConfigurationError
from bot.settings.settings import PREFIX, TOML_FILE, Settings

MALLOPT_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""


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
        value = "what it is" if _may_hold_a_secret(name) else repr(first["input"])
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


def _may_hold_a_secret(name: str) -> bool:
    """Whether a wrong value is not to be repeated: a secret's, or an address's that may have a password in it."""
    kind = Settings.model_fields[name].annotation if name in Settings.model_fields else None
    hidden = any(isinstance(each, type) and issubclass(each, SecretStr) for each in (*get_args(kind), kind))
    return hidden or name.endswith("_url")


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _did_you_mean(name: str) -> str:
    near = difflib.get_close_matches(name, list(Settings.model_fields), n=1)
    return f" (did you mean {near[0]}?)" if near else ""
