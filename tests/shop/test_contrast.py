"""What a comparison works out from messages, rows and tables."""

from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len

from lab.contrast.columns import Columns
from lab.contrast.flow import Flow
from lab.contrast.routing import with_mediator, without_mediator
from lab.contrast.stuck import Standing, in_the_books, in_the_saga
from lab.shop.choreography.running import Kept
from lab.shop.contracts import OrderConfirm, OrderDelivered, Record, SagaView, State
from lab.shop.contracts.credit import Credit
from lab.shop.parts import Choice, Parts
from lab.shop.ports import WRAP
from lab.shop.seen import Seen

NOW = datetime(2026, 3, 2, 12, 0, 10, tzinfo=UTC)


def saga(state):
    return SagaView(order_id="ord-A", state=state, updated_at=NOW - timedelta(seconds=3), log=())


def seen(body, at_ms=0, origin="solution", **parts):
    wire = Parts(1)[WRAP](body, cause=None, source="/shop/order", time=NOW)
    headers = (*wire.headers, *Credit(origin, parts).headers())
    return Seen.of(Record("order.events", 0, 0, body.order_id.encode(), wire.value, headers, at_ms))


@pytest.mark.parametrize(
    ("state", "waits_for"),
    [
        (State.AWAITING_SHIPPING, ("shipping.failed", "shipping.initiated")),
        (State.AWAITING_PAYMENT, ("payment.processed [approved]", "payment.processed [declined]")),
        (State.COMPLETED, ()),
    ],
)
def test_what_a_saga_waits_for_are_the_rows_that_lead_out_of_its_state(state, waits_for):
    found = in_the_saga(saga(state), Parts(1).table()[0], NOW)
    assert found == Standing("mediator.saga", str(state), 3.0, waits_for)
    assert found.sees_it is bool(waits_for)


def test_a_status_alone_sees_nothing():
    (found,) = in_the_books([Kept("order.orders", "confirmed")])
    assert (found.says, found.sees_it) == ("confirmed", False)


def test_a_new_step_changes_the_mediator_s_table_or_the_files_of_all_who_follow_on_it_and_its_no(tmp_path):
    led, alone = with_mediator(1, {}), without_mediator()
    assert [file.rpartition("/")[2] for file in led.files] == ["flow.py", "undo.py", "ship.py", "notify.py"]
    assert [file.rpartition("/")[2] for file in led.change] == ["flow.py", "undo.py"]
    assert led.units == ("mediator",)
    assert [file.rpartition("/")[2] for file in alone.change] == ["order.py", "inventory.py", "payment.py"]
    assert alone.units == ("order", "inventory", "payment")
    mine = tmp_path / "table" / "flow.py"
    mine.parent.mkdir()
    mine.write_text("ROWS = ()\n")
    chosen = with_mediator(1, {"table": Choice("mine", mine)})
    assert [file.rpartition("/")[2] for file in chosen.change] == ["undo.py"]
    assert any(file.endswith("table/flow.py") for file in chosen.files)


def test_a_flow_counts_only_the_orders_that_are_expected_and_says_whose_the_messages_are():
    flow = Flow()
    flow.expect("ord-A")
    lines = flow.hear(
        [
            seen(OrderConfirm(order_id="ord-A"), 1_000, table="mine", notify="mine"),
            seen(OrderDelivered(order_id="ord-A"), 3_500),
            seen(OrderDelivered(order_id="ord-B"), 4_000),
        ]
    )
    assert lines == [("ord-A", " 0.000 → order.confirm"), ("ord-A", " 2.500 · order.delivered")]
    assert (flow.messages, flow.commands, flow.mine) == (2, 1, {"table", "notify"})
    assert flow.handled_by == {"mine": 1, "solution": 1}
    assert flow.ended == {"ord-A": "delivered"}
    assert flow.is_over


def test_two_columns_fit_into_80_cells_and_tell_one_order_in_full():
    said = []
    columns = Columns(said.append, watched=0)
    flows = Flow(), Flow()
    for flow in flows:
        flow.expect("ord-AAAA1111")
        flow.expect("ord-BBBB2222")
    flows[1].ended["ord-BBBB2222"] = "rejected"
    columns.hear(flows, [("ord-AAAA1111", "x" * 60)], [("ord-BBBB2222", "told"), ("ord-BBBB2222", "told again")])
    assert all(cell_len(line) <= 80 for line in said)
    assert said[0] == "Order 1 is told message by message; of the others, only how they end."
    assert said[1].split() == ["with", "a", "mediator", "│", "without"]
    assert "  order 2 (BBBB): rejected" in said[3]
    assert sum("BBBB" in line for line in said) == 1
