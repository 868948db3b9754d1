"""Python's garbage collector, for a program that keeps much and lets go of it in sequence."""

import gc
from typing import Final

THRESHOLDS: Final = (20_000, 50, 500)
"""Messages are held by no cycles, so that looking through all of them is for nothing; and it stops the screen for a
fifth of a second. Cycles that die young are still found."""


def settle() -> None:
    """Look through everything that is kept almost never. For the whole process: called where the app is run."""
    gc.set_threshold(*THRESHOLDS)
