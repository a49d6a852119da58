"""Footnote as a contender that builds an index and then answers from it: `python -m eval.bench.footnote_builder`."""

from collections.abc import Mapping
from pathlib import Path

from bot.indexing.progress import SilentProgress
from bot.updating import build
from eval.bench.footnote_server import FootnoteEngine, run
from knowledge.sources import open_source


class BuildingEngine(FootnoteEngine):
    """A `Builder` that is handed documents and cuts them itself."""

    def index(self, corpus: Path) -> None:
        """Build the data directory's first generation."""
        build(self.opened(), [open_source(corpus)], SilentProgress())

    def describe(self) -> Mapping[str, float]:
        """Passages, and the tokens of them that the encoder read, the two special ones of each included."""
        footnote = self.opened()
        encoder, passages = footnote.encoder, footnote.index.current().passages.values()
        tokens = sum(min(encoder.count_tokens(each.embedded_text) + 2, encoder.max_tokens) for each in passages)
        return {"passages": len(passages), "tokens": tokens}


if __name__ == "__main__":
    run(BuildingEngine)
