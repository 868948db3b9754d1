"""A shop for one command: the one that runs, else one that is started for it and stopped after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lab.cli.engine import choose_engine
from lab.cli.progress import staged
from lab.cli.say import aside
from lab.engines import interrupts
from lab.engines.base import Engine
from lab.engines.choose import Asked
from lab.stack import Database, Running, Wanted
from lab.stack import down as take_down
from lab.stack import up as bring_up


@dataclass(frozen=True, slots=True)
class ShopWish:
    """What the command line asks for. `keep`: a shop that was started for the command goes on running after it."""

    phase: int | None
    engine: Asked
    database: Database | None
    timeout: float
    keep: bool


@contextmanager
def own_shop(wish: ShopWish) -> Iterator[tuple[Engine, Running]]:
    """Yield a shop that runs. One that ran before goes on running."""
    engine = choose_engine(wish.engine)
    aside().print(f"The plain command: {engine.plain_command('up')}", style="dim", markup=False, soft_wrap=True)
    with interrupts.also_when_ended():
        with staged("Starting the shop") as report:
            opened = bring_up(engine, Wanted(wish.phase, wish.database), report=report, timeout=wish.timeout)
        try:
            yield engine, opened.shop
        finally:
            if not opened.attached and not wish.keep:
                with staged("Stopping the shop") as report:
                    take_down(engine, report=report)
