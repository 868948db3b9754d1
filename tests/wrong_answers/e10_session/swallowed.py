"""finding: error-hidden

Everything is undone as it should be, and nobody is told.
"""

from sqlalchemy.exc import SQLAlchemyError

from lab.shop.services.inventory.tables import Shelf


async def receive_goods(sessions, delivery):
    async with sessions() as session:
        try:
            for item in delivery:
                shelf = await session.get(Shelf, item.sku)
                if shelf is None:
                    shelf = Shelf(sku=item.sku, available=0)
                    session.add(shelf)
                shelf.available += item.quantity
            await session.commit()
        except SQLAlchemyError:
            await session.rollback()
