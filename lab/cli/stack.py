"""The commands for the stack: up, down, restart, status, one unit's life, logs, doctor, cache."""

import time
from dataclasses import asdict
from typing import Annotated

import typer

from lab.cli import status as status_page
from lab.cli.engine import choose_engine, last_engine, recorded_engine
from lab.cli.progress import staged
from lab.cli.say import as_json, aside, out
from lab.engines.base import Engine
from lab.engines.choose import Asked
from lab.errors import ExitCode, WrongUsage
from lab.stack import Database, Wanted
from lab.stack import down as take_down
from lab.stack import up as bring_up

PHASES = (1, 2)

EngineOption = Annotated[Asked, typer.Option("--engine", help="Where Kafka runs.")]
DatabaseOption = Annotated[Database | None, typer.Option("--database", help="What the services keep their books in.")]
TimeoutOption = Annotated[float, typer.Option("--timeout", min=1.0, help="Seconds to wait until all answer.")]
UnitArgument = Annotated[str, typer.Argument(help="A unit, such as `payment` or `kafka`; `lab status` lists them.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    for name, function in (
        ("up", up),
        ("down", down),
        ("restart", restart),
        ("status", status),
        ("start", start),
        ("stop", stop),
        ("kill", kill),
        ("pause", pause),
        ("resume", resume),
        ("logs", logs),
        ("doctor", doctor),
    ):
        app.command(name)(function)
    cache = typer.Typer(invoke_without_command=True)
    cache.callback()(show_cache)
    cache.command("clear")(clear_cache)
    app.add_typer(cache, name="cache")


def show_status_page() -> None:
    """Show how things stand and what to do next."""
    status_page.show()


def check_phase(phase: int | None) -> None:
    """Raise WrongUsage for a phase that does not exist."""
    if phase is not None and phase not in PHASES:
        raise WrongUsage(
            f"There is no phase {phase} yet.", f"There is: {', '.join(map(str, PHASES))}. Try: uv run lab phase 1"
        )


def up(
    units: Annotated[list[str] | None, typer.Argument(help="Only these units of the shop; without: all.")] = None,
    engine: EngineOption = "auto",
    phase: Annotated[int | None, typer.Option("--phase", help="Which phase's shop.")] = None,
    database: DatabaseOption = None,
    timeout: TimeoutOption = 120.0,
) -> None:
    """Start Kafka and the shop; return when every unit answers. What runs already is kept.

    Example: uv run lab up --engine native
    """
    check_phase(phase)
    status_page.check_units(units or [])
    began = time.monotonic()
    chosen = choose_engine(engine)
    aside().print(f"The plain command: {chosen.plain_command('up')}", style="dim", markup=False, soft_wrap=True)
    with staged("Starting the shop") as report:
        opened = bring_up(chosen, Wanted(phase, database, tuple(units or ())), report=report, timeout=timeout)
    status_page.show_opened(opened, time.monotonic() - began)


def down(
    volumes: Annotated[
        bool, typer.Option("--volumes", help="Delete the shop's data, too (not your exercises).")
    ] = False,
) -> None:
    """Stop everything. Your exercises and your progress are never touched.

    Example: uv run lab down --volumes
    """
    engine = last_engine()
    aside().print(f"The plain command: {engine.plain_command('down')}", style="dim", markup=False, soft_wrap=True)
    with staged("Stopping the shop") as report:
        take_down(engine, report=report, volumes=volumes)
    out().print("Everything is stopped" + (", and its data is deleted." if volumes else "; the data is kept."))


def restart(unit: Annotated[str | None, typer.Argument(help="A unit; without: the whole shop.")] = None) -> None:
    """Restart one unit, or all units of the shop (Kafka goes on running).

    Example: uv run lab restart payment
    """
    status_page.restart(recorded_engine(), unit)


def status(as_object: JsonOption = False) -> None:
    """Show the units, whether they answer, and the addresses of their API pages.

    Example: uv run lab status --json
    """
    if as_object:
        as_json(status_page.as_object())
    else:
        status_page.show_units()


def _one(verb: str, unit: str, done: str) -> None:
    engine: Engine = recorded_engine()
    plain = engine.plain_command(verb, unit)
    getattr(engine, verb)(unit)
    aside().print(f"The plain command: {plain}", style="dim", markup=False, soft_wrap=True)
    out().print(f"{unit} {done}.", markup=False)


def start(unit: UnitArgument) -> None:
    """Start a unit that was stopped or killed.

    Example: uv run lab start payment
    """
    _one("start", unit, "runs")


def stop(unit: UnitArgument) -> None:
    """Ask a unit to end, and wait until it has.

    Example: uv run lab stop payment
    """
    _one("stop", unit, "is stopped. It goes on where it stopped, once you start it: uv run lab start " + unit)


def kill(unit: UnitArgument) -> None:
    """End a unit at once, as a power cut would (kill -9). It stays down until you start it.

    Example: uv run lab kill payment
    """
    _one("kill", unit, "is dead; it had no time to say goodbye. Start it: uv run lab start " + unit)


def pause(unit: UnitArgument) -> None:
    """Freeze a unit: it keeps its connections and answers nobody.

    Example: uv run lab pause payment
    """
    _one("pause", unit, "is frozen. Let it go on: uv run lab resume " + unit)


def resume(unit: UnitArgument) -> None:
    """Let a frozen unit go on.

    Example: uv run lab resume payment
    """
    _one("resume", unit, "goes on")


def logs(
    unit: UnitArgument,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many lines from the end.")] = 100,
) -> None:
    """Show a unit's log.

    Example: uv run lab logs payment -f
    """
    console = out()
    for line in recorded_engine().logs(unit, lines=lines, follow=follow):
        console.print(line, markup=False, highlight=False)


def doctor(
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended without asking.")] = False,
    as_object: JsonOption = False,
) -> None:
    """Look for what may be wrong with this machine, and say what mends it.

    Example: uv run lab doctor --fix
    """
    from lab.engines import doctor as engine_doctor  # noqa: PLC0415

    findings = engine_doctor.run()
    done = engine_doctor.fix(findings) if fix else []
    findings = engine_doctor.run() if done else findings
    if as_object:
        as_json(
            {
                "ok": all(f.ok is not False for f in findings),
                "findings": [asdict(finding) for finding in findings],
                "done": done,
            }
        )
    else:
        status_page.show_findings(findings, done)
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(ExitCode.MACHINE)


def show_cache(context: typer.Context) -> None:
    """Say where the downloads are, and how much room they take.

    Example: uv run lab cache
    """
    if context.invoked_subcommand is None:
        status_page.show_cache()


def clear_cache() -> None:
    """Delete the downloads; the next start fetches them again.

    Example: uv run lab cache clear
    """
    status_page.clear_cache()
