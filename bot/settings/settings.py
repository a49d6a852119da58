"""All settings together, and the order of the sources that a value may come from."""

from pathlib import Path

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from bot.settings.answering import AnsweringSettings
from bot.settings.handoff import DeskSettings, PatienceSettings
from bot.settings.installation import InstallationSettings
from bot.settings.sign_in import SignInSettings
from bot.settings.sites import LimitSettings, SiteSettings

PREFIX = "FOOTNOTE_"
TOML_FILE = Path("footnote.toml")


class Settings(
    SignInSettings,
    DeskSettings,
    PatienceSettings,
    AnsweringSettings,
    LimitSettings,
    SiteSettings,
    InstallationSettings,
    BaseSettings,
):
    """What can be set, by `FOOTNOTE_<NAME>` in the environment or `<name>` in footnote.toml; the environment wins.

    They are listed with the last group first: so pydantic orders the fields of several bases.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, toml_file=TOML_FILE, extra="forbid", frozen=True)

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

    def apart(self, data_dir: Path) -> "Settings":
        """The same settings over another data directory, with the database in there and the same models."""
        return self.model_copy(update={"data_dir": data_dir, "models_dir": self.models_folder, "database_url": None})
