"""The units of the shop, and how one of them is run: `python -m lab.shop.unit NAME`."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ShopUnit:
    """One process of the shop. `blueprint` names the module; `service`: one of the five with an API for others."""

    name: str
    title: str
    blueprint: str
    port_offset: int
    service: bool


UNITS: Final[tuple[ShopUnit, ...]] = (
    ShopUnit("order", "Order", "lab.shop.services.order.blueprint", 0, service=True),
    ShopUnit("payment", "Payment", "lab.shop.services.payment.blueprint", 1, service=True),
    ShopUnit("inventory", "Inventory", "lab.shop.services.inventory.blueprint", 2, service=True),
    ShopUnit("notification", "Notification", "lab.shop.services.notification.blueprint", 3, service=True),
    ShopUnit("analytics", "Analytics", "lab.shop.services.analytics.blueprint", 4, service=True),
    ShopUnit("mediator", "mediator", "lab.shop.mediator.blueprint", 5, service=False),
    ShopUnit("fulfilment", "Fulfilment", "lab.shop.services.fulfilment.blueprint", 6, service=False),
)

BY_NAME: Final = {unit.name: unit for unit in UNITS}
