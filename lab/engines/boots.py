"""Which boot of the system this is, and when: what was recorded before a reboot does not run any more.

psutil.boot_time() is derived from the wall clock on Linux, and jumps with it: by seconds under NTP, by hours where a
laptop slept under WSL2. The boot's id does not.
"""

from contextlib import suppress
from pathlib import Path

import psutil

_ID = Path("/proc/sys/kernel/random/boot_id")
_TOLERANCE = 5.0  # seconds


def current() -> str | None:
    """Return the id of this boot; None where the system has none (macOS)."""
    with suppress(OSError):
        return _ID.read_text().strip() or None
    return None


def is_current(boot: str | None, since: float) -> bool:
    """Say whether something recorded in this boot (None: not known) at `since` (epoch seconds) is of the boot now."""
    now = current()
    if boot is not None and now is not None:
        return boot == now
    return since > psutil.boot_time() - _TOLERANCE
