"""Choosing a port on 127.0.0.1, below the range the system hands out to clients."""

import os
import socket
import time
from collections.abc import Collection

import psutil

from lab.errors import PortTaken, WrongUsage

HOST = "127.0.0.1"
_EPHEMERAL = 32768  # from here on a client that polls a closed port can connect to itself
_STEPS = 100
_HIGHEST, _BESIDE = 65535, 9
"""The last port, and how many more a program may take beside the one that is named."""
_UNNAMED = "another program"


def wanted(variable: str, default: int) -> tuple[int, bool]:
    """Return the port that an environment variable asks for and True, else the default and False."""
    text = os.environ.get(variable, "").strip()
    if not text:
        return default, False
    if not text.isdecimal() or not 0 < int(text) <= _HIGHEST - _BESIDE:
        raise WrongUsage(
            f"{variable} is {text!r}, which is no port.", f"Set it to a number from 1024 to {_EPHEMERAL - 1}."
        )
    return int(text), True


def choose(
    preferred: int, *, explicit: bool, variable: str = "LAB_KAFKA_PORT", apart_from: Collection[int] = ()
) -> int:
    """Return `preferred` where it is free, else the next free port above it; never one of `apart_from`.

    With `explicit` (a person asked for exactly this one) raises PortTaken instead, naming who holds it where the
    system tells. Raises PortTaken too where a hundred in a row are taken.
    """
    if preferred not in apart_from and is_free(preferred):
        return preferred
    if explicit:
        raise PortTaken(
            f"Port {preferred} is taken by {holder(preferred)}.",
            f"End that program, set {variable} to a free port, or unset it: the lab then chooses one.",
        )
    for port in range(preferred + 1, min(preferred + _STEPS, _EPHEMERAL)):
        if port not in apart_from and is_free(port):
            return port
    raise PortTaken(
        f"Ports {preferred} to {preferred + _STEPS} are all taken.",
        f"Set {variable} to a free port below {_EPHEMERAL}.",
    )


def is_free(port: int) -> bool:
    """Say whether nothing listens on the port and it can be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return not answers(port)  # macOS lets 127.0.0.1 be bound beside another program's 0.0.0.0


def answers(port: int) -> bool:
    """Say whether something accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((HOST, port)) == 0


def await_release(port: int, seconds: float = 3.0) -> None:
    """Wait while the port is held by nobody the system can name: a killed process gives it back a moment later."""
    deadline = time.monotonic() + seconds
    while not is_free(port) and holder(port) == _UNNAMED and time.monotonic() < deadline:
        time.sleep(0.05)


def holder(port: int) -> str:
    """Return who listens there, in words: the program and its pid where the system tells."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status != psutil.CONN_LISTEN or not connection.laddr or not connection.pid:
                continue
            _, theirs = connection.laddr
            if theirs == port:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        pass
    return _UNNAMED
