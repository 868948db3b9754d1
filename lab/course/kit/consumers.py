"""The consumer that a check hands to the learner's loop: the shop's own, freed of luck."""

from collections.abc import Mapping, Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer

from lab.shop.contracts import Record
from lab.shop.passthrough import commit_and_hope
from lab.shop.ports import Partition
from lab.shop.runtime.bus import Pulse, ShopConsumer

_ROUND_MS: Final = 200


class CheckedConsumer(ShopConsumer):
    """Reads from a real Kafka; how fast this machine is decides nothing.

    A poll brings everything that is stored and not yet given out, up to `max_records`. It is empty only when there is
    nothing, and then it comes back at once, whatever the learner's timeout is.
    """

    def __init__(self, inner: AIOKafkaConsumer, prefix: str) -> None:
        super().__init__(inner, prefix, Pulse(), commit_and_hope)

    async def getmany(
        self, *, timeout_ms: int = 0, max_records: int | None = None
    ) -> Mapping[Partition, Sequence[Record]]:
        """Fetch what is there. The timeout is not needed here, and not used."""
        del timeout_ms
        found: dict[Partition, list[Record]] = {}
        room = max_records
        while (room is None or room > 0) and await self._waiting():
            batches = await super().getmany(timeout_ms=_ROUND_MS, max_records=room)
            for partition, records in batches.items():
                found.setdefault(partition, []).extend(records)
                room = None if room is None else room - len(records)
        return found

    async def _waiting(self) -> bool:
        """Say whether Kafka has records that this consumer has not given out."""
        ends = await self._inner.end_offsets(self._inner.assignment())
        positions = {place: await self._inner.position(place) for place in ends}
        return any(positions[place] < end for place, end in ends.items())
