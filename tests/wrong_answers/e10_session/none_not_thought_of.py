"""finding: no-new-shelf

get is trusted to find something.
"""

from lab.shop.services.inventory.tables import Shelf


async def receive_goods(sessions, delivery):
    async with sessions() as session:
        for item in delivery:
            shelf = await session.get(Shelf, item.sku)
            shelf.available += item.quantity
        await session.commit()
