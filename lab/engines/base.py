"""What every engine can do, and the words in which it says it.

An engine runs *units*: the broker, the stores, and the processes it is handed. It knows nothing of the shop: the
command line hands it the processes (`HostUnit`) and the topics are made by someone else.

`docker` runs the broker and the stores in containers, `native` as child processes; both run host processes through
one supervisord per home folder. A container's and a process's life are the same seven verbs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class EngineName(StrEnum):
    """Where Kafka and the stores run."""

    DOCKER = "docker"
    NATIVE = "native"


class UnitKind(StrEnum):
    """What a unit is for; `lab down` stops them in the reverse of this sequence."""

    BROKER = "broker"
    DATABASE = "database"
    SERVICE = "service"


class UnitState(StrEnum):
    """What the engine knows of a unit. Whether it *answers* is a round trip, not a state."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    CRASHED = "crashed"  # it ended by itself and is not (or no longer) restarted


@dataclass(frozen=True, slots=True)
class HostUnit:
    """A process to run on this machine: `python -m module args`, always with the lab's own interpreter."""

    name: str
    module: str
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    kind: UnitKind = UnitKind.SERVICE


@dataclass(frozen=True, slots=True)
class UnitStatus:
    """One unit as it is now."""

    name: str
    kind: UnitKind
    state: UnitState
    pid: int | None = None  # of the process, or of the container's first process; None where it does not run
    started_at: float | None = None  # seconds since the epoch
    restarts: int = 0  # how often it was brought back after it had ended by itself
    rss_bytes: int | None = None
    last_log_line: str = ""
    note: str = ""  # why it is not running, in words; else empty


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the stack answers, from this machine's point of view. Everything is bound to 127.0.0.1."""

    kafka: str  # host:port
    postgres: str | None = None  # a URL without a database name: postgresql://user:password@127.0.0.1:port


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of something long. The same `stage` comes many times, then once with `done`."""

    stage: str  # a word that stays: "jars", "java", "format", "kafka", "topics", "services", …
    text: str  # what is going on now, in words
    done: bool = False
    bytes_now: int | None = None  # for downloads
    bytes_total: int | None = None


Report = Callable[[Progress], None]
"""Told about each step; must return fast and never raise."""


class Engine(Protocol):
    """One way to run the stack. All calls block until the thing is so; all raise only `LabError`s."""

    @property
    def name(self) -> EngineName:
        """Which engine this is."""

    def up(self, *, report: Report, postgres: bool = False, timeout: float = 120.0) -> Endpoints:
        """Bring up the broker (and PostgreSQL where asked); return when a real client's round trip succeeds.

        What already runs is kept. The timeout (seconds) counts from when all that it needs is fetched.
        Raises MachineProblem or one below it; then nothing started here is left running.
        """

    def down(self, *, report: Report, volumes: bool = False) -> None:
        """Stop everything, host units first. With `volumes` also delete all data. Stopping nothing is not an error."""

    def launch(self, units: Sequence[HostUnit]) -> None:
        """Run these host processes, adding to those that run; a changed unit is restarted, an equal one kept."""

    def status(self) -> Sequence[UnitStatus]:
        """All units of this home folder, broker first."""

    def start(self, unit: str) -> None:
        """Start a unit that is stopped or crashed. Raises NotFound for an unknown name, as the next five do."""

    def stop(self, unit: str) -> None:
        """Ask the unit to end (SIGTERM), and wait until it has."""

    def restart(self, unit: str) -> None:
        """Stop, then start."""

    def kill(self, unit: str) -> None:
        """End the unit at once (SIGKILL), as a power cut would; it stays down until started."""

    def pause(self, unit: str) -> None:
        """Freeze the unit (SIGSTOP, or docker pause): it keeps its connections and does not answer."""

    def resume(self, unit: str) -> None:
        """Let a paused unit go on."""

    def logs(self, unit: str, *, lines: int = 100, follow: bool = False) -> Iterator[str]:
        """The unit's last lines, without line ends; with `follow` it goes on until the caller stops."""

    def endpoints(self) -> Endpoints | None:
        """Where the running stack answers; None when it is down."""

    def plain_command(self, verb: str, unit: str | None = None) -> str:
        """The command a person would type for `up`, `down`, `stop`, `kill`, … on this engine, without the lab."""
