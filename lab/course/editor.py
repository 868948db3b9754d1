"""The learner's editor: which one it is, and opening a file in it."""

import os
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Final

from lab.errors import LabError

_PLUS: Final = "vi vim nvim nano emacs emacsclient micro kak joe ne jed mcedit gvim mvim"
_COLON: Final = "hx helix subl sublime_text zed"
_GOTO: Final = "code code-insiders codium cursor windsurf"
_AT_LINE: Final[Mapping[str, Callable[[str, int], Sequence[str]]]] = MappingProxyType(
    {
        **dict.fromkeys(_PLUS.split(), lambda file, line: (f"+{line}", file)),
        **dict.fromkeys(_COLON.split(), lambda file, line: (f"{file}:{line}",)),
        **dict.fromkeys(_GOTO.split(), lambda file, line: ("--goto", f"{file}:{line}")),
    }
)
"""How editors are told a line, by the program's name, as their own manuals have it; others get the file alone."""


def editor_of(file: Path, line: int | None = None, env: Mapping[str, str] = os.environ) -> Sequence[str]:
    """Return the command that opens the file: $VISUAL, else $EDITOR; nothing where neither is set. Raises LabError.

    line: where the editor is to stand, for those that are known to have an option for it.
    """
    editor = env.get("VISUAL") or env.get("EDITOR")
    if not editor:
        return ()
    try:
        command = shlex.split(editor)
    except ValueError as error:
        raise LabError(
            f"$VISUAL or $EDITOR cannot be read: {editor} ({error}).", f"Mend it, or open {file} yourself."
        ) from error
    at_line = _AT_LINE.get(PurePath(command[0]).name) if command and line else None
    return (*command, *at_line(str(file), line)) if at_line and line else (*command, str(file))


def edit(command: Sequence[str]) -> None:
    """Run what `editor_of` returned; come back when the editor does. Raises LabError where it does not start."""
    try:
        subprocess.run(command, check=False)  # noqa: S603  the person's own editor
    except OSError as error:
        editor, file = shlex.join(command[:-1]), command[-1]
        raise LabError(f"Your editor {editor!r} does not start: {error.strerror}.", f"Open {file} yourself.") from error
