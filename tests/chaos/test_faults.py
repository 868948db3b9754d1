"""The table of faults, and what is said of what they show: no shop is needed."""

from collections import Counter

import pytest

from lab.chaos.acts import DEEDS
from lab.chaos.faults import FAULTS, Act, Way, fault_named
from lab.chaos.middle import Middle, Waiting
from lab.chaos.placing import Answer
from lab.chaos.promises import Promises
from lab.chaos.records import POISONS
from lab.errors import NotFound
from lab.shop.contracts import Record, Unreadable, decode
from lab.shop.runtime.crash import CrashPoint
from lab.shop.units import UNITS
from lab.shop.waiting import Awaited

ORDER, PAYMENT = fault_named("kill-order"), fault_named("kill-payment")
YES, NO = Answer(202, "ord-A"), Answer(503)


def test_every_act_can_be_done_to_every_unit_of_the_shop() -> None:
    services = {unit.name for unit in UNITS}
    hit = {act: {fault.unit for fault in FAULTS if fault.act is act} for act in Act}
    assert hit.keys() == DEEDS.keys()
    assert all(units >= services for units in hit.values())
    assert all(hit[act] - services == {"kafka", "postgres"} for act in (Act.KILL, Act.PAUSE, Act.RESTART, Act.SLOW))
    assert {fault.point for fault in FAULTS if fault.act is Act.CRASH} == set(CrashPoint)
    assert [fault.unit for fault in FAULTS if fault.way is Way.PROMISES] == ["order"]


def test_who_tells_nobody_anything_cannot_crash_after_it_has_told() -> None:
    telling = {fault.unit for fault in FAULTS if fault.point is CrashPoint.AFTER_PRODUCE}
    assert {unit.name for unit in UNITS} - telling == {"analytics"}


def test_names_of_faults_are_one_each_and_say_what_they_are() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert all(fault.name.startswith(f"{fault.act}-{fault.unit}") for fault in FAULTS)
    assert not any("{" in fault.about for fault in FAULTS)


def test_a_fault_that_does_not_exist_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(NotFound) as refused:
        fault_named("kill-paymnet\x1b")
    assert "Nearest: kill-payment" in refused.value.mend
    assert refused.value.what.isprintable()


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (YES, "202 Accepted   ord-A"),
        (NO, "503 not now"),
        (Answer(0), "no answer"),
        (Answer(500), "500 Internal Server Error"),
        (Answer(599), "599"),
    ],
)
def test_an_answer_is_told_as_a_customer_reads_it(answer, text) -> None:
    assert answer.text() == text


@pytest.mark.parametrize(
    ("answers", "lost", "counts", "said"),
    [
        ([YES, YES], ("ord-A", "ord-B"), (2, 0, 0), "2 orders are lost: promised to a customer, and never on Kafka."),
        ([YES, NO], ("ord-A",), (1, 1, 0), "1 order is lost: promised to a customer, and never on Kafka."),
        ([YES, YES], (), (2, 0, 2), "Nothing is lost: every order that was promised is on Kafka."),
        ([NO, NO], (), (0, 2, 0), "Nothing is lost: Kafka had acknowledged nothing, and nobody was promised anything."),
    ],
)
def test_promises_are_counted_against_what_is_stored(answers, lost, counts, said) -> None:
    told = Promises(ORDER, tuple(answers), lost, 1.0)
    row = told.as_object()
    assert (row["accepted"], row["refused"], row["stored"]) == counts
    assert row["lost"] == list(lost)
    assert told.verdict() == said


def test_who_waits_for_whom_is_told_with_the_message_that_is_owed() -> None:
    owed = (Awaited("payment", "payment.processed"),)
    assert Waiting(owed, 1, ended=False).text() == "1 order waits. The mediator waits for Payment (payment.processed)."
    assert Waiting(owed, 2, ended=False).text().startswith("2 orders wait. ")
    assert Waiting(owed, 2, ended=True).text().startswith("2 orders ended, with something still owed. ")


def test_orders_that_never_end_are_named_one_by_one() -> None:
    told = Middle(PAYMENT, (YES, YES, NO), (), Counter(delivered=1), ("ord-B",), 1, 1.0, 2.0)
    assert told.lines() == [
        "ended: 1 of 2 (1 delivered)",
        "never ended, after 15 seconds without a word: 1",
        "  uv run lab order show ord-B",
    ]
    row = told.as_object()
    assert (row["orders"], row["accepted"], row["refused"]) == (3, 2, 1)
    assert (row["ended"], row["never_ended"]) == ({"delivered": 1}, ["ord-B"])


def test_a_fault_that_never_hit_has_shown_nothing() -> None:
    told = Middle(PAYMENT, (YES,), (), Counter(delivered=1), (), 0, 1.0, 2.0)
    assert "The fault never hit: this has shown nothing about it." in told.lines()
    assert told.as_object()["hits"] == 0


@pytest.mark.parametrize(
    ("number", "reason"), [(0, "bad-body"), (1, "no-value"), (2, "unknown-type"), (3, "unknown-type"), (4, "too-large")]
)
def test_each_poison_is_bad_in_its_own_way(number, reason) -> None:
    _, headers, value = POISONS[number]
    told = decode(Record("order.commands", 0, 0, b"ord-POISONED", value, tuple(headers)))
    assert isinstance(told, Unreadable)
    assert told.reason == reason
