"""A course of four exercises in a folder of its own, and what its author and its learner do to the files."""

import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime

from lab.course import catalog, starters
from lab.course.catalog import Course
from lab.course.workspace import Workspace

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STARTER = """\
\"\"\"Send it.\"\"\"

TOPIC = "orders"


def send(event):
    \"\"\"Send the event.\"\"\"
    # TODO 1  Choose the topic.
    # TODO 2  Send it.
    raise NotImplementedError


def close():
    \"\"\"Leave.\"\"\"
"""
SOLUTION = STARTER.replace(
    "    # TODO 1  Choose the topic.\n    # TODO 2  Send it.\n    raise NotImplementedError\n",
    "    # The topic is who should read it,\n    # and nothing else.\n    topic = TOPIC\n    return topic, event\n",
)
ANSWER = STARTER.replace("    raise NotImplementedError\n", "    return TOPIC, event\n")
"""What the learner has by now."""
NEWER = STARTER.replace("def close():\n", "def close(now):\n").replace('"""Send it."""', '"""Send one event."""')
"""The starter of the next version of the course, changed where the learner has nothing to do."""


def exercise(name, place, kind="part", **more):
    folder = f"phase1_basics/e{place:02d}_{name}"
    return {
        "id": name,
        "folder": folder,
        "title": name.title(),
        "kind": kind,
        "file": f"{name}.py",
        "minutes": 5,
    } | more


class Small:
    """The shipped files under `root`, and the learner's workspace. `is_made`: both are there already."""

    def __init__(self, root, monkeypatch, *, is_made=False):
        monkeypatch.setattr(catalog, "shipped", lambda: root)
        self.root = root
        self.course = Course.model_validate(
            {
                "version": 1,
                "phase": [{"number": 1, "title": "Basics"}],
                "exercise": [
                    exercise("send", 1, showcase="fire_and_forget"),
                    exercise("read", 2),
                    exercise("guess", 3, kind="predict", file="guess.toml"),
                    exercise("wrap", 4),
                ],
            }
        )
        self.send, self.read, self.guess, self.wrap = self.course
        self.workspace = Workspace(root / "workspace", self.course)
        if is_made:
            return
        for one in self.course:
            write(one.starter, STARTER)
            write(one.solution, SOLUTION)
        write(self.send.broken, ANSWER)
        self.ship()

    def ship(self, text=None):
        """Release the course, with this starter for `send`."""
        if text is not None:
            write(self.send.starter, text)
        write(starters.sums_file(), starters.write(self.course))

    def learner_has(self, text):
        """The learner has begun `send`, and written this."""
        write(self.workspace.ensure(self.send), text)

    def everything(self):
        """Every file of the workspace but the locks, with what it holds."""
        files = [file for file in self.workspace.folder.rglob("*") if file.is_file() and file.suffix != ".lock"]
        return {str(file.relative_to(self.workspace.folder)): file.read_bytes() for file in files}

    def commit(self):
        """Put the shipped files under git, as they are in a checkout."""
        for words in (["init", "-q"], ["add", "exercises"], ["commit", "-q", "-m", "ship"]):
            command = [
                "git",
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@mail.example",
                "-c",
                "commit.gpgsign=false",
                *words,
            ]
            subprocess.run(command, cwd=self.root, check=True)


def write(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


def at_once(script, arguments):
    """Run the script in a process for each argument, all let go at one moment; return what each one printed then."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, argument], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for argument in arguments
    ]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * len(processes)
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate(timeout=60)[0] for process in processes]


@contextmanager
def as_somebody_else():
    """Be no longer root, who may write everywhere, for a while."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
