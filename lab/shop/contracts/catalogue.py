"""What the shop sells, and to whom. Prices are integer cents: floats cannot hold 0.10."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

CURRENCY = "EUR"
LINES_AT_MOST = 20  # products in one order
PIECES_AT_MOST = 100  # pieces of one product in one order


@dataclass(frozen=True, slots=True)
class Product:
    sku: str
    name: str
    price_cents: int
    first_delivery: int  # pieces on the shelf when the shop opens


@dataclass(frozen=True, slots=True)
class Customer:
    customer_id: str
    name: str
    email: str
    ship_to: str


PRODUCTS: Mapping[str, Product] = MappingProxyType(
    {
        product.sku: product
        for product in (
            Product("mug", "Mug", 1250, 400),
            Product("lamp", "Desk lamp", 4900, 200),
            Product("notebook", "Notebook", 690, 600),
            Product("pen", "Fountain pen", 2400, 300),
            Product("chair", "Chair", 12900, 100),
            Product("poster", "Poster, numbered", 3500, 2),  # so few that it runs out
        )
    }
)

CUSTOMERS: Mapping[str, Customer] = MappingProxyType(
    {
        customer.customer_id: customer
        for customer in (
            Customer("cus-anna", "Anna", "anna@mail.example", "Leeds"),
            Customer("cus-bea", "Bea", "bea@mail.example", "Derby"),
            Customer("cus-carl", "Carl", "carl@mail.example", "Ely"),
            Customer("cus-dina", "Dina", "dina@mail.example", "Bath"),
            Customer("cus-finn", "Finn", "finn@mail.example", "Lighthouse"),  # no carrier goes there
            Customer("cus-gus", "Gus", "gus@bounces.example", "Hull"),  # his letter box is full
        )
    }
)

CARD_OK = "card-ok"
CARD_REFUSED = "card-refused"  # the bank declines it
