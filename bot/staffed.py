"""A Footnote with people behind it: what a server works with. Commands that only ask or index need none of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from bot.answering.model.model_summarising import ModelSummariser, Spoken
from bot.answering.smalltalk import small_talk
from bot.assembly import Footnote, now, open_footnote
from bot.assembly_desks import open_desks, open_expectation, open_mailers, patience_of
from bot.handoff.announcing import Announcer
from bot.handoff.desks.desk import Desk
from bot.handoff.escalation import asks_for_person
from bot.handoff.presence import Presence
from bot.handoff.summarising import Summariser
from bot.handoff.summary import Line
from bot.handoff.switchboard import Switchboard
from bot.settings import Settings
from bot.storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffedFootnote(Footnote):
    """What answers, and what brings a conversation to a person: who decides, who is told, who sums up."""

    switchboard: Switchboard
    desks: tuple[Desk, ...] = ()
    """Everybody whom the outbox delivers to."""
    presence: Presence = field(default_factory=Presence)
    summariser: Summariser | None = None


def open_staffed(settings: Settings) -> StaffedFootnote:
    """Everything wired together, with the desks that the settings name, none reached yet. Raises FootnoteError."""
    return staffed(open_footnote(settings))


def staffed(footnote: Footnote) -> StaffedFootnote:
    """The same Footnote with people behind it. Raises ConfigurationError, and then closes it."""
    settings, database = footnote.settings, footnote.database
    presence = Presence()
    try:
        desks, mailers = open_desks(settings, now), open_mailers(settings, database, now, presence.is_watching)
        announcer = Announcer(
            [desk.name for desk in desks],
            now,
            settings.links_start_with,
            expecting=open_expectation(settings, mailers, now),
            says_nothing=says_nothing,
            mailers=[desk.name for desk in mailers],
        )
    except BaseException:
        footnote.close()
        raise
    switchboard = Switchboard(database, announcer, now, patience_of(settings))
    return StaffedFootnote(
        **{part.name: getattr(footnote, part.name) for part in fields(Footnote)},
        switchboard=switchboard,
        desks=(*desks, *mailers),
        presence=presence,
        summariser=open_summariser(database, switchboard, footnote.model_summariser),
    )


def says_nothing(text: str) -> bool:
    """Whether a message holds no need of its own ("talk to a human", "thanks")."""
    return asks_for_person(text) or small_talk(text) is not None


def open_summariser(database: Database, switchboard: Switchboard, model: ModelSummariser | None) -> Summariser | None:
    """What sums handoffs up, not started; None without a model."""
    if model is None:
        return None

    def summarise(lines: Sequence[Line]) -> str | None:
        return model.summarise([Spoken(line.author, line.text) for line in lines])

    return Summariser(database, switchboard, summarise, says_nothing)
