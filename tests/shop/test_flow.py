"""What becomes of an order, on the real broker: every way it can go."""

from pathlib import Path

import pytest

from lab.shop.contracts import CARD_REFUSED
from tests.shop.harness import new_prefix, open_shop, postgres, sqlite, until

pytestmark = [pytest.mark.anyio, pytest.mark.every_dependency]


async def stock(shop, sku: str) -> tuple[int, int, int]:
    shelf = (await shop.clients["inventory"].get(f"/stock/{sku}")).json()
    return shelf["available"], shelf["reserved"], shelf["committed"]


async def payment(shop, order_id: str) -> str:
    return (await shop.clients["payment"].get(f"/payments/{order_id}")).json()["status"]


async def told(shop, order_id: str) -> dict[str, str]:
    answer = await shop.clients["notification"].get(f"/notifications/{order_id}")
    return {row["template"]: row["status"] for row in answer.json()}


async def are_told(shop, order_id: str, letters: dict[str, str]) -> None:
    """Wait for exactly these letters: the last one is sent after the saga has ended, and nothing waits for it."""

    async def so():
        return await told(shop, order_id) == letters

    await until(so, f"the customer of {order_id} has been told {letters}")


@pytest.fixture(params=["sqlite", "postgres"])
def databases(request, endpoints, tmp_path: Path):
    return sqlite(tmp_path) if request.param == "sqlite" else postgres(endpoints.postgres, new_prefix())


async def test_every_order_ends_as_it_should_and_everything_adds_up(kafka_address, databases) -> None:
    async with open_shop(kafka_address, databases) as shop:
        good = await shop.place()
        declined = await shop.place(card=CARD_REFUSED, lines=[{"sku": "lamp", "quantity": 1}])
        sold_out = await shop.place(lines=[{"sku": "pen", "quantity": 1}, {"sku": "poster", "quantity": 3}])
        unreachable = await shop.place(customer_id="cus-finn", lines=[{"sku": "chair", "quantity": 1}])
        deaf = await shop.place(customer_id="cus-gus", lines=[{"sku": "notebook", "quantity": 4}])

        assert [await shop.ending(one) for one in (good, declined, sold_out, unreachable, deaf)] == [
            "delivered", "rejected", "rejected", "cancelled", "delivered",
        ]  # fmt: skip
        await until(lambda: settled(shop, 5), "all sagas end and the stock is back")
        assert await stock(shop, "mug") == (398, 0, 2)
        assert await stock(shop, "lamp") == (200, 0, 0)
        assert await stock(shop, "pen") == (300, 0, 0)
        assert await stock(shop, "poster") == (2, 0, 0)
        assert await stock(shop, "chair") == (100, 0, 0)
        assert await stock(shop, "notebook") == (596, 0, 4)
        assert [await payment(shop, one) for one in (good, declined, unreachable)] == [
            "captured", "declined", "refunded",
        ]  # fmt: skip
        assert (await shop.clients["payment"].get(f"/payments/{sold_out}")).status_code == 404
        await are_told(shop, good, {"confirmed": "sent"})
        await are_told(shop, unreachable, {"confirmed": "sent", "cancelled": "sent"})
        await are_told(shop, deaf, {"confirmed": "failed"})
        report = (await shop.clients["analytics"].get("/report")).json()
        assert report == {
            "orders": 5, "confirmed": 3, "delivered": 2, "rejected": 2, "cancelled": 1, "revenue_cents": 2500 + 4 * 690,
        }  # fmt: skip


async def settled(shop, orders: int) -> bool:
    sagas = (await shop.clients["mediator"].get("/sagas")).json()
    report = (await shop.clients["analytics"].get("/report")).json()
    ended = sum(count for state, count in sagas.items() if state in {"COMPLETED", "REJECTED", "CANCELLED"})
    over = report["delivered"] + report["rejected"] + report["cancelled"]
    reserved = [(await stock(shop, sku))[1] for sku in ("mug", "lamp", "pen", "poster", "chair", "notebook")]
    return ended == orders and over == orders and not any(reserved)
