"""The mediator, as data, and how its pieces are put together."""

from lab.shop import ports as p
from lab.shop.contracts import replies
from lab.shop.mediator.api import api
from lab.shop.mediator.deadlines import watching
from lab.shop.mediator.engine import Engine
from lab.shop.mediator.tables import Base
from lab.shop.runtime.blueprint import Assembly, Blueprint, Context


async def assemble(context: Context) -> Assembly:
    """Put the mediator together."""
    engine = Engine(context.parts)
    return Assembly(
        steps=engine.steps(),
        router=api(context),
        chores={"deadlines": watching(context, engine)},
        at_leisure=frozenset({"deadlines"}),
    )


BLUEPRINT = Blueprint(
    name="mediator",
    about="Knows the steps of the flow: hears what has happened, says what is to be done next.",
    topics=replies(),
    tables=Base.metadata,
    ports=(p.CANCEL_TIMER, p.DECIDE, p.DUE_TIMERS, p.ROWS, p.SET_TIMER),
    assemble=assemble,
)
