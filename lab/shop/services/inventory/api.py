"""Inventory's HTTP: one shelf."""

from fastapi import APIRouter, HTTPException

from lab.shop.contracts import StockView
from lab.shop.ports import READ_STOCK
from lab.shop.runtime.blueprint import Context


def api(context: Context) -> APIRouter:
    """GET /stock/{sku}."""
    router = APIRouter(tags=["stock"])
    read_stock = context.parts[READ_STOCK]

    @router.get("/stock/{sku}")
    async def stock(sku: str) -> StockView:
        """Show how many pieces of a product are free, set aside, and sold."""
        async with context.store.reading() as session:
            found = await read_stock(session, sku)
        if found is None:
            raise HTTPException(404, f"There is no product {sku}.")
        return found

    return router
