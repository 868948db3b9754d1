"""finding: wrong-count

merge makes or finds the row in one go, and overwrites what it holds.
"""

from lab.shop.services.inventory.tables import Shelf


async def receive_goods(sessions, delivery):
    async with sessions() as session:
        for item in delivery:
            await session.merge(Shelf(sku=item.sku, available=item.quantity))
        await session.commit()
