"""Looks over the machine and asks where the learner is: for workers, it blocks for seconds where Docker is silent."""

from collections.abc import Mapping
from typing import Final

from lab.engines import downloads, state
from lab.engines.base import EngineName
from lab.engines.docker_cli import DockerIs, probe
from lab.errors import LabError
from tui.lab import Lab
from tui.model.start import Learner, Machine

IMAGE_BYTES: Final = 230_000_000
_NO_COMMAND: Final = "uv run lab up"


def look_over(lab: Lab) -> Machine:
    """Return what this machine has, which engine would run, and what its first start would fetch. Never raises."""
    findings = tuple(lab.doctor())
    choice = lab.choose()
    silent = choice is None and probe().state is DockerIs.SILENT
    images = [one for one in findings if one.id == "image" and one.ok is None]
    fetch = {EngineName.DOCKER: IMAGE_BYTES if images else 0, EngineName.NATIVE: _jars_to_fetch()}
    engines = (choice.engine,) if choice else ()
    commands = _commands(lab, (*engines, EngineName.NATIVE))
    return Machine(findings, choice, silent, fetch, commands, state.last_used() is not None)


def learner(lab: Lab) -> Learner:
    """Return where the learner is. Raises LabError."""
    room = lab.classroom()
    return Learner(room.whereabouts(), tuple(room.course))


def _jars_to_fetch() -> int:
    """Return how many bytes of Kafka's jars are not in the cache."""
    folder = downloads.cache_folder() / "maven"
    return sum(jar.bytes for jar in downloads.pinned().jars if not jar.path(folder).exists())


def _commands(lab: Lab, engines: tuple[EngineName, ...]) -> Mapping[EngineName, str]:
    found = {}
    for name in engines:
        try:
            found[name] = lab.engine(name).plain_command("up")
        except LabError:
            found[name] = _NO_COMMAND
    return found
