"""Runs the worked example of a lesson and shows what it prints, as it prints it."""

import os
import signal
import subprocess
from contextlib import suppress
from typing import Final

from lab.course.examples import Example
from lab.course.saying import near
from tui.render.lesson import lesson_rows
from tui.render.solution import printed_rows
from tui.render.text import Role, Row, Span, row
from tui.sheets.reading import Reading

_LOOK_SECONDS: Final = 0.1
_MOST_LINES: Final = 2_000


class ExampleSheet(Reading):
    """esc ends the program, too."""

    def __init__(self, example: Example) -> None:
        super().__init__(f"{example.exercise.number} · The worked example", self._rows)
        self._example = example
        self._lines: list[str] = []
        self._shown = -1
        self._process: subprocess.Popen[str] | None = None
        self._code: int | None = None

    def on_mount(self) -> None:
        """Begin it."""
        if self._example.file is None:
            return
        self.run_worker(self._run, thread=True, name="example", group="example", exclusive=True)
        self.set_interval(_LOOK_SECONDS, self._look)

    def on_unmount(self) -> None:
        """End it, with all that it started."""
        process = self._process
        if process is not None and process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def _run(self) -> None:
        example = self._example
        try:
            self._process = subprocess.Popen(  # noqa: S603  the lesson's own code
                example.command,
                env=None if example.env is None else {**example.env},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            self._lines.append(f"It does not start: {error.strerror}")
            self._code = 1
            return
        with self._process as process:
            assert process.stdout is not None
            for line in process.stdout:
                if len(self._lines) < _MOST_LINES:
                    self._lines.append(line.rstrip("\n"))
        self._code = self._process.returncode

    def _look(self) -> None:
        state = len(self._lines) + (_MOST_LINES if self._code is not None else 0)
        if state != self._shown:
            self._shown = state
            self.fill(to_end=True)

    def _rows(self, cells: int) -> list[Row]:
        example = self._example
        if example.file is None:
            text = "This example is for reading, or for your own terminal."
            return [row(Span(text, Role.QUIET)), Row(), *printed_rows(example.code.splitlines(), cells)]
        about = f"`{near(example.file)}`: change it as you like, and run yours with `{example.typed}`"
        head = [one.row for one in lesson_rows(about, cells)]
        ended = {None: "It runs… (esc ends it)", 0: "It has ended."}.get(self._code, f"It ended with {self._code}.")
        return [*head, Row(), *printed_rows(self._lines, cells), Row(), row(Span(ended, Role.QUIET))]
