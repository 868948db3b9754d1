"""A compose file as a check sees it: services with their settings, ports and mounts, short or long syntax alike.

Only read, never run: the same works without Docker. A variable stands for its default, `${PORT:-9092}` for 9092.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lab.course.kit.faults import BadSheet

_VARIABLE: Final = re.compile(r"\$(?:\$|\{(\w+)(?::?[-+?]([^}]*))?\}|(\w+))")
_IN_BRACKETS: Final = re.compile(r"\[([^]]*)\]:(.*)")


@dataclass(frozen=True, slots=True)
class Published:
    """A port of the container, opened on this machine. `address` is empty for all addresses; `port` 0 for any.

    `short` is what was written where a part is missing: compose refuses an address with one port.
    """

    address: str
    port: int
    inside: int
    short: str = ""


@dataclass(frozen=True, slots=True)
class Mount:
    """What lies at a path of the container. `kind`: volume, bind (a folder of this machine), nameless, tmpfs."""

    kind: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the file, every value as text."""

    name: str
    image: str
    environment: Mapping[str, str]
    ports: Sequence[Published]
    mounts: Sequence[Mount]


def services(table: Mapping[str, Any]) -> Mapping[str, Service]:
    """Return the services of a compose file by name. Raises BadSheet for what compose could not read either."""
    return {
        name: _service(str(name), _mapping(found, name))
        for name, found in _mapping(table.get("services"), "services").items()
    }


def named_volumes(table: Mapping[str, Any]) -> frozenset[str]:
    """Return the volumes that the file declares."""
    return frozenset(map(str, _mapping(table.get("volumes"), "volumes")))


def plain(value: object) -> str:
    """Return a value as text, as YAML's reader and compose make it; each variable stands for its default."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return _VARIABLE.sub(lambda found: "$" if found[0] == "$$" else found[2] or "", str(value))


def _service(name: str, found: Mapping[str, Any]) -> Service:
    return Service(
        name=name,
        image=plain(found.get("image")),
        environment=dict(_environment(found.get("environment"))),
        ports=tuple(_published(one) for one in _list(found.get("ports"), "ports")),
        mounts=tuple(_mounts(found)),
    )


def _environment(found: object) -> Iterator[tuple[str, str]]:
    if isinstance(found, list):
        found = dict(str(one).partition("=")[::2] for one in found)
    return ((str(name), plain(value).strip()) for name, value in _mapping(found, "environment").items())


def _published(found: object) -> Published:
    short = ""
    if isinstance(found, dict):
        address, outside, inside = (
            plain(found.get("host_ip")),
            plain(found.get("published")),
            plain(found.get("target")),
        )
    else:
        text = plain(found).split("/")[0]
        address = ""
        if brackets := _IN_BRACKETS.fullmatch(text):
            address, text = brackets[1], brackets[2]
        *before, inside = text.split(":")
        outside = before.pop() if before else ""
        address = before[0] if before else address
        if "." in outside or outside == "localhost":
            address, outside, short = outside, "", text
    try:
        return Published(address, int(outside or 0), int(inside), short)
    except ValueError:
        raise BadSheet(f"ports: {found!r} is not address:port:port") from None


def _mounts(found: Mapping[str, Any]) -> Iterator[Mount]:
    for one in _list(found.get("volumes"), "volumes"):
        if isinstance(one, dict):
            source, target = plain(one.get("source")), plain(one.get("target"))
            kind = plain(one.get("type")) or "volume"
        else:
            source, separator, target = plain(one).partition(":")
            source, target = (source, target.partition(":")[0]) if separator else ("", source)
            kind = "bind" if source.startswith((".", "/", "~")) else "volume"
        yield Mount("nameless" if kind == "volume" and not source else kind, source, target.rstrip("/"))
    tmpfs = found.get("tmpfs")
    for path in tmpfs if isinstance(tmpfs, list) else [tmpfs] if tmpfs else []:
        yield Mount("tmpfs", "", plain(path).partition(":")[0].rstrip("/"))


def _mapping(found: object, what: str) -> Mapping[str, Any]:
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadSheet(f"{what}: names and values are expected here, one a line")
    return found


def _list(found: object, what: str) -> Sequence[object]:
    if found is None:
        return ()
    if not isinstance(found, list):
        raise BadSheet(f"{what}: a list is expected here, each line with a - before it")
    return found
