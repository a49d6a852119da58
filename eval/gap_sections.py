"""Which sections questions come near to: each is asked of data sets' indexes, as a survey asks it of the site's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.assembly import Footnote, open_footnote
from bot.improving.shared_sections import Nearness, nearest_sections
from bot.indexing.progress import IndexProgress
from bot.models import CustomerContext, Hit
from bot.settings import Settings
from bot.surveying import PASSAGES
from eval.cases import Dataset, load_dataset
from eval.retrieval import index_corpus, own_settings


@dataclass(slots=True)
class NearSections:
    """The indexes of data sets, each opened when it is first asked. Close it. Not for several threads."""

    settings: Settings
    progress: IndexProgress
    _open: dict[Path, Footnote] = field(default_factory=dict)

    def of(self, folders: Sequence[Path], texts: Sequence[str]) -> list[Nearness]:
        """For each text the sections of as many passages as a survey keeps, of the corpora of all `folders` together; a
        folder without one (no corpus.jsonl) has none. DatasetError."""
        footnotes = {folder.name: self._footnote(folder) for folder in folders if (folder / "corpus.jsonl").is_file()}
        return [_nearest(text, footnotes) for text in texts]

    def close(self) -> None:
        """Close what was opened."""
        for footnote in self._open.values():
            footnote.close()
        self._open.clear()

    def _footnote(self, folder: Path) -> Footnote:
        if folder not in self._open:
            dataset: Dataset = load_dataset(folder)
            footnote = self._open[folder] = open_footnote(own_settings(dataset, self.settings))
            index_corpus(footnote, dataset, self.progress)
        return self._open[folder]


def nearness(hits: Mapping[str, Sequence[Hit]]) -> Nearness:
    """How near the sections of the nearest passages are, out of the ranked ones of several indexes by their names; an
    index may have an article that another has too."""
    near = [
        (min(max(float(hit.signals.get("sentence", 0.0)), 0.0), 1.0), f"{name} {_section(hit)}")
        for name, own in hits.items()
        for hit in own[:PASSAGES]
    ]
    return nearest_sections((name, score) for score, name in sorted(near, reverse=True)[:PASSAGES])


def _section(hit: Hit) -> str:
    return f"{hit.passage.article_id} › {hit.passage.heading}"


def _nearest(text: str, footnotes: Mapping[str, Footnote]) -> Nearness:
    return nearness(
        {
            name: footnote.assistant.search(text[: footnote.settings.question_characters], CustomerContext())
            for name, footnote in footnotes.items()
        }
    )
