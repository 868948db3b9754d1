"""`lab chaos`: faults on purpose, on the running shop."""

import sys
from contextlib import suppress
from typing import Annotated

import typer

from lab.chaos.faults import (
    FAMILIES,
    FAULTS,
    KAFKA,
    ORDERS,
    ORDERS_AT_MOST,
    POSTGRES,
    SERVICES,
    SPEAKERS,
    Family,
    fault_named,
)
from lab.cli.stack import JsonOption


def register(app: typer.Typer) -> None:
    """Add the group to the app."""
    group = typer.Typer(help="Hurt the shop on purpose, and see what becomes of the orders.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("run")(run)
    app.add_typer(group, name="chaos")


def list_(as_object: JsonOption = False) -> None:
    """List the faults.

    Example: uv run lab chaos list
    """
    from lab.cli.output import show_table, tell  # noqa: PLC0415
    from lab.cli.say import as_json  # noqa: PLC0415

    if as_object:
        as_json(
            {"faults": [{"name": one.name, "unit": one.unit, "act": one.act, "about": one.about} for one in FAULTS]}
        )
        return
    show_table(("fault", "what happens"), [_row(family) for family in FAMILIES])
    only_listen = ", ".join(name for name in SERVICES if name not in SPEAKERS)
    tell(
        f"\nUNIT: {', '.join(SERVICES)};\nto pause, restart and slow: {KAFKA} and {POSTGRES}, too;"
        f"\nwho tells nobody anything cannot crash after-produce: {only_listen}."
        "\n\nTry one on the running shop; it is put right again:\n  uv run lab chaos run kill-payment"
    )


def _row(family: Family) -> tuple[str, str]:
    if len(family.units) == 1:
        return family.name_of(family.units[0]), family.about
    return family.name_of("UNIT"), family.about.format(unit="UNIT")


def run(
    fault: Annotated[str, typer.Argument(metavar="FAULT", help="A fault; `lab chaos list` names them.")],
    orders: Annotated[
        int, typer.Option("--orders", min=1, max=ORDERS_AT_MOST, help="How many orders are under way meanwhile.")
    ] = ORDERS,
    as_object: JsonOption = False,
) -> None:
    """Try a fault on the running shop: place orders, hurt a unit among them, tell what becomes of them.

    Everything runs again afterwards, also after Ctrl-C. It ends with 0 when it ran, whatever it has shown. `lab verify`
    knows what was done.

    Example: uv run lab chaos run kill-order --orders 5
    """
    chosen = fault_named(fault)
    import logging  # noqa: PLC0415

    from lab.chaos.ledger import Ledger, own_ledger  # noqa: PLC0415
    from lab.chaos.run import run as run_fault  # noqa: PLC0415
    from lab.chaos.site import Site  # noqa: PLC0415
    from lab.cli.output import saying  # noqa: PLC0415
    from lab.cli.say import as_json, aside  # noqa: PLC0415
    from lab.running import running  # noqa: PLC0415
    from lab.shop.urls import ShopUrls  # noqa: PLC0415
    from lab.stack import engine_named  # noqa: PLC0415

    shop = running()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)

    def plain(command: str) -> None:
        with suppress(OSError):
            aside().print(f"The plain command: {command}", style="dim", markup=False, soft_wrap=True)

    say = saying(sys.stderr if as_object else sys.stdout)
    site = Site(engine_named(shop.engine), ShopUrls(shop.service_port), shop.kafka, shop.prefix, say, plain)
    with Ledger(own_ledger()) as ledger:
        shown = run_fault(site, chosen, orders, ledger)
    if as_object:
        as_json(shown.as_object())
