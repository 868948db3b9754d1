"""The table of faults, and what is said of what they show: no shop is needed."""

from collections import Counter

import pytest

from lab.chaos.faults import FAULTS, Way, fault_named
from lab.chaos.middle import Middle, Waiting
from lab.chaos.placing import Answer
from lab.chaos.promises import Promises
from lab.errors import NotFound
from lab.shop.units import UNITS
from lab.shop.waiting import Awaited

ORDER, PAYMENT = fault_named("kill-order"), fault_named("kill-payment")
YES, NO = Answer(202, "ord-A"), Answer(503)


def test_every_unit_of_the_shop_can_be_killed() -> None:
    assert {fault.name for fault in FAULTS} == {f"kill-{unit.name}" for unit in UNITS}
    assert all(fault.name == f"kill-{fault.unit}" for fault in FAULTS)
    assert [fault.unit for fault in FAULTS if fault.way is Way.PROMISES] == ["order"]


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
    told = Middle(PAYMENT, (YES, YES, NO), (), Counter(delivered=1), ("ord-B",), 1.0, 2.0)
    assert told.lines() == [
        "ended: 1 of 2 (1 delivered)",
        "never ended, after 15 seconds without a word: 1",
        "  uv run lab order show ord-B",
    ]
    row = told.as_object()
    assert (row["orders"], row["accepted"], row["refused"]) == (3, 2, 1)
    assert (row["ended"], row["never_ended"]) == ({"delivered": 1}, ["ord-B"])
