"""The errors a person can meet, and the exit code each one ends a command with.

    LabError                        every one says what happened and what to do next
    ├── WrongUsage          (2)     the command line asks for something that cannot be
    ├── MachineProblem      (3)     the machine or its programs: the command that mends it is named
    │   ├── NoDocker                Docker is not installed, or compose v2 is missing
    │   ├── DockerSilent            Docker is installed, its engine does not answer
    │   ├── PortTaken               another program listens where a unit should
    │   ├── DiskFull                not enough room
    │   ├── DownloadFailed          a file could not be fetched
    │   ├── CorruptDownload         a file came with another checksum than the pinned one
    │   └── NotReady                something was started and never answered
    ├── Conflict            (4)     another stack runs, of another engine or phase
    ├── NotRunning          (5)     the command needs a running shop
    ├── NotFound            (6)     no such order, unit, topic, …
    └── PartDoesNotLoad     (7)     a part's file cannot be loaded; names file and line

`ExitCode` is the one table of exit codes; docs/reference/command-line.md is generated from it.
"""

from enum import IntEnum
from pathlib import Path
from typing import ClassVar, Self


class ExitCode(IntEnum):
    """How every `lab` command ends."""

    OK = 0, "it did what was asked, and what it checked holds"
    FAILED = 1, "it ran, and what it checked does not hold (an order unfinished, a count that does not add up)"
    USAGE = 2, "the command line is wrong; nothing was done"
    MACHINE = 3, "the machine or one of its programs is in the way; the message names the mend"
    CONFLICT = 4, "another stack is running (another engine or phase), or another `lab` is at it; nothing was changed"
    NOT_RUNNING = 5, "the shop is not running"
    NOT_FOUND = 6, "there is no such order, unit or topic"
    PART = 7, "a part's file cannot be loaded; the message names file and line"
    LAB_BUG = 70, "the lab itself is at fault; a report was written"
    INTERRUPTED = 130, "Ctrl-C; what was started for this command was stopped again"

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """Give each member its sentence as `meaning`."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class LabError(Exception):
    """Something a person can act on: `what` happened, and the `mend`: what to do next."""

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}\n{mend}")
        self.what = what
        self.mend = mend


class WrongUsage(LabError):
    exit_code = ExitCode.USAGE


class MachineProblem(LabError):
    exit_code = ExitCode.MACHINE


class NoDocker(MachineProblem):
    pass


class DockerSilent(MachineProblem):
    pass


class PortTaken(MachineProblem):
    pass


class DiskFull(MachineProblem):
    pass


class DownloadFailed(MachineProblem):
    pass


class CorruptDownload(MachineProblem):
    pass


class NotReady(MachineProblem):
    pass


class Conflict(LabError):
    exit_code = ExitCode.CONFLICT


class NotRunning(LabError):
    exit_code = ExitCode.NOT_RUNNING


class NotFound(LabError):
    exit_code = ExitCode.NOT_FOUND


class PartDoesNotLoad(LabError):
    """A part's file cannot be loaded: `file`, and `line` where one is to blame; `why` is the fault alone."""

    exit_code = ExitCode.PART

    def __init__(
        self, what: str, mend: str, *, file: Path | None = None, line: int | None = None, why: str = ""
    ) -> None:
        super().__init__(what, mend)
        self.file, self.line, self.why = file, line, why or what
