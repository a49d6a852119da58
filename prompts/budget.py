"""The token budget of a language model's prompt, counted by tiktoken without a network.

tiktoken fetches its ranks at first use and has no switch against that. Footnote carries the ranks (`ranks/README.md`),
unpacks them once into a folder that `TIKTOKEN_CACHE_DIR` names (bot/settings sets it), and refuses to count when
they are not there.
"""

import hashlib
import lzma
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import tiktoken

from prompts.errors import RanksError

PACKED_RANKS = Path(__file__).parent / "ranks" / "o200k_base.tiktoken.xz"
RANKS_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
CACHE_FILE = "fb374d419588a4632f3f557e76b4b70aebbca790"
"""The name under which tiktoken looks for the ranks: the SHA-1 of the address it would fetch them from."""


def unpack_ranks(folder: Path) -> Path:
    """Put the ranks where tiktoken finds them, once; returns the file. Raises RanksError when they are damaged."""
    file = folder / CACHE_FILE
    if ranks_are_unpacked(folder):
        return file
    try:
        ranks = lzma.decompress(PACKED_RANKS.read_bytes())
    except lzma.LZMAError:
        ranks = b""
    if hashlib.sha256(ranks).hexdigest() != RANKS_SHA256:
        raise RanksError(f"The token ranks in {PACKED_RANKS.name} are not the published ones; install Footnote again.")
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{CACHE_FILE}.{os.getpid()}"
    partial.write_bytes(ranks)
    partial.replace(file)
    return file


def ranks_are_unpacked(folder: Path) -> bool:
    """Whether the file is there whole. tiktoken deletes and fetches a file with the wrong checksum, so this is asked
    first."""
    file = folder / CACHE_FILE
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == RANKS_SHA256


class TokenBudget:
    """Counts tokens of `o200k_base` with the ranks in `folder`, which is the one that TIKTOKEN_CACHE_DIR names."""

    def __init__(self, folder: Path) -> None:
        unpack_ranks(folder)

    def count(self, text: str) -> int:
        """Tokens of `text`; special tokens written in it count as ordinary text."""
        return len(_encoding().encode(text, disallowed_special=()))

    def fitting(self, texts: Iterable[str], limit_tokens: int) -> tuple[str, ...]:
        """The longest run of leading texts whose tokens add up to at most `limit_tokens`."""
        kept: list[str] = []
        used = 0
        for text in texts:
            used += self.count(text)
            if used > limit_tokens:
                break
            kept.append(text)
        return tuple(kept)


@cache
def _encoding() -> tiktoken.Encoding:
    return tiktoken.get_encoding("o200k_base")
