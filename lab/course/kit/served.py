"""A unit's real HTTP with the learner's pieces in it, asked from within the same event loop: no port, no socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module
from typing import Any, cast

import httpx
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from lab.course.catalog import course_root
from lab.shop.parts import Parts
from lab.shop.ports import Port, Sessions
from lab.shop.runtime.blueprint import Blueprint, Context
from lab.shop.runtime.bus import ShopProducer
from lab.shop.runtime.crash import CrashPoints
from lab.shop.runtime.outbound import Outbound
from lab.shop.runtime.service import Service, build_app
from lab.shop.runtime.settings import Settings
from lab.shop.runtime.store import Store
from lab.shop.units import BY_NAME


@cache  # read once for all apps of an attempt
def _solution() -> Parts:
    return Parts(1, solutions=course_root() / "solutions")


class Instead(Parts):
    """The solution's parts, with others in the place of some: `{"place_order": function}`."""

    def __init__(self, parts: dict[str, Any]) -> None:
        super().__init__(1)
        self._instead = parts

    def __getitem__(self, port: Port[Any]) -> Any:
        return self._instead[port.name] if port.name in self._instead else _solution()[port]


@asynccontextmanager
async def served(
    unit: str, *, sessions: Sessions | None = None, producer: ShopProducer | None = None, **parts: Any
) -> AsyncIterator[httpx.AsyncClient]:
    """Put the unit's app together as the shop does, and yield a client of it.

    sessions: of its database; without, nothing may be stored. producer: without, nothing may be sent.
    parts:    by the port's name; all others are the solution's.

    What one of these raises, and no handler of the shop expects, comes out of the client's call as it is.
    """
    blueprint: Blueprint = import_module(BY_NAME[unit].blueprint).BLUEPRINT
    chosen, settings = Instead(parts), Settings()
    engine = sessions.kw["bind"] if sessions else create_async_engine("sqlite+aiosqlite://")  # it never connects
    service = Service(blueprint, settings, chosen)
    outbound = Outbound(unit, chosen, cast("ShopProducer", producer))
    service.context = Context(unit, settings, chosen, Store(engine), outbound, CrashPoints(unit))
    service.assembly = await blueprint.assemble(service.context)
    transport = httpx.ASGITransport(build_app(service))
    with capture_logs():  # what the shop would log is what the client's call raises: nobody has to read it twice
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{unit}", trust_env=False) as client:
            yield client
