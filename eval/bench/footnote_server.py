"""Footnote as a contender that serves: `python -m eval.bench.footnote_server`, in its shipped configuration.

It has what a server has. What builds an index is more, as in the product: eval/bench/footnote_builder.py.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.assembly import Footnote, open_footnote
from bot.models import CustomerContext
from bot.settings import Settings, load_settings
from eval.peers.bench_protocol import serve, versions_of


class FootnoteEngine:
    """An `Engine` over one data directory that holds an index."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._footnote: Footnote | None = None

    def load(self) -> Mapping[str, str]:
        """Everything wired together, and the encoder loaded (exported first where it was not yet)."""
        self.opened().encoder.encode_queries(["warm up"])
        return versions_of("footnote", "onnxruntime", "tokenizers")

    def open(self) -> None:
        """The generation that is there."""
        self.opened().index.current()

    def search(self, text: str, limit: int) -> Sequence[str]:  # noqa: ARG002 - how deep it looks is a setting
        """Documents, each at the rank of its best passage."""
        hits = self.opened().assistant.search(text[: self._settings.question_characters], CustomerContext())
        return list(dict.fromkeys(hit.passage.article_id for hit in hits))

    def close(self) -> None:
        """Give back the database's connections."""
        if self._footnote is not None:
            self._footnote.close()

    def opened(self) -> Footnote:
        """What answers, wired together at the first call."""
        if self._footnote is None:
            self._footnote = open_footnote(self._settings)
        return self._footnote


def run(engine_class: type[FootnoteEngine]) -> None:
    """Serve an engine over the data directory of the command line until told to quit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True, help="the setting `encoder`")
    parser.add_argument("--models-dir", required=True, type=Path)
    parser.add_argument("--index", required=True, type=Path, help="a data directory")
    given = parser.parse_args()
    engine = engine_class(load_settings(models_dir=given.models_dir, encoder=given.model).apart(given.index))
    try:
        serve(engine)
    finally:
        engine.close()


if __name__ == "__main__":
    run(FootnoteEngine)
