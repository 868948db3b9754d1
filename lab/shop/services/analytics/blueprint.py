"""Analytics, as data, and how its pieces are put together."""

from lab.shop import ports as p
from lab.shop.contracts import replies
from lab.shop.runtime.blueprint import Assembly, Blueprint, Context
from lab.shop.services.analytics.api import api
from lab.shop.services.analytics.handlers import steps
from lab.shop.services.analytics.tables import Base


async def assemble(context: Context) -> Assembly:
    """Put Analytics together."""
    return Assembly(steps=steps(context.parts), router=api(context))


BLUEPRINT = Blueprint(
    name="analytics",
    about="Listens to every event and counts orders.",
    topics=replies(),
    tables=Base.metadata,
    ports=(p.READ_REPORT, p.RECORD_EVENT),
    assemble=assemble,
)
