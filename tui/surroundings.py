"""What the terminal around the app can do, and what its user asked for by the environment."""

import locale
import os
import select
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tui.theme import DARK, PALETTES, PLAIN

LOCAL_HZ, REMOTE_HZ = 15, 8
_REMOTE: Final = ("SSH_CONNECTION", "SSH_TTY")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """theme: a name of `PALETTES`. hz: how often a frame is drawn at most. ascii_only: the signs' ASCII twins."""

    theme: str = DARK
    hz: int = LOCAL_HZ
    motion: bool = True
    ascii_only: bool = False


def terminal_is_gone() -> bool:
    """Say whether nobody is at the other end of standard input any more: a window closed, a line broken."""
    if sys.__stdin__ is None:
        return True
    poll = select.poll()
    poll.register(sys.__stdin__.fileno(), 0)
    return any(what & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, what in poll.poll(0))


def look_around(env: Mapping[str, str] = os.environ) -> Surroundings:
    """Read the environment: NO_COLOR, LAB_THEME, LAB_MOTION=off, LAB_ASCII=on, SSH's own variables, the locale."""
    asked = f"orderlab-{env.get('LAB_THEME', '')}"
    theme = PLAIN if env.get("NO_COLOR") else asked if asked in PALETTES else DARK
    utf8 = "utf" in locale.getpreferredencoding(do_setlocale=False).lower()
    return Surroundings(
        theme=theme,
        hz=REMOTE_HZ if any(env.get(name) for name in _REMOTE) else LOCAL_HZ,
        motion=env.get("LAB_MOTION", "on") != "off",
        ascii_only=env.get("LAB_ASCII") == "on" or not utf8,
    )
