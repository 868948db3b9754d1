"""What an order's steps should have been: the solution's rows, replayed over the real messages.

The replay goes up to the first difference; of what would have followed it, only the steps that hang on what is
missing are named. After that nobody can know.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from lab.shop.contracts import ENDED, State
from tui.model.causes import ANSWER_NAMES
from tui.model.flow import STATE_AFTER
from tui.model.story import Ghost, Step, expected_step, is_command

GRACE_MS: Final = 1_000
"""So long after a message what it should cause may still be on its way."""
STEPS_AT_MOST: Final = 40
_SLOW: Final = frozenset({"shipping.initiated"})
"""Events that their own sender follows up when the world is ready: that is never too late."""
_FOLLOW_UPS: Final = frozenset(answer for name in _SLOW for answer in ANSWER_NAMES[name])
_TOO_LATE: Final = ENDED | {State.COMPENSATING, State.CANCELLING}
"""States in which an answer that nobody expects comes to nobody any more."""
NEVER_CAME, NOT_EXPECTED, TOO_EARLY = "never came", "came, not expected", "came before its cause"


class Arrow(NamedTuple):
    """One row of the table: where it leads, which commands it says, which exercise brings it."""

    to: State
    commands: tuple[str, ...]
    exercise: str


Table = Mapping[tuple[State, str, str | None], Arrow]
RawTable = Mapping[tuple[State, str, str | None], tuple[State, tuple[str, ...], str]]


def table_of(raw: RawTable) -> Table:
    """Name the columns of a table as the lab hands it over."""
    return {key: Arrow(*row) for key, row in raw.items()}


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the real order leaves the expected one.

    kind: one of the three words above. after: the place of the step after which it shows. name: of the message.
    expected: all that should have followed that step. saw: what followed. hanging: what hangs on what is missing.
    state: where the saga should have stood then. exercise: whose rows decide it; empty: a service's own business.
    """

    kind: str
    after: int
    name: str
    expected: tuple[str, ...]
    saw: tuple[str, ...]
    hanging: tuple[str, ...] = ()
    state: State = State.NEW
    exercise: str = ""


class Stay(NamedTuple):
    """The saga was in this state from one moment on, until another; None: it is still, or is not yet there."""

    state: State
    since_ms: int | None
    until_ms: int | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """An order compared with the table. `steps`: the real ones with ghosts among them and after them."""

    steps: Sequence[Step]
    stays: Sequence[Stay]
    state: State
    owed: tuple[str, ...]
    """The messages that have to come next."""
    difference: Difference | None = None

    @property
    def to_come(self) -> int:
        """How many steps are still expected."""
        return sum(step.ghost is Ghost.TO_COME for step in self.steps)


@dataclass(frozen=True, slots=True)
class Idle:
    """Units that were found ready, with nothing left to read, and when. What they owe since before will not come."""

    units: frozenset[str] = frozenset()
    looked_ms: int = 0

    def will_not_answer(self, unit: str, asked_ms: int) -> bool:
        """Say whether a unit had read what was said to it then, and has nothing more to say."""
        return unit in self.units and self.looked_ms - asked_ms >= GRACE_MS


_NOBODY: Final = Idle()


def replay(steps: Sequence[Step], table: Table, now_ms: float, idle: Idle = _NOBODY) -> Replayed:
    """Compare, as it is known at this moment."""
    run = _Run(list(steps), table, now_ms, idle)
    for place in range(len(steps)):
        if run.take(place):
            break
    return run.result()


class _Run:
    def __init__(self, steps: list[Step], table: Table, now_ms: float, idle: Idle) -> None:
        self.steps, self.table, self.now_ms, self.idle = steps, table, now_ms, idle
        self.state = State.NEW
        self.stays: list[Stay] = []
        self.told: set[tuple[str, str | None]] = set()
        self.may_follow: dict[int, tuple[str, ...]] = {}
        self.owed: list[str] = []
        self.difference: Difference | None = None
        self.effects: dict[int, list[int]] = {}
        for place, step in enumerate(steps):
            if step.cause is not None:
                self.effects.setdefault(step.cause, []).append(place)

    def take(self, place: int) -> bool:
        """Go one step on; True: there is the first difference."""
        step = self.steps[place]
        if step.cause is not None and step.cause > place:
            return self._odd(TOO_EARLY, place, place, ())
        allowed = self.may_follow.get(step.cause, ()) if step.cause is not None else (step.name,)
        if step.cause is not None and step.name not in allowed:
            return self._odd(NOT_EXPECTED, place, step.cause, allowed)
        state = self.state
        if step.command:
            must, exercise = ANSWER_NAMES.get(step.name, ())[:1], ""
            follows = _answers(step.name)
        else:
            must, exercise = self._event(place, step)
            follows = must + _answers(step.name)
        self.may_follow[place] = follows
        effects = [self.steps[effect] for effect in self.effects.get(place, ())]
        came = tuple(one.name for one in effects if step.command or one.command)
        answered = step.command and not set(came).isdisjoint(follows)
        missing = () if answered else tuple((Counter(must) - Counter(came)).elements())
        if missing and self._too_late(place, step, came):
            hanging = tuple(answer for one in missing for answer in ANSWER_NAMES.get(one, ())[:1])
            self.difference = Difference(NEVER_CAME, place, missing[0], must, came, hanging, state, exercise)
            return True
        self.owed += missing
        if step.name in _SLOW and not any(one.name in ANSWER_NAMES[step.name] for one in self.steps):
            self.owed.append(ANSWER_NAMES[step.name][0])
        return False

    def _odd(self, kind: str, place: int, after: int, expected: tuple[str, ...]) -> bool:
        """Note that this step itself is the first difference."""
        step = self.steps[place]
        note = "early" if kind == TOO_EARLY else "unexpected"
        self.steps[place] = replace(step, note=note, wrong=True)
        self.difference = Difference(kind, after, step.name, expected, (step.name,), state=self.state)
        return True

    def _event(self, place: int, step: Step) -> tuple[tuple[str, ...], str]:
        """Move the saga; return the commands that the row says, and whose row it is."""
        key = (step.name, step.outcome)
        arrow = self.table.get((self.state, *key))
        if arrow is None:
            if key not in self.told:
                self.steps[place] = replace(step, note="late" if self.state in _TOO_LATE else "unexpected")
            return (), ""
        self.told.add(key)
        if arrow.to is not self.state:
            self._enter(arrow.to, step.at_ms)
        return arrow.commands, arrow.exercise

    def _enter(self, state: State, at_ms: int) -> None:
        if self.stays:
            self.stays[-1] = self.stays[-1]._replace(until_ms=at_ms)
        self.stays.append(Stay(state, at_ms, None))
        self.state = state

    def _too_late(self, place: int, step: Step, came: tuple[str, ...]) -> bool:
        """Say whether what is missing will not come: its sender has said the rest, or is idle, or went on."""
        if self.now_ms - step.at_ms < GRACE_MS:
            return False
        if came or self.idle.will_not_answer(step.target, step.at_ms):
            return True
        return not step.command and any(
            later.command and later.cause is not None and later.cause > place for later in self.steps[place + 1 :]
        )

    def result(self) -> Replayed:
        """Put ghosts where they belong, and say where the saga stands."""
        if self.difference is not None:
            return self._different(self.difference)
        to_come = self._forecast()
        stays = [*self.stays, *(Stay(state, None, None) for state in self._states_ahead)]
        ghosts = [expected_step(name, Ghost.TO_COME, None) for name in to_come]
        return Replayed([*self.steps, *ghosts], stays, self.state, tuple(dict.fromkeys(self.owed)))

    def _different(self, found: Difference) -> Replayed:
        steps = list(self.steps)
        if found.kind == NEVER_CAME:
            missing = (Counter(found.expected) - Counter(found.saw)).elements()
            ghosts = [
                expected_step(name, Ghost.MISSED, found.after, wrong=not number) for number, name in enumerate(missing)
            ]
            at = found.after + 1
            steps = [_shifted(step, at, len(ghosts)) for step in steps]
            steps[at:at] = ghosts
        for step in self.steps[found.after + 1 :]:
            state = STATE_AFTER.get(step.name)
            if state is not None and state is not self.state and state is not State.NEW:
                self._enter(state, step.at_ms)
        return Replayed(steps, self.stays, self.state, (), found)

    def _forecast(self) -> list[str]:
        """Return the messages that should still come, as far as the usual endings lead."""
        self._states_ahead: list[State] = []
        state, found = self.state, list[str]()
        later = [name for name in self.owed if name in _FOLLOW_UPS]
        waiting = [name for name in self.owed if name not in _FOLLOW_UPS]
        while (waiting or later) and len(found) < STEPS_AT_MOST:
            name = (waiting or later).pop(0)
            found.append(name)
            if is_command(name):
                waiting += ANSWER_NAMES.get(name, ())[:1]
                continue
            arrow = _usual(self.table, state, name)
            if arrow is not None:
                waiting += arrow.commands
                if arrow.to is not state:
                    state = arrow.to
                    self._states_ahead.append(state)
            later += ANSWER_NAMES.get(name, ())[:1]
        return found


def _answers(name: str) -> tuple[str, ...]:
    """Return what may answer a message, and what its answers are followed up by."""
    answers = ANSWER_NAMES.get(name, ())
    return answers + tuple(more for answer in answers if answer in _SLOW for more in ANSWER_NAMES[answer])


def _usual(table: Table, state: State, name: str) -> Arrow | None:
    """Return the row for a message's usual outcome: the one that stands first in the table."""
    return next((arrow for (at, told, _), arrow in table.items() if at is state and told == name), None)


def _shifted(step: Step, at: int, by: int) -> Step:
    """Return the step with its cause where it stands after `by` ghosts have been put in at a place."""
    return step if step.cause is None or step.cause < at else replace(step, cause=step.cause + by)
