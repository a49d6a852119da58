"""Index generations: immutable, self-contained folders, each with its manifest; written whole or not at all.

    index/.writer.lock
    index/gen-000001/{manifest.json, articles.jsonl, passages.jsonl, families.json, and the files of every index}

A generation is made in a folder of another name, synced to disk and renamed; only then may the database name it.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.errors import IndexUnavailable
from bot.indexing.indexes import TITLES_FILE, Indexes
from bot.indexing.manifest import MANIFEST_FILE, MEND, Counts, FileEntry, Manifest, read_manifest, verify_files
from embeddings.errors import IndexFileError
from knowledge.families import families_of, kin_of
from knowledge.models import Article, Audience, Passage

ARTICLES_FILE = "articles.jsonl"
PASSAGES_FILE = "passages.jsonl"
FAMILIES_FILE = "families.json"
BUILDING_PREFIX = ".building-"
GENERATION_NAME = re.compile(r"gen-(\d{6,})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a generation is going to hold, before it is written."""

    number: int
    created_at: datetime
    encoder: str
    dimensions: int
    rules: str
    listings: tuple[str, ...]
    articles: Mapping[str, Article]
    passages: Mapping[int, Passage]
    indexes: Indexes


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """A loaded generation. Immutable: readers may share it between threads and keep it as long as they like.

    Internal articles are in `articles`, and no passage and no index knows of them, but for the questions that they say
    they answer: that a question belongs to those tells that no other article answers it.
    """

    number: int
    manifest: Manifest
    articles: Mapping[str, Article]
    passages: Mapping[int, Passage]
    """By passage key, the id under which indexes know them."""
    title_keys: Mapping[str, int]
    """The id in `indexes.titles` of every public article, by article id."""
    titled: Mapping[int, str]
    """The other way round."""
    superseded: frozenset[str]
    """Ids of the articles that a public one replaces."""
    kin: Mapping[str, tuple[str, ...]]
    """Of every public article that has versions, the ids of its whole family."""
    latest_year: int | None
    """In which the newest public article was updated."""
    passage_keys: Mapping[str, tuple[int, ...]]
    """The keys of an article's passages, by article id."""
    versioned_keys: frozenset[int]
    """The keys of the passages of all articles in `kin`."""
    family_keys: Mapping[int, tuple[int, ...]]
    """The title keys of its whole family, by the title key of each article in `kin`."""
    indexes: Indexes

    @property
    def sha256(self) -> str:
        """The checksum of what decides a search."""
        return self.manifest.content_sha256


def generation_folder(index_folder: Path, number: int) -> Path:
    """Where generation `number` lives."""
    return index_folder / f"gen-{number:06d}"


def title_key(article_id: str) -> int:
    """The id of an article's title in `titles`: a non-negative 60-bit integer."""
    return int(hashlib.blake2b(article_id.encode(), digest_size=8).hexdigest()[:15], 16)


def load_generation(index_folder: Path, number: int, manifest_sha256: str | None = None) -> Generation:
    """Load generation `number` after checking every file against its manifest, and that against `manifest_sha256`.

    Raises IndexUnavailable naming the file that is missing, damaged or does not fit the others, and what to do.
    """
    folder = generation_folder(index_folder, number)
    manifest = read_manifest(folder, number)
    if manifest_sha256 not in (None, manifest.sha256):
        raise IndexUnavailable(f"The index in {folder} is not the one that the database knows: {MEND}.")
    verify_files(folder, manifest)
    try:
        generation = _load(folder, manifest)
    except (IndexFileError, OSError, ValueError, TypeError, KeyError) as error:
        raise IndexUnavailable(f"The index files in {folder} cannot be loaded ({error}): {MEND}.") from error
    _require_consistency(folder, generation)
    return generation


def _load(folder: Path, manifest: Manifest) -> Generation:
    articles = {article.id: article for article in map(Article.from_json, _rows(folder / ARTICLES_FILE))}
    passages = {passage.key: passage for passage in map(Passage.from_json, _rows(folder / PASSAGES_FILE))}
    kin = kin_of(json.loads((folder / FAMILIES_FILE).read_text(encoding="utf-8")))
    keys = keys_by_article(passages)
    return Generation(
        number=manifest.number,
        manifest=manifest,
        articles=articles,
        passages=passages,
        title_keys={id_: title_key(id_) for id_ in public_ids(articles)},
        titled={title_key(id_): id_ for id_ in public_ids(articles)},
        superseded=superseded_by_public(articles),
        kin=kin,
        latest_year=latest_year(articles),
        passage_keys=keys,
        versioned_keys=frozenset(key for id_ in kin for key in keys.get(id_, ())),
        family_keys=family_keys(kin),
        indexes=Indexes.load(folder),
    )


def _require_consistency(folder: Path, generation: Generation) -> None:
    counts, indexes = generation.manifest.counts, generation.indexes
    found = {
        f"{ARTICLES_FILE} holds {{}} articles": (len(generation.articles), counts.articles),
        f"{PASSAGES_FILE} holds {{}} passages": (len(generation.passages), counts.passages),
        f"{TITLES_FILE} holds {{}} vectors": (len(indexes.titles), counts.titles),
    }
    for sentence, (has, should) in found.items():
        if has != should:
            raise IndexUnavailable(f"In {folder}, {sentence.format(has)} instead of {should}: {MEND}.")
    for name, known in indexes.passages_in().items():
        if known != set(generation.passages):
            raise IndexUnavailable(f"In {folder}, {name} and {PASSAGES_FILE} name different passages: {MEND}.")
    by_title = (indexes.titles, indexes.asked, indexes.belonging)
    if any(set(known.ids) != set(generation.title_keys.values()) for known in by_title if known is not None):
        raise IndexUnavailable(f"In {folder}, {TITLES_FILE} and {ARTICLES_FILE} name different articles: {MEND}.")


def public_ids(articles: Mapping[str, Article]) -> list[str]:
    """Ids of the articles that customers may read."""
    return [id_ for id_, article in articles.items() if article.audience is not Audience.INTERNAL]


def superseded_by_public(articles: Mapping[str, Article]) -> frozenset[str]:
    """Ids that a newer article, which customers may read, names as those it replaces."""
    return frozenset(old for id_ in public_ids(articles) for old in articles[id_].supersedes)


def latest_year(articles: Mapping[str, Article]) -> int | None:
    """The year in which the newest public article was updated: what "now" is to a help center, without a clock."""
    return max((date.year for id_ in public_ids(articles) if (date := articles[id_].updated_at)), default=None)


def keys_by_article(passages: Mapping[int, Passage]) -> dict[str, tuple[int, ...]]:
    """The keys of each article's passages, ascending."""
    keys: dict[str, list[int]] = {}
    for key in sorted(passages):
        keys.setdefault(passages[key].article_id, []).append(key)
    return {id_: tuple(own) for id_, own in keys.items()}


def family_keys(kin: Mapping[str, Sequence[str]]) -> dict[int, tuple[int, ...]]:
    """The families of articles by title key instead of id."""
    return {title_key(id_): tuple(map(title_key, family)) for id_, family in kin.items()}


def write_generation(index_folder: Path, draft: Draft, reached: Callable[[str], None] = lambda _: None) -> Manifest:
    """Write `draft` as `gen-NNNNNN`: under that name it is complete and on disk, or it is not there.

    Only for the holder of the writer's lock. `reached` hears "building", "written" and "renamed". Raises OSError or
    IndexFileError when the disk does not take it.
    """
    building = index_folder / f"{BUILDING_PREFIX}{draft.number:06d}"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    reached("building")
    _write_rows(building / ARTICLES_FILE, draft.articles.values())
    _write_families(building / FAMILIES_FILE, draft.articles)
    _write_rows(building / PASSAGES_FILE, draft.passages.values())
    draft.indexes.save(building)
    manifest = _describe(building, draft)
    (building / MANIFEST_FILE).write_bytes(manifest.to_bytes())
    _sync(building)
    reached("written")
    building.rename(generation_folder(index_folder, draft.number))
    _sync_one(index_folder)
    reached("renamed")
    return manifest


def _describe(building: Path, draft: Draft) -> Manifest:
    files = sorted(file for file in building.rglob("*") if file.is_file())
    return Manifest(
        number=draft.number,
        created_at=draft.created_at,
        encoder=draft.encoder,
        dimensions=draft.dimensions,
        rules=draft.rules,
        listings=draft.listings,
        counts=Counts(articles=len(draft.articles), passages=len(draft.passages), titles=len(draft.indexes.titles)),
        files={file.relative_to(building).as_posix(): FileEntry.of(file) for file in files},
    )


def generations_on_disk(index_folder: Path) -> list[int]:
    """Numbers of the generations in the folder, ascending, whether or not a database knows them."""
    return sorted(int(match[1]) for entry in index_folder.iterdir() if (match := GENERATION_NAME.fullmatch(entry.name)))


def set_aside_generation(index_folder: Path, served: Collection[int]) -> Manifest | None:
    """The newest whole generation that came after all those that `served` and does not serve: a gate was shut, it was
    rolled back, or its writer was killed before it could serve."""
    for number in reversed(generations_on_disk(index_folder)):
        if number <= max(served, default=0):
            return None
        with suppress(IndexUnavailable):
            return read_manifest(generation_folder(index_folder, number), number)
    return None


def remove_old_generations(index_folder: Path, keep: Collection[int]) -> None:
    """Remove every generation not in `keep`, and what killed writers left. Only for the holder of the writer's lock."""
    for leftover in index_folder.glob(f"{BUILDING_PREFIX}*"):
        shutil.rmtree(leftover)
    for number in generations_on_disk(index_folder):
        if number not in keep:
            # Renamed first: a removal that is cut short leaves no half generation under a generation's name.
            going = index_folder / f"{BUILDING_PREFIX}removed-{number:06d}"
            shutil.rmtree(generation_folder(index_folder, number).rename(going))


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="\n") as lines:
        yield from map(json.loads, lines)


def _write_rows(file: Path, items: Iterable[Article | Passage]) -> None:
    with file.open("w", encoding="utf-8", newline="\n") as lines:
        lines.writelines(json.dumps(item.to_json(), ensure_ascii=False) + "\n" for item in items)


def _write_families(file: Path, articles: Mapping[str, Article]) -> None:
    """The family of each public article that is not alone in its own."""
    families = families_of([articles[id_] for id_ in public_ids(articles)])
    kin = kin_of(families)
    file.write_text(json.dumps({id_: families[id_] for id_ in sorted(kin)}, indent=1) + "\n", encoding="utf-8")


def _sync(folder: Path) -> None:
    for entry in folder.rglob("*"):
        _sync_one(entry)
    _sync_one(folder)


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
