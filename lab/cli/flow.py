"""`lab events`, `lab replay`, `lab order follow`: the flow in words, or as JSON lines."""

import re
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from lab.cli.output import run, show_lines, tell
from lab.cli.say import aside
from lab.cli.where import Where, where
from lab.errors import NotFound, WrongUsage
from lab.shop.client import unit_now
from lab.shop.contracts import BODY_OF, TOPICS
from lab.shop.follow import Emit, newest_order, replay, watch, watch_order
from lab.shop.journal import JournalWriter
from lab.shop.narrate import Narrator, unknown
from lab.shop.seen import Seen
from lab.shop.tap import Start, Tap
from lab.shop.tellers import JsonTeller, Teller
from lab.shop.wording import clean, plural

ORDER_ID = re.compile(r"[\w-]{1,64}")


def events(
    *,
    order: str | None,
    types: Sequence[str],
    topics: Sequence[str],
    start: Start,
    plain: bool,
    as_json: bool,
    journal: Path | None,
) -> None:
    """Tell the flow until Ctrl-C."""
    shows = choose(order, types, topics)
    place = where()
    teller = JsonTeller(shows) if as_json else _narrator(place, shows)
    emit = partial(show_lines, plain=plain or as_json)
    hello = aside().print if as_json else tell
    run(_events(place, teller, start, journal, emit, hello), interrupted=_stopped(journal))


async def _events(
    place: Where, teller: Teller, start: Start, journal: Path | None, emit: Emit, greet: Callable[[str], None]
) -> None:
    async with Tap(place.kafka, place.prefix, start=start) as tap:
        with JournalWriter(journal) if journal else nullcontext() as kept:
            greet(f"Listening to {len(TOPICS)} topics at {place.kafka}. Ctrl-C stops. Place an order with:")
            greet("  uv run lab order place")
            await watch(tap, teller, emit, journal=kept)


def follow(order: str) -> None:
    """Tell one order, from its beginning to its end."""
    place = where()
    run(_follow(place, order), interrupted="Stopped looking; the order goes on by itself.")


async def _follow(place: Where, order: str) -> None:
    order_id = await resolve(place, order)
    async with Tap(place.kafka, place.prefix, start=Start.BEGINNING) as tap:
        await watch_order(tap, order_id, _narrator(place), show_lines)


async def resolve(place: Where, order: str) -> str:
    """Return the id that is meant: `last` is the newest order on Kafka; small letters will do. Raises NotFound."""
    if order.lower() == "last":
        return await newest_order(place.kafka, place.prefix)
    return order_id(order)


def order_id(text: str) -> str:
    """Return the id as the shop spells it. Raises NotFound for what cannot be one."""
    if not ORDER_ID.fullmatch(text):
        raise NotFound(f"{clean(text, 40)!r} is no order id.", "The ids are in: uv run lab order list")
    bare = text.lower().removeprefix("ord-")
    return f"ord-{bare.upper()}"


def tell_journal(file: Path, *, as_json: bool) -> None:
    """Tell a journal; no broker is needed."""
    teller: Teller = JsonTeller() if as_json else Narrator()
    try:
        records, bad = replay(file, teller, partial(show_lines, plain=as_json))
    except KeyboardInterrupt:
        run(_interrupt())
    else:
        left_out = f", {plural(bad, 'line')} left out" if bad else ""
        aside().print(f"The journal ends here: {plural(records, 'record')}{left_out}.", markup=False)


async def _interrupt() -> None:
    raise KeyboardInterrupt


def choose(order: str | None, types: Sequence[str], topics: Sequence[str]) -> Callable[[Seen], bool]:
    """Return a test for what the filters let through. Raises WrongUsage for a type or topic that does not exist."""
    by_name = {body.name: ce_type for ce_type, body in BODY_OF.items()}
    wanted = {_known(name, {**by_name, **{ce_type: ce_type for ce_type in BODY_OF}}, "message type") for name in types}
    places = {_known(name, {topic.name: topic.name for topic in TOPICS}, "topic") for name in topics}
    only = order_id(order) if order else None

    def shows(seen: Seen) -> bool:
        return (
            (only is None or seen.order_id == only)
            and (not wanted or seen.header("ce_type") in wanted)
            and (not places or seen.record.topic in places)
        )

    return shows


def _known(name: str, table: dict[str, str], what: str) -> str:
    if name not in table:
        near = get_close_matches(name, table, n=1, cutoff=0.5)
        hint = f"Nearest: {near[0]}. " if near else ""
        raise WrongUsage(f"There is no {what} {clean(name, 60)!r}.", f"{hint}All of them: uv run lab topics")
    return table[name]


def _narrator(place: Where, shows: Callable[[Seen], bool] | None = None) -> Narrator:
    looks = partial(unit_now, place.urls) if place.urls else unknown
    return Narrator(unit_now=looks, shows=shows) if shows else Narrator(unit_now=looks)


def _stopped(journal: Path | None) -> str:
    return f"Stopped. Tell it again: uv run lab replay {journal}" if journal else "Stopped listening."
