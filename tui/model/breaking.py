"""A fault on purpose, in four steps: pick it, say what will happen, let it happen, compare. Pure data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from types import MappingProxyType
from typing import Any, Final

from lab.chaos.faults import FAULTS, Act, Fault, Way

Outcome = Mapping[str, Any]
"""What a fault has shown, as its `as_object` gives it."""


class Step(IntEnum):
    """Where one stands."""

    PICK = 1
    PREDICT = 2
    RUN = 3
    COMPARE = 4


@dataclass(frozen=True, slots=True)
class Question:
    """A number that is guessed first, and then counted. `of`: reads it from the outcome."""

    text: str
    of: Callable[[Outcome], int]


_ACCEPTED: Final = Question("told 'accepted'", lambda shown: int(shown["accepted"]))

QUESTIONS: Final[Mapping[Way, tuple[Question, ...]]] = MappingProxyType(
    {
        Way.PROMISES: (_ACCEPTED, Question("promised, and lost", lambda shown: len(shown["lost"]))),
        Way.MIDDLE: (
            _ACCEPTED,
            Question("waiting meanwhile", lambda shown: sum(row["orders"] for row in shown["waited"])),
            Question("never ended", lambda shown: len(shown["never_ended"])),
        ),
    }
)
"""How a fault is tried → what can be said of it beforehand."""

VERBS: Final[Mapping[Act, str]] = MappingProxyType(
    {Act.KILL: "kill", Act.REORDER: "kill", Act.PAUSE: "pause", Act.SLOW: "pause", Act.RESTART: "restart"}
)
"""Act → what the engine does for it. The others have no plain command: they are done on Kafka, or inside the unit."""


@dataclass(frozen=True, slots=True)
class Breaking:
    """All that the screen shows. Each method returns the state after it."""

    step: Step = Step.PICK
    chosen: int = 0
    orders: int = 6
    guesses: tuple[int | None, ...] = ()
    asked: int = 0
    """The question that is answered now."""
    told: tuple[str, ...] = ()
    outcome: Outcome = field(default_factory=dict)
    fault_text: str = ""
    """Why it could not be tried, and the mend."""

    @property
    def fault(self) -> Fault:
        """The fault that is chosen."""
        return FAULTS[self.chosen]

    @property
    def questions(self) -> Sequence[Question]:
        """What is asked of it."""
        return QUESTIONS[self.fault.way]

    def move(self, by: int) -> "Breaking":
        """Go up or down: among the faults, or among the questions."""
        if self.step is Step.PICK:
            return replace(self, chosen=min(max(self.chosen + by, 0), len(FAULTS) - 1))
        if self.step is Step.PREDICT:
            return replace(self, asked=min(max(self.asked + by, 0), len(self.questions) - 1))
        return self

    def leap(self, by: int) -> "Breaking":
        """Go to the first fault of the next kind (by > 0), or of this one or the one before it."""
        if self.step is not Step.PICK:
            return self
        kinds = [(fault.act, fault.point) for fault in FAULTS]
        firsts = [number for number, kind in enumerate(kinds) if number == 0 or kinds[number - 1] != kind]
        onward = [number for number in firsts if number > self.chosen] if by > 0 else []
        back = [number for number in firsts if number < self.chosen] if by < 0 else []
        return replace(self, chosen=onward[0] if onward else back[-1] if back else self.chosen)

    def turn(self, by: int) -> "Breaking":
        """Change the number: of orders while a fault is picked, else the guess. A guess is one of 0 to all orders."""
        if self.step is Step.PICK:
            return replace(self, orders=min(max(self.orders + by, 1), 20))
        if self.step is not Step.PREDICT:
            return self
        now = self.guesses[self.asked]
        guess = (0 if by > 0 else self.orders) if now is None else min(max(now + by, 0), self.orders)
        return replace(self, guesses=(*self.guesses[: self.asked], guess, *self.guesses[self.asked + 1 :]))

    def predict(self) -> "Breaking":
        """Take the fault, and ask."""
        return replace(self, step=Step.PREDICT, guesses=(None,) * len(self.questions), asked=0, fault_text="")

    @property
    def unanswered(self) -> int:
        """How many questions have no guess yet; it runs only when all have."""
        return sum(guess is None for guess in self.guesses)

    def begin(self) -> "Breaking":
        """Let it happen. From now on no guess is changed."""
        return replace(self, step=Step.RUN, told=(), outcome={}, fault_text="")

    def tell(self, line: str) -> "Breaking":
        """Take in a line of what happens."""
        return replace(self, told=(*self.told, *line.split("\n")))

    def compare(self, outcome: Outcome) -> "Breaking":
        """Take in what it has shown."""
        return replace(self, step=Step.COMPARE, outcome=outcome)

    def failed(self, text: str) -> "Breaking":
        """Take in why it could not be tried; the guesses stay."""
        return replace(self, step=Step.PREDICT, fault_text=text)

    def back(self) -> "Breaking | None":
        """Go one step back; None where that leads out. While it runs there is no way back."""
        if self.step is Step.PICK:
            return None
        return (
            self if self.step is Step.RUN else replace(self, step=Step.PICK, guesses=(), told=(), outcome={}, asked=0)
        )

    def pairs(self) -> list[tuple[Question, int | None, int]]:
        """Return each question with the guess and with what happened."""
        return [(q, guess, q.of(self.outcome)) for q, guess in zip(self.questions, self.guesses, strict=True)]
