"""finding: left-open

A session is made and used; that somebody has to close it is forgotten.
"""

from lab.shop.services.inventory.tables import Shelf


async def receive_goods(sessions, delivery):
    session = sessions()
    for item in delivery:
        shelf = await session.get(Shelf, item.sku)
        if shelf is None:
            shelf = Shelf(sku=item.sku, available=0)
            session.add(shelf)
        shelf.available += item.quantity
    await session.commit()
