"""A simulator of one conversation in bad weather: retries, duplicates, late and swapped webhooks, two agents, a desk,
time-outs, power cuts. Seeded: the same number is the same order of events."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from bot.handoff.ownership import is_reachable
from bot.handoff.ownership_events import (
    AgentEvent,
    AgentWrote,
    Claimed,
    Closed,
    Desk,
    Event,
    HandoffAsked,
    Released,
    Returned,
    TimedOut,
)
from bot.models import Effect, HandoffReason, Message, Owner, Ownership, Speaker, Step
from tests.bot.handoff.stores import Keeper, PowerCut

BEGAN = datetime(2026, 3, 4, 9, tzinfo=UTC)
PATIENCE = {
    Owner.BOT: timedelta(seconds=60),
    Owner.RETURNED: timedelta(seconds=60),
    Owner.QUEUED: timedelta(seconds=120),
    Owner.HUMAN: timedelta(seconds=90),
}
DESK = "desk"
DESK_KINDS = (Claimed, Released, AgentWrote, AgentWrote, AgentWrote, Returned, Closed)
AGENTS = ("ada", "bo")
FLOOR_WITH_BOT = {Owner.BOT, Owner.QUEUED, Owner.RETURNED}


@dataclass(frozen=True, slots=True)
class Job:
    """A reply that the bot is making, and how long the log was when it began."""

    source_id: str
    tenure: int
    calls: HandoffReason | None
    began: int


@dataclass(frozen=True, slots=True)
class Webhook:
    """What the desk tells, at least once."""

    id: str
    event: AgentEvent
    text: str | None


@dataclass
class World:
    """One conversation and everybody around it."""

    keeper: Keeper
    random: Random
    desk_kinds: tuple[type[AgentEvent], ...] = DESK_KINDS
    desk_names_handoffs: bool = True
    now: datetime = BEGAN
    customer_sends: dict[str, str] = field(default_factory=dict)
    """Messages without an acknowledgement so far: the customer's page sends them until there is one."""
    customer_sent: dict[str, str] = field(default_factory=dict)
    agent_sends: dict[str, tuple[str, str]] = field(default_factory=dict)
    agent_sent: dict[str, tuple[str, str]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    jobs: list[Job] = field(default_factory=list)
    webhooks: list[Webhook] = field(default_factory=list)
    desk_said: dict[str, str] = field(default_factory=dict)
    stale_timeouts: list[TimedOut] = field(default_factory=list)
    began: dict[int, Job] = field(default_factory=dict)
    """The job behind a shown reply, by the number of its entry."""
    seen: Counter[str] = field(default_factory=Counter)
    count: int = 0

    # What happens: each step is one thing that one of them does, or one delivery.

    def step(self) -> None:
        """One random thing happens; now and then the process dies in the middle of it."""
        self.now += timedelta(seconds=self.random.choice((0, 1, 1, 5, 20, 70)))
        act = self.random.choices(*_ACTS)[0]
        fuse = self.random.randrange(12) if self.random.random() < 0.04 else None
        try:
            act(self, fuse)
        except PowerCut:
            self.crash(None)
        if self.random.random() < 0.01:
            self.crash(None)
        self.check()

    def crash(self, _fuse: int | None) -> None:
        """What the server had in hand is gone; what is stored is all that it knows."""
        self.seen["crash"] += 1
        self.jobs.clear()
        self.keeper.restart()

    def customer_writes(self, fuse: int | None) -> None:
        source_id = f"c{self._next()}"
        self.customer_sends[source_id] = self.customer_sent[source_id] = f"Question {source_id}?"
        self._deliver(source_id, fuse)

    def customer_sends_again(self, fuse: int | None) -> None:
        """A retry of what was not acknowledged, or a duplicate of what was."""
        known = list(self.customer_sends) or list(self.customer_sent)
        if known:
            self._deliver(self.random.choice(known), fuse)

    def bot_finishes(self, fuse: int | None) -> None:
        """Jobs end in any order."""
        if self.jobs:
            self._finish(self.jobs.pop(self.random.randrange(len(self.jobs))), fuse)

    def customer_presses(self, fuse: int | None) -> None:
        self._act(HandoffAsked(self.now, HandoffReason.USER_REQUEST), fuse)

    def customer_gives_up_waiting(self, fuse: int | None) -> None:
        self._act(Returned(self.now, None), fuse)

    def customer_leaves(self, fuse: int | None) -> None:
        self._act(Closed(self.now, None), fuse)

    def agent_claims(self, fuse: int | None) -> None:
        self._act(Claimed(self.now, self._agent()), fuse)

    def agent_releases(self, fuse: int | None) -> None:
        self._act(Released(self.now, self._agent()), fuse)

    def agent_returns(self, fuse: int | None) -> None:
        self._act(Returned(self.now, self._agent()), fuse)

    def agent_closes(self, fuse: int | None) -> None:
        newest = self.keeper.state().last_number
        self._act(Closed(self.now, self._agent(), self.random.choice((None, newest, max(0, newest - 2)))), fuse)

    def agent_writes(self, fuse: int | None) -> None:
        source_id = f"a{self._next()}"
        self.agent_sends[source_id] = self.agent_sent[source_id] = (self._agent(), f"Reply {source_id}.")
        self._send(source_id, fuse)

    def agent_sends_again(self, fuse: int | None) -> None:
        known = list(self.agent_sends) or [each for each in self.agent_sent if each not in self.refused]
        if known:
            self._send(self.random.choice(known), fuse)

    def desk_works(self, _fuse: int | None) -> None:
        """Something happens at the desk; the webhook is on its way."""
        source_id = f"d{self._next()}"
        named = self.random.choice((None, self.keeper.state().handoffs))
        desk = Desk(self.now, named if self.desk_names_handoffs else None)
        kind = self.random.choice(self.desk_kinds)
        text = f"Desk {source_id}." if kind is AgentWrote else None
        if text is not None:
            self.desk_said[source_id] = text
        self.webhooks.append(Webhook(source_id, kind(self.now, DESK, desk=desk), text))

    def webhook_arrives(self, fuse: int | None) -> None:
        """Any of those on their way, perhaps not for the last time."""
        if not self.webhooks:
            return
        place = self.random.randrange(len(self.webhooks))
        self._take(self.webhooks[place], fuse)
        if self.random.random() < 0.7:
            del self.webhooks[place]

    def clock_strikes(self, fuse: int | None) -> None:
        """The sweep ends waits that were too long; what it found may be old news by the time that it acts."""
        state = self.keeper.state()
        if state.waiting_since is not None and self.now - state.waiting_since >= PATIENCE[state.owner]:
            timeout = TimedOut(self.now, state.waiting_since)
            if self.random.random() < 0.3:
                self.stale_timeouts.append(timeout)
            else:
                self._act(timeout, fuse)
        elif self.stale_timeouts:
            self._act(replace(self.stale_timeouts.pop(), at=self.now), fuse)

    # How it is done.

    def _deliver(self, source_id: str, fuse: int | None) -> None:
        heard = self.keeper.receive(source_id, self.customer_sent[source_id], self.now, fuse)
        if self.random.random() < 0.9:
            self.customer_sends.pop(source_id, None)
        state = self.keeper.state()
        if heard.to_answer and state.owner in FLOOR_WITH_BOT:
            calls = HandoffReason.LOW_CONFIDENCE if self.random.random() < 0.2 else None
            self.jobs.append(Job(source_id, heard.tenure, calls, state.last_number))

    def _finish(self, job: Job, fuse: int | None) -> None:
        length = self.keeper.state().last_number
        if self.keeper.reply(job.source_id, job.tenure, job.calls, self.now, fuse):
            if self.keeper.state().last_number > length:
                self.began[length + 1] = job
                self.seen["reply shown"] += 1
        else:
            self.seen["reply held"] += 1

    def _send(self, source_id: str, fuse: int | None) -> None:
        agent, text = self.agent_sent[source_id]
        step = self.keeper.act(AgentWrote(self.now, agent), self.now, said=(agent, source_id, text), fuse=fuse)
        if self.random.random() < 0.9:
            self.agent_sends.pop(source_id, None)
        self._note(AgentWrote, step)
        if step is not None and step.refusal:
            self.refused.add(source_id)
        elif step is not None:
            self.refused.discard(source_id)

    def _take(self, webhook: Webhook, fuse: int | None) -> None:
        said = None if webhook.text is None else (DESK, webhook.id, webhook.text)
        event = replace(webhook.event, at=self.now)
        step = self.keeper.act(event, self.now, said=said, desk_event=webhook.id, fuse=fuse)
        self._note(type(webhook.event), step)

    def _act(self, event: Event, fuse: int | None) -> None:
        self._note(type(event), self.keeper.act(event, self.now, fuse=fuse))

    def _note(self, kind: type, step: Step | None) -> None:
        state = "repeated" if step is None else "refused" if step.refusal else "done"
        self.seen[f"{kind.__name__} {state}"] += 1
        if step is not None and Effect.LATE in step.effects:
            self.seen["late message shown"] += 1

    def _agent(self) -> str:
        """Mostly the one who has the floor; sometimes anybody."""
        owner = self.keeper.state().agent
        return owner if owner in AGENTS and self.random.random() < 0.7 else self.random.choice(AGENTS)

    def _next(self) -> int:
        self.count += 1
        return self.count

    # The end, and what must hold.

    def settle(self) -> None:
        """Everything on its way arrives; then everybody but the clock is gone, until one agent comes back."""
        while self.customer_sends or self.agent_sends or self.webhooks:
            for source_id in list(self.customer_sends):
                self._deliver(source_id, None)
            for source_id in list(self.agent_sends):
                self._send(source_id, None)
            for webhook in self.webhooks:
                self._take(webhook, None)
            self.webhooks.clear()
        self.crash(None)
        self.check()
        self._check_nothing_is_lost()
        self._check_somebody_comes()

    def check(self) -> None:
        """What holds after every step: cheap."""
        state = self.keeper.state()
        assert is_reachable(state), state
        assert (state.agent is not None) == (state.owner is Owner.HUMAN), state
        assert state.open_messages >= 0, state

    def check_log(self) -> None:
        """What the log shows, read from its beginning by rules of its own."""
        read_log(self.keeper.log(), self.keeper.state(), self.began)

    def _check_nothing_is_lost(self) -> None:
        log = self.keeper.log()
        self.check_log()
        stored = Counter((each.speaker, each.source_id) for each in log if each.source_id is not None)
        assert all(times == 1 for times in stored.values()), stored
        texts = {each.source_id: each.text for each in log if each.speaker is not Speaker.BOT}
        for source_id, text in self.customer_sent.items():
            assert texts.get(source_id) == text, f"the customer's {source_id} is lost"
        for source_id, (_, text) in self.agent_sent.items():
            assert source_id in self.refused or texts.get(source_id) == text, f"the agent's {source_id} is lost"
            assert source_id not in self.refused or source_id not in texts, f"{source_id} was refused and stored"
        for source_id, text in self.desk_said.items():
            assert texts.get(source_id) == text, f"the desk's {source_id} is lost"

    def _check_somebody_comes(self) -> None:
        """Only the clock runs: whoever waits is in the queue soon, which reminds; an agent who comes answers all."""
        waited = self.keeper.state().open_messages > 0
        for _ in range(4):
            state = self.keeper.state()
            if state.waiting_since is None:
                break
            self.now = max(self.now, state.waiting_since) + PATIENCE[state.owner]
            self._act(TimedOut(self.now, state.waiting_since), None)
            self.check()
        state = self.keeper.state()
        assert not waited or (state.owner is Owner.QUEUED and state.reminders > 0), state
        if state.owner is Owner.QUEUED:
            self._act(Claimed(self.now, "cy"), None)
            self.keeper.act(AgentWrote(self.now, "cy"), self.now, said=("cy", "last", "Here I am."))
            assert self.keeper.state().open_messages == 0
            assert self.keeper.log()[-1].text == "Here I am."


_WEIGHTS = {
    World.customer_writes: 18,
    World.customer_sends_again: 6,
    World.bot_finishes: 24,
    World.customer_presses: 5,
    World.customer_gives_up_waiting: 2,
    World.customer_leaves: 1,
    World.agent_claims: 9,
    World.agent_releases: 3,
    World.agent_returns: 6,
    World.agent_closes: 3,
    World.agent_writes: 10,
    World.agent_sends_again: 3,
    World.desk_works: 9,
    World.webhook_arrives: 11,
    World.clock_strikes: 8,
    World.crash: 1,
}
_ACTS = (list(_WEIGHTS), list(_WEIGHTS.values()))


def read_log(log: tuple[Message, ...], state: Ownership, began: dict[int, Job]) -> None:
    """Fails where two speak at once, one is answered twice, or the state and the log disagree."""
    owner, agent = Owner.BOT, None
    answered: set[str | None] = set()
    open_now: set[str | None] = set()
    floor_changes: list[int] = []
    for number, entry in enumerate(log, start=1):
        assert entry.number == number, "the numbers have a gap"
        match entry.speaker:
            case Speaker.SYSTEM if entry.owner is not None:
                owner, agent = entry.owner, entry.author
                if owner in (Owner.HUMAN, Owner.CLOSED):
                    floor_changes.append(number)
                if owner is Owner.CLOSED:
                    open_now.clear()
            case Speaker.CUSTOMER:
                assert entry.shown
                open_now.add(entry.source_id)
            case Speaker.BOT if entry.shown:
                assert owner in FLOOR_WITH_BOT, f"the bot speaks at {number} while {owner} has the floor"
                assert entry.source_id not in answered, f"{entry.source_id} is answered twice"
                assert entry.source_id in open_now, f"the bot answers {entry.source_id} after somebody else"
                job = began.get(number)
                assert job is None or not any(each > job.began for each in floor_changes), f"{number} is stale"
                answered.add(entry.source_id)
                open_now.discard(entry.source_id)
            case Speaker.AGENT if entry.shown and entry.late:
                assert owner is not Owner.HUMAN, f"{entry.author} speaks late at {number} over {agent}"
            case Speaker.AGENT if entry.shown:
                assert (owner, agent) == (Owner.HUMAN, entry.author), f"{entry.author} speaks at {number} over {agent}"
                open_now.clear()
    assert (state.owner, state.agent, state.last_number) == (owner, agent, len(log))
    unanswered = {each.source_id for each in log if each.speaker is Speaker.CUSTOMER and not each.answered}
    assert unanswered == open_now, "a message counts as answered without an answer, or the other way round"
    assert state.open_messages == len(open_now)


def run_order(
    seed: int, keeper: Keeper, steps: tuple[int, int] = (10, 45), desk_kinds: tuple[type[AgentEvent], ...] | None = None
) -> World:
    """One order of events from its first to its last, every check made; of `desk_kinds`, where some are given, is what
    the desk tells, and it does not say in which handoff."""
    world = World(keeper, Random(seed), desk_kinds or DESK_KINDS, desk_names_handoffs=desk_kinds is None)
    for _ in range(world.random.randint(*steps)):
        world.step()
    world.settle()
    return world
