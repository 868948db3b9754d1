"""A shop whose Payment was stopped while orders came: for the tests of the Shop screen and its renderers."""

from tests.tui.stories import happy
from tests.tui.world import NOON_MS, all_ready
from tui.journaling import Journal
from tui.model.beside import beside_at
from tui.model.cursor import Mode, Moment
from tui.model.history import History
from tui.model.item import UnitLook, UnitState, done, from_record, looked
from tui.model.scene import Present, scene_of
from tui.model.view import view_at
from tui.render.shop_sentence import Situation
from tui.render.shop_status import shop_status

STOPPED_MS, SEEN_MS = 2_000, 2_300
PAYMENT_STOPPED = all_ready({"payment": 3, "inventory": 1}, payment=UnitLook(UnitState.STOPPED, why="stopped"))


def shop_items(until_ms=4_960, mine=("produce",)):
    """Six orders, one every 0.8 s; from the fourth on Payment does not answer. Times are milliseconds after noon."""
    items = [looked(all_ready(), NOON_MS)]
    for number in range(6):
        records = happy(f"ord-{number}R5T", start=number * 800, mine=mine, upto=4 if number >= 3 else None)
        items += [from_record(one) for one in records]
    items.append(done("Payment stopped by you (S)", "payment", NOON_MS + STOPPED_MS))
    items.append(looked(PAYMENT_STOPPED, NOON_MS + SEEN_MS))
    items.sort(key=lambda item: item.heard_ms)
    return [item for item in items if item.heard_ms <= NOON_MS + until_ms]


def shop_history(until_ms=4_960, **how):
    """The same as a history."""
    history = History()
    history.add(shop_items(until_ms, **how))
    return history


def view_of(history, now_ms=4_960, *, live=True, **how):
    """A view of everything in it, at so many milliseconds after noon."""
    mode = Mode.LIVE if live else Mode.PAST
    return view_at(history, Moment(mode, history.end, NOON_MS + now_ms), **how)


def scene(history=None, now_ms=4_960, *, looked_ms=800, look=PAYMENT_STOPPED, choices=None, live=True, **how):
    """A scene of now; `looked_ms`: so long ago the units were looked at."""
    history = shop_history() if history is None else history
    view = view_of(history, now_ms, live=live, **how)
    present = Present(look, NOON_MS + now_ms - looked_ms, {"order": 8001}, choices)
    return scene_of(view, beside_at(None, history, history.end), present)


def sentence(scene_, cells=116, **situation):
    """The status sentence."""
    return str(shop_status(scene_, Situation(**situation)).row(cells))


def journal_of(folder, items):
    """A file of these items, to be shown without any broker."""
    journal = Journal(folder)
    journal.open()
    journal.write(items)
    journal.close()
    return journal.file
