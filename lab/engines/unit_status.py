"""From supervisord's words and the system's to the lab's: the state of one unit."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from lab.engines import logtail
from lab.engines.base import UnitKind, UnitState, UnitStatus
from lab.engines.programs import Program
from lab.engines.records import Record
from lab.errors import ExitCode

HOPELESS: Mapping[int, str] = {
    ExitCode.PART: "a part's file cannot be loaded; its log says where",
    ExitCode.USAGE: "its settings are wrong; its log says which",
}
"""How a service ends that would end the same way the next time: it is not started again before someone asks for it."""

_STATES: Mapping[str, tuple[UnitState, str]] = {
    "STOPPED": (UnitState.STOPPED, "stopped"),
    "STARTING": (UnitState.STARTING, ""),
    "RUNNING": (UnitState.RUNNING, ""),
    "BACKOFF": (UnitState.STARTING, "{ended}; it is started again (so far {times})"),
    "STOPPING": (UnitState.RUNNING, "stopping"),
    "EXITED": (UnitState.CRASHED, "{ended}"),
    "FATAL": (UnitState.CRASHED, "it ended at once each time it was tried; `uv run lab logs {name}` tells why"),
    "UNKNOWN": (UnitState.CRASHED, "supervisord lost it; run `uv run lab down`, then `uv run lab up`"),
}
ORPHAN = "its supervisor was killed; `uv run lab up` starts it anew"
"""The note of a unit that runs on, and that nobody looks after."""


def of(home: Path, program: Program, row: Mapping[str, Any] | None, record: Record | None) -> UnitStatus:
    """Return a unit's status from supervisord's row (None where it is gone) and the record of its last start."""
    process = record.process() if record else None
    if row is None:
        state, note = (UnitState.RUNNING, ORPHAN) if process else (UnitState.STOPPED, "stopped")
    else:
        state, note = _STATES[row["statename"]]
        if row["statename"] == "FATAL" and program.kind is UnitKind.SERVICE:
            note = HOPELESS.get(row["exitstatus"], note)
        note = note.format(name=program.name, ended=_ended(row), times=_times(record))
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
    code = row["exitstatus"]
    return "it was ended by a signal" if code < 0 else f"it ended by itself with exit code {code}"


def _times(record: Record | None) -> str:
    count = record.restarts if record else 0
    return "once" if count == 1 else f"{count} times"


def _rss(process: psutil.Process | None) -> int | None:
    try:
        return int(process.memory_info().rss) if process else None
    except psutil.Error:
        return None
