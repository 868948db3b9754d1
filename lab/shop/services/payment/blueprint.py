"""Payment, as data, and how its pieces are put together."""

from lab.shop import ports as p
from lab.shop.contracts import commands_of
from lab.shop.runtime.blueprint import Assembly, Blueprint, Context
from lab.shop.services.payment.api import api
from lab.shop.services.payment.bank import BookKeepingBank
from lab.shop.services.payment.handlers import settling, steps
from lab.shop.services.payment.tables import Base


async def assemble(context: Context) -> Assembly:
    """Put Payment together."""
    bank = BookKeepingBank(context.settings.bank_url, context.settings.bank_seconds)
    return Assembly(
        steps=steps(context.parts, bank),
        router=api(context),
        chores={"settle": settling(context, bank)},
        close=bank.close,
    )


BLUEPRINT = Blueprint(
    name="payment",
    about="Asks the bank for the money, and gives it back.",
    topics=commands_of("payment"),
    tables=Base.metadata,
    ports=(p.CANCEL_PAYMENT, p.READ_PAYMENT, p.SETTLE_PAYMENTS, p.TAKE_PAYMENT),
    assemble=assemble,
)
