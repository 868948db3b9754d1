"""A terminal that is closed in the middle of a fault: nothing of the shop stays frozen, and the app is gone."""

import os
import sys
import time

import psutil
import pytest

from lab.engines.base import UnitState
from lab.stack import Wanted
from lab.stack import up as bring_up
from tests.conftest import own_native, silent
from tests.tui.tmux import terminal

LAB = [sys.executable, "-m", "lab.cli.main"]
HANDED_ON = ("PATH", "HOME", "LAB_HOME", "LAB_KAFKA_PORT", "LAB_SERVICE_PORT", "LAB_CHOICES", "LAB_CACHE")
AGAIN_SECONDS = 40.0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_what_a_fault_has_frozen_goes_on_when_the_terminal_is_closed(tmp_path) -> None:
    with own_native(postgres=False) as engine:
        bring_up(engine, Wanted(), report=silent)
        known = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
        env = known | {"TERM": "xterm-256color", "LANG": "C.UTF-8", "LAB_MOTION": "off", "LAB_WORKSPACE": str(tmp_path)}
        with terminal(LAB, folder=tmp_path, env=env) as window:
            window.shows("What now?", "8 of 8 up")
            window.press("2")
            window.shows("┌ Shop ─")
            window.press("b")
            window.shows("Break it", "› kill-order")
            window.press("Enter")
            window.shows("told 'accepted'")
            window.press("Right", "Down", "Right", "Enter")
            until(lambda: state_of(engine, "kafka") is UnitState.PAUSED)
        until(lambda: all(unit.state is UnitState.RUNNING for unit in engine.status()))
        until(lambda: not apps_of(env["LAB_HOME"]))


def until(holds) -> None:
    end = time.monotonic() + AGAIN_SECONDS
    while not holds():
        assert time.monotonic() < end, "it has not come to that"
        time.sleep(0.1)


def state_of(engine, name) -> UnitState:
    return next(unit.state for unit in engine.status() if unit.name == name)


def apps_of(home) -> list[int]:
    """The processes of the app on this home folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        try:
            if process.info["cmdline"] == LAB and process.environ().get("LAB_HOME") == home:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found
