"""Notification's HTTP: what a customer was told about one order."""

from fastapi import APIRouter, HTTPException

from lab.shop.contracts import NotificationView
from lab.shop.ports import READ_NOTIFICATIONS
from lab.shop.runtime.blueprint import Context


def api(context: Context) -> APIRouter:
    """GET /notifications/{order_id}."""
    router = APIRouter(tags=["notifications"])
    read_notifications = context.parts[READ_NOTIFICATIONS]

    @router.get("/notifications/{order_id}")
    async def notifications(order_id: str) -> list[NotificationView]:
        """List what the customer of this order was told."""
        async with context.store.reading() as session:
            found = await read_notifications(session, order_id)
        if not found:
            raise HTTPException(404, f"Nobody was told anything about order {order_id}.")
        return list(found)

    return router
