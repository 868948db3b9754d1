"""Exercise 10 · Session: a transaction is all or nothing."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from lab.shop.contracts import Item
from lab.shop.services.inventory.tables import Shelf


async def receive_goods(sessions: async_sessionmaker[AsyncSession], delivery: Sequence[Item]) -> None:
    """Put a delivery on the shelves: every line of it, or none.

    sessions: makes a new session: `async with sessions() as session`.
    delivery: items, each with item.sku and item.quantity.

    Raises whatever the database raises; then no shelf has changed.
    """
    # One session for one job: it is a conversation with the database, and two tasks talking at once confuse it.
    async with sessions() as session:
        for item in delivery:
            shelf = await session.get(Shelf, item.sku)
            if shelf is None:
                shelf = Shelf(sku=item.sku, available=0)
                session.add(shelf)
            shelf.available += item.quantity
        # Until here nobody else has seen anything. `commit` makes all of it visible at once. If a line above raised,
        # we would never get here, and leaving the `async with` undoes what was begun. So: no try/except.
        await session.commit()
