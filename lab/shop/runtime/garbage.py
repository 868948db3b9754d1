"""Python's garbage collector, in a process that handles messages: what is in a batch is in no cycles."""

import gc
from typing import Final

THRESHOLDS: Final = (50_000, 20, 100)
"""A batch makes tens of thousands of objects and lets go of them. Cycles are still found, more seldom."""


def settle() -> None:
    """Look no more through what was loaded at start, and seldom through the rest. For the whole process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
