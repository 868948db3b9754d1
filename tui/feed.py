"""What the app hears: records from the tap, looks at the units; all of it into the history and the journal.

One task for each, in the app's own event loop; nothing is posted to widgets, they look at the history when they draw.
"""

import asyncio
import importlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.errors import LabError
from lab.running import Running
from lab.shop.contracts import Record
from lab.shop.seen import Back, Lost, News, Seen
from tui.journaling import Journal
from tui.lab import Lab
from tui.model.causes import causes_of
from tui.model.history import History
from tui.model.item import Item, Look, done, from_record, looked

if TYPE_CHECKING:
    from lab.shop.tap import Tap
    from tui.looking import Looking

_TAP: Final = "lab.shop.tap"
_LOOKING: Final = "tui.looking"
"""They bring the Kafka client, SQLAlchemy behind the ports, and an HTTP client: not before the first frame."""
LOOK_SECONDS: Final = 2.0
LEAST_REST_SECONDS: Final = 0.2
AGAIN_SECONDS: Final = 0.5
PAST_SECONDS: Final = 5.0
"""So long the first look is held back for the records that lie on Kafka already."""
SAME_SECONDS: Final = 10.0
"""A look that found what the one before found is noted only so often."""


@dataclass(slots=True)
class Link:
    """How the app stands to the shop.

    shop: where it is, None while it is closed. lost_ms: since when Kafka does not answer, None while it does.
    caught_up: all that lay on Kafka at the start has been read. looked_ms: when the units were last looked at.
    """

    shop: Running | None = None
    lost_ms: float | None = None
    why: str = ""
    listening: bool = False
    caught_up: bool = False
    look: Look | None = None
    looked_ms: float = 0.0


class Feed:
    """Feeds a history from whatever shop this checkout runs, for as long as the app lives.

    on_news: called, in the event loop, after something has been added or the link has changed. Must be fast.
    """

    def __init__(self, lab: Lab, history: History, journal: Journal, on_news: Callable[[], None]) -> None:
        self._lab, self._history, self._journal, self._on_news = lab, history, journal, on_news
        self.link = Link()
        self.looking: Looking | None = None
        self._look_now = asyncio.Event()
        self._heard: dict[tuple[str, int], tuple[int, int]] = {}  # topic and partition → the last offset and its time

    async def run(self) -> None:
        """Listen for ever. A shop that closes is waited for; another one that opens is followed."""
        self._journal.open()
        try:
            while True:
                shop = await asyncio.to_thread(self._lab.running)
                self._set_shop(shop)
                if shop is None:
                    await asyncio.sleep(AGAIN_SECONDS)
                    continue
                await self._follow(shop)
        finally:
            self._journal.close()

    def note(self, sentence: str, unit: str) -> None:
        """Note that something was done to a unit, and look at the units at once."""
        self._add([done(sentence, unit, int(_now_ms()))])
        self.look_soon()

    def look_soon(self) -> None:
        """Look at the units now, not only at the next round."""
        self._look_now.set()

    def _set_shop(self, shop: Running | None) -> None:
        if shop != self.link.shop:
            self.link = Link(shop)
            self._on_news()

    async def _follow(self, shop: Running) -> None:
        """Listen to this shop until it is another one, or closed."""
        await asyncio.to_thread(_bring_in)
        tasks = [
            asyncio.create_task(self._listen(shop), name="listen"),
            asyncio.create_task(self._look(shop), name="look"),
            asyncio.create_task(self._until_other(shop), name="until another shop"),
        ]
        try:
            finished, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in finished:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _until_other(self, shop: Running) -> None:
        while await asyncio.to_thread(self._lab.running) == shop:  # noqa: ASYNC110  files tell no event
            await asyncio.sleep(AGAIN_SECONDS * 2)

    async def _listen(self, shop: Running) -> None:
        tapping = importlib.import_module(_TAP)
        while True:
            try:
                async with tapping.Tap(shop.kafka, shop.prefix, start=tapping.Start.BEGINNING) as tap:
                    self.link.listening, self.link.lost_ms, self.link.why = True, None, ""
                    self._on_news()
                    await self._hear(tap)
            except LabError as error:
                self.link.lost_ms = self.link.lost_ms or _now_ms()
                self.link.why = error.what
                self._on_news()
                await asyncio.sleep(AGAIN_SECONDS)

    async def _hear(self, tap: "Tap") -> None:
        while True:
            past = not tap.caught_up
            news = await tap.batch()
            self.take(news, past=past)
            if self.link.caught_up is not tap.caught_up:
                self.link.caught_up = tap.caught_up
                self._on_news()

    def take(self, news: list[News], *, past: bool) -> None:
        now = int(_now_ms())
        items: list[Item] = []
        for one in news:
            if isinstance(one, Seen) and self._is_new(one.record):
                items.append(from_record(one.record, None if past else now))
            elif isinstance(one, Lost):
                self.link.lost_ms, self.link.why = one.at * 1000, one.why
            elif isinstance(one, Back):
                self.link.lost_ms, self.link.why = None, ""
        if items:
            self.link.lost_ms = None
            self._add(items)
        elif news:
            self._on_news()

    def _is_new(self, record: Record) -> bool:
        """Say whether it was not heard before: a shop that opens again still has its old records, unless emptied."""
        place = (record.topic, record.partition)
        offset, at_ms = self._heard.get(place, (-1, -1))
        if record.offset <= offset and record.timestamp_ms <= at_ms:
            return False
        self._heard[place] = (record.offset, record.timestamp_ms)
        return True

    async def _look(self, shop: Running) -> None:
        async with importlib.import_module(_LOOKING).Looking(shop, self._lab.engine(shop.engine)) as self.looking:
            noted: Look | None = None
            patience = time.monotonic() + PAST_SECONDS
            noted_at = 0.0
            while True:
                self._look_now.clear()
                began = time.monotonic()
                found = await self.looking.look()
                self.link.look, self.link.looked_ms = found, _now_ms()
                waits_for_past = not (self.link.caught_up or self.link.lost_ms) and time.monotonic() < patience
                if waits_for_past:  # what lay on Kafka already is older than this look, and belongs before it
                    self._on_news()
                elif noted is None or _differs(noted, found) or time.monotonic() - noted_at > SAME_SECONDS:
                    self._add([looked(found, int(_now_ms()))])
                    noted, noted_at = found, time.monotonic()
                try:
                    period = AGAIN_SECONDS if waits_for_past else LOOK_SECONDS  # a slow look delays no next one
                    rest = max(period - (time.monotonic() - began), LEAST_REST_SECONDS)
                    async with asyncio.timeout(rest):  # wait_for loses a cancellation that comes with the event
                        await self._look_now.wait()
                except TimeoutError:
                    continue

    def _add(self, items: list[Item]) -> None:
        self._history.add(items)
        self._journal.write(items)
        causes_of(self._history)  # caught up here, a little at a time, so that no frame has to wait for it
        self._on_news()


def _bring_in() -> None:
    """Import what is needed beside a shop; in one thread, for two that import the same things may block each other."""
    for name in (_TAP, _LOOKING):
        importlib.import_module(name)


def _differs(before: Look, now: Look) -> bool:
    """Say whether something changed that is worth a line in the journal; answer times and memory always differ."""
    return (before.lag, before.parked) != (now.lag, now.parked) or _gist(before) != _gist(now)


def _gist(look: Look) -> Mapping[str, object]:
    return {name: (unit.state, unit.restarts, unit.why) for name, unit in look.units.items()}


def _now_ms() -> float:
    return time.time() * 1000
