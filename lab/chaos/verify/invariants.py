"""THE table of invariants: what must hold, what attacks it, how often it was attacked, and who judges it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from lab.chaos.verify import attacks, flow, goods, orders, parked
from lab.chaos.verify.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Invariant:
    """One promise of the shop.

    attack: what attacks it, in a word for what `attacked` counts; nothing counted proves nothing.
    since: the phase from which the shop promises it.
    check: says what is wrong, a sentence each; nothing is wrong where it says nothing. Pure.
    """

    name: str
    promise: str
    attack: str
    since: int
    attacked: Callable[[Evidence], int]
    check: Callable[[Evidence], Sequence[str]]


INVARIANTS: Final = (
    Invariant("I1", "no accepted order is lost", "faults", 1, attacks.faults, orders.lost_orders),
    Invariant("I2", "nothing is told that is not so", "faults", 1, attacks.faults, orders.ghosts),
    Invariant("I3", "one order for each key", "repeated requests", 2, attacks.requests_again, orders.keys_of_two),
    Invariant("I4", "money: one charge, or net nothing", "repeats, faults", 1, attacks.on_payment, goods.wrong_money),
    Invariant("I5", "stock: nothing comes, nothing goes", "refusals, faults", 1, attacks.on_stock, goods.wrong_stock),
    Invariant("I6", "all books know the same ending", "bad endings", 1, attacks.bad_endings, goods.wrong_endings),
    Invariant("I7", "each saga's log is a path", "repeats, deadlines", 1, attacks.on_sagas, flow.broken_logs),
    Invariant("I8", "each message has one effect", "redelivered", 2, attacks.redelivered, flow.repeated_effects),
    Invariant("I9", "poison is parked, whole", "poisoned", 2, attacks.poisoned, parked.poison_not_parked),
    Invariant("I10", "what is sent again has its effect", "sent again", 2, attacks.replayed,
              parked.replays_without_effect),
    Invariant("I11", "no deadline is overdue", "deadlines passed", 2, attacks.deadlines, flow.late_timers),
    Invariant("I12", "unknown is not taken for a no", "unanswered payments", 1, attacks.unanswered,
              goods.unknown_taken_for_no),
    Invariant("I13", "nothing good is given up", "tried again later", 2, attacks.tried_again, parked.given_up),
    Invariant("I14", "what is stored is told and heard", "faults of Kafka", 1, attacks.on_kafka, orders.untold),
)  # fmt: skip
