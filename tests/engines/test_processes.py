"""The real supervisord, with real processes."""

import inspect
import json
import logging
import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from supervisor.options import ServerOptions
from supervisor.process import Subprocess
from supervisor.states import ProcessStates

import lab.home
from lab.engines import boots, logtail, records, supervising
from lab.engines.base import HostUnit, UnitKind, UnitState, UnitStatus
from lab.engines.processes import Processes, Program, program_of
from lab.engines.programs import read_table, write_table
from lab.errors import LabError, NotFound, NotRunning, WrongUsage
from tests.engines.conftest import kill_everything, processes_of

PROBE = """\
import json, os, signal, sys, threading, time
about = {
    "argv": sys.argv[1:], "name": __name__, "file": os.path.basename(sys.argv[0]), "cwd": os.getcwd(),
    "path0": sys.path[0], "mine": os.environ.get("MINE"), "umask": os.umask(0o077), "threads": threading.active_count(),
    "signals": {s.name: str(signal.getsignal(s)) for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP,
        signal.SIGCHLD, signal.SIGUSR2, signal.SIGPIPE)},
    "group": os.getpgid(0) == os.getpid(), "files": len(os.listdir("/dev/fd")),
}
print(json.dumps({"about": about, "warm": "fastapi" in sys.modules, "pid": os.getpid(),
    "lab": [m for m in sys.modules if m.split(".")[0] in ("lab", "exercises", "solutions", "tui")]}))
how = sys.argv[1]
if how == "child":
    import subprocess
    subprocess.Popen(["sleep", "300"])
if how == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(0 if how.endswith("at-once") else 1.3 if how.startswith("end") else 300)
if how == "end-raise":
    raise LookupError("on purpose")
sys.exit({"end-3": 3, "end-0": None, "end-text": "said on the way out"}.get(how) or int(how.split("-")[1]))
"""


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("modules")
    (folder / "lab_test_probe.py").write_text(PROBE)
    return folder


@pytest.fixture(scope="module")
def processes(module_home: Path) -> Iterator[Processes]:
    found = Processes()
    yield found
    found.shutdown()


@pytest.fixture
def run(processes: Processes, modules: Path) -> Iterator[Callable[..., UnitStatus]]:
    names = []

    def launch(name: str, how: str = "stay", *, preloaded: bool = True) -> UnitStatus:
        unit = HostUnit(name, "lab_test_probe", (how,), {"PYTHONPATH": str(modules), "MINE": "yes"})
        names.append(name)
        processes.launch([replace(program_of(unit), preloaded=preloaded)])
        wait_for(lambda: '"about"' in "".join(processes.logs(name)))
        return status_of(processes, name)

    yield launch
    for name in names:
        processes.kill(name)


def wait_for(so: Callable[[], object], seconds: float = 8.0) -> None:
    deadline = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def status_of(processes: Processes, name: str) -> UnitStatus:
    return next(status for status in processes.status() if status.name == name)


def lives(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def sleeper(name: str, kind: UnitKind = UnitKind.SERVICE) -> Program:
    return Program(name, ("/bin/sleep", "300"), {}, kind)


def supervisor_pid(home: Path) -> int:
    return records.read(home)[records.SUPERVISOR].pid


def said(processes: Processes, name: str) -> dict[str, object]:
    line = next(line for line in processes.logs(name) if '"about"' in line)
    return dict(json.loads(line))


def test_a_preloaded_program_finds_what_a_fresh_interpreter_finds(processes, run):
    run("warm"), run("cold", preloaded=False)
    warm, cold = said(processes, "warm"), said(processes, "cold")
    assert warm["about"] == cold["about"]
    assert (warm["warm"], cold["warm"]) == (True, False)
    assert warm["lab"] == [] == cold["lab"]


def test_a_preloaded_program_is_forked_without_exec(module_home, processes, run):
    pid = run("forked").pid
    assert psutil.Process(pid).cmdline() == psutil.Process(supervisor_pid(module_home)).cmdline()
    assert psutil.Process(supervisor_pid(module_home)).num_threads() == 1


def test_the_names_that_the_lab_overrides_still_stand_in_supervisor():
    assert list(inspect.signature(ServerOptions.execve).parameters) == ["self", "filename", "argv", "env"]
    assert list(inspect.signature(Subprocess.spawn).parameters) == ["self"]
    assert list(inspect.signature(Subprocess.finish).parameters) == ["self", "pid", "sts"]
    assert "self.delay = now + self.backoff" in inspect.getsource(Subprocess.change_state)
    assert "options.execve(filename, argv, env)" in inspect.getsource(Subprocess)


@pytest.mark.parametrize(
    ("how", "exit_words", "log"),
    [
        ("end-3", "exit status 3; not expected", ""),
        ("end-raise", "exit status 1; not expected", "LookupError: on purpose"),
        ("end-text", "exit status 1; not expected", "said on the way out"),
        ("end-0", "exit status 0; expected", ""),
    ],
)
def test_it_ends_with_the_code_of_a_fresh_interpreter(module_home, processes, run, how, exit_words, log):
    run(how, how)
    supervisord = module_home / "logs" / "supervisord.log"
    wait_for(lambda: f"exited: {how} ({exit_words})" in supervisord.read_text())
    assert log in "\n".join(processes.logs(how))


def test_a_program_that_ends_well_stays_down_and_says_so(processes, run):
    run("finished", "end-0")
    wait_for(lambda: status_of(processes, "finished").state is UnitState.CRASHED)
    assert status_of(processes, "finished").note == "it ended by itself with exit code 0"


def test_a_program_that_crashes_is_brought_back(processes, run):
    before = run("crashing")
    wait_for(lambda: status_of(processes, "crashing").state is UnitState.RUNNING)
    os.kill(before.pid, signal.SIGSEGV)
    wait_for(lambda: status_of(processes, "crashing").pid not in {None, before.pid})
    assert status_of(processes, "crashing").restarts == 1


@pytest.mark.parametrize(
    ("how", "note"),
    [
        ("end-7", "a part's file cannot be loaded; its log says where"),
        ("end-7-at-once", "a part's file cannot be loaded; its log says where"),
        ("end-2-at-once", "its settings are wrong; its log says which"),
    ],
)
def test_a_program_that_would_end_the_same_way_again_is_given_up_until_started(processes, run, how, note):
    run(how, how)
    wait_for(lambda: status_of(processes, how).state is UnitState.CRASHED)
    time.sleep(1.5)
    given_up = status_of(processes, how)
    assert (given_up.state, given_up.note, given_up.restarts) == (UnitState.CRASHED, note, 0)
    processes.start(how)
    wait_for(lambda: "".join(processes.logs(how)).count('"about"') == 2)


def test_a_program_that_keeps_ending_is_brought_back_after_ever_longer_pauses(processes, run):
    run("looping", "end-3")  # after 1.3 s
    wait_for(lambda: status_of(processes, "looping").restarts == 2)
    wait_for(lambda: status_of(processes, "looping").pid is None)
    paused = status_of(processes, "looping")
    assert paused.state is UnitState.STARTING
    assert paused.note == "it ended by itself with exit code 3; it is started again (so far 2 times)"
    processes.start("looping")  # does not wait for the pause to end
    started = status_of(processes, "looping")
    assert (started.pid is None, started.restarts) == (False, 0)
    wait_for(lambda: status_of(processes, "looping").restarts == 1)
    wait_for(lambda: status_of(processes, "looping").pid is None)
    processes.stop("looping")
    time.sleep(1.3)
    assert status_of(processes, "looping").state is UnitState.STOPPED


def test_pauses_grow_to_ten_seconds_and_a_minute_of_life_forgets_them(tmp_path, monkeypatch):
    clock = Clock(monkeypatch)
    unit = ended_unit(tmp_path)
    assert [clock.pause_after(unit, lasted=5) for _ in range(8)] == [0, 1, 2, 4, 8, 10, 10, 10]
    assert clock.pause_after(unit, lasted=61) == 0
    assert clock.pause_after(unit, lasted=5) == 1


def test_a_program_that_never_starts_is_given_up_after_five_tries(tmp_path, monkeypatch):
    clock = Clock(monkeypatch)
    unit = ended_unit(tmp_path)
    assert [clock.pause_after(unit, lasted=0.1) for _ in range(6)] == [0, 1, 2, 4, 8, None]


class Clock:
    """The time as supervisor sees it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000_000.0
        monkeypatch.setattr(time, "time", lambda: self.now)

    def pause_after(self, unit: supervising.Unit, *, lasted: float) -> int | None:
        """Let the unit run so long and end with code 3; return the pause before its next start, None for no start."""
        unit.state = ProcessStates.RUNNING if lasted > supervising.START_SECONDS else ProcessStates.STARTING
        unit.pid, unit.laststart = 1, self.now
        self.now += lasted
        unit.finish(1, 3 << 8)
        if unit.state == ProcessStates.FATAL:
            return None
        assert unit.state == ProcessStates.BACKOFF
        return int(unit.delay - self.now)


def ended_unit(home: Path) -> supervising.Unit:
    options = supervising.Options(home)
    options.logger = logging.getLogger("supervisor-of-a-test")
    options.logger.warn = options.logger.warning
    return supervising.UnitConfig(options, sleeper("unit")).make_process()


def test_a_killed_program_stays_down_until_started(module_home, processes, run):
    before = run("killed", "deaf")  # SIGTERM would not end it
    processes.kill("killed")
    assert not lives(before.pid)
    assert "stopped: killed (terminated by SIGKILL)" in (module_home / "logs" / "supervisord.log").read_text()
    time.sleep(1.5)
    assert status_of(processes, "killed").state is UnitState.STOPPED
    processes.start("killed")
    assert status_of(processes, "killed").pid not in {None, before.pid}


def test_killing_takes_what_the_program_started(processes, run):
    parent = psutil.Process(run("family", "child").pid)
    wait_for(parent.children)
    children = parent.children(recursive=True)
    processes.kill("family")
    assert records.await_end(children, 1) == []


def test_a_paused_program_reads_paused_and_goes_on(processes, run):
    pid = run("paused").pid
    processes.pause("paused")
    assert status_of(processes, "paused").state is UnitState.PAUSED
    processes.resume("paused")
    assert status_of(processes, "paused").state is not UnitState.PAUSED
    assert status_of(processes, "paused").pid == pid


def test_a_paused_program_can_be_stopped(processes, run):
    run("frozen")
    processes.pause("frozen")
    begun = time.monotonic()
    processes.stop("frozen")
    assert time.monotonic() - begun < 3
    assert status_of(processes, "frozen").state is UnitState.STOPPED


def test_an_equal_program_is_kept_and_a_changed_one_replaced(processes, run):
    first = run("kept").pid
    assert run("kept").pid == first
    assert run("kept", "child").pid != first


def test_a_stopped_program_that_is_launched_again_runs(processes, run):
    run("again")
    processes.stop("again")
    assert run("again").pid is not None


def test_a_second_one_attaches(processes, run):
    pid = run("shared").pid
    other = Processes()
    assert other.running()
    assert status_of(other, "shared").pid == pid


def test_unknown_names_are_refused(processes, run):
    run("known")
    for verb in (processes.start, processes.stop, processes.kill, processes.pause, processes.resume, processes.logs):
        with pytest.raises(NotFound, match="lab status"):
            verb("nobody")


def test_a_name_that_could_leave_the_log_folder_is_refused():
    with pytest.raises(WrongUsage):
        sleeper("../evil")


def test_socket_and_table_are_private(module_home, processes, run):
    run("private")
    for path in (lab.home.runtime() / "supervisor.sock", module_home / "run" / "programs.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((module_home / "logs" / "private.log").stat().st_mode) == 0o600


def test_odd_arguments_and_values_arrive_as_they_are(processes):
    odd = ("a b", "100%", "it's", '"q"', "x ; y # z", "")
    code = "import sys, os, json, time; print(json.dumps([sys.argv[1:], os.environ['ODD']])); time.sleep(300)"
    processes.launch([Program("odd", (sys.executable, "-c", code, *odd), {"ODD": "\n".join(odd)}, UnitKind.SERVICE)])
    wait_for(lambda: list(processes.logs("odd")))
    assert json.loads(next(processes.logs("odd"))) == [list(odd), "\n".join(odd)]
    processes.kill("odd")


def test_following_a_log_survives_its_rotation(tmp_path):
    log = tmp_path / "unit.log"
    log.write_text("one\ntwo\n")
    lines = logtail.lines(log, count=1, follow=True)
    assert next(lines) == "two"
    with log.open("a") as file:
        file.write("three\n")
    assert next(lines) == "three"
    log.rename(tmp_path / "unit.log.1")
    log.write_text("four\n")
    assert next(lines) == "four"
    assert list(logtail.lines(log, count=3, follow=False)) == ["two", "three", "four"]


def test_units_stop_in_the_reverse_of_their_kinds(home):
    processes = Processes()
    processes.launch([sleeper("broker", UnitKind.BROKER), sleeper("service"), sleeper("store", UnitKind.DATABASE)])
    assert [status.name for status in processes.status()] == ["broker", "store", "service"]
    processes.shutdown()
    ended = [
        line.split("stopped: ")[1].split()[0]
        for line in (home / "logs" / "supervisord.log").read_text().splitlines()
        if "stopped: " in line
    ]
    assert ended == ["service", "store", "broker"]
    assert processes.status() == []
    processes.shutdown()


def test_orphans_of_a_killed_supervisord_are_seen_and_ended_by_the_next_launch(home):
    processes = Processes()
    processes.launch([sleeper("old")])
    orphan = status_of(processes, "old").pid
    os.kill(supervisor_pid(home), signal.SIGKILL)
    wait_for(lambda: not processes.running())
    assert "lab up" in status_of(processes, "old").note
    with pytest.raises(NotRunning):
        processes.stop("old")
    processes.launch([sleeper("new")])
    assert not lives(orphan)
    assert [status.name for status in processes.status()] == ["new"]
    processes.shutdown()


def test_orphans_of_a_killed_supervisord_are_ended_by_shutdown(home):
    processes = Processes()
    processes.launch([sleeper("left"), sleeper("over")])
    os.kill(supervisor_pid(home), signal.SIGKILL)
    processes.shutdown()
    assert processes_of(home) == []


def test_a_kill_of_everything_is_in_nobodys_way(home):
    processes = Processes()
    processes.launch([sleeper("first")])
    kill_everything(home)
    assert (lab.home.runtime() / "supervisor.sock").exists()
    processes.launch([sleeper("second")])
    assert status_of(processes, "second").pid is not None
    processes.shutdown()


def test_a_stranger_with_a_recorded_pid_is_left_alone(home):
    records.write(home, "unit", os.getppid(), UnitKind.SERVICE)
    path = home / "run" / "pids" / "unit.json"
    row = json.loads(path.read_text())
    earlier = {figure: row[figure] - 3600 for figure in ("created", "since_boot")}
    path.write_text(json.dumps(row | earlier | {"pid": os.getpid()}))
    assert records.read(home)["unit"].process() is None
    records.sweep(home)  # would end this very test
    assert records.read(home) == {}


def test_a_process_is_recognized_after_the_clock_was_set_and_not_after_a_reboot(home, tmp_path, monkeypatch):
    boot_id = tmp_path / "boot_id"  # so that it runs on a system whose boots have no id, too
    boot_id.write_text("this one\n")
    monkeypatch.setattr(boots, "_ID", boot_id)
    records.write(home, "unit", os.getppid(), UnitKind.SERVICE)
    recorded = records.read(home)["unit"]
    system = psutil._psplatform
    monkeypatch.setattr(system, "boot_time", lambda boot_time=system.boot_time: boot_time() + 3600)
    assert recorded.process().pid == os.getppid()
    boot_id.write_text("another\n")
    assert recorded.process() is None


def test_what_was_interrupted_before_supervisord_heard_of_it_is_in_nobodys_way(home: Path) -> None:
    processes = Processes()
    processes.launch([Program("one", (sys.executable, "-c", "import time; time.sleep(300)"), {}, UnitKind.SERVICE)])
    never_told = Program("two", ("true",), {}, UnitKind.BROKER)
    write_table(home, [*read_table(home).values(), never_told])
    processes.shutdown()
    assert not processes.running()
    assert processes_of(home) == []


SLOW_TO_END = "trap 'sleep 0.3; exit 0' TERM; while :; do sleep 0.05; done"


def test_a_unit_that_two_restart_at_once_is_no_trouble_to_either(home):
    processes, other, troubles = Processes(), Processes(), []
    processes.launch([replace(sleeper("slow"), command=("/bin/sh", "-c", SLOW_TO_END))])

    def again(by: Processes) -> None:
        try:
            by.restart("slow")
        except LabError as error:
            troubles.append(error)

    for _ in range(5):
        both = [threading.Thread(target=again, args=(by,)) for by in (processes, other)]
        both[0].start()
        time.sleep(0.1)  # the second one comes while the first one's stop goes on
        both[1].start()
        for one in both:
            one.join()
    assert troubles == []
    assert status_of(processes, "slow").pid is not None
    processes.shutdown()


def test_a_launch_that_was_cut_short_is_in_nobodys_way(home):
    processes = Processes()
    processes.launch([sleeper("first")])
    write_table(home, [sleeper("first"), sleeper("second")])  # so far it had come: supervisord knows nothing of it
    processes.launch([sleeper("second")])
    assert all(status.pid is not None for status in processes.status())
    assert len(processes.status()) == 2
    processes.shutdown()
