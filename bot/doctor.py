"""What is wrong with an installation, each finding with the command that mends it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.assembly import Footnote, open_topic_model
from bot.assembly_desks import open_desks
from bot.errors import FootnoteError
from bot.settings import Settings, unknown_variables
from bot.staffed import open_staffed
from bot.storage.delivery_reports import DeskReport, desk_reports
from bot.storage.generations import active_generation
from bot.storage.quarantine import quarantined
from embeddings.errors import EmbeddingError, LesserMode
from prompts.budget import PACKED_RANKS, unpack_ranks
from prompts.errors import PromptError

LATE = timedelta(minutes=10)
"""How long an event may fail at its desk before that is a finding; a desk that restarts is back by then."""


class Severity(StrEnum):
    """How bad a finding is."""

    GOOD = "good"
    WARNING = "warning"
    FAILURE = "failure"

    @property
    def is_failure(self) -> bool:
        """Whether the command must end with exit code 1."""
        return self is Severity.FAILURE


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was found, in a sentence, and what mends it."""

    severity: Severity
    sentence: str
    mend: str | None = None


def examine(settings: Settings) -> tuple[Finding, ...]:
    """Every check, in the order in which a person would mend things."""
    findings = [Finding(Severity.WARNING, sentence, "footnote settings") for sentence in unknown_variables()]
    try:
        footnote = open_staffed(settings)
    except FootnoteError as error:
        return (*findings, Finding(Severity.FAILURE, str(error)))
    except PromptError as error:
        return (*findings, Finding(Severity.FAILURE, str(error), "make install"))
    try:
        findings += [
            *_index(footnote),
            *_calibration(footnote),
            *_quarantine(footnote),
            *_encoder(footnote),
            *_ranks(settings),
        ]
        findings += [*_topics(footnote), *_database(footnote), *_desks(footnote)]
    finally:
        footnote.close()
    return tuple(findings)


def _index(footnote: Footnote) -> Iterator[Finding]:
    row = active_generation(footnote.database)
    if row is None:
        yield Finding(Severity.FAILURE, "There is no index yet.", "footnote index")
        return
    try:
        generation = footnote.index.current()
    except FootnoteError as error:
        yield Finding(Severity.FAILURE, str(error), "footnote index --rebuild")
        return
    held, promised = (len(generation.articles), len(generation.passages)), (row.articles, row.passages)
    if held != promised:
        yield Finding(
            Severity.FAILURE,
            f"Generation {row.number} holds {held[0]} articles and {held[1]} passages; the database promises "
            f"{promised[0]} and {promised[1]}.",
            "footnote index --rebuild",
        )
        return
    yield Finding(
        Severity.GOOD, f"Generation {row.number} serves {held[0]} articles in {held[1]} passages; every checksum holds."
    )
    if generation.manifest.encoder != footnote.encoder.identity:
        yield Finding(
            Severity.FAILURE,
            f"The index was made by the encoder {generation.manifest.encoder}; "
            f"the settings name {footnote.encoder.identity}.",
            "footnote index --rebuild",
        )


def _calibration(footnote: Footnote) -> Iterator[Finding]:
    if footnote.current_generation() is None:
        return
    threshold = footnote.threshold()
    is_stale = threshold.state == "stale"
    mend = "footnote-eval calibrate --write --dataset …" if is_stale else None
    yield Finding(Severity.WARNING if is_stale else Severity.GOOD, threshold.sentence, mend)


def _topics(footnote: Footnote) -> Iterator[Finding]:
    identity = footnote.encoder.identity
    if open_topic_model(identity) is None:
        yield Finding(
            Severity.WARNING,
            f"The model of sensitive topics does not read the vectors of the encoder {identity}: only phrases find "
            "such topics.",
            "footnote-eval fit-topics",
        )


def _database(footnote: Footnote) -> Iterator[Finding]:
    database = footnote.database
    yield Finding(Severity.GOOD, f"Conversations are kept by {database.product()} in {database.name}.")
    for sentence in database.warnings():
        yield Finding(Severity.WARNING, sentence, "set it to on in postgresql.conf, then restart the server")


def _desks(footnote: Footnote) -> Iterator[Finding]:
    names = [desk.name for desk in open_desks(footnote.settings, _now)]
    yield Finding(Severity.GOOD, f"Handoffs go to: {', '.join(('console', *names))}.")
    with footnote.database.read() as connection:
        reports = desk_reports(connection)
    for report in reports:
        if report.dead:
            yield Finding(
                Severity.FAILURE,
                f"{report.desk} never got {_counted(report.dead)}, given up after the last attempt.",
                "footnote deliveries --dead",
            )
        yield from _waiting(report, report.desk in names)


def _waiting(report: DeskReport, is_set_up: bool) -> Iterator[Finding]:
    if not report.pending:
        return
    if not is_set_up:
        yield Finding(
            Severity.WARNING,
            f"{_waiting_events(report)}, which is not set up any more.",
            f"set it up again, or: footnote deliveries --give-up-all {report.desk}",
        )
    elif report.last_error and report.waiting_since and _now() - report.waiting_since > LATE:
        yield Finding(
            Severity.WARNING,
            f"{_waiting_events(report)}, the oldest since {report.waiting_since:%Y-%m-%d %H:%M} UTC. "
            f"It failed last with: {report.last_error}",
            "footnote deliveries",
        )


def _waiting_events(report: DeskReport) -> str:
    return f"{_counted(report.pending)} {'waits' if report.pending == 1 else 'wait'} for {report.desk}"


def _counted(number: int) -> str:
    return "1 event" if number == 1 else f"{number:,} events"


def _now() -> datetime:
    return datetime.now(UTC)


def _quarantine(footnote: Footnote) -> Iterator[Finding]:
    for row in quarantined(footnote.database):
        yield Finding(
            Severity.WARNING,
            f"Quarantined: {row.sentence} (from {row.source_key}).",
            "mend the file, then: footnote index",
        )


def _encoder(footnote: Footnote) -> Iterator[Finding]:
    try:
        footnote.encoder.verify()
    except LesserMode as error:
        yield Finding(Severity.WARNING, str(error))
    except EmbeddingError as error:
        yield Finding(Severity.FAILURE, str(error), "make install")
    else:
        yield Finding(Severity.GOOD, f"The encoder {footnote.settings.encoder} has the weights that were promised.")


def _ranks(settings: Settings) -> Iterator[Finding]:
    try:
        unpack_ranks(settings.ranks_folder)
    except PromptError as error:
        yield Finding(Severity.FAILURE, str(error), "make install")
    else:
        yield Finding(Severity.GOOD, f"Tokens are counted with the ranks of {PACKED_RANKS.name}; no network is needed.")
