"""finding: no-new-shelf

The new object is made, and the session never hears of it.
"""

from lab.shop.services.inventory.tables import Shelf


async def receive_goods(sessions, delivery):
    async with sessions() as session:
        for item in delivery:
            shelf = await session.get(Shelf, item.sku)
            if shelf is None:
                shelf = Shelf(sku=item.sku, available=0)
            shelf.available += item.quantity
        await session.commit()
