"""Crashes at a named point, asked for from outside: the next time that a unit comes there, it ends there."""

import os
from pathlib import Path
from typing import Final

import lab.home
from lab.errors import WrongUsage
from lab.shop.runtime.crash import CrashPoint, order_file
from lab.shop.units import BY_NAME

VARIABLE: Final = "LAB_CRASH"


def folder() -> Path:
    """Return the folder in which crashes of this checkout's units are asked for; it may not exist yet."""
    return lab.home.home() / "crashes"


def ask(unit: str, point: CrashPoint) -> None:
    """Ask for one crash."""
    folder().mkdir(parents=True, exist_ok=True)
    order_file(folder(), unit, point).touch()


def is_waiting(unit: str, point: CrashPoint) -> bool:
    """Say whether the crash that was asked for has not happened yet."""
    return order_file(folder(), unit, point).exists()


def withdraw(unit: str, point: CrashPoint) -> bool:
    """Ask for it no longer; return whether it had still been waiting."""
    try:
        order_file(folder(), unit, point).unlink()
    except FileNotFoundError:
        return False
    return True


def withdraw_all() -> None:
    """Ask for none any longer."""
    for file in folder().glob("*.*"):
        file.unlink(missing_ok=True)


def named_by_environment() -> list[tuple[str, CrashPoint]]:
    """Return what LAB_CRASH names: `payment.after-commit`, or several with commas. Raises WrongUsage."""
    named = (one.strip() for one in os.environ.get(VARIABLE, "").split(","))
    return [_point(one) for one in named if one]


def _point(wanted: str) -> tuple[str, CrashPoint]:
    unit, _, point = wanted.partition(".")
    if unit not in BY_NAME or point not in set(CrashPoint):
        raise WrongUsage(
            f"{VARIABLE} asks for a crash at {wanted[:60]!r}.",
            f"Write <service>.<point>. Services: {', '.join(BY_NAME)}. Points: {', '.join(CrashPoint)}.",
        )
    return unit, CrashPoint(point)
