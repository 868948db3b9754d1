"""Days on which something is wrong: the app says what happened, stays alive, and takes the next key."""

import asyncio
import itertools
import time
from pathlib import Path

import pytest

from lab.bench.stream import records
from lab.engines.base import EngineName
from lab.errors import LabError
from lab.running import Running
from lab.shop.contracts import Record
from lab.shop.seen import Seen
from tests.tui.world import NOON_MS, QuietLab, all_ready, happy_order, text_of, until
from tui.app import Orderlab
from tui.model.item import UnitLook, UnitState, looked
from tui.surroundings import Surroundings

pytestmark = pytest.mark.anyio
FLOOD, SLICES = 20_000, 20
FULL = Path("/dev/full")  # a real device without any room
LARGE = 2 * 1024 * 1024


@pytest.fixture
def app(tmp_path, monkeypatch):
    """The app on its Shop screen, fed by the test alone."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    around = Surroundings(motion=False)
    made = Orderlab(QuietLab(tmp_path / "workspace"), listens=False, first="shop", surroundings=around)
    yield made
    made.journal.close()


def hear(app, *found):
    app.feed.take([Seen.of(one) for one in found], past=False)


def without_keyboard(text):
    """The panes, but for where the keyboard is."""
    return text.replace("›", " ").splitlines()[1:-3]


def found(app, payment):
    """Let the units be looked at now, and Payment be found so."""
    look = all_ready(payment=payment)
    app.link.look, app.link.looked_ms = look, time.time() * 1_000
    app.history.add([looked(look, int(time.time() * 1_000))])
    app.has_news()


def shows(pilot, *texts):
    return lambda: all(text in text_of(pilot.app) for text in texts)


def odd(value, *, key=b"ord-ODD", offset=0):
    """A record that claims to be an order.created."""
    headers = (("ce_id", b"odd"), ("ce_type", b"order.created.v1"), ("ce_source", b"order"))
    return Record("order.initiating", 0, offset, key, value, headers, NOON_MS)


async def test_a_flood_of_20000_messages_a_second_is_counted_to_the_last_and_a_key_is_heard_meanwhile(app):
    stream, sent = records(), 0
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(3 * SLICES):
            slice_ = list(itertools.islice(stream, FLOOD // SLICES))
            hear(app, *slice_)
            sent += len(slice_)
            await asyncio.sleep(1 / SLICES)
        began = time.monotonic()
        await pilot.press("space")
        await until(pilot, shows(pilot, "PAUSED"))
        assert time.monotonic() - began < 10  # no figure, only: it is heard; `lab bench tui` measures
        hear(app, *itertools.islice(stream, 100))
        await until(pilot, shows(pilot, "100 new"))
        assert app.history.now.records == sent + 100
        assert len(app.history) < sent
        assert app.is_running


@pytest.mark.parametrize("sign", [b"x", b"\x00", b"["], ids=["text", "bytes", "nested"])
async def test_a_payload_of_two_megabytes_is_shown_in_part_and_holds_nothing_up(app, sign):
    async with app.run_test(size=(120, 40)) as pilot:
        hear(app, *happy_order(), odd(sign * LARGE))
        await until(pilot, shows(pilot, "ODD"))
        await pilot.press("tab", "up", "end")
        app.screen.tail.choose(app.history.end - 1)
        await until(pilot, shows(pilot, "2.1 MB"))
        await pilot.press("r", "r", "space")
        await until(pilot, shows(pilot, "PAUSED"))


@pytest.mark.parametrize(
    "nasty",
    [
        "\x1b[2J\x1b[31mred\x07\r\n\t",
        "\u202edesrever\u202c",
        "日本🛍️e\u0301\u200d👩",
        "\u200b\ufeff\x9b31m",
        "a" * 5_000,
    ],
    ids=["escapes", "right to left", "wide", "unseen", "long"],
)
async def test_signs_that_would_spoil_a_terminal_never_reach_it(app, nasty):
    wide = nasty.encode()
    async with app.run_test(size=(80, 24)) as pilot:
        hear(app, odd(wide, key=wide), *happy_order(f"ord-{nasty}"[:60]))
        await pilot.pause(0.3)
        for size in ((40, 12), (80, 24), (200, 60)):
            await pilot.resize_terminal(*size)
            await pilot.pause(0.1)
            await until(pilot, lambda size=size: app.screen.size == size)
            for strip in app.screen._compositor.render_strips():
                assert strip.cell_length == size[0]
                assert not any(sign in strip.text for sign in "\x1b\x9b\x07\r\n\t\u202e"), strip.text


async def test_a_full_disk_ends_the_journal_with_a_sentence_and_nothing_else(app):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        app.journal.open()
        app.journal._writer._file.close()
        with FULL.open("wb", buffering=0) as app.journal._writer._file:  # noqa: ASYNC230  nothing is read
            hear(app, *happy_order())
            await until(pilot, shows(pilot, "Everything goes on, but nothing more is recorded", "No space left"))
            hear(app, odd(b"{}", key=b"ord-LATER", offset=9))
            await until(pilot, shows(pilot, "LATE"))


async def test_a_corrupt_journal_is_shown_as_far_as_it_is_whole_and_the_damage_is_told(tmp_path, app):
    file = tmp_path / "half.olj"
    app.journal.open()
    app.journal.write([looked(all_ready(), NOON_MS)])
    file.write_bytes(app.journal.file.read_bytes() + b'{"topic": "ord\x00\xff\n' + b"\x00" * 5_000)
    async with app.run_test(size=(120, 40)) as pilot:
        app.show_file(file)
        await pilot.press("6")
        await until(pilot, shows(pilot, "half.olj", "cannot be read"))


async def test_a_unit_that_keeps_ending_and_one_whose_file_does_not_load_are_named_with_the_key_that_helps(app):
    async with app.run_test(size=(120, 40)) as pilot:
        app.link.shop = Running(EngineName.NATIVE, 1, "sqlite", "127.0.0.1:1", 2)
        for restarts in range(4):
            found(app, UnitLook(UnitState.STARTING, restarts=restarts, why="exit 1"))
        await until(pilot, shows(pilot, "Payment stopped 3 times in 60 s", "4 shows what it wrote."))
        file = "/workspace/pay/pay.py:12"
        found(app, UnitLook(UnitState.CRASHED, restarts=3, file=file, why="SyntaxError: invalid syntax"))
        await until(pilot, shows(pilot, "pay.py:12", "e opens it."))


async def test_a_window_made_tiny_and_large_again_shows_what_it_showed(app):
    async with app.run_test(size=(120, 40)) as pilot:
        hear(app, *happy_order())
        await until(pilot, shows(pilot, "7F3K"))
        await pilot.press("space")
        await pilot.pause(0.2)
        before = text_of(app)
        for size in ((40, 12), (20, 5), (1, 1), (40, 12), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause(0.1)
        await until(pilot, lambda: without_keyboard(text_of(app)) == without_keyboard(before))


async def test_what_a_file_of_yours_says_is_shown_as_it_is(app):
    said = "Input should be a valid list[int] [type=missing, input_value={'a': 1}] [/x]"
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        next_step, _, keys = text_of(app).splitlines()[-4:-1]
        app.trouble(LabError("pay.py does not load.", said))
        await until(pilot, lambda: "[type=missing," in text_of(app) and "[/x]" in text_of(app))
        lines = text_of(app).splitlines()
        assert (lines[-4], lines[-2]) == (next_step, keys)  # what pops up hides neither


async def test_a_fault_goes_on_while_another_screen_is_looked_at(app):
    app.link.shop = Running(EngineName.NATIVE, 1, "sqlite", "127.0.0.1:1", 2)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("b")
        await until(pilot, shows(pilot, "Break it", "↑↓ chooses a fault"))
        screen = app.screen
        screen._set(screen._state.predict().begin())
        await pilot.press("2")
        await until(pilot, shows(pilot, "┌ Shop"))
        screen.tell("Payment is frozen.")
        await pilot.press("b")
        await until(pilot, shows(pilot, "Break it", "Payment is frozen.", "It runs to its end"))
        await pilot.press("5")
        screen.failed("It could not be tried.\nTry again.")
        await until(pilot, shows(pilot, "could not be tried. b shows what came of it."))
        await pilot.press("b", "escape", "escape")
        await until(pilot, shows(pilot, "┌ Health"))
