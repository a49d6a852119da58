"""What commands have in common: options that read alike everywhere, and an opened Footnote."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.assembly import Footnote, open_footnote
from bot.settings import Settings

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder of the database and the index.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@contextmanager
def opened(chosen: Settings) -> Iterator[Footnote]:
    """A Footnote for the time of a command. Raises FootnoteError."""
    footnote = open_footnote(chosen)
    try:
        yield footnote
    finally:
        footnote.close()
