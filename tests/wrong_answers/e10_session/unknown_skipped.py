"""finding: no-new-shelf

"No shelf, no goods": what has none is passed by.
"""

from lab.shop.services.inventory.tables import Shelf


async def receive_goods(sessions, delivery):
    async with sessions() as session:
        for item in delivery:
            shelf = await session.get(Shelf, item.sku)
            if shelf is None:
                continue
            shelf.available += item.quantity
        await session.commit()
