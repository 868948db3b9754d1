"""Remembering which files were hashed and found good, so that a warm start need not read 40 MB again."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from lab.engines.programs import write_private

_CHUNK = 1 << 20


def sha256(path: Path) -> str:
    """Return the file's SHA-256 in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class Stamps:
    """Size and modification time of each file whose checksum was right; any change of either asks for a new hash."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def known(self, expected: Mapping[Path, str]) -> bool:
        """Say whether every file is there, unchanged since it was found to have this SHA-256."""
        seen = self._read()
        return all(_matches(seen, path, digest) for path, digest in expected.items())

    def good(self, path: Path, digest: str) -> bool:
        """Say whether the file is there and has this SHA-256; hashes it only if it changed."""
        return path.is_file() and (_matches(self._read(), path, digest) or sha256(path) == digest)

    def remember(self, expected: Mapping[Path, str]) -> None:
        """Record these files as good."""
        rows = self._read() | {str(path): _stamp(path, digest) for path, digest in expected.items()}
        write_private(self._path, json.dumps(rows, indent=1))

    def _read(self) -> dict[str, object]:
        try:
            rows = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}
        return rows if isinstance(rows, dict) else {}


def _stamp(path: Path, digest: str) -> list[object] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns, digest]


def _matches(seen: Mapping[str, object], path: Path, digest: str) -> bool:
    stamp = _stamp(path, digest)
    return stamp is not None and seen.get(str(path)) == stamp
