"""Gathers what the Start screen is drawn from: what workers found out, and what the app knows at this moment."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lab.engines.base import EngineName, UnitStatus
from lab.engines.unit_status import ORPHAN
from tui.model.start import Known, Learner, Machine
from tui.shown import now_ms

if TYPE_CHECKING:
    from tui.app import Orderlab


@dataclass(slots=True)
class Found:
    """What the Start screen's workers have found out."""

    machine: Machine | None = None
    learner: Learner | None = None
    looking_since_ms: float = field(default_factory=now_ms)
    plain: tuple[str, Sequence[tuple[str, str]]] = ("", ())


def gather(app: "Orderlab", found: Found, at_ms: float) -> Known:
    """Return everything as it is now. Fast: nothing is asked, files and processes least of all."""
    link, flow = app.link, app.history.now
    statuses = app.feed.looking.statuses if app.feed.looking and link.shop else ()
    return Known(
        at_ms,
        found.machine,
        found.learner,
        found.looking_since_ms,
        app.stack_work.board,
        link.shop,
        link.look if link.shop else None,
        link.looked_ms,
        {one.name: one.last_log_line for one in statuses},
        {one.name: one.note for one in statuses},
        any(one.note == ORPHAN for one in statuses),
        _docker_gone(statuses) if link.shop and link.shop.engine is EngineName.DOCKER else "",
        (link.shop.database if link.shop else os.environ.get("LAB_DATABASE")) == "postgres",
        next(reversed(flow.state_of), ""),
        app.first_minute.step,
        found.plain,
    )


def _docker_gone(statuses: Sequence[UnitStatus]) -> str:
    """Return why Docker does not answer, by what the engine says of Kafka; empty where it does."""
    kafka = next((one for one in statuses if one.name == "kafka"), None)
    return kafka.note if kafka and kafka.pid is None and kafka.note.startswith("Docker") else ""
