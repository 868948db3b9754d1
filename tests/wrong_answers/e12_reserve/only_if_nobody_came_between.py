"""finding: empty-handed

Careful: it takes only if the shelf is still as it was seen. It sells nothing twice, but whoever is second by
a moment goes away with nothing, though nine are left.
"""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, InventoryCheck, InventoryChecked, Item, Message, ShelfLine, StockView
from lab.shop.services.inventory.tables import Reservation, Shelf


async def reserve_stock(command: Message[InventoryCheck], session: AsyncSession, /) -> Sequence[Body]:
    """Handle inventory.check: set all lines aside for this order, or none.

    command: command.body.lines says what is asked for, command.order_id for whom.
    session: an open transaction; it is ended for you.

    Returns one inventory.checked: `reserved`, or `out_of_stock` with the lines that lack. That is an answer, not
    an error. Asked a second time for the same order, it gives the same answer again and sets nothing more aside.
    """
    order_id, lines = command.order_id, command.body.lines
    # Asked before? Then Reservation has a row of this order, for a no as well as for a yes.
    earlier = await session.scalar(select(Reservation.status).where(Reservation.order_id == order_id))
    if earlier is None:
        is_ours = await _set_aside(order_id, lines, session)
    else:
        # A repeat gets the first answer again, whatever has happened since: it is the same question, not a new one.
        is_ours = earlier != "refused"

    shelf_lines = await _left(lines, session)
    if is_ours:
        return [InventoryChecked(order_id=order_id, outcome="reserved", lines=shelf_lines)]
    lacking = tuple(line for line in shelf_lines if line.left < line.quantity)
    return [InventoryChecked(order_id=order_id, outcome="out_of_stock", lines=lacking)]


async def _left(lines: Sequence[Item], session: AsyncSession) -> tuple[ShelfLine, ...]:
    """Say for each line how many pieces are now left for others."""
    rows = await session.execute(select(Shelf.sku, Shelf.available).where(Shelf.sku.in_([line.sku for line in lines])))
    free: dict[str, int] = dict(rows.all())
    return tuple(ShelfLine(sku=line.sku, quantity=line.quantity, left=free.get(line.sku, 0)) for line in lines)


async def _set_aside(order_id: str, lines: Sequence[Item], session: AsyncSession) -> bool:
    """Set all lines aside and say True; or leave every shelf as it was, note the no, and say False.

    lines: each has line.sku and line.quantity.

    A Shelf has sku, available (free for whoever comes) and reserved (set aside). A Reservation has order_id, sku,
    quantity and status: there is one for each line, "reserved", or "refused" where the answer is no.
    """
    savepoint = await session.begin_nested()
    for line in sorted(lines, key=lambda line: line.sku):
        available = await session.scalar(select(Shelf.available).where(Shelf.sku == line.sku)) or 0
        taken = available >= line.quantity and await session.scalar(
            update(Shelf)
            .where(Shelf.sku == line.sku, Shelf.available == available)
            .values(available=Shelf.available - line.quantity, reserved=Shelf.reserved + line.quantity)
            .returning(Shelf.sku)
        )
        if not taken:
            await savepoint.rollback()
            for each in lines:
                session.add(Reservation(order_id=order_id, sku=each.sku, quantity=each.quantity, status="refused"))
            return False
        session.add(Reservation(order_id=order_id, sku=line.sku, quantity=line.quantity, status="reserved"))
    await savepoint.commit()
    return True


async def read_stock(session: AsyncSession, sku: str, /) -> StockView | None:
    """Show one shelf; None when there is no such product.

    A StockView has sku, available, reserved and committed, as the Shelf has: free, set aside, sold.
    """
    shelf = await session.get(Shelf, sku)
    if shelf is None:
        return None
    return StockView(sku=shelf.sku, available=shelf.available, reserved=shelf.reserved, committed=shelf.committed)
