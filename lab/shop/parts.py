"""Which file fills which port: the one table, and the loader that reads it.

For a port the last part up to the profile's phase counts (`outbox` supersedes what `accept` brought); where there is
none, a named pass-through stands. Each exercise's part can be chosen one at a time: the solution, the learner's own
file, or a known-wrong one. A file that cannot be loaded is an error with file and line, never silently replaced.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, Final, TypeVar, cast

from lab.bundle import shipped
from lab.errors import LabError, PartDoesNotLoad
from lab.loading import load_file
from lab.shop import passthrough
from lab.shop import ports as p
from lab.shop.contracts import State
from lab.shop.contracts.credit import BROKEN, LAB, MINE, SOLUTION, Credit
from lab.shop.ports import Port, Rows, Table

P = TypeVar("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PartFile:
    """One exercise's file. It defines one name for each port it fills: the port's own; rows are called `ROWS`."""

    exercise: str
    phase: int
    path: str  # below solutions/
    fills: tuple[Port[Any], ...]


PART_FILES: Final[tuple[PartFile, ...]] = (
    PartFile("await", 1, "phase1_basics/e02_await/carriers.py", (p.CHOOSE_CARRIER,)),
    PartFile("envelope", 1, "phase1_basics/e03_envelope/envelope.py", (p.WRAP,)),
    PartFile("produce", 1, "phase1_basics/e04_produce/order_events.py", (p.PUBLISH_ORDER_CREATED,)),
    PartFile("read", 1, "phase1_basics/e06_read/reading.py", (p.CONSUME, p.DISPATCH)),
    PartFile("validate", 1, "phase1_basics/e09_validate/order_request.py", (p.ORDER_REQUEST, p.DESCRIBE_FAULTS)),
    PartFile("session", 1, "phase1_basics/e10_session/goods_in.py", (p.RECEIVE_GOODS,)),
    PartFile("accept", 1, "phase1_basics/e11_accept/accept.py", (p.PLACE_ORDER, p.HAND_OVER, p.READ_ORDER)),
    PartFile("reserve", 1, "phase1_basics/e12_reserve/reserve.py", (p.RESERVE_STOCK, p.READ_STOCK)),
    PartFile("pay", 1, "phase1_basics/e13_pay/pay.py", (p.TAKE_PAYMENT, p.READ_PAYMENT)),
    PartFile("table", 1, "phase1_basics/e14_table/flow.py", (p.DECIDE, p.ROWS)),
    PartFile("confirm", 1, "phase1_basics/e15_confirm/order_book.py", (p.CHANGE_ORDER,)),
    PartFile("undo", 1, "phase1_basics/e16_undo/undo.py", (p.RELEASE_STOCK, p.CANCEL_PAYMENT, p.ROWS)),
    PartFile("ship", 1, "phase1_basics/e17_ship/ship.py", (p.INITIATE_SHIPPING, p.COMMIT_STOCK, p.ROWS)),
    PartFile("notify", 1, "phase1_basics/e18_notify/notify.py", (p.SEND_NOTIFICATION, p.READ_NOTIFICATIONS, p.ROWS)),
    PartFile("record", 1, "phase1_basics/e19_record/record.py", (p.RECORD_EVENT, p.READ_REPORT)),
    PartFile("logs", 2, "phase2_reliability/e22_logs/tracing.py", (p.NEXT_TRACE, p.LOG_FIELDS)),
    PartFile("commit", 2, "phase2_reliability/e23_commit/committing.py", (p.CONSUME,)),
    PartFile("rebalance", 2, "phase2_reliability/e24_rebalance/giving_away.py", (p.COMMIT_OFFSETS, p.ON_REVOKED)),
    PartFile("inbox", 2, "phase2_reliability/e25_inbox/inbox.py", (p.INBOX,)),
    PartFile("outbox", 2, "phase2_reliability/e27_outbox/outbox.py", (p.HAND_OVER,)),
    PartFile("relay", 2, "phase2_reliability/e28_relay/relay.py", (p.RELAY,)),
    PartFile(
        "idempotency-key", 2, "phase2_reliability/e29_idempotency_key/request_keys.py", (p.CLAIM_KEY, p.REMEMBER_ANSWER)
    ),
    PartFile("which-errors", 2, "phase2_reliability/e30_which_errors/retry_policy.py", (p.RETRY_POLICY,)),
    PartFile("retry-topics", 2, "phase2_reliability/e31_retry_topics/retry_later.py", (p.RETRY_LATER,)),
    PartFile("dead-letters", 2, "phase2_reliability/e32_dead_letters/dead_letter.py", (p.DEAD_LETTER,)),
    PartFile("bank", 2, "phase2_reliability/e33_bank/charging.py", (p.TAKE_PAYMENT, p.SETTLE_PAYMENTS)),
    PartFile(
        "timers", 2, "phase2_reliability/e34_timers/timers.py", (p.SET_TIMER, p.CANCEL_TIMER, p.DUE_TIMERS, p.ROWS)
    ),
    PartFile("late", 2, "phase2_reliability/e35_late/late.py", (p.CANCEL_PAYMENT, p.ROWS)),
    PartFile("metrics", 2, "phase2_reliability/e36_metrics/metrics.py", (p.OBSERVE, p.LAG, p.FIGURES)),
    PartFile("health", 2, "phase2_reliability/e37_health/health.py", (p.ALIVE, p.READY)),
)

SILENT: Final = frozenset({"record"})
"""Exercises whose parts put no message on Kafka: no message can bear their mark."""

PASS_THROUGH: Final[Mapping[Port[Any], Any]] = MappingProxyType(
    {
        p.NEXT_TRACE: passthrough.pass_trace_on,
        p.LOG_FIELDS: passthrough.name_and_order,
        p.COMMIT_OFFSETS: passthrough.commit_and_hope,
        p.ON_REVOKED: passthrough.let_go_at_once,
        p.INBOX: passthrough.all_are_fresh,
        p.RELAY: passthrough.nothing_to_relay,
        p.CLAIM_KEY: passthrough.every_key_is_new,
        p.REMEMBER_ANSWER: passthrough.remember_no_answer,
        p.RETRY_POLICY: passthrough.never_again,
        p.RETRY_LATER: passthrough.never_later,
        p.DEAD_LETTER: passthrough.log_and_skip,
        p.SETTLE_PAYMENTS: passthrough.nothing_to_settle,
        p.SET_TIMER: passthrough.no_deadline,
        p.CANCEL_TIMER: passthrough.no_deadline_to_cancel,
        p.DUE_TIMERS: passthrough.never_due,
        p.OBSERVE: passthrough.look_away,
        p.LAG: passthrough.plain_lag,
        p.FIGURES: passthrough.no_figures,
        p.ALIVE: passthrough.always_alive,
        p.READY: passthrough.always_ready,
    }
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Another file for one exercise's part. `origin` is what `handled-by` will say: `mine` or `broken`."""

    origin: str
    file: Path


def read_choices(file: Path) -> Mapping[str, Choice]:
    """Read `{exercise: {"origin": …, "file": …}}`; no file means no choices. Raises LabError when it is damaged."""
    if not file.exists():
        return {}
    try:
        raw = json.loads(file.read_text())
        return {exercise: _choice(row["origin"], row["file"]) for exercise, row in raw.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LabError(
            f"{file} is damaged ({error}).", "Delete it: every part is then the solution's again, your files stay."
        ) from error


def _choice(origin: str, file: str) -> Choice:
    if origin not in {MINE, BROKEN}:
        raise ValueError(f"{origin!r} is neither {MINE} nor {BROKEN}")
    return Choice(origin, Path(file))


class Parts:
    """The parts of one profile. A part's file is read when it is first asked for, so a fault hurts only its users.

    Most files have one unit or two that use them; `envelope`, `read` and `accept` (its `hand_over`) are used by all.
    """

    def __init__(
        self,
        phase: int,
        choices: Mapping[str, Choice] | None = None,
        *,
        many: bool = True,
        part_files: tuple[PartFile, ...] = PART_FILES,
        solutions: Path | None = None,
    ) -> None:
        self.phase = phase
        self.many = many
        self._choices = choices or {}
        self._files = [part for part in part_files if part.phase <= phase]
        self._solutions = solutions or shipped() / "solutions"
        self._modules: dict[str, ModuleType] = {}

    def __getitem__(self, port: Port[P]) -> P:
        """Return what fills the port. Raises PartDoesNotLoad."""
        part = self._part_for(port)
        if part is None:
            return cast("P", PASS_THROUGH[port])
        return cast("P", self._attribute(part, port))

    @property
    def are_solutions(self) -> bool:
        """Whether nobody has chosen another file for any part."""
        return not self._choices

    def twin(self, port: Port[Any], exercise: str, twin: T) -> T | None:
        """Return the set-based twin of this exercise's solution where that is what fills the port; else None.

        A twin does the same for many messages at once as the solution does for each: docs/decisions/0020. It stands in
        for the solution only. A learner's own lines are never replaced by it, nor is another exercise's part.
        """
        part = self._part_for(port)
        if not self.many or part not in PART_FILES or part.exercise != exercise or exercise in self._choices:
            return None
        # whoever puts something of their own around a part has it called, too
        stands_in = self[port] is self._attribute(part, port)
        return twin if stands_in else None

    def load(self, ports: Iterable[Port[Any]]) -> None:
        """Read now what fills these ports, so that a fault shows before anything runs. Raises LabError."""
        for port in ports:
            if port == p.ROWS:
                self.table()
            else:
                self[port]

    def credit(self, port: Port[Any], *others: Port[Any]) -> Credit:
        """Say whose lines fill these ports; the first one's part is the one that answers."""
        credit = self._credit(self._part_for(port))
        for other in others:
            credit += self._credit(self._part_for(other))
        return credit

    def table(self) -> tuple[Table, Mapping[tuple[State, p.On], Credit]]:
        """Put all contributed rows into one table, and say of each row whose it is. Raises LabError for a duplicate."""
        table: dict[tuple[State, p.On], p.Row] = {}
        credits_: dict[tuple[State, p.On], Credit] = {}
        contributor: dict[tuple[State, p.On], PartFile] = {}
        for part in (part for part in self._files if p.ROWS in part.fills):
            for row in self._rows(part):
                key = (row.state, row.on)
                if key in table:
                    raise LabError(
                        f"Two rows of the mediator's table wait for {row.on} in {row.state}: "
                        f"one from {contributor[key].exercise}, one from {part.exercise}.",
                        "Take one of them out: the mediator must know which one to follow.",
                    )
                table[key], credits_[key], contributor[key] = row, self._credit(part), part
        return table, credits_

    def _rows(self, part: PartFile) -> Rows:
        rows, file = self._attribute(part, p.ROWS), self._file(part)
        if not isinstance(rows, tuple) or not all(isinstance(row, p.Row) for row in rows):
            why = "ROWS must be a tuple of Row; a single one needs a comma."
            mend = "Write it as the starter has it: ROWS = (Row(…), Row(…)), and for one alone ROWS = (Row(…),)."
            raise PartDoesNotLoad(f"{file}: {why}", mend, file=file, why=why)
        return rows

    def _file(self, part: PartFile) -> Path:
        choice = self._choices.get(part.exercise)
        return self._solutions / part.path if choice is None else choice.file

    def _part_for(self, port: Port[Any]) -> PartFile | None:
        return next((part for part in reversed(self._files) if port in part.fills), None)

    def _credit(self, part: PartFile | None) -> Credit:
        if part is None:
            return Credit(LAB)
        choice = self._choices.get(part.exercise)
        return Credit(SOLUTION) if choice is None else Credit(choice.origin, {part.exercise: choice.origin})

    def _attribute(self, part: PartFile, port: Port[Any]) -> object:
        file = self._file(part)
        if part.exercise not in self._modules:
            self._modules[part.exercise] = load_file(file, f"orderlab_part_{part.exercise.replace('-', '_')}")
        name = "ROWS" if port == p.ROWS else port.name
        try:
            return cast("object", getattr(self._modules[part.exercise], name))
        except AttributeError:
            raise PartDoesNotLoad(
                f"{file} does not define {name}.",
                f"The shop calls it by that name; write `{name}` as the starter has it.",
                file=file,
                why=f"it does not define {name}.",
            ) from None
