"""Random orders of events through the switchboard: they end as in memory, and the desks were told what they had to be
told."""

from collections import Counter
from dataclasses import replace

from bot.models import Message
from bot.storage.database import Database
from tests.bot.handoff.deliveries import BEGAN, World, run_order
from tests.bot.handoff.files import File
from tests.bot.handoff.stores import MemoryKeeper
from tests.bot.handoff.switched import DESK_KINDS, SwitchboardKeeper

HAPPENS = {
    "AgentWrote done",
    "AgentWrote refused",
    "AgentWrote repeated",
    "Claimed done",
    "Closed done",
    "HandoffAsked done",
    "Released done",
    "Returned done",
    "TimedOut done",
    "crash",
    "reply held",
    "reply shown",
}


def test_orders_through_the_switchboard_end_like_those_in_memory(file: File) -> None:
    seen: Counter[str] = Counter()
    for seed in range(50):
        keeper = SwitchboardKeeper(file.database, BEGAN, file.reopened)
        seen += run_order(seed, keeper, (10, 30), DESK_KINDS).seen
        check(keeper, run_order(seed, MemoryKeeper(), (10, 30), DESK_KINDS))
    rare = {name: seen[name] for name in HAPPENS if seen[name] < 3}
    assert not rare, f"these hardly happened, so they were hardly tested: {rare}"


def test_orders_on_either_database(either_database: Database) -> None:
    for seed in range(800_000, 800_005):
        keeper = SwitchboardKeeper(either_database, BEGAN)
        run_order(seed, keeper, (10, 30), DESK_KINDS)
        check(keeper, run_order(seed, MemoryKeeper(), (10, 30), DESK_KINDS))


def check(keeper: SwitchboardKeeper, told: World) -> None:
    assert keeper.state() == told.keeper.state()
    assert [plain(entry) for entry in keeper.log()] == [plain(entry) for entry in told.keeper.log()]
    keeper.check_desks()


def plain(entry: Message) -> Message:
    text = "" if entry.notice else entry.text
    return replace(entry, id="", conversation_id="", turn_id=None, reply=None, text=text)
