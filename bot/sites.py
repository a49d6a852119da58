"""The sites whose pages may open conversations: their public keys, the origins of their pages, their limits, and what
their servers sign customers' names with.

They stand in a file (setting `sites_file`), or there is one, made of the settings. A site's key is public and opens
nothing but conversations.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.errors import ConfigurationError, UnknownSite
from bot.safety.identity_keys import NO_KEYS, IdentityKeys, identity_keys
from bot.settings import PREFIX, Settings
from bot.settings.sites import DEMO_NAME, LimitSettings
from bot.settings.values import each_origin, is_origin, public_site_key

ORIGIN_CHARACTERS = 267
"""The longest there is: `https://`, a host of 253 (RFC 1035, section 2.3.4) and a port."""
LOGO_KINDS = (".png", ".svg", ".webp")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one site's customers may send in a minute."""

    conversations_per_minute: int
    conversations_per_minute_per_address: int
    messages_per_minute: int
    messages_per_minute_per_address: int
    messages_per_minute_per_conversation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site: `key` stands in its pages. `origins` are those of its pages (`https://www.example.com`, or
    `https://*.example.com` for every name below); the colour is `#rrggbb`, the logo a file of ours."""

    key: str
    name: str
    limits: Limits
    origins: tuple[str, ...] = ()
    requires_origin: bool = False
    """Whether a request that does not say which page it comes from is refused. Every browser says it, so that shuts
    nobody out but programs, which can say whatever they like: it keeps off those that are not meant for the site."""
    identity: IdentityKeys = field(default=NO_KEYS, repr=False)
    colour: str | None = None
    logo: Path | None = None
    locales: tuple[str, ...] = ()

    @property
    def is_demo(self) -> bool:
        """Whether it is the invented exchange of the sample help center."""
        return self.name == DEMO_NAME

    def admits(self, origin: str) -> bool:
        """Whether a page of this origin, as a browser writes it, is one of the site's."""
        is_possible = len(origin) <= ORIGIN_CHARACTERS and is_origin(origin)
        return is_possible and any(_covers(allowed, origin) for allowed in self.origins)


@dataclass(frozen=True, slots=True)
class Sites:
    """Every site, by its key. `shown` is the one whose key our own demo page carries."""

    by_key: Mapping[str, Site]
    shown: Site

    def __iter__(self) -> Iterator[Site]:
        return iter(self.by_key.values())

    def site(self, key: str) -> Site:
        """The site with this key. UnknownSite."""
        found = self.by_key.get(key)
        if found is None:
            raise UnknownSite("No site has this key. Use the site key that `data-site` of your page carries.")
        return found


def _covers(allowed: str, origin: str) -> bool:
    scheme, star, parent = allowed.partition("*")
    return origin.startswith(scheme) and origin.endswith(parent) if star else origin == allowed


def snippet(site: Site, links_start_with: str) -> str:
    """What the site puts into its pages."""
    colour = "" if site.colour is None else f' data-color="{site.colour}"'
    return f'<script async src="{links_start_with}/widget/v1/loader.js" data-site="{site.key}"{colour}></script>'


def open_sites(settings: Settings) -> Sites:
    """The sites of the file that the settings name, else the one that they describe. Raises ConfigurationError."""
    if settings.sites_file is None:
        own = _of_settings(settings)
        return Sites({own.key: own}, own)
    for name in ("site_origins", "site_identity_secrets"):
        if getattr(settings, name) != type(settings).model_fields[name].default:
            raise ConfigurationError(
                f"{_variable(name)} and {_variable('sites_file')} are both set; put what the first says into that file."
            )
    found = _of_file(settings.sites_file, settings)
    return Sites(found, found.get(settings.site_key) or next(iter(found.values())))


Positive = Annotated[int, Field(ge=1)]


class _LimitsIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    conversations_per_minute: Positive | None = None
    conversations_per_minute_per_address: Positive | None = None
    messages_per_minute: Positive | None = None
    messages_per_minute_per_address: Positive | None = None
    messages_per_minute_per_conversation: Positive | None = None


Locale = Annotated[str, Field(max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]


class _SiteIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=100)
    origins: Annotated[list[str], AfterValidator(each_origin)] = []
    requires_origin: bool = False
    identity_secrets: list[SecretStr] = []
    identity_public_keys: list[SecretStr] = []
    colour: str | None = Field(None, pattern=r"^#[0-9A-Fa-f]{6}$")
    logo: str | None = None
    locales: list[Locale] = []
    limits: _LimitsIn = _LimitsIn()


class _FileIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sites: dict[Annotated[str, AfterValidator(public_site_key)], _SiteIn] = Field(min_length=1)


def _of_file(file: Path, settings: Settings) -> dict[str, Site]:
    try:
        given = _FileIn.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigurationError(f"The sites file {file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The sites file {file} is not TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"] if part != "[key]")
        # `from None`: the error itself holds what the file holds, secrets too.
        raise ConfigurationError(f"The sites file {file} cannot be used: {place}: {_reason(first)}.") from None
    return {key: _site(key, each, file, settings) for key, each in given.sites.items()}


def _reason(error: Mapping[str, Any]) -> str:
    known = {"extra_forbidden": "there is no such field", "missing": "it is missing"}
    said = str(error["msg"]).removeprefix("Value error, ")
    return known.get(str(error["type"]), said[:1].lower() + said[1:])


def _site(key: str, given: _SiteIn, file: Path, settings: Settings) -> Site:
    secrets, public_keys = given.identity_secrets, given.identity_public_keys
    try:
        identity = identity_keys(
            [one.get_secret_value() for one in secrets], [p.get_secret_value() for p in public_keys]
        )
        logo = None if given.logo is None else _logo(file.parent / given.logo)
    except ValueError as error:
        raise ConfigurationError(f"The sites file {file} cannot be used: sites.{key}: {error}") from None
    return Site(
        key=key,
        name=given.name,
        limits=_limits(settings, given.limits.model_dump(exclude_none=True)),
        origins=tuple(given.origins),
        requires_origin=given.requires_origin,
        identity=identity,
        colour=given.colour,
        logo=logo,
        locales=tuple(given.locales),
    )


def _of_settings(settings: Settings) -> Site:
    try:
        identity = identity_keys(settings.site_identity_secrets.each, ())
    except ValueError as error:
        raise ConfigurationError(f"{_variable('site_identity_secrets')} cannot be used: {error}") from None
    return Site(
        key=settings.site_key,
        name=settings.site_name,
        limits=_limits(settings, {}),
        origins=settings.origins_of_site,
        identity=identity,
    )


def _limits(settings: Settings, own: Mapping[str, int]) -> Limits:
    return Limits(**{name: own.get(name, getattr(settings, name)) for name in LimitSettings.model_fields})


def _logo(file: Path) -> Path:
    if file.suffix.lower() not in LOGO_KINDS:
        raise ValueError(f"the logo {file.name!r} is no picture of a kind that is shown: {', '.join(LOGO_KINDS)}.")
    if not file.is_file():
        raise ValueError(f"the logo {str(file)!r} is not there.")
    return file


def _variable(name: str) -> str:
    return PREFIX + name.upper()
