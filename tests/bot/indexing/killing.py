"""A help center that changes, an indexer that is killed, and what must hold after every kill."""

import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.indexing.active import ActiveGeneration
from bot.indexing.generations import generations_on_disk
from bot.storage.database import open_database
from bot.storage.generations import known_generations

ROOT = Path(__file__).resolve().parents[3]
STABLE = 8
UNDISTURBED = 5


@dataclass
class Ordeal:
    """A data directory that serves one version of a help center while indexing of the next is killed."""

    data: Path
    docs: Path
    victim: "subprocess.Popen[str]"
    version: int = 0

    def begin(self) -> float:
        """Index some versions undisturbed. The seconds that one run takes (median)."""
        self.docs.mkdir()
        seconds = []
        for version in range(UNDISTURBED):
            self._publish(version)
            seconds.append(self._finish()["seconds"])
            self.version = version
        self._require({self.version})
        return statistics.median(seconds)

    def kill(self, after: float | None = None, at: str | None = None) -> dict[str, Any]:
        """Publish the next version, kill its indexing, look, index again, look again. What the killed run had done."""
        wanted = self.version + 1
        self._publish(wanted)
        result = self._order(after, at)
        assert result["code"] in (0, -9), result
        served = self._require({self.version, wanted})
        assert (served == wanted) == ("activated" in result["steps"]) or "activating" in result["steps"][-1:], result
        self._finish()
        self._require({wanted})
        assert not list((self.data / "index").glob(".building-*"))
        self.version = wanted
        return result

    def kill_at_random(self, kills: int, seconds: float, seed: int) -> dict[str, int]:
        """`kills` kills, each at a random moment of a run of about `seconds`: how many fell after which step."""
        moments = random.Random(seed)
        fell: dict[str, int] = {}
        for _ in range(kills):
            result = self.kill(after=moments.uniform(0, 1.1 * seconds))
            last = "finished" if result["code"] == 0 else (result["steps"] or ["begun"])[-1]
            fell[last] = fell.get(last, 0) + 1
        return fell

    def _publish(self, version: int) -> None:
        for article in self.docs.glob("*.md"):
            article.unlink()
        for id_, body in texts(version).items():
            (self.docs / f"{id_}.md").write_text(f"---\nid: {id_}\ntitle: About {id_}\n---\n{body}\n", encoding="utf-8")

    def _finish(self) -> dict[str, Any]:
        result = self._order(None, None)
        assert result["code"] == 0, result
        return result

    def _order(self, after: float | None, at: str | None) -> dict[str, Any]:
        assert self.victim.stdin is not None
        assert self.victim.stdout is not None
        order = {"data": str(self.data), "docs": str(self.docs), "after": after, "at": at}
        self.victim.stdin.write(json.dumps(order) + "\n")
        self.victim.stdin.flush()
        result: dict[str, Any] = json.loads(self.victim.stdout.readline())
        return result

    def _require(self, versions: set[int]) -> int:
        """The version that serves: one of `versions`, whole, in every index."""
        with open_database(self.data / "footnote.db") as database:
            generation = ActiveGeneration(database, self.data / "index").current()
            bodies = {id_: article.body for id_, article in generation.articles.items()}
            (served,) = (version for version in versions if texts(version) == bodies)
            known = {row.number for row in known_generations(database)}
        assert {passage.article_id for passage in generation.passages.values()} == set(bodies)
        assert generation.number in known <= set(generations_on_disk(self.data / "index"))
        matches = generation.indexes.lexical.scored(f"version{served}").best(9)
        found = {generation.passages[match.id].article_id for match in matches}
        assert found == {"edited", f"new-{served}"}
        return served


def texts(version: int) -> dict[str, str]:
    """Articles by id: most stay, one is edited, one is new and the new one before it is gone."""
    stable = {f"stable-{number}": f"Article number {number} stays as it is." for number in range(STABLE)}
    return {**stable, "edited": f"This is version{version}.", f"new-{version}": f"This came with version{version}."}


@contextmanager
def ordeal(folder: Path) -> Iterator[Ordeal]:
    """An ordeal in `folder`, with its victim process running."""
    (folder / "data").mkdir()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.bot.indexing.victim"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as victim:
        yield Ordeal(folder / "data", folder / "docs", victim)
        assert victim.stdin is not None
        victim.stdin.close()
    assert victim.returncode == 0
