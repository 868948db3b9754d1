"""finding: second-shelf

A new object for each line, as if the table were a list.
"""

from lab.shop.services.inventory.tables import Shelf


async def receive_goods(sessions, delivery):
    async with sessions() as session:
        for item in delivery:
            session.add(Shelf(sku=item.sku, available=item.quantity))
        await session.commit()
