"""Order, as data, and how its pieces are put together."""

from lab.shop import ports as p
from lab.shop.contracts import commands_of
from lab.shop.runtime.blueprint import Assembly, Blueprint, Context
from lab.shop.services.order.api import api
from lab.shop.services.order.handlers import steps
from lab.shop.services.order.tables import Base


async def assemble(context: Context) -> Assembly:
    """Put Order together."""
    return Assembly(steps=steps(context.parts), router=api(context))


BLUEPRINT = Blueprint(
    name="order",
    about="Takes orders, and keeps what the customer is told.",
    topics=commands_of("order"),
    tables=Base.metadata,
    ports=(
        p.CHANGE_ORDER,
        p.CLAIM_KEY,
        p.DESCRIBE_FAULTS,
        p.ORDER_REQUEST,
        p.PLACE_ORDER,
        p.PUBLISH_ORDER_CREATED,
        p.READ_ORDER,
        p.REMEMBER_ANSWER,
    ),
    assemble=assemble,
)
