"""From supervisord's words and the system's to the lab's: the state of one unit."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from lab.engines import logtail
from lab.engines.base import UnitState, UnitStatus
from lab.engines.programs import Program
from lab.engines.records import Record

_STATES: Mapping[str, tuple[UnitState, str]] = {
    "STOPPED": (UnitState.STOPPED, "stopped"),
    "STARTING": (UnitState.STARTING, ""),
    "RUNNING": (UnitState.RUNNING, ""),
    "BACKOFF": (UnitState.STARTING, "it ended at once; it is tried again"),
    "STOPPING": (UnitState.RUNNING, "stopping"),
    "EXITED": (UnitState.CRASHED, "it ended by itself"),
    "FATAL": (UnitState.CRASHED, "it ended at once each time it was tried; `lab logs {name}` tells why"),
    "UNKNOWN": (UnitState.CRASHED, "supervisord lost it; run `lab down`, then `lab up`"),
}
_ORPHAN = "its supervisor was killed; `lab up` starts it anew"


def of(home: Path, program: Program, row: Mapping[str, Any] | None, record: Record | None) -> UnitStatus:
    """Return a unit's status from supervisord's row (None where it is gone) and the record of its last start."""
    process = record.process() if record else None
    if row is None:
        state, note = (UnitState.RUNNING, _ORPHAN) if process else (UnitState.STOPPED, "stopped")
    else:
        state, note = _STATES[row["statename"]]
        note = _ended(row) if row["statename"] == "EXITED" else note.format(name=program.name)
        if not row["pid"]:
            process = None
    if process is not None and is_frozen(process):
        state = UnitState.PAUSED
    return UnitStatus(
        name=program.name,
        kind=program.kind,
        state=state,
        pid=process.pid if process else None,
        started_at=record.created if record and process else None,
        restarts=record.restarts if record else 0,
        rss_bytes=_rss(process),
        last_log_line=logtail.last_line(home / "logs" / f"{program.name}.log"),
        note=note,
    )


def is_frozen(process: psutil.Process) -> bool:
    """Say whether the process was stopped by SIGSTOP."""
    try:
        return bool(process.status() == psutil.STATUS_STOPPED)
    except psutil.Error:
        return False


def await_frozen(process: psutil.Process, *, frozen: bool, seconds: float = 2.0) -> None:
    """Wait until a signal that was sent has taken effect; a process that ended meanwhile is no error."""
    deadline = time.monotonic() + seconds
    while process.is_running() and is_frozen(process) is not frozen and time.monotonic() < deadline:
        time.sleep(0.005)


def _ended(row: Mapping[str, Any]) -> str:
    return f"it ended by itself with exit code {row['exitstatus']}"


def _rss(process: psutil.Process | None) -> int | None:
    try:
        return int(process.memory_info().rss) if process else None
    except psutil.Error:
        return None
