"""The topology in all its sizes, by plain text; roles where they carry meaning."""

from dataclasses import replace

import pytest

from tests.tui.shop_world import scene, shop_history
from tests.tui.world import NOON_MS, all_ready, fixed_history, happy_order
from tui.model.item import UnitLook, UnitState, from_record
from tui.model.shape import COLUMNS, UNITS_DOWN
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, plain
from tui.render.topology import next_place, topology
from tui.render.topology_about import about
from tui.render.topology_words import short

pytestmark = pytest.mark.usefixtures("utc")


SIZES = [(84, 17), (148, 17), (78, 11), (78, 10), (107, 11), (58, 8), (77, 8)]


def drawn(scene_, width=84, height=17, chosen=""):
    return topology(scene_, width, height, chosen)


def text(scene_, width=84, height=17):
    return plain(drawn(scene_, width, height).rows)


def spans(drawing, y):
    return [(span.text, span.role, span.look) for span in drawing.rows[y].spans]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_shop_is_drawn_to_fit(width, height, frame_is):
    shown = drawn(scene(), width, height, "payment")
    assert len(shown.rows) == height
    assert {one.cells for one in shown.rows} == {width}
    frame_is(shown.rows)


@pytest.mark.parametrize(("width", "height"), [(84, 17), (78, 11)])
def test_everything_that_can_be_chosen_has_its_spot_and_is_found_there_by_the_mouse(width, height):
    shown = drawn(scene(), width, height)
    assert set(shown.spots) == {name for column in COLUMNS for name in column}
    for name, box in shown.spots.items():
        assert shown.at(box.x, box.y) == name
    assert shown.at(0, 0) == ""


def test_a_narrow_list_can_choose_each_unit():
    assert list(drawn(scene(), 58, 8).spots) == list(UNITS_DOWN)


def test_a_list_with_too_little_room_shows_the_lines_around_the_chosen_one():
    assert "Payment" in plain(drawn(scene(), 58, 3, "payment").rows)


@pytest.mark.parametrize(
    ("ms", "topic", "line"),
    [
        (11, "inventory.commands", "▸━━━━━━━━━━━━▸"),
        (11 + 225, "inventory.commands", "━━━━━━▸━━━━━━▸"),
        (24, "inventory.events", "◃╌╌╌╌╌╌╌╌╌╌╌╌◃"),
        (24 + 225, "inventory.events", "◃╌╌╌╌╌╌◃╌╌╌╌╌╌"),
        (81 + 225, "order.events", "╌╌╌╌╌╌▹╌╌╌╌╌╌▹"),
        (70 + 225, "order.commands", "◂━━━━━━◂━━━━━━"),
    ],
)
def test_messages_travel_from_who_says_them_to_who_reads_them(ms, topic, line):
    history = fixed_history([one for one in happy_order() if one.topic == topic][:1])
    shown = drawn(scene(history, ms, look=all_ready()))
    box = shown.spots[topic]
    assert str(shown.rows[box.y])[box.x : box.x + box.width] == line


def test_what_waits_for_a_stopped_unit_queues_at_its_door():
    assert "━━━━━━━━━━━▸×3│ stopped" in text(scene())
    assert "━━━━━━━▸×3 Payment   ■ stopped" in text(scene(), 78, 11)


def test_a_unit_that_works_has_no_queue_at_its_door_whatever_its_lag():
    assert "×" not in text(scene(look=all_ready({"payment": 7})))


def test_a_round_trip_that_is_three_seconds_old_says_nothing_of_now():
    assert "ready    3 ms" in text(scene(look=all_ready(), looked_ms=2_999))
    old = text(scene(look=all_ready(), looked_ms=7_000))
    assert "? 7 s ago" in old
    assert "ready" not in old


def test_in_the_past_a_look_holds_until_the_next_one():
    history = shop_history()
    assert "■ Payment" in text(scene(history, 9_000, live=False))
    assert "? 18 s ago" in text(scene(history, 20_000, live=False))


def test_where_kafka_is_lost_no_cell_is_drawn_in_normal_text():
    shown = drawn(scene(lost_ms=NOON_MS))
    assert {span.role for one in shown.rows for span in one.spans if span.text.strip()} == {Role.GHOST}


def test_units_that_run_the_learners_lines_are_marked_by_sign_and_name():
    shown = text(scene())
    assert "┌ Order ◆ ────┐" in shown
    assert "│ ◆ produce   │" in shown


def test_what_is_chosen_now_counts_for_now_and_what_messages_say_for_the_past():
    now = text(scene(choices={"reserve": "mine", "pay": "broken"}))
    assert "┌ Inventory ◆ ─┐" in now
    assert "◆ produce" not in now
    assert "◆ produce" in text(scene(choices={}, live=False))


def test_a_part_that_does_not_load_says_so_and_never_looks_like_the_solutions():
    crashed = UnitLook(UnitState.CRASHED, why="exited", file="workspace/reserve/reserve.py:14")
    shown = text(scene(look=all_ready(inventory=crashed)))
    assert "┌ ✗ Inventory ─┐" in shown
    assert "does not load" in shown
    assert "e opens it" in shown


@pytest.mark.parametrize(
    ("state", "sign", "word"),
    [
        (UnitState.STOPPED, "■", "stopped"),
        (UnitState.PAUSED, "‖", "paused"),
        (UnitState.CRASHED, "✗", "crashed"),
        (UnitState.MUTE, "!", "no answer"),
        (UnitState.NOT_READY, "!", "not ready"),
    ],
)
def test_each_state_of_a_unit_differs_in_sign_and_word(state, sign, word):
    shown = scene(look=all_ready(notification=UnitLook(state)))
    assert f"{sign} Notification" in text(shown)
    assert word in text(shown)
    assert word in text(shown, 78, 11)


def test_what_nobody_can_read_is_counted_at_the_dead_letters_and_at_its_unit():
    history = shop_history()
    history.add([from_record(replace(happy_order(start=4_900)[3], headers=()))])
    shown = text(scene(history, look=all_ready()))
    assert "║ 1 unreadable║  0 s ago" in shown
    assert "╳ 1 unread" in shown


def test_sagas_that_the_mediator_has_not_read_of_stand_in_its_title():
    history = fixed_history(*(happy_order(f"ord-{n}")[:1] for n in range(3)))
    shown = text(scene(history, look=all_ready({"mediator": 3}, mediator=UnitLook(UnitState.STOPPED))))
    assert "┌ ■ mediator 3 new ───┐" in shown
    assert "└ ■ stopped, lag 3 ───┘" in shown


def test_an_order_that_is_followed_is_the_only_one_counted():
    shown = text(scene(order="ord-0R5T"))
    assert "1 order       0 open" in shown


def test_without_motion_the_arrowhead_stands_out_and_nothing_travels():
    shown = drawn(scene(fixed_history(), 40, look=all_ready(), motion=False))
    box = shown.spots["payment.commands"]
    line = spans(shown, box.y)
    assert ("▸", Role.COMMAND, Look.STRONG) in line
    assert str(shown.rows[box.y]).count("▸") == 1


def test_many_a_second_are_a_rate_and_three_tokens():
    history = fixed_history(*(happy_order(f"ord-{n}", start=n * 90) for n in range(11)))
    assert "×11/s▸" in text(scene(history, 1_000, look=all_ready()))


@pytest.mark.parametrize(
    ("count", "said"), [(9, "9"), (99_999, "99999"), (100_000, "100k"), (1_200_000, "1.2M"), (120_000_000, "120M")]
)
def test_numbers_stay_short(count, said):
    assert short(count) == said


def test_arrows_walk_down_a_column_and_across_to_the_nearest_neighbour():
    spots = drawn(scene()).spots
    walk = [("mediator", 1, 0, "payment.events"), ("payment.events", 1, 0, "payment"), ("payment", 0, 1, "fulfilment"),
            ("notification", 0, 1, "notification"), ("order", 0, -1, "order"), ("order", 1, 0, "order.commands"),
            ("order.commands", -1, 0, "order"), ("payment", 1, 0, "payment"),
            ("nowhere", 1, 0, next(iter(spots)))]  # fmt: skip
    for start, across, down, end in walk:
        assert next_place(spots, start, across, down) == end, start


def test_in_the_list_arrows_walk_up_and_down_only():
    spots = drawn(scene(), 58, 8).spots
    assert next_place(spots, "order", 0, 1) == "mediator"
    assert next_place(spots, "order", 1, 0) == "order"


@pytest.mark.parametrize("place", ["payment", "payment.commands", "inventory.events", "analytics.reads", "dead"])
@pytest.mark.parametrize("width", [33, 78])
def test_what_is_opened_says_what_it_is(place, width, frame_is):
    rows = about(scene(), place, width)
    assert all(one.cells <= width for one in rows)
    frame_is(rows)


@pytest.mark.parametrize("size", [(84, 17), (78, 11), (58, 8)])
def test_dead_letters_that_wait_are_counted_in_every_shape(size):
    counted = text(scene(look=all_ready(parked=12)), *size)
    assert "12" in next(line for line in counted.splitlines() if "12" in line and "×" not in line)
    assert "unreadable" not in counted
    unknown = text(scene(look=all_ready(parked=None)), *size)
    assert "12" not in unknown
    assert SIGNS.unknown in unknown
