"""engine.json and the lock beside it."""

import subprocess
import sys

import psutil
import pytest

from lab.engines import state
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


def test_after_a_reboot_nothing_counts_as_up(home, monkeypatch):
    recorded = state.record_up(EngineName.DOCKER, {"kafka": 9092})
    monkeypatch.setattr(psutil, "boot_time", lambda: recorded.started_at + 60)
    state.refuse_other_engine(EngineName.NATIVE)


def test_a_file_that_was_cut_short_counts_as_nothing(home):
    state.record_up(EngineName.NATIVE, {"kafka": 9092})
    path = home / "engine.json"
    path.write_text(path.read_text()[:20])
    assert state.read() is None


def test_two_at_once_are_refused_with_a_sentence(home, monkeypatch):
    monkeypatch.setattr(state, "_LOCK_SECONDS", 0.2)
    code = "import time; from lab.engines import state\nwith state.lock(): print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Conflict, match="try again"), state.lock():
            pass
        other.kill()
