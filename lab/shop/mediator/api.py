"""The mediator's HTTP, read only: where a saga stands, and how it got there."""

from fastapi import APIRouter, HTTPException
from sqlalchemy import func, select

from lab.shop.contracts import SagaView, State, StepView
from lab.shop.mediator.tables import SagaLog, SagaRow
from lab.shop.runtime.blueprint import Context


def api(context: Context) -> APIRouter:
    """GET /sagas: how many stand where. GET /sagas/{order_id}: one of them."""
    router = APIRouter(tags=["sagas"])

    @router.get("/sagas")
    async def sagas() -> dict[State, int]:
        """Count the sagas by state."""
        counting = select(SagaRow.state, func.count()).group_by(SagaRow.state)
        async with context.store.reading() as session:
            return {State(state): count for state, count in (await session.execute(counting)).all()}

    @router.get("/sagas/{order_id}")
    async def saga(order_id: str) -> SagaView:
        """Show where an order's saga stands, and how it got there."""
        entries = select(SagaLog).where(SagaLog.order_id == order_id, SagaLog.number > 0).order_by(SagaLog.number)
        async with context.store.reading() as session:
            row = await session.get(SagaRow, order_id)
            if row is None:
                raise HTTPException(404, f"The mediator has never heard of order {order_id}.")
            log = tuple(StepView.model_validate(entry) for entry in (await session.scalars(entries)).all())
            return SagaView(order_id=order_id, state=State(row.state), updated_at=row.updated_at, log=log)

    return router
