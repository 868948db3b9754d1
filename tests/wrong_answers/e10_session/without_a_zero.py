"""finding: no-new-shelf

The table says default=0. That counts when the row is stored; until then the attribute is None.
"""

from lab.shop.services.inventory.tables import Shelf


async def receive_goods(sessions, delivery):
    async with sessions() as session:
        for item in delivery:
            shelf = await session.get(Shelf, item.sku)
            if shelf is None:
                shelf = Shelf(sku=item.sku)
                session.add(shelf)
            shelf.available += item.quantity
        await session.commit()
