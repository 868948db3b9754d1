"""Ctrl-C: put off for a moment, for the few steps that must be done whole or not at all; and what is like it."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_LIKE_CTRL_C: Final = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def also_when_ended() -> Iterator[None]:
    """Take SIGTERM, and a terminal that is closed, for a Ctrl-C meanwhile: what is to be put right then will be.

    What somebody has decided about a signal already stays (`nohup`). Outside the main thread, and where Ctrl-C itself
    is not heard (a shell's background job), this does nothing.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield
        return
    ours = [number for number in _LIKE_CTRL_C if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def put_off() -> Iterator[None]:
    """Let a Ctrl-C that comes meanwhile take effect at the end. Outside the main thread signals do not come anyway."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        came.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)
