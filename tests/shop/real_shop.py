"""The shop as a customer meets it: processes of their own behind real HTTP (the fixture `stack`)."""

import time
from collections.abc import Callable
from typing import Any, Self

import httpx

from lab.shop.contracts import ENDED, TERMINAL
from lab.stack import Running

PATIENCE_SECONDS = 60.0


class RealShop:
    """Calls the running units. Use as a context manager."""

    def __init__(self, stack: Running) -> None:
        self._stack = stack
        self._http = httpx.Client(trust_env=False, timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, unit: str, path: str) -> Any:
        """The JSON that a unit answers, whatever its status."""
        return self._http.get(self._stack.url(unit) + path).json()

    def place(self, **order: Any) -> str:
        """Place an order that is accepted; return its id."""
        body = {"customer_id": "cus-anna", "lines": [{"sku": "mug", "quantity": 1}], **order}
        answer = self._http.post(f"{self._stack.url('order')}/orders", json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["order_id"])

    def status(self, order_id: str) -> str:
        """What the customer is told now."""
        return str(self.get("order", f"/orders/{order_id}")["status"])

    def saga(self, order_id: str) -> str | None:
        """Where the mediator stands with the order; None when it has not heard of it."""
        return self.get("mediator", f"/sagas/{order_id}").get("state")

    def await_saga(self, order_id: str, state: str) -> None:
        """Wait until the mediator stands there."""
        until(lambda: self.saga(order_id) == state, f"the saga of {order_id} is {state}")

    def ending(self, order_id: str) -> str:
        """Wait until order and saga are at their ends; return what the customer is told."""
        until(lambda: self.status(order_id) in TERMINAL and self.saga(order_id) in ENDED, f"{order_id} ends")
        return self.status(order_id)

    def await_quiet(self) -> None:
        """Wait until no order is on its way."""
        until(lambda: set(self.get("mediator", "/sagas")) <= ENDED, "all sagas are at their ends")

    def await_unit(self, unit: str) -> None:
        """Wait until a unit answers and holds its partitions."""
        until(lambda: self._works(unit), f"{unit} answers and reads its topics")

    def _works(self, unit: str) -> bool:
        try:
            return bool(self.get(unit, "/health")["assigned"])
        except httpx.TransportError:
            return False


def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"after {seconds:g} seconds it is still not so that {what}"
        time.sleep(0.02)
