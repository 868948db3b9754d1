"""Payment's HTTP: what was done for one order."""

from fastapi import APIRouter, HTTPException

from lab.shop.contracts import PaymentView
from lab.shop.ports import READ_PAYMENT
from lab.shop.runtime.blueprint import Context


def api(context: Context) -> APIRouter:
    """GET /payments/{order_id}."""
    router = APIRouter(tags=["payments"])
    read_payment = context.parts[READ_PAYMENT]

    @router.get("/payments/{order_id}")
    async def payment(order_id: str) -> PaymentView:
        """Show what became of an order's payment."""
        async with context.store.reading() as session:
            found = await read_payment(session, order_id)
        if found is None:
            raise HTTPException(404, f"There is no payment for order {order_id}.")
        return found

    return router
