"""Analytics' HTTP: the shop in numbers."""

from fastapi import APIRouter

from lab.shop.contracts import ReportView
from lab.shop.ports import READ_REPORT
from lab.shop.runtime.blueprint import Context


def api(context: Context) -> APIRouter:
    """GET /report."""
    router = APIRouter(tags=["report"])
    read_report = context.parts[READ_REPORT]

    @router.get("/report")
    async def report() -> ReportView:
        """Count orders by what became of them, and what they brought."""
        async with context.store.reading() as session:
            return await read_report(session)

    return router
