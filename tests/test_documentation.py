"""What the documentation says is so: generated pages, links, commands, and every example that can be run."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pytest
import typer
from typer.testing import CliRunner

from bot.assembly import open_footnote
from bot.cli import app as footnote_app
from bot.indexing.progress import SilentProgress
from bot.settings import PREFIX, Settings
from bot.updating import update_index
from embeddings.encoders import Encoder
from embeddings.model_files import bundled_minilm
from embeddings.sentence_transformer import SentenceTransformerEncoder
from eval.cli import app as eval_app
from knowledge.models import Article, Rejected
from knowledge.sources import open_source
from knowledge.splitting import split
from knowledge.structure import BlockKind, outline
from tests.console import Example, blocks, examples
from tests.fakes import LetterEncoder

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES = sorted([README, *ROOT.glob("CON*.md"), *ROOT.glob("CHANGELOG.md"), *(ROOT / "docs").rglob("*.md")])
PROGRAMS = {"footnote": footnote_app, "footnote-eval": eval_app}
READ_ONLY = ("ask", "search", "settings", "doctor")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def anchors_of(page: str) -> set[str]:
    """The anchors of its headings as GitHub makes them: lower case, hyphens for spaces, punctuation dropped."""
    headings = [page[block.start : block.end] for block in outline(page) if block.kind is BlockKind.HEADING]
    return {re.sub(r"[^\w -]", "", heading.lstrip("# ").lower()).replace(" ", "-") for heading in headings}


def of_every_page(program: str) -> list[Example]:
    return [example for page in PAGES for example in examples(page) if example.words[0] == program]


def of_readme(program: str, *commands: str) -> list[Example]:
    return [each for each in examples(README) if each.words[0] == program and set(each.words[1:2]) & set(commands)]


def line_of(example: Example) -> str:
    return example.command_line


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["settings.md", "cli.md"])
def test_generated_pages_are_up_to_date(generator: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "61")
    assert set(generator.PAGES) == {"settings.md", "cli.md"}
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert generator.PAGES[name]() == written, "run `make docs`"
    assert str(ROOT) not in written


def test_every_setting_is_described() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert f"| `{PREFIX}{name.upper()}` | `{name}` |" in page
        assert field.description and field.description in page


@each_page
def test_settings_that_are_named_exist(page: Path) -> None:
    named = set(re.findall(rf"\b{PREFIX}([A-Z_]+[A-Z])\b", page.read_text(encoding="utf-8")))
    assert named <= {name.upper() for name in Settings.model_fields}


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)
    for target in LINK.findall(prose):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / unquote(path)).resolve() if path else page
        assert file.exists(), f"{page.name} links to {target}, which is not there"
        if anchor:
            anchors = anchors_of(file.read_text(encoding="utf-8"))
            assert anchor in anchors, f"{page.name} links to {target}; there is {sorted(anchors)}"


@each_page
def test_files_that_are_named_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    tops = "bot|embeddings|eval|knowledge|prompts|tests"
    for name in re.findall(rf"`((?:{tops})/[\w./-]+)`", text):
        assert (ROOT / name).exists(), f"{page.name} names {name}, which is not there"


@pytest.mark.parametrize("example", [each for program in PROGRAMS for each in of_every_page(program)], ids=line_of)
def test_commands_and_options_exist(example: Example) -> None:
    group = typer.main.get_group(PROGRAMS[example.words[0]])
    name, *arguments = example.words[1:]
    command = group.commands[name]
    command.make_context(name, arguments)  # refuses an unknown option, a missing argument or a value out of range
    assert all(variable.startswith(PREFIX) for variable in example.variables)


@pytest.mark.parametrize("example", of_every_page("make"), ids=line_of)
def test_make_targets_exist(example: Example) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in example.words[1:]:
        name, is_variable, _ = word.partition("=")
        assert re.search(rf"^{name} +\?=" if is_variable else rf"^{name}:", makefile, re.MULTILINE), word


@each_page
def test_make_targets_in_prose_exist(page: Path) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for name in re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8")):
        assert name in targets


def test_first_screen_has_both_verbs() -> None:
    first_screen = "\n".join(README.read_text(encoding="utf-8").split("\n")[:25])
    assert "$ make run" in first_screen and "$ make test" in first_screen


@pytest.fixture(scope="module")
def printed(sample_center: Path, real_encoder: Encoder) -> Iterator[dict[tuple[str, ...], str]]:
    """What each example of the README that changes nothing prints over the sample help center, by its words."""
    runner = CliRunner()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.assembly.open_encoder", lambda _: real_encoder)
        outputs = {}
        for example in of_readme("footnote", *READ_ONLY):
            variables = {"FOOTNOTE_DATA_DIR": str(sample_center), **example.variables}
            result = runner.invoke(footnote_app, example.words[1:], env=variables, catch_exceptions=False)
            assert result.exit_code == 0, result.output
            outputs[example.words] = result.stdout
        yield outputs


@pytest.mark.encoder
@pytest.mark.parametrize("example", of_readme("footnote", *READ_ONLY), ids=line_of)
def test_readme_shows_what_is_printed(example: Example, printed: dict[tuple[str, ...], str]) -> None:
    assert example.shown, "show what the command prints"
    example.require_output(printed[example.words])


def test_readme_runs_each_command_that_changes_nothing() -> None:
    shown = {example.words[1] for example in of_readme("footnote", *READ_ONLY)}
    assert shown == set(READ_ONLY)


def test_readme_forgets_the_sample_help_center(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda _: LetterEncoder())
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("FOOTNOTE_DATA_DIR", str(tmp_path / "data"))
    footnote = open_footnote(Settings())
    update_index(footnote, (), SilentProgress())
    footnote.close()
    (example,) = of_readme("footnote", "forget")
    example.require_output(CliRunner().invoke(footnote_app, example.words[1:], catch_exceptions=False).stdout)


KNOWLEDGE = list(blocks(ROOT / "docs" / "knowledge.md"))
SOURCES = [at for at, (info, _) in enumerate(KNOWLEDGE) if "." in info]


@pytest.mark.parametrize("at", SOURCES, ids=lambda at: KNOWLEDGE[at][0])
def test_articles_become_what_is_shown(at: int, tmp_path: Path) -> None:
    (info, text), (kind, shown) = KNOWLEDGE[at : at + 2]
    file = tmp_path / info.split()[1]
    file.write_text(text, encoding="utf-8")
    found = list(open_source(file).read())
    match kind:
        case "json":
            expected = json.loads(shown)
            expected = expected if isinstance(expected, list) else [expected]
            articles = [item.to_json() for item in found if isinstance(item, Article)]
            kept = [{key: row[key] for key in wanted} for row, wanted in zip(articles, expected, strict=True)]
            assert kept == expected and len(found) == len(expected)
        case "json passages":
            (article,) = [item for item in found if isinstance(item, Article)]
            encoder = SentenceTransformerEncoder(bundled_minilm(), threads=1)
            passages = split(article, encoder.count_tokens, encoder.max_tokens)
            expected = json.loads(shown)
            assert [{key: passage.to_json()[key] for key in expected[0]} for passage in passages] == expected
        case "text quarantined":
            (rejected,) = [item for item in found if isinstance(item, Rejected)]
            assert rejected.sentence == shown.strip()
        case _:
            pytest.fail(f"below {info} stands no block that says what becomes of it")


@pytest.fixture
def two_generations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a data directory `data`, in which a first and a second generation were made."""
    monkeypatch.setattr("bot.assembly.open_encoder", lambda _: LetterEncoder())
    monkeypatch.chdir(tmp_path)
    footnote = open_footnote(Settings())
    for text in ("Old text.", "New text."):
        Path("article.md").write_text(text, encoding="utf-8")
        update_index(footnote, ["article.md"], SilentProgress())
    footnote.close()
    return tmp_path


def run_python(example: Example, folder: Path) -> None:
    subprocess.run([sys.executable, *example.words[1:]], cwd=folder, check=True)


def python_example(holding: str) -> Example:
    operations = examples(ROOT / "docs" / "operations.md")
    (found,) = [example for example in operations if example.words[0].endswith("python") and holding in str(example)]
    return found


def serving_text() -> str:
    footnote = open_footnote(Settings())
    body = footnote.index.current().articles["article"].body
    footnote.close()
    return body


def test_a_backup_can_be_restored(two_generations: Path) -> None:
    run_python(python_example("backup.db"), two_generations)
    shutil.copytree("data/index", "backup-index")
    shutil.rmtree("data")
    Path("data").mkdir()
    Path("backup.db").rename("data/footnote.db")
    Path("backup-index").rename("data/index")
    assert serving_text() == "New text."
