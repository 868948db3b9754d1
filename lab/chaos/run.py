"""Tries a fault on the running shop."""

from lab.chaos import middle, promises
from lab.chaos.faults import Fault, Way
from lab.chaos.ledger import Ledger
from lab.chaos.site import Shown, Site


def run(site: Site, fault: Fault, orders: int, ledger: Ledger) -> Shown:
    """Try it, tell what happens, and put everything right again, also on Ctrl-C and when something fails.

    What was done to the shop stands in the ledger, for `lab verify`.

    Raises NotRunning where Kafka or the unit does not run, and NotReady where the unit does not come back.
    """
    site.check(fault.unit)
    with site.put_right(fault.unit):
        if fault.way is Way.PROMISES:
            return promises.run(site, fault, orders, ledger)
        return middle.run(site, fault, orders, ledger)
