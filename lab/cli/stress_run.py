"""Runs `lab stress`: a shop where none runs, the plan, the run, the audit, the summary."""

import logging
import random
from dataclasses import dataclass
from typing import Final, TextIO

from lab.chaos.begun import FIRST_SAFE_PHASE, refuse_mixed
from lab.chaos.ledger import Ledger, own_ledger
from lab.chaos.plan import plan
from lab.chaos.site import Site
from lab.chaos.stress import stress, victims
from lab.chaos.verify import audit
from lab.chaos.verify.report import text
from lab.cli.output import run as run_async
from lab.cli.output import saying
from lab.cli.own_shop import ShopWish, own_shop
from lab.cli.say import as_json
from lab.cli.verify import sources
from lab.engines.choose import Asked
from lab.running import is_running
from lab.shop.urls import ShopUrls
from lab.stack import Database

_SEEDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    orders: int
    kills: int
    seed: int | None
    phase: int | None
    engine: Asked
    database: Database | None
    timeout: float
    keep: bool


def run(wish: Wish, *, as_object: bool, stream: TextIO) -> bool:
    """Run it, and say what came of it; return whether every invariant holds."""
    seed = random.randrange(_SEEDS) if wish.seed is None else wish.seed  # noqa: S311  a seed is no secret
    runs = is_running()
    phase = wish.phase or (None if runs else FIRST_SAFE_PHASE)
    refuse_mixed(phase or (runs.phase if runs else FIRST_SAFE_PHASE))
    with own_shop(ShopWish(phase, wish.engine, wish.database, wish.timeout, wish.keep)) as (engine, shop):
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
        say = saying(stream)
        say(f"seed {seed}: uv run lab stress --orders {wish.orders} --kills {wish.kills} --seed {seed}")
        site = Site(engine, ShopUrls(shop.service_port), shop.kafka, shop.prefix, say, _unheard)
        planned = plan(wish.orders, wish.kills, seed, postgres=shop.database == "postgres")
        with Ledger(own_ledger()) as ledger, site.put_right(*victims(planned)):
            told = run_async(
                stress(site, planned, ledger, shop.phase), interrupted="Stopped. Everything of the shop runs."
            )
        say("Nothing moves any more; reading every book and every record.")
        found = run_async(audit(sources(shop), own_ledger()))
    if as_object:
        place = {"engine": shop.engine, "database": shop.database}
        as_json({**place, **told.as_object(), **found.as_object(), "seed": seed, "ok": found.ok and told.still})
        return found.ok and told.still
    for line in (*told.lines(), "", *text(found), "", *told.warnings()):
        say(line)
    return found.ok and told.still


def _unheard(_: str) -> None:
    pass
