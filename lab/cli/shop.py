"""The commands for orders and for watching what happens to them."""

from pathlib import Path
from typing import Annotated

import typer

from lab.cli.say import is_terminal
from lab.errors import WrongUsage

# What these commands need takes half a second to import, so each takes it when it is called, not when --help is asked.

OrderArgument = Annotated[str, typer.Argument(help="An order id, such as ord-7F3KM2QA; `last` is the newest.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
COUNT_AT_MOST = 10_000


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    order = typer.Typer(help="Place orders, list them, look one up, follow one to its end.", no_args_is_help=True)
    for name, function in (("place", place), ("list", list_), ("show", show), ("follow", follow)):
        order.command(name)(function)
    app.add_typer(order, name="order")
    for name, command in (
        ("events", events),
        ("replay", replay),
        ("topics", topics),
        ("metrics", metrics),
        ("catalogue", catalogue),
    ):
        app.command(name)(command)


def place(
    what: Annotated[
        list[str] | None, typer.Argument(metavar="[SKU[:N]]...", help="Products and pieces; without: two mugs.")
    ] = None,
    customer: Annotated[str, typer.Option(help="Who orders; `lab catalogue` lists them.")] = "cus-anna",
    card: Annotated[str, typer.Option(help="card-ok, or card-refused, which the bank declines.")] = "card-ok",
    count: Annotated[
        int | None, typer.Option(min=1, max=COUNT_AT_MOST, help="How many orders: 1, or 10 with --scenario.")
    ] = None,
    rate: Annotated[float | None, typer.Option(min=0.01, max=1000, help="Orders a second; without: at once.")] = None,
    scenario: Annotated[bool, typer.Option("--scenario", help="Seeded orders whose endings are known.")] = False,
    seed: Annotated[int, typer.Option(help="With --scenario: the same seed, the same orders.")] = 1,
    as_object: JsonOption = False,
) -> None:
    """Place one order, or many.

    Example: uv run lab order place mug:2 lamp --customer cus-bea
    Example: uv run lab order place --scenario --count 25 --rate 5
    """
    if scenario and (what or customer != "cus-anna" or card != "card-ok"):
        raise WrongUsage("A scenario chooses products, customers and cards itself.", "Leave them, or --scenario, out.")
    from lab.cli import orders  # noqa: PLC0415
    from lab.shop.basket import parse_basket  # noqa: PLC0415
    from lab.shop.scenario import PlannedOrder  # noqa: PLC0415

    own = PlannedOrder(customer, card, parse_basket(what or ["mug:2"]))
    chosen = None if scenario else [own] * (count or 1)
    orders.place(chosen, count=count or 10, seed=seed, rate=rate, as_object=as_object)


def list_(
    limit: Annotated[int, typer.Option(min=1, help="How many, from the newest.")] = 20, as_object: JsonOption = False
) -> None:
    """List the newest orders, as Kafka tells of them.

    Example: uv run lab order list --limit 50
    """
    from lab.cli import orders  # noqa: PLC0415

    orders.show_all(limit, as_object=as_object)


def show(order: OrderArgument, as_object: JsonOption = False) -> None:
    """Show one order: its status, the mediator's state, the payment, what the customer was told.

    Example: uv run lab order show last
    """
    from lab.cli import orders  # noqa: PLC0415

    orders.show(order, as_object=as_object)


def follow(order: OrderArgument) -> None:
    """Tell one order's story: what is there already, then live until its end.

    Example: uv run lab order follow last
    """
    from lab.cli import flow  # noqa: PLC0415

    flow.follow(order)


def events(
    order: Annotated[str | None, typer.Option(help="Only this order.")] = None,
    types: Annotated[list[str] | None, typer.Option("--type", help="Only such messages: payment.processed.")] = None,
    topics: Annotated[list[str] | None, typer.Option("--topic", help="Only this topic: payment.events.")] = None,
    from_beginning: Annotated[bool, typer.Option("--from-beginning", help="First what lies on Kafka already.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Sentences without colour.")] = False,
    as_lines: Annotated[bool, typer.Option("--json", help="One JSON object a line, for each record.")] = False,
    record: Annotated[Path | None, typer.Option(help="Also keep every record in this file: a journal.")] = None,
) -> None:
    """Tell everything that happens in the shop, a sentence a message, until Ctrl-C.

    Example: uv run lab events --type payment.processed --from-beginning
    Example: uv run lab events --record monday.olj
    """
    if plain and as_lines:
        raise WrongUsage("--plain and --json are two ways to say the same.", "Choose one of them.")
    from lab.cli import flow  # noqa: PLC0415
    from lab.shop.tap import Start  # noqa: PLC0415

    flow.events(
        order=order,
        types=types or [],
        topics=topics or [],
        start=Start.BEGINNING if from_beginning else Start.NOW,
        plain=plain,
        as_json=as_lines,
        journal=record,
    )


def replay(
    file: Annotated[Path, typer.Argument(help="A journal, made by `lab events --record`.")],
    as_lines: Annotated[bool, typer.Option("--json", help="One JSON object a line, for each record.")] = False,
    in_app: Annotated[bool, typer.Option("--app", help="In the terminal app, on all its screens.")] = False,
) -> None:
    """Tell a journal again, without any broker.

    Example: uv run lab replay monday.olj
    Example: uv run lab replay docs/app/shop.olj --app
    """
    if in_app:
        _replay_in_app(file, as_lines=as_lines)
        return
    from lab.cli import flow  # noqa: PLC0415

    flow.tell_journal(file, as_json=as_lines)


def _replay_in_app(file: Path, *, as_lines: bool) -> None:
    if as_lines:
        raise WrongUsage("--app and --json are two ways to show the same.", "Choose one of them.")
    if not is_terminal():
        raise WrongUsage("The app needs a terminal.", f"In words, anywhere: uv run lab replay {file}")
    from lab.cli.tui import open_app  # noqa: PLC0415  Textual takes half a second, which no other command should

    open_app(file)


def topics(as_object: JsonOption = False) -> None:
    """Show what is on Kafka: each topic, who writes it, who must work on it, what lies there.

    Example: uv run lab topics
    """
    from lab.cli import topics as now  # noqa: PLC0415

    now.show_topics(as_object=as_object)


def metrics(as_object: JsonOption = False) -> None:
    """Show what the units count and measure (from phase 2 on): what became of messages, how fast, what waits.

    Each unit says the same, and more, to Prometheus: GET /metrics.

    Example: uv run lab metrics
    """
    from lab.cli import metrics as now  # noqa: PLC0415

    now.show_metrics(as_object=as_object)


def catalogue(as_object: JsonOption = False) -> None:
    """Show products, customers and cards.

    Example: uv run lab catalogue
    """
    from lab.cli import topics as now  # noqa: PLC0415

    now.show_catalogue(as_object=as_object)
