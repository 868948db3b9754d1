"""Notification, as data, and how its pieces are put together."""

from lab.shop import ports as p
from lab.shop.contracts import commands_of
from lab.shop.runtime.blueprint import Assembly, Blueprint, Context
from lab.shop.services.notification.api import api
from lab.shop.services.notification.handlers import steps
from lab.shop.services.notification.letter_box import LogLetterBox
from lab.shop.services.notification.tables import Base


async def assemble(context: Context) -> Assembly:
    """Put Notification together."""
    return Assembly(steps=steps(context.parts, LogLetterBox()), router=api(context))


BLUEPRINT = Blueprint(
    name="notification",
    about="Tells the customer how the order stands.",
    topics=commands_of("notification"),
    tables=Base.metadata,
    ports=(p.READ_NOTIFICATIONS, p.SEND_NOTIFICATION),
    assemble=assemble,
)
