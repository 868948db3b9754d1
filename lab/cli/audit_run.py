"""Puts the audit together: a shop of its own, in a home of its own, with the solutions in the learner's place."""

import asyncio
import json
import os
import re
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Final

import httpx

from lab.bench.own_home import own_home, run_lab
from lab.bundle import shipped
from lab.cli.course_room import RunningShop
from lab.cli.output import tell
from lab.cli.progress import staged
from lab.course.audit.auditor import Auditor, Result
from lab.course.audit.breach import Breach
from lab.course.catalog import Exercise, read_course
from lab.course.checker import Checker
from lab.engines.base import Progress, Report
from lab.errors import LabError
from lab.live import put_into_shop
from lab.running import running
from lab.shop.basket import parse_basket
from lab.shop.client import ShopClient
from lab.shop.contracts import CARD_OK, CARD_REFUSED, Message
from lab.shop.follow import watch_order
from lab.shop.narrate import Narrator
from lab.shop.parts import PART_FILES
from lab.shop.scenario import PlannedOrder
from lab.shop.tap import Start, Tap, snapshot
from lab.shop.urls import ShopUrls
from lab.stack import data_folder

ORDER_SECONDS = 30.0
PIECES_FOR_THE_AUDIT: Final = 10_000
"""Delivered of each product before a capstone is tried: each of its checks takes goods, and nobody orders new ones."""


async def _is_counted(client: ShopClient) -> bool:
    """Say whether Analytics has heard of an order, and reports it."""
    return (await client.report()).orders > 0


SILENT: Final[Mapping[str, Callable[[ShopClient], Awaitable[bool]]]] = MappingProxyType({"record": _is_counted})
"""Parts that put no message on Kafka, so none can bear their mark: what is to be seen in the shop instead."""

CARDS: Final[Mapping[str, str]] = MappingProxyType({"undo": CARD_REFUSED})
"""Parts that come in only when something goes wrong: the card with which it does."""


def run(names: Sequence[str], *, full: bool, read_only: bool, online: bool) -> Result:
    """Audit these exercises, or all of them."""
    course = read_course()
    chosen = [course.find(name) for name in names] or list(course)
    ports = {part.exercise: tuple(port.name for port in part.fills) for part in PART_FILES}
    with staged("Auditing the course") as report, Checker() as checker:

        def heard(exercise: str, what: str) -> None:
            report(Progress(exercise, what))

        def auditor(shop: "AuditShop | None") -> Auditor:
            return Auditor(course, checker, ports=ports, shop=shop, report=heard)

        if read_only:
            result = Result(exercises=len(chosen), breaches=auditor(None).read(chosen))
        else:
            with own_home():
                report(Progress("shop", "starting a shop of the audit's own"))
                run_lab("up", "--engine", "native")
                report(Progress("shop", "runs", done=True))
                result = auditor(AuditShop(report)).run(chosen, full=full)
        if online:
            result.breaches += asyncio.run(_dead_on_the_web(chosen))
    return result


class AuditShop:
    """The audit's own shop, where each solution stands once in the learner's place."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def prepare(self, exercise: Exercise) -> None:
        """Put every solution of the phase in as the learner's, and fill the shelves for as many checks as may come."""
        parts = [part for part in PART_FILES if part.phase <= exercise.phase]
        chosen = {part.exercise: {"origin": "mine", "file": str(shipped() / "solutions" / part.path)} for part in parts}
        choices = Path(os.environ["LAB_CHOICES"])
        choices.parent.mkdir(parents=True, exist_ok=True)
        choices.write_text(json.dumps(chosen))
        with closing(sqlite3.connect(data_folder() / "inventory.db", timeout=10)) as shelves:
            shelves.execute("UPDATE shelf SET available = available + ? WHERE sku <> 'poster'", (PIECES_FOR_THE_AUDIT,))
            shelves.commit()
        run_lab("restart")

    def env(self, exercise: Exercise) -> Mapping[str, str]:
        """Return what the exercise's check must be told of the machine."""
        return RunningShop().env(exercise)

    def runs(self, exercise: Exercise) -> str:
        """Put the solution in as the learner's, place one order, and look for its mark. "" or what is wrong."""
        choices = Path(os.environ["LAB_CHOICES"])
        choices.parent.mkdir(parents=True, exist_ok=True)
        choices.write_text(json.dumps({exercise.id: {"origin": "mine", "file": str(exercise.solution)}}))
        try:
            put_into_shop(exercise.id, self._quiet)
            said = asyncio.run(asyncio.wait_for(_one_order(CARDS.get(exercise.id, CARD_OK)), ORDER_SECONDS))
        except (LabError, TimeoutError) as error:
            return f"an order through it failed: {str(error) or 'it did not end in time'}"
        finally:
            choices.write_text("{}")
        if exercise.id in SILENT:
            return "" if asyncio.run(_seen(SILENT[exercise.id])) else "an order went through, and nothing is seen of it"
        mine = [message for message in said if exercise.id in message.parts]
        if not mine or any(message.handled_by != "mine" for message in mine):
            return f"none of the {len(said)} messages of an order says handled-by: mine"
        return ""

    def _quiet(self, _: Progress) -> None:
        pass


async def _seen(proof: Callable[[ShopClient], Awaitable[bool]]) -> bool:
    async with ShopClient(ShopUrls(running().service_port)) as client:
        return await proof(client)


async def _one_order(card: str) -> list[Message]:  # type: ignore[type-arg]  # of any body
    """Place an order, wait for its end, return all its messages."""
    shop = running()
    async with ShopClient(ShopUrls(shop.service_port)) as client:
        order = PlannedOrder("cus-anna", card, parse_basket(["mug:2"]))
        placed = await client.place(order.body())
    async with Tap(shop.kafka, shop.prefix, start=Start.BEGINNING) as tap:
        await watch_order(tap, placed.order_id, Narrator(), lambda _: None)
    seen = await snapshot(shop.kafka, shop.prefix, keep=lambda record: record.key == placed.order_id.encode())
    return [one.message for one in seen if isinstance(one.message, Message)]


async def _dead_on_the_web(chosen: Sequence[Exercise]) -> list[Breach]:
    found: list[Breach] = []
    async with httpx.AsyncClient(timeout=20, follow_redirects=True) as client:
        for one in chosen:
            for url in sorted(set(re.findall(r"https?://[^\s)>\]]+", one.lesson.read_text(encoding="utf-8")))):
                try:
                    status = (await client.get(url)).status_code
                except httpx.HTTPError as error:
                    found.append(Breach(one.id, "links", f"{url} does not answer ({error})", "Is the machine online?"))
                    continue
                if status >= 400:  # noqa: PLR2004  HTTP's errors begin there
                    found.append(Breach(one.id, "links", f"{url} answers {status}", "Correct it."))
    return found


def show(result: Result) -> None:
    """Show the result in words."""
    for breach in result.breaches:
        tell(f"✗ {breach.exercise} · {breach.rule}: {breach.what}\n    {breach.mend}")
    tell(
        f"{result.exercises} exercises: {result.starters_red} starters red as intended, "
        f"{result.solutions_green} solutions green, "
        f"{result.wrong_caught} of {result.wrong_answers} wrong answers caught, "
        f"{result.killed} of {result.mutants} mutants killed ({result.mutation_score:.1%}). {result.seconds:.0f} s."
    )
    tell("The course holds." if result.holds else "The course does not hold.")
