"""Fetching images, with bytes: `docker compose --progress json pull`, layer by layer, added up.

Compose prints one JSON object a line. From 2.30 it carries `current` and `total`; before that only the drawn bar
(`[==>   ]  1.2MB/20.5MB`). Both are read; a line that is neither is skipped.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.engines.base import Progress, Report
from lab.engines.docker_cli import DockerCli
from lab.errors import DownloadFailed, LabError, MachineProblem

STAGE = "images"
JSON_SINCE = (2, 29)  # the first compose that knows `--progress json`
PULL_SECONDS = 1800.0
UNITS = {"B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9}
BAR = re.compile(r"([\d.]+)\s*([kKMG]?B)/([\d.]+)\s*([kKMG]?B)")
FETCHED = {"Download complete", "Verifying Checksum", "Extracting", "Pull complete"}


@dataclass(slots=True)
class Layers:
    """Adds up what compose tells of an image's layers."""

    _layers: dict[str, tuple[int, int]] = field(default_factory=dict)

    def told(self, line: str) -> bool:
        """Take one line of compose's output; True when the sum has changed."""
        event = _event(line)
        layer, text = str(event.get("id", "")), str(event.get("text", ""))
        before = self._layers.get(layer)
        if text.startswith("Downloading"):
            sizes = _sizes(event)
            if sizes is not None:
                self._layers[layer] = sizes
        elif text in FETCHED and before is not None:
            self._layers[layer] = (before[1], before[1])
        return self._layers.get(layer) != before

    def sum(self) -> tuple[int, int]:
        """Return the bytes fetched and the bytes known to be needed."""
        return sum(now for now, _ in self._layers.values()), sum(total for _, total in self._layers.values())


def image_in(compose_file: Path) -> str:
    """Return the image that a compose file of one service names, as `repository:tag`."""
    found = re.search(r"^\s+image:\s*(\S+)", compose_file.read_text(), re.MULTILINE)
    if found is None:
        raise MachineProblem(f"{compose_file} names no image.", "Restore the file: git checkout -- compose")
    return found.group(1)


def present(cli: DockerCli, image: str) -> bool:
    """Say whether the engine has the image already."""
    return bool(cli.run("image", "ls", "--quiet", image).strip())


def pull(cli: DockerCli, compose: Sequence[str], unit: str, image: str, *, version: str, report: Report) -> None:
    """Fetch `unit`'s image and report bytes. Raises DownloadFailed with the mend, DiskFull, or DockerSilent."""
    layers = Layers()
    report(Progress(STAGE, f"fetching {image}"))

    def line(text: str) -> None:
        if layers.told(text):
            now, total = layers.sum()
            report(Progress(STAGE, f"fetching {image}", bytes_now=now, bytes_total=total))

    style = "json" if _number(version) >= JSON_SINCE else "plain"
    try:
        cli.watch(*compose, "--progress", style, "pull", unit, timeout=PULL_SECONDS, line=line)
    except DownloadFailed as error:
        raise DownloadFailed(f"The image {image} could not be fetched.", error.mend) from error
    except LabError as error:
        raise type(error)(f"The image {image} could not be fetched: {error.what}", error.mend) from error
    report(Progress(STAGE, f"{image} is here", done=True))


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _sizes(event: dict[str, Any]) -> tuple[int, int] | None:
    now, total = event.get("current"), event.get("total")
    if isinstance(now, int) and isinstance(total, int) and total > 0:
        return now, total
    drawn = BAR.search(f"{event.get('status', '')} {event.get('text', '')} {event.get('details', '')}")
    if drawn is None:
        return None
    return int(float(drawn[1]) * UNITS[drawn[2]]), int(float(drawn[3]) * UNITS[drawn[4]])


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])
