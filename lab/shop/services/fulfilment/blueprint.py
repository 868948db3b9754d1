"""Fulfilment, as data, and how its pieces are put together."""

from lab.shop import ports as p
from lab.shop.contracts import commands_of
from lab.shop.runtime.blueprint import Assembly, Blueprint, Context
from lab.shop.services.fulfilment.carriers import CARRIERS
from lab.shop.services.fulfilment.handlers import delivering, steps
from lab.shop.services.fulfilment.tables import Base


async def assemble(context: Context) -> Assembly:
    """Put Fulfilment together."""
    return Assembly(
        steps=steps(context.parts, CARRIERS),
        chores={"deliver": delivering(context)},
        at_leisure=frozenset({"deliver"}),
    )


BLUEPRINT = Blueprint(
    name="fulfilment",
    about="Finds a carrier, hands the parcel over, and tells when it has arrived.",
    topics=commands_of("fulfilment"),
    tables=Base.metadata,
    ports=(p.CHOOSE_CARRIER, p.INITIATE_SHIPPING),
    assemble=assemble,
)
