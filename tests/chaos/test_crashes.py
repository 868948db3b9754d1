"""Crash points: asked for by a file, hit once, and then forgotten."""

import signal
import subprocess
import sys

import pytest

from lab.chaos import crashes
from lab.errors import WrongUsage
from lab.shop.runtime.crash import CrashPoint, CrashPoints, order_file

HERE = """
import sys
from pathlib import Path
from lab.shop.runtime.crash import CrashPoint, CrashPoints

points = CrashPoints("payment", Path(sys.argv[1]))
points.reached(CrashPoint.BEFORE_COMMIT)
print("passed", flush=True)
points.reached(CrashPoint.AFTER_COMMIT)
print("still alive", flush=True)
"""


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))


def run_past_the_points():
    return subprocess.run(
        [sys.executable, "-c", HERE, str(crashes.folder())], capture_output=True, text=True, check=False, timeout=60
    )


def test_who_comes_to_the_point_ends_there_as_by_kill_9_and_only_once() -> None:
    crashes.ask("payment", CrashPoint.AFTER_COMMIT)
    crashes.ask("order", CrashPoint.BEFORE_COMMIT)  # somebody else's
    first = run_past_the_points()
    assert (first.returncode, first.stdout) == (-signal.SIGKILL, "passed\n")
    assert not crashes.is_waiting("payment", CrashPoint.AFTER_COMMIT)
    assert crashes.is_waiting("order", CrashPoint.BEFORE_COMMIT)
    again = run_past_the_points()
    assert (again.returncode, again.stdout) == (0, "passed\nstill alive\n")


def test_a_crash_can_be_withdrawn_and_then_it_is_known_not_to_have_happened() -> None:
    crashes.ask("payment", CrashPoint.AFTER_COMMIT)
    assert crashes.withdraw("payment", CrashPoint.AFTER_COMMIT)
    assert not crashes.withdraw("payment", CrashPoint.AFTER_COMMIT)
    assert run_past_the_points().returncode == 0


def test_without_a_folder_there_are_no_points(tmp_path) -> None:
    order_file(tmp_path, "payment", CrashPoint.AFTER_COMMIT).touch()
    CrashPoints("payment").reached(CrashPoint.AFTER_COMMIT)


def test_the_environment_names_points_with_commas(monkeypatch) -> None:
    monkeypatch.setenv("LAB_CRASH", "payment.after-commit, mediator.before-commit,")
    assert crashes.named_by_environment() == [
        ("payment", CrashPoint.AFTER_COMMIT),
        ("mediator", CrashPoint.BEFORE_COMMIT),
    ]


@pytest.mark.parametrize("value", ["payment", "payment.", "payment.lunch", "warehouse.after-commit", ".after-commit"])
def test_what_names_no_point_is_refused_with_all_that_there_are(monkeypatch, value) -> None:
    monkeypatch.setenv("LAB_CRASH", value)
    with pytest.raises(WrongUsage) as refused:
        crashes.named_by_environment()
    assert "after-produce" in refused.value.mend
    assert "payment" in refused.value.mend
