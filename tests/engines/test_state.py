"""engine.json and the lock beside it."""

import subprocess
import sys

import psutil
import pytest

from lab.engines import boots, state
from lab.engines.base import EngineName
from lab.errors import Conflict


def test_the_other_engine_is_refused_while_one_is_up(home):
    state.record_up(EngineName.DOCKER, {"kafka": 9092})
    with pytest.raises(Conflict, match="lab down"):
        state.refuse_other_engine(EngineName.NATIVE)
    state.refuse_other_engine(EngineName.DOCKER)
    state.record_down()
    state.refuse_other_engine(EngineName.NATIVE)


def test_ports_are_kept_when_it_goes_down_and_forgotten_with_the_data(home):
    state.record_up(EngineName.NATIVE, {"kafka": 9100})
    state.record_down()
    assert state.read().ports == {"kafka": 9100}
    state.forget()
    assert state.read() is None


@pytest.fixture(params=["with a boot id", "without a boot id"])
def boot_id(request, tmp_path, monkeypatch):
    """The file with the boot's id, or the path of none, as on macOS."""
    path = tmp_path / "boot_id"
    if request.param == "with a boot id":
        path.write_text("first\n")
    monkeypatch.setattr(boots, "_ID", path)
    return path


def test_after_a_reboot_nothing_counts_as_up(home, boot_id, monkeypatch):
    recorded = state.record_up(EngineName.DOCKER, {"kafka": 9092})
    if boot_id.exists():
        boot_id.write_text("second\n")
    monkeypatch.setattr(psutil, "boot_time", lambda: recorded.started_at + 60)
    assert not state.read().is_up()
    state.refuse_other_engine(EngineName.NATIVE)


def test_a_clock_that_is_set_is_no_reboot(home, boot_id, monkeypatch):
    recorded = state.record_up(EngineName.DOCKER, {"kafka": 9092})
    jump = 3600 if boot_id.exists() else 3  # a laptop that slept under WSL2; NTP
    monkeypatch.setattr(psutil, "boot_time", lambda: recorded.started_at + jump)
    assert state.read().is_up()


def test_a_record_of_the_version_before_is_still_read(home):
    (home / "engine.json").write_text('{"engine": "native", "ports": {"kafka": 9100}, "started_at": null}')
    assert state.read().ports == {"kafka": 9100}


def test_a_file_that_was_cut_short_counts_as_nothing(home):
    state.record_up(EngineName.NATIVE, {"kafka": 9092})
    path = home / "engine.json"
    path.write_text(path.read_text()[:20])
    assert state.read() is None


@pytest.mark.parametrize("text", ["[]", "null", '{"engine": "native", "ports": {"kafka": "x"}, "started_at": 1}'])
def test_a_file_with_something_else_in_it_counts_as_nothing(home, text):
    (home / "engine.json").write_text(text)
    assert state.read() is None


def test_two_at_once_are_refused_with_a_sentence(home, monkeypatch):
    monkeypatch.setattr(state, "_LOCK_SECONDS", 0.2)
    code = "import time; from lab.engines import state\nwith state.lock(): print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Conflict, match="try again"), state.lock():
            pass
        other.kill()


def test_each_engine_has_books_of_its_own_for_each_has_its_own_kafka(home):
    assert state.books() == home / "data" / "native"
    state.record_up(EngineName.DOCKER, {"kafka": 9092})
    assert state.books() == home / "data" / "docker"
    state.record_down()
    state.forget()
    assert state.books() == home / "data" / "docker"
    state.record_up(EngineName.NATIVE, {"kafka": 9092})
    assert state.books() == home / "data" / "native"
