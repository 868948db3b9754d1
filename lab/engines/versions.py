"""Which Kafka an engine runs."""

import re

from lab import bundle
from lab.engines.base import EngineName
from lab.engines.downloads import pinned
from lab.errors import LabError


def kafka_version(engine: EngineName) -> str:
    """Return the version of the broker, as its jars or its image are pinned: "4.3.1"."""
    if engine is EngineName.NATIVE:
        return pinned().kafka
    text = (bundle.shipped() / "compose" / "kafka.yaml").read_text()
    found = re.search(r"^\s*image:\s*apache/kafka:(\S+)\s*$", text, re.MULTILINE)
    if found is None:
        raise LabError("compose/kafka.yaml names no image apache/kafka:…", "Bring the file back: git checkout compose")
    return found.group(1)
