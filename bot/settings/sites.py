"""Settings of sites: whose pages may open conversations, and how much customers may send."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from bot.settings.values import Origins, Secrets, nothing_if_empty, origins_in, public_site_key

DEMO_NAME = "Corvane"
"""The invented exchange whose help center ships as a sample."""
_MOST = 1_000_000
_OWN = "A site of sites_file may have its own."


class LimitSettings(BaseModel):
    """How much one site's customers may send. What is within a minute's number may come at once."""

    conversations_per_minute: int = Field(
        600, ge=1, le=_MOST, description=f"Conversations that a site's pages may open in a minute. {_OWN}"
    )
    conversations_per_minute_per_address: int = Field(
        30, ge=1, le=_MOST, description=f"Of those, how many from one network address. {_OWN}"
    )
    messages_per_minute: int = Field(
        3000, ge=1, le=_MOST, description=f"Messages that a site's customers may send in a minute. {_OWN}"
    )
    messages_per_minute_per_address: int = Field(
        120, ge=1, le=_MOST, description=f"Of those, how many from one network address. {_OWN}"
    )
    messages_per_minute_per_conversation: int = Field(
        30, ge=1, le=_MOST, description=f"Of those, how many in one conversation. {_OWN}"
    )


class SiteSettings(BaseModel):
    """The sites: a file that lists them, or one that these settings describe."""

    site_key: Annotated[str, AfterValidator(public_site_key)] = Field(
        "site_demo",
        description="Public key of the site whose pages may open conversations; with sites_file, of the one whose "
        "demo page is shown.",
    )
    site_name: str = Field(
        DEMO_NAME,
        min_length=1,
        max_length=100,
        description="What customers know the site as: it stands over the chat and the help center. Under the default, "
        "the name of the invented exchange, its home page is shown too.",
    )
    site_origins: Origins = Field(
        "",
        description="Origins of the site's pages between commas, such as https://www.example.com; `*.` in front of the "
        "host stands for every name below. Default: none but this server itself.",
    )
    site_identity_secrets: Secrets = Field(
        Secrets(""),
        description="Secrets of at least 32 bytes that the site's server signs its customers' identity tokens with. "
        "Several stand between commas, so that one can be replaced. Default: every customer is anonymous.",
    )
    sites_file: Annotated[Path | None, BeforeValidator(nothing_if_empty)] = Field(
        None, description="File that lists several sites (docs/widget.md). Default: the one that site_… describe."
    )
    requests_per_minute_per_address: int = Field(
        1200,
        ge=1,
        le=_MOST,
        description="Requests about conversations that one network address may send in a minute, of every kind and to "
        "every site.",
    )

    @property
    def origins_of_site(self) -> tuple[str, ...]:
        """The origins in `site_origins`, as browsers write them."""
        return origins_in(self.site_origins)
