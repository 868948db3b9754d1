"""Inventory, as data, and how its pieces are put together."""

from lab.shop import ports as p
from lab.shop.contracts import commands_of
from lab.shop.runtime.blueprint import Assembly, Blueprint, Context
from lab.shop.services.inventory.api import api
from lab.shop.services.inventory.handlers import fill_shelves, steps
from lab.shop.services.inventory.tables import Base


async def assemble(context: Context) -> Assembly:
    """Put Inventory together."""
    await fill_shelves(context)
    return Assembly(steps=steps(context.parts), router=api(context))


BLUEPRINT = Blueprint(
    name="inventory",
    about="Knows what is on the shelves, and sets it aside.",
    topics=commands_of("inventory"),
    tables=Base.metadata,
    ports=(p.COMMIT_STOCK, p.READ_STOCK, p.RECEIVE_GOODS, p.RELEASE_STOCK, p.RESERVE_STOCK),
    assemble=assemble,
)
