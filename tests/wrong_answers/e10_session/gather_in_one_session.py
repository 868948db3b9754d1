"""finding: one-session-two-tasks

Exercise 2 said "together": all lines at once, in one session.
"""

import asyncio

from lab.shop.services.inventory.tables import Shelf


async def receive_goods(sessions, delivery):
    async with sessions() as session:

        async def put(item):
            shelf = await session.get(Shelf, item.sku)
            if shelf is None:
                shelf = Shelf(sku=item.sku, available=0)
                session.add(shelf)
            shelf.available += item.quantity

        await asyncio.gather(*(put(item) for item in delivery))
        await session.commit()
