"""Picks the engine a command works on."""

import sys

import typer

from lab.cli.say import aside
from lab.engines import choose, state
from lab.engines.base import Engine, EngineName
from lab.engines.choose import Asked
from lab.errors import NotRunning
from lab.stack import engine_named


def choose_engine(asked: Asked) -> Engine:
    """Choose, show the reason, and ask a person where one is there to be asked."""
    interactive = sys.stdin.isatty() and sys.stderr.isatty()
    choice = choose.choose(asked, ask=_ask if interactive else None)
    aside().print(choice.reason, markup=False)
    return engine_named(choice.engine)


def recorded_engine() -> Engine:
    """Return the engine this folder was last used with. Raises NotRunning where there never was one."""
    recorded = state.read()
    if recorded is None:
        raise NotRunning("Nothing has been started here yet.", "Start the shop: uv run lab up")
    return engine_named(recorded.engine)


def last_engine() -> Engine:
    """Return the engine this folder was last used with; where there is no telling, one that can clean up processes."""
    known = state.read()
    return engine_named(known.engine if known else EngineName.NATIVE)


def _ask(question: str) -> bool:
    return typer.confirm(question, default=True, err=True)
