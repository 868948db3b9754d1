"""A small fixed course for the Learn screen's renderers, and what checks say in it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from lab.course.catalog import Course, Exercise, Kind, Need, Phase
from lab.course.classroom import Checked, Live
from lab.course.hints import rungs, solution_is_open
from lab.course.progress import Progress, Standing
from lab.course.sheets import Asked, Choice, Form
from lab.course.verdict import Finding, Outcome, Row, Task, TaskState, Verdict
from lab.course.whereabouts import where_you_were
from tests.tui.world import NOON_MS
from tui.model.learn import Check, Known, Study

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
_IDS = (
    ("tour", "Tour: a message outlives its sender", Kind.PREDICT, 8, (Need.KAFKA,)),
    ("commands", "Commands and events: asked or told", Kind.ORDER, 12, ()),
    ("await", "Await: a coroutine is a recipe", Kind.PART, 15, ()),
    ("envelope", "The envelope: identity outside the body", Kind.PART, 20, ()),
    ("produce", "Produce: tell Kafka about a new order", Kind.PART, 20, (Need.KAFKA,)),
    ("partitions", "Partitions: sequence only inside one", Kind.PREDICT, 10, (Need.KAFKA,)),
    ("kraft", "KRaft: a broker that is its own controller", Kind.FILE, 15, (Need.DOCKER,)),
)
_TITLES = (
    "Each order is stored once on the topic orders.initiating",
    "Its key is the order id",
    "Headers and value travel unchanged, as exercise 3 made them",
    "When your function returns, Kafka has the order",
    "When Kafka refuses the order, the caller is told",
)
LESSON = """\
# 4 · Produce: tell Kafka about a new order

*20 minutes*

## The idea

**The key decides the partition.** You met partitions on the tour: a topic is not one list but several, here three, so
that several readers can share the work. See `acks` and [the manual](https://kafka.apache.org/).

    with a key: one story, one partition     without a key: anywhere

    partition 0   created A ── cancel A      partition 0   cancel A

1. Each order is stored once.
2. Its key is the order id.

| word | here it means |
|---|---|
| producer | the object that hands messages to Kafka and waits for its answers, one by one or many at once |
| key | bytes beside the value |

```python
# 1 Choose the topic: who should read this? Everyone who follows parcels, and not the one who happens to be there today.
topic = "parcels.scanned"
```
"""


def course():
    """Seven exercises of phase 1, and one of phase 2."""
    made = [
        Exercise(
            id=name,
            folder=f"phase1_basics/e{place:02}_{name}",
            title=title,
            kind=kind,
            file="answer.toml" if kind in {Kind.PREDICT, Kind.ORDER} else "order_events.py",
            minutes=minutes,
            needs=needs,
        )
        for place, (name, title, kind, minutes, needs) in enumerate(_IDS)
    ]
    later = Exercise(
        id="lose", folder="phase2_reliability/e21_lose", title="Lose", kind=Kind.PREDICT, file="a.toml", minutes=75
    )
    phases = (Phase(number=1, title="Basic setup"), Phase(number=2, title="Reliability"))
    return Course(version=1, phase=phases, exercise=(*made, later))


COURSE = course()


def standing(**more):
    return Standing(**({"first_at": NOON, "last_at": NOON} | more))


def progress(**more):
    """Four are passed, one of them with help; the learner is at `produce`, in the second attempt."""
    passed = {name: standing(attempts=1, passed_at=NOON) for name in ("tour", "commands", "await")}
    passed["envelope"] = standing(attempts=3, passed_at=NOON, helped=True)
    here = standing(**({"attempts": 2, "hints_shown": 1, "hint_earned": True} | more))
    return Progress(last="produce", last_at=NOON, exercises={**passed, "produce": here})


def known(exercise="produce", kept=None, welcome="", lesson=LESSON):
    kept = kept or progress()
    one = COURSE.by_id[exercise]
    stands = kept.exercises.get(exercise)
    return Known(
        COURSE,
        kept,
        where_you_were(kept, COURSE, NOON + timedelta(minutes=5)),
        one,
        lesson,
        Path("/ws") / exercise / one.file,
        rungs(stands),
        None,
        solution_is_open(stands),
        welcome,
    )


def not_yet(*, timeline=True, finding="key-is-customer-id", **more):
    rows = tuple(
        Row(topic="orders.initiating", partition=part, offset=offset, key=key, type="shop.order.created.v1", wrong=True)
        for part, offset, key in ((1, 0, "cus-anna"), (1, 1, "cus-anna"), (0, 0, "cus-bea"))
    )
    found = Finding(
        id=finding,
        task=2,
        expected="the order id, as bytes: ord-1001, ord-1002, ord-1004",
        saw="customer ids, so two of the three orders share a key",
        why="It keeps one customer's orders in sequence, which nobody needs, and puts all the work of your biggest "
        "customer on one partition. What must stay in sequence is the story of one order.",
        look="Ask 'which messages must never overtake each other?'",
        timeline=rows if timeline else (),
        difference="the first line; its key should be ord-1001" if timeline else "",
    )
    states = (TaskState.PASSED, TaskState.FAILED, *[TaskState.NOT_RUN] * 3)
    return verdict(Outcome.NOT_YET, states, finding=found, **more)


def verdict(outcome, states=(TaskState.PASSED,) * 5, **more):
    tasks = tuple(
        Task(number=number, title=title, state=state)
        for number, (title, state) in enumerate(zip(_TITLES, states, strict=True), 1)
    )
    return Verdict(**({"exercise": "produce", "outcome": outcome, "tasks": tasks, "seconds": 0.6} | more))


def passed(**more):
    return verdict(Outcome.PASS, **more)


def trouble(outcome):
    return Verdict(exercise="produce", outcome=outcome, what="Kafka does not answer.", mend="uv run lab up")


def checked(said, *, goes_live=False, **more):
    return Checked(COURSE.by_id["produce"], said, standing(**({"attempts": 2} | more)), goes_live=goes_live)


def study(said=None, *, began_ms=None, live=None, goes_live=False, settled=True, now_ms=NOON_MS, **more):
    """The Learn screen's data after this verdict."""
    kept = more.pop("kept", None)
    check = Check(
        checked=checked(said, goes_live=goes_live, **more) if said else None,
        at_ms=NOON_MS if said else 0.0,
        began_ms=began_ms,
        live=live,
        settled=settled,
    )
    here = known(kept=kept)
    return Study(here, {"produce": check}, now_ms, COURSE.by_id["partitions"])


LIVE = Live(("order",), 1.3)


def form(*, several=False):
    """Two questions of a prediction, or a sequence."""
    choices = (
        Choice("a", "exactly the sequence written"),
        Choice("b", "A's own sequence, and B's, and C's"),
        Choice("c", "nothing at all"),
    )
    if not several:
        asked = (
            Asked("sequence", "One reader reads them all. What may you rely on, every time?", choices),
            Asked("key", "What decides the partition?", choices[:2]),
        )
        return Form(asked)
    lines = (
        Choice("a", 'Payment         anyone       "The bank has said yes."    payment.processed'),
        Choice("b", 'the mediator    Inventory    "Set two mugs aside."       inventory.check'),
        Choice("d", 'Order           anyone       "Anna has ordered."         order.created'),
    )
    columns = "who speaks      to whom      what is said                its name"
    asked = (Asked("commands", "The letters of all commands.", lines), Asked("sequence", "All, in sequence.", lines))
    return Form(asked, "The story of one order.", columns, several=True)
