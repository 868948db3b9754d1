"""Where messages to customers go in phase 1: into the service's own log. Phase 4 brings e-mail."""

import structlog

from lab.shop.ports import Undeliverable

_log = structlog.get_logger("orderlab")
_FULL = "@bounces.example"


class LogLetterBox:
    """Writes each text into the log, without the address: a log is read by people who need not know it."""

    async def deliver(self, address: str, text: str) -> None:
        """Deliver, or raise Undeliverable for an address at `bounces.example`: its letter box is always full."""
        if address.endswith(_FULL):
            raise Undeliverable("the letter box is full")
        _log.info("told a customer", text=text)
