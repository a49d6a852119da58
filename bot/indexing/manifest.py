"""A generation's manifest: what it holds, what made it, and the checksum of every file, itself included."""

import hashlib
import json
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from bot.errors import IndexUnavailable

FORMAT = 3
MANIFEST_FILE = "manifest.json"
MEND = "run `footnote index --rebuild`"


class FileEntry(BaseModel):
    """A file's size in bytes and the SHA-256 of its content, in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")

    @classmethod
    def of(cls, file: Path) -> "FileEntry":
        """The entry of the file as it is on disk now."""
        with file.open("rb") as stream:
            return cls(bytes=file.stat().st_size, sha256=hashlib.file_digest(stream, "sha256").hexdigest())


class Counts(BaseModel):
    """How much a generation holds. Internal articles count among `articles` only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    articles: int = Field(ge=0)
    passages: int = Field(ge=0)
    titles: int = Field(ge=0)


class Manifest(BaseModel):
    """One generation, described."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    number: int = Field(ge=1)
    created_at: AwareDatetime
    encoder: str
    """Identity of the encoder whose vectors these are."""
    dimensions: int = Field(ge=1)
    rules: str
    """Identity of the rules between an article and the vectors of its passages."""
    listings: tuple[str, ...]
    """Keys of those sources of the articles that are listings."""
    counts: Counts
    files: dict[str, FileEntry]
    """Every other file of the generation, by its path inside it (with `/`)."""

    def to_bytes(self) -> bytes:
        """The one form of the file, with a checksum of the rest in it."""
        content = self.model_dump(mode="json")
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        sealed = {"manifest": content, "sha256": hashlib.sha256(text.encode()).hexdigest()}
        return (json.dumps(sealed, sort_keys=True, ensure_ascii=False, indent=2) + "\n").encode()

    @property
    def content_sha256(self) -> str:
        """The checksum of what decides a search: rules, encoder and every file. Two generations made of the same
        articles have the same, whenever they were made and whatever their numbers."""
        content = self.model_dump(mode="json", exclude={"number", "created_at", "listings"})
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    @property
    def sha256(self) -> str:
        """The checksum of the manifest file."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def read_manifest(folder: Path, number: int) -> Manifest:
    """The manifest of generation `number` in `folder`, unchanged since it was written.

    Raises IndexUnavailable when it is missing, damaged, of another format or of another generation.
    """
    file = folder / MANIFEST_FILE
    try:
        written = file.read_bytes()
    except OSError as error:
        raise IndexUnavailable(f"The index file {file} cannot be read ({error.strerror}): {MEND}.") from error
    try:
        content = json.loads(written)["manifest"]
        if isinstance(content, dict) and content.get("format") != FORMAT:
            raise IndexUnavailable(
                f"The index file {file} has format {content.get('format')!r}, and this version reads {FORMAT}: {MEND}."
            )
        manifest = Manifest.model_validate(content)
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise IndexUnavailable(f"The index file {file} is damaged and no manifest any more: {MEND}.") from error
    if manifest.to_bytes() != written:
        raise IndexUnavailable(f"The index file {file} was changed after it was written: {MEND}.")
    if manifest.number != number:
        raise IndexUnavailable(f"The index file {file} belongs to generation {manifest.number}: {MEND}.")
    return manifest


def verify_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file with its entry. Raises IndexUnavailable naming the first file that is missing or differs."""
    for name, entry in manifest.files.items():
        file = folder / name
        try:
            found = FileEntry.of(file)
        except OSError as error:
            raise IndexUnavailable(f"The index file {file} cannot be read ({error.strerror}): {MEND}.") from error
        if found.bytes != entry.bytes:
            raise IndexUnavailable(f"The index file {file} has {found.bytes} bytes instead of {entry.bytes}: {MEND}.")
        if found.sha256 != entry.sha256:
            raise IndexUnavailable(f"The index file {file} is damaged (its checksum differs): {MEND}.")
