"""The floors of the house, as data: a module imports only from lower floors; rooms on one floor do not know each
other."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("bot", "embeddings", "eval", "knowledge", "prompts")

FLOORS: tuple[tuple[str, ...], ...] = (
    ("eval",),
    ("bot.__main__",),
    ("bot.cli",),
    ("bot.commands",),
    ("bot.web",),
    ("bot.doctor", "bot.terminal"),
    ("bot.updating", "bot.staffed"),
    ("bot.assembly",),
    ("bot.assembly_desks",),
    ("bot.replaying", "bot.proposing", "bot.surveying", "bot.trials", "bot.curating", "bot.ruling"),
    ("bot.turns",),
    ("bot.assistant", "bot.improving"),
    ("bot.outcomes",),
    ("bot.answering", "bot.handoff", "bot.identity_provider", "bot.indexing", "bot.signing_in", "bot.sites"),
    ("bot.safety", "bot.storage"),
    ("bot.wire", "bot.refreshed"),
    ("bot.models", "bot.errors", "bot.settings"),
    ("bot.roles",),
    ("knowledge", "embeddings", "prompts"),
    ("bot",),
)
"""From the roof down. `bot` at the bottom is bot/__init__.py, which imports nothing."""

SAME_FLOOR_ALLOWED = {("bot.settings", "bot.errors")}
PURE = (
    "bot/answering/actions.py",
    "bot/answering/checking/attested.py",
    "bot/answering/checking/binding.py",
    "bot/answering/checking/claims.py",
    "bot/answering/checking/lexemes.py",
    "bot/answering/checking/negation.py",
    "bot/answering/checking/pairing.py",
    "bot/answering/checking/quantities.py",
    "bot/answering/checking/reading.py",
    "bot/answering/checking/statements.py",
    "bot/answering/checking/vocabulary.py",
    "bot/answering/citations.py",
    "bot/answering/clarify.py",
    "bot/answering/composing.py",
    "bot/answering/curated.py",
    "bot/answering/curated_quotes.py",
    "bot/answering/dialogue/choices.py",
    "bot/answering/dialogue/pronouns.py",
    "bot/answering/dialogue/rewrites.py",
    "bot/answering/dialogue/slots.py",
    "bot/answering/dialogue/subjects.py",
    "bot/answering/dialogue/topic_words.py",
    "bot/answering/dialogue/utterances.py",
    "bot/answering/evidence.py",
    "bot/answering/explaining.py",
    "bot/answering/extractive/article_reading.py",
    "bot/answering/extractive/boilerplate.py",
    "bot/answering/extractive/instructions.py",
    "bot/answering/extractive/joining.py",
    "bot/answering/extractive/layout.py",
    "bot/answering/extractive/prose.py",
    "bot/answering/extractive/question_kinds.py",
    "bot/answering/extractive/sections.py",
    "bot/answering/extractive/term_sets.py",
    "bot/answering/followups.py",
    "bot/answering/history.py",
    "bot/answering/llm.py",
    "bot/answering/model/circuit_breaker.py",
    "bot/answering/model/guarded_model.py",
    "bot/answering/model/injections.py",
    "bot/answering/model/judgements.py",
    "bot/answering/model/model_prompts.py",
    "bot/answering/model/model_summarising.py",
    "bot/answering/model/model_text.py",
    "bot/answering/model/quoting.py",
    "bot/answering/model_composing.py",
    "bot/answering/needs.py",
    "bot/answering/options.py",
    "bot/answering/pages.py",
    "bot/answering/passage_rules.py",
    "bot/answering/question_likeness.py",
    "bot/answering/receipts.py",
    "bot/answering/relevance.py",
    "bot/answering/retrieval.py",
    "bot/answering/signals.py",
    "bot/answering/smalltalk.py",
    "bot/answering/text_fragments.py",
    "bot/answering/verification.py",
    "bot/answering/version_notes.py",
    "bot/answering/versions.py",
    "bot/handoff/attempts.py",
    "bot/handoff/business_hours.py",
    "bot/handoff/contact_in_message.py",
    "bot/handoff/contacts.py",
    "bot/handoff/desks/chatwoot_webhooks.py",
    "bot/handoff/desks/inbound.py",
    "bot/handoff/desks/wording.py",
    "bot/handoff/desks/zendesk_webhooks.py",
    "bot/handoff/escalation.py",
    "bot/handoff/expectation.py",
    "bot/handoff/ownership.py",
    "bot/handoff/ownership_events.py",
    "bot/handoff/person_requests.py",
    "bot/handoff/phrases.py",
    "bot/handoff/retries.py",
    "bot/handoff/signatures.py",
    "bot/handoff/spoken_times.py",
    "bot/handoff/summary.py",
    "bot/handoff/weekly_schedule.py",
    "bot/handoff/wording.py",
    "bot/improving/alignment.py",
    "bot/improving/article_pairs.py",
    "bot/improving/article_reading.py",
    "bot/improving/clustering.py",
    "bot/improving/content_health.py",
    "bot/improving/curated_drafts.py",
    "bot/improving/gap_causes.py",
    "bot/improving/gap_names.py",
    "bot/improving/gaps.py",
    "bot/improving/proposals.py",
    "bot/improving/same_subject.py",
    "bot/improving/shared_sections.py",
    "bot/improving/slots.py",
    "bot/indexing/plan.py",
    "bot/roles.py",
    "bot/safety/agent_names.py",
    "bot/safety/api_keys.py",
    "bot/safety/base58.py",
    "bot/safety/cards.py",
    "bot/safety/clauses.py",
    "bot/safety/codes.py",
    "bot/safety/findings.py",
    "bot/safety/folding.py",
    "bot/safety/glued_words.py",
    "bot/safety/identity_keys.py",
    "bot/safety/identity_tokens.py",
    "bot/safety/labelled.py",
    "bot/safety/order_marks.py",
    "bot/safety/passwords.py",
    "bot/safety/private_keys.py",
    "bot/safety/provider_claims.py",
    "bot/safety/redaction.py",
    "bot/safety/seed_phrases.py",
    "bot/safety/sign_in_attempts.py",
    "bot/safety/speech.py",
    "bot/safety/token_buckets.py",
    "bot/trials/differences.py",
    "bot/trials/question.py",
    "bot/web/console/article_list.py",
    "bot/web/console/boundaries.py",
    "bot/web/console/case_views.py",
    "bot/web/console/charts.py",
    "bot/web/console/curated_form.py",
    "bot/web/console/curated_views.py",
    "bot/web/console/figures.py",
    "bot/web/console/lit_article.py",
    "bot/web/console/gap_views.py",
    "bot/web/console/log.py",
    "bot/web/console/marked_answer.py",
    "bot/web/console/navigation.py",
    "bot/web/console/report_query.py",
    "bot/web/console/report_words.py",
    "bot/web/console/rule_views.py",
    "bot/web/console/run_view.py",
    "bot/web/console/spreadsheet.py",
    "bot/web/console/threshold_chart.py",
    "bot/web/console/traces.py",
    "bot/web/console/views.py",
    "embeddings/composition.py",
    "embeddings/dense_kinds.py",
    "embeddings/fusion.py",
    "embeddings/ids.py",
    "embeddings/near_words.py",
    "embeddings/scored_texts.py",
    "embeddings/spelling.py",
    "embeddings/surface_words.py",
    "embeddings/terms.py",
    "eval/agreement.py",
    "eval/answer_checks.py",
    "eval/calibration.py",
    "eval/calibration_trials.py",
    "eval/families.py",
    "eval/judged.py",
    "eval/metrics.py",
    "eval/replay_changes.py",
    "eval/suite/comparing.py",
    "eval/suite/figures.py",
    "eval/suite/regressions.py",
    "eval/support_fit.py",
    "eval/text_directives.py",
    "knowledge/families.py",
    "knowledge/near_copies.py",
    "knowledge/rendering.py",
    "knowledge/sentences.py",
    "knowledge/splitting.py",
    "knowledge/structure.py",
    "knowledge/title_subjects.py",
    "knowledge/units.py",
    "prompts/marked_data.py",
)
IMPURE_MODULES = {
    "os",
    "pathlib",
    "time",
    "random",
    "secrets",
    "socket",
    "sqlite3",
    "sqlalchemy",
    "faiss",
    "subprocess",
}
CLOCKS = {"now", "today", "utcnow"}
"""Methods of `datetime` and `date` that read the clock; the types themselves are values like any other."""


def python_files() -> list[Path]:
    return sorted(path for top in TOPS for path in (ROOT / top).rglob("*.py"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} uses a relative import"
            yield node.module or ""


def room(module: str) -> tuple[int, str]:
    """(floor, room): floor 0 is the roof. A module of the root package `bot` itself is the ground."""
    if module == "bot":
        return len(FLOORS) - 1, "bot"
    found = [
        (floor, name)
        for floor, rooms in enumerate(FLOORS)
        for name in rooms
        if name != "bot" and (module + ".").startswith(name + ".")
    ]
    assert found, f"{module} has no room; put it on a floor in tests/test_architecture.py"
    return max(found, key=lambda entry: len(entry[1]))


@pytest.mark.parametrize("path", python_files(), ids=module_name)
def test_imports_go_down(path: Path) -> None:
    floor, own = room(module_name(path))
    for target in imports(path):
        if target.split(".")[0] not in TOPS:
            continue
        below, other = room(target)
        if own == other or (own, other) in SAME_FLOOR_ALLOWED:
            continue
        assert below > floor, f"{module_name(path)} ({own}) imports {target} ({other}), which is not on a lower floor"


def test_only_dense_imports_faiss() -> None:
    users = {
        module_name(path) for path in python_files() if any(name.split(".")[0] == "faiss" for name in imports(path))
    }
    assert users == {"embeddings.dense"}


def test_only_settings_touches_the_environment() -> None:
    pattern = re.compile(r"\bos\.(environ|getenv|putenv)\b")
    users = {module_name(path) for path in python_files() if pattern.search(path.read_text(encoding="utf-8"))}
    assert users == {"bot.settings.environment"}


def test_only_storage_speaks_sql() -> None:
    users = {
        module_name(path)
        for path in python_files()
        if any(name.split(".")[0] in {"sqlalchemy", "alembic", "sqlite3"} for name in imports(path))
    }
    assert all(module.startswith("bot.storage.") for module in users), users


@pytest.mark.parametrize("file", PURE)
def test_pure_rooms_do_no_input_or_output(file: str) -> None:
    used = {name.split(".")[0] for name in imports(ROOT / file)} & IMPURE_MODULES
    assert not used, f"{file} is a pure room but imports {sorted(used)}"
    names = {
        node.func.id
        for node in ast.walk(ast.parse((ROOT / file).read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not names & {"open", "print", "input"}
    methods = {
        node.func.attr
        for node in ast.walk(ast.parse((ROOT / file).read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not methods & CLOCKS


def test_own_imports_are_not_hidden_in_functions() -> None:
    for path in python_files():
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for node in ast.walk(function):
                hidden = isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in TOPS
                assert not hidden, f"{module_name(path)}.{function.name} hides an import"


@pytest.mark.parametrize("path", python_files(), ids=module_name)
def test_files_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300, f"{path.name} has {text.count(chr(10))} lines; give a part of it a file of its own"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, f"{path.name}: {node.name} is too long"


def test_tests_have_no_packages() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("bot.models", {"torch", "faiss", "numpy", "sqlalchemy"}),
        ("bot.web.app", {"torch", "openai", "scipy"}),
        ("bot.cli", {"torch", "openai", "scipy"}),
        ("eval.cli", {"torch"}),
    ],
)
def test_imports_stay_light(module: str, unwanted: set[str]) -> None:
    code = f"import sys, {module}; print(' '.join(sorted({unwanted!r} & set(sys.modules))))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == ""
