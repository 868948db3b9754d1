"""Fixtures of the terminal app's tests."""

import time

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tui.render.text import Row, plain


class Frames(SingleFileSnapshotExtension):
    """One text file a frame, so that a change of a screen is read in a diff like any other text."""

    file_extension = "txt"
    _write_mode = WriteMode.TEXT

    def serialize(self, data, **_):
        return data if data.endswith("\n") else data + "\n"


@pytest.fixture
def frame_is(snapshot):
    """Assert that rows, or a text, are the frame that was kept. Keep a new one: pytest --snapshot-update."""
    frames = snapshot.use_extension(Frames)

    def check(shown, name=None):
        text = shown if isinstance(shown, str) else plain(shown)
        assert text == (frames(name=name) if name else frames)

    def rows_or_text(shown, name=None):
        assert isinstance(shown, str) or all(isinstance(row, Row) for row in shown)
        check(shown, name)

    return rows_or_text


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    """Let the app keep its journal in a folder of this test's own."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))


@pytest.fixture
def utc(monkeypatch):
    """Let clocks show UTC, wherever the test runs."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
