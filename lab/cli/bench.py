"""`lab bench`: the benchmarks."""

from collections.abc import Callable
from typing import Annotated, Any, Protocol, TypeVar

import typer
from rich.console import Console

from lab.cli.stack import JsonOption
from lab.engines.base import Report


def register(app: typer.Typer) -> None:
    """Add the group to the app."""
    group = typer.Typer(help="Measure this machine; every figure is a median, with the machine beside it.")
    group.command("check")(check)
    group.command("shop")(shop)
    group.command("start")(start)
    group.command("tui")(tui)
    app.add_typer(group, name="bench")


F = TypeVar("F", bound="Figures")


class Figures(Protocol):
    """What a benchmark has measured."""

    def as_object(self) -> dict[str, Any]:
        """The figures for programs."""


def _measured(work: Callable[[Report], F], *, as_object: bool) -> F | None:
    """Measure, with its stages shown; return the figures, or None where they were printed as an object."""
    from lab.cli.progress import staged  # noqa: PLC0415
    from lab.cli.say import as_json  # noqa: PLC0415

    with staged("Measuring") as report:
        figures = work(report)
    if not as_object:
        return figures
    as_json(figures.as_object())
    return None


def _console() -> Console:
    from lab.cli.say import out  # noqa: PLC0415

    return out()


def start(
    rounds: Annotated[int, typer.Option("--rounds", min=1, max=50, help="How often each thing is measured.")] = 5,
    as_object: JsonOption = False,
) -> None:
    """Measure `lab up` with warm caches, the restart of a service, and the tuned broker against the default JVM.

    Example: uv run lab bench start --rounds 5
    """
    from lab.bench.start import measure  # noqa: PLC0415  what it needs takes a moment to import

    figures = _measured(lambda report: measure(rounds, report), as_object=as_object)
    if figures is None:
        return
    console = _console()
    console.print(f"{figures.machine}; medians of {figures.rounds}", markup=False)
    for text, value, target in (
        ("lab up, caches warm, until every unit answers", f"{figures.up_s:.2f} s", "≤ 6 s"),
        ("restart of a service, until it reads again", f"{figures.restart_s:.2f} s", "≤ 2 s"),
        ("broker, exec to first record back, tuned", f"{figures.broker_tuned_s:.2f} s", ""),
        ("the same, JVM as it comes", f"{figures.broker_default_s:.2f} s", ""),
        ("tuned against default, by pairs", f"{figures.tuned_vs_default:.2f}", "≤ 0.35"),
    ):
        console.print(f"  {text:<48} {value:>8}  {target}", markup=False)


def check(
    rounds: Annotated[int, typer.Option("--rounds", min=1, max=200, help="How often each file is saved.")] = 10,
    as_object: JsonOption = False,
) -> None:
    """Measure how long it takes from a save to the verdict, in watch mode.

    Example: uv run lab bench check --rounds 20
    """
    from lab.bench.check import measure  # noqa: PLC0415  what it needs takes a moment to import

    figures = _measured(lambda report: measure(rounds, report), as_object=as_object)
    if figures is None:
        return
    console = _console()
    console.print(f"{figures.machine}; {figures.rounds} saves of each file", markup=False)
    for text, value, target in (
        ("save to verdict, no broker, median", figures.no_broker_p50_s, "≤ 0.5 s"),
        ("save to verdict, warm broker, median", figures.warm_broker_p50_s, "≤ 1.5 s"),
        ("no broker, 95 of 100", figures.no_broker_p95_s, ""),
        ("warm broker, 95 of 100", figures.warm_broker_p95_s, ""),
        *((f"  {name}, median", value, "") for name, value in figures.by_exercise.items()),
    ):
        console.print(f"  {text:<48} {value:>6.2f} s  {target}", markup=False)


def tui(
    seconds: Annotated[float, typer.Option("--seconds", min=2, max=600, help="How long each thing is measured.")] = 10,
    rounds: Annotated[int, typer.Option("--rounds", min=5, max=1000, help="How often a key is pressed.")] = 100,
    as_object: JsonOption = False,
) -> None:
    """Measure what the terminal app costs, in a real terminal, fed with 5,000 messages a second.

    Example: uv run lab bench tui --seconds 20
    """
    from lab.bench.tui import measure  # noqa: PLC0415  what it needs takes a moment to import

    figures = _measured(lambda report: measure(seconds, rounds, report), as_object=as_object)
    if figures is None:
        return
    console = _console()
    console.print(f"{figures.machine}; {seconds:.0f} s each, {figures.rounds} keys", markup=False)
    for text, value, target in (
        ("5,000 messages/s from a generator, of one core", f"{figures.cpu_at_5000:.1%}", "< 20 %"),
        ("5,000 messages/s from a real Kafka, of one core", f"{figures.cpu_at_5000_from_kafka:.1%}", "< 20 %"),
        ("key to paint meanwhile, median", f"{figures.key_to_paint_p50_ms:.0f} ms", ""),
        ("key to paint meanwhile, 99 of 100", f"{figures.key_to_paint_p99_ms:.0f} ms", "≤ 60 ms"),
        ("nothing comes, of one core", f"{figures.idle_cpu:.2%}", "< 1 %"),
        ("the same beside an open shop", f"{figures.idle_cpu_beside_shop:.2%}", ""),
        ("start of `lab` to its first frame", f"{figures.first_paint_s:.2f} s", "< 1 s"),
        ("memory, a minute of it", f"{figures.rss_growth_bytes_per_minute / 1e6:+.1f} MB", "flat"),
    ):
        console.print(f"  {text:<48} {value:>9}  {target}", markup=False)


def shop(
    rounds: Annotated[int, typer.Option("--rounds", min=1, max=50, help="How often each side is measured.")] = 5,
    orders: Annotated[
        int, typer.Option("--orders", min=50, max=20_000, help="Orders of the fastest side; slow ones get fewer.")
    ] = 3_000,
    rate: Annotated[
        float, typer.Option("--rate", min=1, max=1_000, help="Orders a second while hops are measured.")
    ] = 100,
    gate: Annotated[
        bool, typer.Option("--gate/--no-gate", help="Kill and audit the shop first; no figure counts without.")
    ] = True,
    as_object: JsonOption = False,
) -> None:
    """Measure the durable shop against aiokafka and FastStream alone, side by side on one broker.

    It needs the authors' packages: uv sync --group authors. About a minute a round, and one for the gate.

    Example: uv run lab bench shop --rounds 3
    """
    from lab.bench.shop.gate import kill_and_audit  # noqa: PLC0415  what it needs takes a moment to import
    from lab.bench.shop.measure import measure, not_run  # noqa: PLC0415
    from lab.bench.shop.sides import BY_NAME  # noqa: PLC0415

    first = kill_and_audit if gate else not_run
    figures = _measured(lambda report: measure(rounds, orders, report, rate=rate, gate=first), as_object=as_object)
    if figures is None:
        return
    console = _console()
    console.print(f"{figures.machine}; medians of {figures.rounds}; correctness gate: {figures.gate}", markup=False)
    for name, speed in figures.deliveries_per_second.items():
        console.print(f"  {BY_NAME[name].title:<52} {speed:>9,.0f} deliveries/s", markup=False)
    for text, value, target in (
        ("the shop against FastStream, per message", figures.vs_faststream_per_message, "≥ 1"),
        ("the shop against FastStream, per batch", figures.vs_faststream_batch, ""),
        ("the shop against the ceiling", figures.vs_raw_ceiling, "≥ 0.15"),
        ("learners' parts alone against the ceiling", figures.parts_only_vs_raw_ceiling, ""),
        ("a hop's median against one awaited send", figures.p50_vs_raw, "≤ 3"),
        ("the same among poison against none", figures.p50_with_poison, "about 1"),
    ):
        console.print(f"  {text:<52} {value:>9.3g}  {target}", markup=False)
    for name, hop in figures.p50_hop_ms.items():
        late = "" if figures.hops_kept_up else "; not every side kept up, so a hop is mostly waiting"
        said = f"{hop:.1f} ms, 99 of 100 within {figures.p99_hop_ms[name]:.1f} ms"
        console.print(f"  a hop at {figures.hop_orders_per_second:g} orders/s, {name}: {said}{late}", markup=False)
