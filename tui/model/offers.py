"""The lines under 'What now?': the first one is the one to take. THE place that says what Start offers when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lab.course.catalog import Need
from lab.engines.base import EngineName
from lab.shop.units import BY_NAME
from tui.model.first_minute import Step
from tui.model.start import Known, Learner, Stands

MEGA: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """One line. `id`: what the screen does; `command`: what one would type instead."""

    id: str
    text: str
    note: str = ""
    command: str = ""


_UP: Final = "uv run lab up"
PLACE: Final = Offer("place", "Place an order and watch it", "as a customer; 2 shows it", "uv run lab order place")
CLOSE: Final = Offer("close", "Close the shop", "all its data stays", "uv run lab down")
EMPTY: Final = Offer("empty", "Close it, delete its data", "orders, books, messages", "uv run lab down --volumes")
LOOK: Final = Offer("look", "Look at the machine again", "", "uv run lab doctor")
GIVE_UP: Final = Offer("give_up", "Give the start up", "what was started is stopped again")
DOCKER_AGAIN: Final = Offer("look", "I have started Docker, look again", "", "docker version")


def offers(known: Known) -> Sequence[Offer]:
    """Return what can be done now."""
    return [offer for offer in _OFFERS[known.stands](known) if offer is not None]


def start_offer(known: Known, engine: EngineName, text: str = "Start the shop") -> Offer:
    """Return the line that starts the shop: where Kafka runs, how long it takes, what is fetched."""
    machine = known.machine
    fetch = machine.fetch.get(engine, 0) if machine else 0
    where = "Kafka in Docker (KRaft)" if engine is EngineName.DOCKER else "Kafka as a program (KRaft)"
    cost = "~1 min" if fetch else f"~{_SECONDS[engine]} s"
    plain = machine.commands.get(engine, "") if machine else ""
    return Offer(f"start_{engine}", text, f"{where}, 7 services, {cost}", plain or f"{_UP} --engine {engine}")


_SECONDS: Final[Mapping[EngineName, int]] = {EngineName.DOCKER: 20, EngineName.NATIVE: 10}


def _closed(known: Known) -> Sequence[Offer | None]:
    machine = known.machine
    assert machine is not None
    assert machine.choice is not None
    engine = machine.choice.engine
    start = start_offer(known, engine)
    if known.step is not None:
        return (start, *_course(known), *_other_engine(known, engine))
    return (*_course(known)[:1], start, *_course(known)[1:], *_other_engine(known, engine))


def _other_engine(known: Known, engine: EngineName) -> Sequence[Offer | None]:
    """Return the other engine, for who was here before: who comes first has choices enough."""
    machine = known.machine
    assert machine is not None
    if engine is EngineName.DOCKER:
        return (start_offer(known, EngineName.NATIVE, "Start it without Docker"),) if machine.opened_before else ()
    docker = any(one.id == "docker" and one.ok for one in machine.findings)
    return (start_offer(known, EngineName.DOCKER, "Start it in Docker"),) if docker else ()


def _silent(known: Known) -> Sequence[Offer | None]:
    assert known.machine is not None
    fetch = known.machine.fetch.get(EngineName.NATIVE, 0)
    cost = f" ({fetch / MEGA:.0f} MB)" if fetch else ""
    native = start_offer(known, EngineName.NATIVE)
    without = Offer(native.id, "Go on without Docker", f"the same Kafka, as an ordinary program{cost}", native.command)
    return (DOCKER_AGAIN, without, *_course(known)[:1])


def _failed(known: Known) -> Sequence[Offer | None]:
    board = known.board
    assert board is not None
    if not board.deed.opens:
        return (Offer("close", "Try again", "to close the shop", CLOSE.command), LOOK, *_course(known)[:1])
    again = start_offer(known, board.engine, "Try again")
    docker = board.engine is EngineName.DOCKER
    native = start_offer(known, EngineName.NATIVE, "Go on without Docker") if docker else None
    return (again, native, LOOK, *_course(known)[:1])


def _open(known: Known) -> Sequence[Offer | None]:
    order = known.order.removeprefix("ord-")
    follow = Offer(
        "follow", f"Follow your order {order}", "every message of it, in sequence", "uv run lab order follow last"
    )
    match known.step:
        case Step.FOLLOW:
            return (follow, PLACE, *_course(known), CLOSE, EMPTY)
        case Step.TOUR:
            tour_first = sorted(_course(known), key=lambda offer: offer.id != "tour")
            return (*tour_first, PLACE, CLOSE, EMPTY)
        case Step.ORDER:
            return (PLACE, *_course(known), CLOSE, EMPTY)
        case _ if known.order:
            return (*_course(known)[:1], PLACE, follow, *_course(known)[1:], CLOSE, EMPTY)
        case _:
            return (PLACE, *_course(known), CLOSE, EMPTY)


def _hurt(known: Known) -> Sequence[Offer | None]:
    names = ", ".join(BY_NAME[name].title if name in BY_NAME else name.capitalize() for name in known.down)
    return (Offer("bring_back", "Start what is down", names, _UP), *_open(known))


def _orphaned(known: Known) -> Sequence[Offer | None]:
    return (Offer("bring_back", "Start it anew", "its books and messages are kept", _UP), CLOSE, *_course(known)[:1])


def _gone(known: Known) -> Sequence[Offer | None]:
    again = Offer("bring_back", "Open it again", "its books and messages are kept", _UP)
    return (again, Offer("close", "Leave it closed", "", CLOSE.command), *_course(known)[:1])


def _no_docker(known: Known) -> Sequence[Offer | None]:
    return (DOCKER_AGAIN, Offer("bring_back", "Open it again", "once Docker answers", _UP), CLOSE, *_course(known)[:1])


def _course(known: Known) -> list[Offer]:
    """Return the way into the course: where one was, or the first exercise; and the tour, while it is not passed."""
    learner = known.learner
    if learner is None or not learner.order:
        return []
    found = [_begin(learner, is_open=known.shop is not None) if learner.is_new else _go_on(learner)]
    tour = learner.tour
    if tour is not None and (learner.is_new or tour != learner.where.next):
        what = f"a tour of {tour.minutes} minutes with a real order"
        found.append(Offer("tour", "What is all this?", what, "uv run lab next"))
    return found


def _begin(learner: Learner, *, is_open: bool) -> Offer:
    first = learner.order[min(1, len(learner.order) - 1)]
    needs = (
        "needs Kafka"
        if Need.KAFKA in first.needs
        else "needs no Kafka"
        if is_open
        else "needs no Kafka; it can start meanwhile"
    )
    return Offer("begin", "Begin exercise 1", needs, f"uv run lab open {first.id}")


def _go_on(learner: Learner) -> Offer:
    where = learner.where
    if where.next is None:
        return Offer("go_on", "All exercises are passed", "3 opens Learn", "uv run lab next")
    title = f"{where.next.number} · {where.next.title}"
    task = where.standing.last_task if where.standing and where.goes_on else 0
    said = [title, f"task {task}" if task else "", _days(where.days)]
    text = "Go on where you were" if where.goes_on else "Go on with the next one"
    return Offer("go_on", text, ", ".join(filter(None, said)), "uv run lab next")


def _days(days: int) -> str:
    return "" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"


_OFFERS: Final[Mapping[Stands, Callable[[Known], Sequence[Offer | None]]]] = MappingProxyType(
    {
        Stands.LOOKING: _course,
        Stands.CLOSED: _closed,
        Stands.SILENT: _silent,
        Stands.IMPOSSIBLE: lambda known: (LOOK, *_course(known)[:1]),
        Stands.BUSY: lambda known: (
            *_course(known),
            GIVE_UP if known.board is not None and known.board.deed.opens else None,
        ),
        Stands.FAILED: _failed,
        Stands.OPEN: _open,
        Stands.HURT: _hurt,
        Stands.ORPHANED: _orphaned,
        Stands.GONE: _gone,
        Stands.NO_DOCKER: _no_docker,
    }
)
