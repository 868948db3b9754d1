"""The conservation audit: does everything add up, whatever was done to the shop?

It believes no service. It reads the units' databases and every record on Kafka from offset 0, and the ledger of
whoever placed the orders. What must hold stands in one table, `invariants.INVARIANTS`.
"""

from lab.chaos.verify.auditing import Audit, audit
from lab.chaos.verify.sources import Sources

__all__ = ["Audit", "Sources", "audit"]
