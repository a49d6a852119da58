"""Who is measured: Footnote and the peers, each as a command that starts its process."""

import dataclasses
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from embeddings.model_files import BUNDLED_NAME, ModelFiles
from eval.errors import EvaluationError

PEERS_FOLDER = Path(__file__).resolve().parent.parent / "peers"
FOOTNOTE = "footnote"
OFFLINE = ("HF_HUB_OFFLINE=1", "TRANSFORMERS_OFFLINE=1", "HAYSTACK_TELEMETRY_ENABLED=False")


class Takes(Enum):
    """What a contender is handed to index."""

    DOCUMENTS = "documents"
    PASSAGES = "passages"


@dataclass(frozen=True, slots=True)
class Contender:
    """Something that indexes and searches, as a process that speaks the protocol of eval/peers/bench_protocol.py."""

    name: str
    title: str
    setup: str
    takes: Takes
    command: tuple[str, ...]
    serving_command: tuple[str, ...] | None = None
    """What starts it when it only has to serve, where that is another program."""

    def serving(self) -> "Contender":
        """The contender as it serves an index that is there."""
        return dataclasses.replace(self, command=self.serving_command or self.command)

    def command_over(self, index: Path) -> tuple[str, ...]:
        """What starts it over an index folder."""
        return (*self.command, "--index", str(index))


@dataclass(frozen=True, slots=True)
class Peer:
    """A library to compare with: its script and its pinned requirements lie in eval/peers/."""

    name: str
    title: str
    setup: str

    @property
    def requirements(self) -> Path:
        """What its environment holds."""
        return PEERS_FOLDER / f"{self.name}.txt"

    def contender(self, python: Path, model: Path) -> Contender:
        """The peer in an environment of its own. It may not reach for the network while it is measured."""
        script = PEERS_FOLDER / f"run_{self.name}.py"
        command = ("env", *OFFLINE, str(python), "-E", str(script), "--model", str(model))
        return Contender(self.name, self.title, self.setup, Takes.PASSAGES, command)


PEERS: Mapping[str, Peer] = MappingProxyType(
    {
        peer.name: peer
        for peer in (
            Peer("txtai", "txtai", "`Embeddings(hybrid=True)`: FAISS and BM25, equal weights"),
            Peer("llamaindex", "LlamaIndex", "`QueryFusionRetriever`: FAISS and BM25 by reciprocal ranks"),
            Peer("haystack", "Haystack", "in-memory store: BM25 and embeddings, `DocumentJoiner` by reciprocal ranks"),
            Peer("langchain", "LangChain", "`EnsembleRetriever`: FAISS and BM25, equal weights"),
        )
    }
)


def chosen_peers(names: str) -> tuple[Peer, ...]:
    """The peers of a list between commas; EvaluationError for one that is not known."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in PEERS]
    if unknown:
        raise EvaluationError(f"There is no peer {unknown[0]!r}; choose among {', '.join(PEERS)}.")
    return tuple(PEERS[name] for name in dict.fromkeys(wanted))


def footnote_contender(model: ModelFiles, models_folder: Path) -> Contender:
    """Footnote as it ships, in a process of its own; `models_folder` is where its exported encoder is kept."""
    spec = BUNDLED_NAME if model.name == BUNDLED_NAME else str(model.folder)
    given = ("--model", spec, "--models-dir", str(models_folder))
    builds, serves = ((sys.executable, "-m", f"eval.bench.footnote_{what}", *given) for what in ("builder", "server"))
    return Contender(FOOTNOTE, "Footnote", "as it ships, cutting documents itself", Takes.DOCUMENTS, builds, serves)
