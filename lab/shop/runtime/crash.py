"""Points at which a unit ends at once when someone has asked for it: the rare moment of a failure, hit every time.

A crash is asked for by a file in a folder, `<unit>.<point>`. The unit takes the file away, then ends as kill -9 ends
it, without any clean-up: each file is one crash, and a file that is gone is a crash that has happened. Where no folder
is named there are no such points.
"""

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # every command of the lab reads this module, and none of them needs what the ports need
    from sqlalchemy.ext.asyncio import AsyncSession

    from lab.shop.ports import HandOver, Outgoing, Publish


class CrashPoint(StrEnum):
    """Where a unit can be made to end."""

    BEFORE_COMMIT = "before-commit"  # the work is done, and nothing of it is stored
    AFTER_COMMIT = "after-commit"  # it is stored; nobody is told, and the offset is not committed
    AFTER_PRODUCE = "after-produce"  # Kafka has the messages, and this unit has not noted that
    AFTER_PARK = "after-park"  # a dead letter is parked, and the offset is not committed


@dataclass(frozen=True, slots=True)
class CrashPoints:
    """The points of one unit. `folder`: where crashes are asked for; None: nowhere."""

    unit: str
    folder: Path | None = None

    def reached(self, point: CrashPoint) -> None:
        """End the process here and now, if that has been asked for; once for each time."""
        if self.folder is None:
            return
        try:
            order_file(self.folder, self.unit, point).unlink()
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    def in_hand_over(self, hand_over: "HandOver") -> "HandOver":
        """Return the part with the points around its commit. What it does between commit and publish stays its own."""
        if self.folder is None:
            return hand_over

        async def with_points(session: "AsyncSession", messages: "Sequence[Outgoing]", publish: "Publish") -> None:
            async def told(messages: "Sequence[Outgoing]") -> None:
                self.reached(CrashPoint.AFTER_COMMIT)
                await self.in_publish(publish)(messages)

            self.reached(CrashPoint.BEFORE_COMMIT)
            await hand_over(session, messages, told)
            self.reached(CrashPoint.AFTER_COMMIT)

        return with_points

    def in_publish(self, publish: "Publish") -> "Publish":
        """Return `publish` with the point after Kafka's acknowledgement."""
        if self.folder is None:
            return publish

        async def with_point(messages: "Sequence[Outgoing]") -> None:
            await publish(messages)
            if messages:
                self.reached(CrashPoint.AFTER_PRODUCE)

        return with_point


def order_file(folder: Path, unit: str, point: CrashPoint) -> Path:
    """Return the file that asks for a crash of this unit at this point."""
    return folder / f"{unit}.{point}"
