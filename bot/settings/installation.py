"""Settings of the installation: where data lies, where it serves, what it logs."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from bot.settings.values import DatabaseUrl, database_address, without_trailing_slash


class InstallationSettings(BaseModel):
    """One process and one directory."""

    data_dir: Path = Field(Path("data"), description="Folder of the database, the index and unpacked models.")
    models_dir: Path | None = Field(
        None, description="Folder of exported and fetched models. Default: models in the data directory."
    )
    database_url: Annotated[DatabaseUrl | None, AfterValidator(database_address)] = Field(
        None,
        description="PostgreSQL database, such as postgresql://footnote@127.0.0.1/footnote. Default: the SQLite file "
        "footnote.db in the data directory.",
    )
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the server listens on.")
    public_url: Annotated[str | None, AfterValidator(without_trailing_slash)] = Field(
        None,
        description="Where customers and agents reach the server; links to articles and to the console start with it. "
        "Default: where it serves.",
    )
    index_poll_seconds: float = Field(1.0, ge=0, description="How often a server looks for a new index, in seconds.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log line that is written."
    )

    @property
    def links_start_with(self) -> str:
        """The URL in front of `/help/…`, without a trailing slash."""
        reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - not bound here
        host = f"[{reachable}]" if ":" in reachable else reachable
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def database_file(self) -> Path:
        """The SQLite database."""
        return self.data_dir / "footnote.db"

    @property
    def database(self) -> Path | DatabaseUrl:
        """Where the database is: the address that was set, else a file in the data directory."""
        return self.database_url or self.database_file

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
