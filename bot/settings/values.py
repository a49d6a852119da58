"""What a setting's value may be: types that hide what they hold, and checks whose sentences say what would be right."""

import re
from collections.abc import Iterable
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

_HOST_NAME = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*")
_MACHINE = re.compile(r"(?:[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_SAFE = r"(?:%[0-9A-Fa-f]{2}|[^\s@:/?#%\[\]])*"
_SERVER = r"(?:[\w.%-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?"
_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_ORIGIN = re.compile(
    rf"https?://(?:(?:\*\.{_LABEL}\.)?(?:{_LABEL}\.)*{_LABEL}|\[[0-9a-f:.]+\])(?::[1-9][0-9]{{0,4}})?", re.ASCII
)
_USUAL_PORTS = {"http": ":80", "https": ":443"}
_SITE_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DATABASE_ADDRESS = re.compile(
    rf"[a-z]+://(?:{_SAFE}(?::{_SAFE})?@)?{_SERVER}(?:,{_SERVER})*(?:/[^\s@/?#]*)?(?:\?[^\s@#]*)?"
)
_SHOWN_OF_DATABASES = ("host", "port", "dbname", "user")
"""Parameters of a database's address that are shown; others may hold a password or the way to one."""


class DatabaseUrl(SecretStr):
    """Where a PostgreSQL database is, as libpq writes it. It shows itself without its password."""

    def _display(self) -> str:
        parts = urlsplit(self.get_secret_value())
        who, at, server = parts.netloc.rpartition("@")
        user, has_password, _ = who.partition(":")
        shown = urlencode([each for each in parse_qsl(parts.query) if each[0] in _SHOWN_OF_DATABASES], safe="/,:")
        netloc = f"{user}{':***' if has_password else ''}{at}{server}"
        return f"postgresql://{netloc}{parts.path}{'?' if shown else ''}{shown}"


class SecretUrl(SecretStr):
    """An address whose path or query may be all that it takes to be let in. It shows its server only."""

    def _display(self) -> str:
        parts = urlsplit(self.get_secret_value())
        server = f"{parts.scheme}://{parts.netloc}/"
        return server if self.get_secret_value() in (server, server[:-1]) else f"{server}***"


class Secrets(SecretStr):
    """Several secrets between commas, of which any may be in use while one is replaced by the next."""

    @property
    def each(self) -> tuple[str, ...]:
        """The secrets, in the order given."""
        return parts_of(self.get_secret_value())


def parts_of(text: str) -> tuple[str, ...]:
    """What stands between commas, without blanks around it."""
    return tuple(part for each in text.split(",") if (part := each.strip()))


def without_trailing_slash(url: str | None) -> str | None:
    """An address that a path can be put behind."""
    return url.rstrip("/") if url else None


def model_address(url: str | None) -> str | None:
    """The address of a language model's server, or ValueError."""
    if not url:
        return None
    if not _names_a_server(url):
        raise ValueError("it must begin with http:// or https:// and name a server, such as http://127.0.0.1:11434/v1")
    if _has_login(url):
        raise ValueError("it must hold no user and password; put the key into FOOTNOTE_LLM_API_KEY")
    return url.rstrip("/")


def desk_address(url: str | None) -> str | None:
    """Where a help desk is, or ValueError."""
    if not url:
        return None
    if not _names_a_server(url) or "@" in url or "?" in url or "#" in url:
        raise ValueError("it must be https:// and a server without user, password or query, such as https://x.example")
    return url.rstrip("/")


def webhook_address(url: SecretUrl | None) -> SecretUrl | None:
    """Where events are posted, or ValueError."""
    if url is None or not (address := url.get_secret_value()):
        return None
    if not _names_a_server(address) or _has_login(address):
        raise ValueError("it must be https:// and a server without user and password, such as https://x.example/hook")
    return url


def database_address(url: DatabaseUrl | None) -> DatabaseUrl | None:
    """The address of a PostgreSQL database, or ValueError."""
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


def host_names(text: str) -> str:
    """Names of hosts between commas, or ValueError."""
    if wrong := [host for host in parts_of(text) if not _HOST_NAME.fullmatch(host)]:
        raise ValueError(f"{wrong[0]!r} is no host name in small letters, such as www.example.com or *.example.com")
    return text


def machines(text: str) -> str:
    """Machines between commas, each perhaps with a port, or ValueError."""
    if wrong := [part for part in parts_of(text) if not _MACHINE.fullmatch(part.lower())]:
        raise ValueError(f"{wrong[0]!r} is neither host nor host:port, such as desk.internal or 10.0.0.5:8080")
    return text


def public_site_key(text: str) -> str:
    """A site's public key, or ValueError. It stands in pages and addresses as it is."""
    if not _SITE_KEY.fullmatch(text):
        raise ValueError("a site's key is 1 to 64 letters, digits, - and _, such as site_shop")
    return text


def origin(text: str) -> str:
    """An origin as browsers write it, in small letters and without the usual port, or ValueError. `*.` in front of a
    host of two names and more stands for every name below it."""
    found = text.strip().lower().removesuffix("/")
    scheme = found.partition(":")[0]
    usual = found.removesuffix(_USUAL_PORTS.get(scheme, "/"))
    if not _ORIGIN.fullmatch(usual):
        raise ValueError(
            f"{text!r} is no origin; it must be http:// or https://, a host and perhaps a port, such as "
            "https://www.example.com, with other letters than a-z in the form that begins with xn--"
        )
    return usual


def is_origin(text: str) -> bool:
    """Whether a browser may write this for one page's origin."""
    return "*" not in text and _ORIGIN.fullmatch(text) is not None


def each_origin(texts: Iterable[str]) -> list[str]:
    """Each as an origin, or ValueError."""
    return [origin(text) for text in texts]


def origins_in(text: str) -> tuple[str, ...]:
    """The origins that stand between commas, or ValueError."""
    return tuple(each_origin(parts_of(text)))


def listed_origins(text: str) -> str:
    """Origins between commas, or ValueError."""
    origins_in(text)
    return text


def _names_a_server(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # its sentence would repeat what may be a password
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", url)


def _has_login(url: str) -> bool:
    return "@" in urlsplit(url).netloc


def nothing_if_empty(value: object) -> object:
    """None for an empty variable, other values as they are."""
    return None if value == "" else value


Number = Annotated[int | None, Field(ge=1), BeforeValidator(nothing_if_empty)]
"""A desk's number of something; an empty variable is none."""
Text = Annotated[str | None, BeforeValidator(nothing_if_empty)]
Address = Annotated[str | None, AfterValidator(desk_address)]
Hosts = Annotated[str, AfterValidator(host_names)]
Origins = Annotated[str, AfterValidator(listed_origins)]
Machines = Annotated[str, AfterValidator(machines)]
