"""How often each word stands in a corpus, in a file beside its index: what spelling is mended with."""

import json
from collections.abc import Mapping
from pathlib import Path

from embeddings.errors import IndexFileError

WORDS_FILE = "words.json"
HEAD = {"format": 1}


def save_word_counts(counts: Mapping[str, int], folder: Path) -> None:
    """Writes one file into `folder`, the same bytes for the same counts; IndexFileError when that fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({**HEAD, "words": dict(sorted(counts.items()))}, ensure_ascii=False)
        (folder / WORDS_FILE).write_text(text, encoding="utf-8")
    except OSError as error:
        raise IndexFileError(f"The words of the corpus cannot be written to {folder}: {error}.") from error


def load_word_counts(folder: Path) -> dict[str, int]:
    """What `save_word_counts` wrote; IndexFileError when it is missing, damaged or of another version."""
    try:
        document = json.loads((folder / WORDS_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise IndexFileError(f"The index lacks {error.filename}; build the index again.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise IndexFileError(
            f"The words of the corpus in {folder} are damaged ({error}); build the index again."
        ) from error
    if not isinstance(document, dict) or {name: document.get(name) for name in HEAD} != HEAD:
        raise IndexFileError(f"The words of the corpus in {folder} are of another version; build the index again.")
    counts = document.get("words")
    if not isinstance(counts, dict) or not all(type(count) is int and count > 0 for count in counts.values()):
        raise IndexFileError(f"The words of the corpus in {folder} have no counts; build the index again.")
    return counts
