"""Tries a fault on the running shop, in a worker. It runs to its end, whatever is looked at meanwhile."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from lab.chaos.faults import Fault
from lab.chaos.ledger import Ledger, own_ledger
from lab.chaos.run import run as run_fault
from lab.chaos.site import Site
from lab.errors import LabError
from lab.running import Running
from lab.shop.urls import ShopUrls

if TYPE_CHECKING:
    from tui.app import Orderlab


class Told(Protocol):
    """Who is told, in the event loop, how it goes."""

    def tell(self, line: str) -> None:
        """Take in a line of what happens."""

    def compare(self, outcome: Mapping[str, Any]) -> None:
        """Take in what the fault has shown: all has run, and the shop is put right."""

    def failed(self, text: str) -> None:
        """Take in why it could not be tried, and the mend."""


class FaultWork:
    """One fault on one shop, with so many orders placed meanwhile. `run` is for a thread."""

    def __init__(self, app: "Orderlab", shop: Running, fault: Fault, orders: int, told: Told) -> None:
        self._app, self._shop, self._fault, self._orders, self._told = app, shop, fault, orders, told

    def run(self) -> None:
        """Let it happen; the shop is put right again at the end, also where it could not be tried."""
        fault, shop = self._fault, self._shop
        self._note(f"{fault.name} begins (b)")
        engine, urls = self._app.lab.engine(shop.engine), ShopUrls(shop.service_port)
        site = Site(engine, urls, shop.kafka, shop.prefix, self._say, lambda command: self._say(f"$ {command}"))
        try:
            with Ledger(own_ledger()) as ledger:
                shown = run_fault(site, fault, self._orders, ledger)
        except LabError as error:
            self._soon(self._told.failed, f"{error.what}\n{error.mend}")
        else:
            self._note(f"{fault.name} is over; everything runs again")
            self._soon(self._told.compare, shown.as_object())

    def _say(self, line: str) -> None:
        self._soon(self._told.tell, line)

    def _note(self, sentence: str) -> None:
        self._soon(self._app.feed.note, sentence, self._fault.unit)

    def _soon(self, call: Callable[..., object], *arguments: object) -> None:
        self._app.call_from_thread(call, *arguments)
