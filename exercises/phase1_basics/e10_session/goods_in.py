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
    # TODO 1  Open a session.
    # TODO 2  For each line, get the product's shelf.
    # TODO 3  Make the one that is not there.
    # TODO 4  Change it.
    # TODO 5  Commit.
    raise NotImplementedError  # delete this line when your lines are written
