"""What `lab order show` says of an order's way: only what is known."""

from datetime import UTC, datetime, timedelta

from lab.cli.orders import STILL_SECONDS, _moves
from lab.shop.contracts import SagaView, State

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def saga(seconds, zone=UTC):
    moved = (NOW - timedelta(seconds=seconds)).replace(tzinfo=zone)
    return SagaView(order_id="ord-A", state=next(iter(State)), updated_at=moved, log=())


def test_an_order_that_moved_just_now_goes_on():
    assert _moves(saga(1), NOW) == "It goes on"


def test_an_order_that_stands_still_is_not_said_to_go_on():
    assert _moves(saga(STILL_SECONDS), NOW) == f"It has not moved for {STILL_SECONDS} s"
    assert _moves(saga(90, zone=None), NOW) == "It has not moved for 90 s"
