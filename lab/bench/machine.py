"""The machine a figure was taken on, in one line: a figure without it says nothing."""

import os
import platform

import psutil

_GIGA = 1024**3


def describe() -> str:
    """Return cores, memory, load of the last minute, system and Python."""
    memory = psutil.virtual_memory().total / _GIGA
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, load {load:.1f}, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )
