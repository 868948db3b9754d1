"""The units of the shop, and how one of them is run: `python -m lab.shop.unit NAME`."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ShopUnit:
    """One process of the shop. `blueprint` names the module."""

    name: str
    title: str
    blueprint: str
    port_offset: int


UNITS: Final[tuple[ShopUnit, ...]] = (
    ShopUnit("order", "Order", "lab.shop.services.order.blueprint", 0),
    ShopUnit("payment", "Payment", "lab.shop.services.payment.blueprint", 1),
    ShopUnit("inventory", "Inventory", "lab.shop.services.inventory.blueprint", 2),
    ShopUnit("notification", "Notification", "lab.shop.services.notification.blueprint", 3),
    ShopUnit("analytics", "Analytics", "lab.shop.services.analytics.blueprint", 4),
    ShopUnit("mediator", "mediator", "lab.shop.mediator.blueprint", 5),
    ShopUnit("fulfilment", "Fulfilment", "lab.shop.services.fulfilment.blueprint", 6),
)

BY_NAME: Final = {unit.name: unit for unit in UNITS}
