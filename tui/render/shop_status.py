"""The Shop screen's sentence: what goes on, why it is quiet, which key helps. Rules in a row; the first that fits."""

from collections.abc import Callable
from typing import Final

from lab.shop.contracts import TOPICS
from lab.shop.wording import clean, plural
from tui.model.scene import Scene
from tui.render.shop_sentence import Sentence, Situation
from tui.render.shop_trouble import broken, down, lost, stuck, unreadable
from tui.render.topology_words import age

FLOOD: Final = 1_000
"""From so many records a second on, a flood."""
QUIET_MS: Final = 3_000.0
FIRST_LAG_MS: Final = 12_000.0
_CARRIER: Final = "shipping.delivered"


def shop_status(scene: Scene, situation: Situation) -> Sentence:
    """Return the sentence."""
    return next(said for rule in _RULES if (said := rule(scene, situation)) is not None)


def _closed(_: Scene, now: Situation) -> Sentence | None:
    if now.open or now.from_file:
        return None
    return Sentence(("The shop is closed. 1 opens Start; or uv run lab up.",))


def _flood(_: Scene, now: Situation) -> Sentence | None:
    if now.per_second < FLOOD:
        return None
    return Sentence((f"{now.per_second:,}/s come in; every one is recorded, the tail draws the latest.",))


def _reading(scene: Scene, now: Situation) -> Sentence | None:
    if now.from_file or now.caught_up:
        return None
    if not now.listening:
        return Sentence(("Asking Kafka for its topics… (usually 1 s).",))
    return Sentence((f"Reading what lies on Kafka already: {scene.flow.records:,} records so far…",))


def _first_lag(scene: Scene, now: Situation) -> Sentence | None:
    first = scene.beside.first_lag_ms
    if now.phase != 1 or not first or not 0 <= scene.at_ms - first < FIRST_LAG_MS:
        return None
    long = "Lag here need not mean work: in phase 1 a unit commits where it is every 5 s, so lag falls in steps."
    return Sentence((long, "Lag falls in steps: in phase 1 units commit where they are every 5 s."))


def _one_order(scene: Scene, _: Situation) -> Sentence | None:
    if not scene.order:
        return None
    count = plural(scene.flow.records, "message")
    return Sentence((f"Only {clean(scene.order, 16)} is shown: {count}. f shows all orders again.",))


def _empty(scene: Scene, now: Situation) -> Sentence | None:
    if scene.flow.orders:
        return None
    if now.from_file:
        return Sentence(("No order yet at this moment of the recording. . goes on.",))
    return Sentence((f"No order yet. The shop is open and listening to {len(TOPICS)} topics. o places one.",))


def _quiet(scene: Scene, _: Situation) -> Sentence | None:
    silent = scene.at_ms - scene.beside.last_message_ms
    if scene.flow.open_orders or silent < QUIET_MS:
        return None
    return Sentence((f"No message for {age(silent)}; nothing is expected: no order is open.",))


def _flowing(scene: Scene, now: Situation) -> Sentence:
    count = scene.flow.open_orders
    orders = f"{plural(count, 'order')} {'is' if count == 1 else 'are'}"
    if now.waiting and all(one.awaited[0].name == _CARRIER for one in now.waiting):
        brief = f"Nothing is stuck. {orders} open"
        return Sentence((f"{brief}; the oldest is with the carrier ({_CARRIER}, about 2 s).", f"{brief}."))
    if count:
        return Sentence((f"Nothing is stuck. {orders} on the way.",))
    return Sentence(("Nothing is stuck, and no order is open. o places one.",))


_RULES: Final[tuple[Callable[[Scene, Situation], Sentence | None], ...]] = (
    _closed, lost, broken, down, _flood, _reading, unreadable, _one_order, stuck, _empty, _first_lag, _quiet, _flowing,
)  # fmt: skip
