"""The links of a lesson, made to work from another folder."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_CODE: Final = re.compile(r"(^```.*?^```[^\n]*$|^ {4}[^\n]*$|`[^`\n]*`)", re.MULTILINE | re.DOTALL)
"""Blocks and words of code: what looks like a link in them is none."""
_LINK: Final = re.compile(r"(?<=\]\()([^)\s#]+)")
_ELSEWHERE: Final = re.compile(r"[a-z][a-z+.-]*:")


def relinked(text: str, home: Path, there: Path, moved: Mapping[Path, Path]) -> str:
    """Return Markdown of a file in the folder `home` as it must be written in a file of the folder `there`.

    `moved`: pages that have a copy to be preferred; both sides are full paths. Links to the web, and to headings of
    the same page, stay. Raises LookupError for a link that leads nowhere.
    """

    def link(match: re.Match[str]) -> str:
        target = match[1]
        if _ELSEWHERE.match(target):
            return target
        file = (home / target).resolve()
        if not file.exists():
            raise LookupError(f"a link of {home.name} leads nowhere: {target}")
        return path_between(there, moved.get(file, file))

    pieces = _CODE.split(text)
    pieces[::2] = [_LINK.sub(link, piece) for piece in pieces[::2]]
    return "".join(pieces)


def path_between(folder: Path, file: Path) -> str:
    """Return the file's path as a link in the folder writes it."""
    return Path(os.path.relpath(file, folder)).as_posix()
