"""Footnote as a contender: `python -m eval.bench.footnote_runner`, in its shipped configuration."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.assembly import Footnote, open_footnote
from bot.indexing.progress import SilentProgress
from bot.models import CustomerContext
from bot.settings import Settings, load_settings
from eval.peers.bench_protocol import serve, versions_of
from knowledge.sources import open_source


class FootnoteEngine:
    """An `Engine` over one data directory. It is handed documents and cuts them itself."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._footnote: Footnote | None = None

    def load(self) -> Mapping[str, str]:
        """Everything wired together, and the encoder loaded (exported first where it was not yet)."""
        self._opened().encoder.encode_queries(["warm up"])
        return versions_of("footnote", "onnxruntime", "tokenizers")

    def index(self, corpus: Path) -> None:
        """Build the data directory's first generation."""
        self._opened().build([open_source(corpus)], SilentProgress())

    def describe(self) -> Mapping[str, float]:
        """Passages, and the tokens of them that the encoder read, the two special ones of each included."""
        footnote = self._opened()
        encoder, passages = footnote.encoder, footnote.index.current().passages.values()
        tokens = sum(min(encoder.count_tokens(each.embedded_text) + 2, encoder.max_tokens) for each in passages)
        return {"passages": len(passages), "tokens": tokens}

    def open(self) -> None:
        """The generation that is there."""
        self._opened().index.current()

    def search(self, text: str, limit: int) -> Sequence[str]:  # noqa: ARG002 - how deep it looks is a setting
        """Documents, each at the rank of its best passage."""
        hits = self._opened().assistant.search(text[: self._settings.question_characters], CustomerContext())
        return list(dict.fromkeys(hit.passage.article_id for hit in hits))

    def close(self) -> None:
        """Give back the database's connections."""
        if self._footnote is not None:
            self._footnote.close()

    def _opened(self) -> Footnote:
        if self._footnote is None:
            self._footnote = open_footnote(self._settings)
        return self._footnote


def main() -> None:
    """Serve until told to quit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True, help="the setting `encoder`")
    parser.add_argument("--models-dir", required=True, type=Path)
    parser.add_argument("--index", required=True, type=Path, help="a data directory")
    given = parser.parse_args()
    engine = FootnoteEngine(load_settings(models_dir=given.models_dir, encoder=given.model).apart(given.index))
    try:
        serve(engine)
    finally:
        engine.close()


if __name__ == "__main__":
    main()
