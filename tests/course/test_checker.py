"""What a check says of files that people really have: every one of them is a verdict, and none of them a traceback."""

import os
import signal
import socket
import threading
import time
from pathlib import Path

import psutil
import pytest

from lab.course import checker
from lab.course.catalog import read_course
from lab.course.checker import Checker
from lab.course.kit.broker import answers_now
from lab.course.lesson import read_lesson
from lab.course.verdict import Finding, Outcome, TaskState, Verdict
from lab.course.warm import _or_environment
from lab.errors import MachineProblem
from tests.engines.conftest import free_port


@pytest.fixture
def said(checker, part, tmp_path):
    """Check a text as the learner's file."""

    def check(text, **env):
        file = tmp_path / part.file
        file.write_text(text)
        return checker.check(part, file, **env)

    return check


def solution(part, **changes):
    text = part.solution.read_text()
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    return text


def finding(verdict):
    assert verdict.outcome is Outcome.NOT_YET, verdict
    assert verdict.finding is not None
    return verdict.finding


def test_the_solution_passes_under_several_seeds(said, part):
    for seed in ("1", "2", "77"):
        verdict = said(part.solution.read_text(), LAB_CHECK_SEED=seed)
        assert verdict.passed, verdict
        assert verdict.seed == int(seed)
        assert {task.state for task in verdict.tasks} == {TaskState.PASSED}


def test_lines_that_are_right_for_some_examples_only_do_not_pass_by_luck(said, part):
    by_luck = (part.wrong_answers / "first_offer.py").read_text()
    for seed in range(10):
        assert finding(said(by_luck, LAB_CHECK_SEED=str(seed))).id == "not-the-cheapest"


def test_an_untouched_starter_is_not_started(said, part):
    found = finding(said(part.starter.read_text()))
    assert found.id == "not-started"
    assert f"workspace/{part.id}/{part.file}" in found.look


def test_lines_above_a_raise_that_was_left_are_not_called_untouched(said, part):
    text = part.starter.read_text().replace("    raise NotImplementedError", "    x = 1\n    raise NotImplementedError")
    found = finding(said(text))
    assert found.id == "half-way"
    assert "Delete that line" in found.look
    assert found.line


def test_a_task_is_named_by_the_lesson_s_own_words(said, part):
    titles = [task.title for task in said(part.solution.read_text()).tasks]
    tasks = read_lesson(part.lesson).tasks
    assert all(tasks[number].replace("`", "").startswith(title) for number, title in enumerate(titles, 1))


def test_a_syntax_error_is_named_with_its_line(said):
    found = finding(said("import asyncio\n\ndef broken(:\n    pass\n"))
    assert (found.id, found.line) == ("does-not-load", 3)
    assert "line 3" in found.look


def test_an_import_that_does_not_exist_is_named(said, part):
    found = finding(said("import asynchio\n" + part.solution.read_text()))
    assert (found.id, found.line) == ("no-such-import", 1)
    assert "asynchio" in found.saw


def test_a_file_that_stops_while_it_is_loaded_is_told_so(said, part):
    found = finding(said(part.solution.read_text() + "\n\n1 / 0\n"))
    assert found.id == "stops-while-loading"
    assert "ZeroDivisionError" in found.saw


def test_a_name_that_is_spelt_differently_is_missed(said, part):
    found = finding(said(solution(part, name=("def choose_carrier", "def choose_carriers"))))
    assert found.id == "name-missing"
    assert "choose_carrier" in found.saw


@pytest.mark.slow
def test_an_endless_loop_is_ended_and_its_line_named(said, part):
    text = solution(part, loop=("    quotes = await", "    while True:\n        pass\n    quotes = await"))
    found = finding(said(text))
    assert found.id == "never-returned"
    assert found.line


@pytest.mark.slow
def test_a_loop_that_swallows_everything_is_killed_with_its_group(said, part, tmp_path):
    started = tmp_path / "pid"
    text = (
        f"import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(started)!r}, 'w').write(str(child.pid))\n"
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass\n"
    )
    begun = time.monotonic()
    found = finding(said(text + part.solution.read_text()))
    assert found.id == "never-returned"
    assert time.monotonic() - begun < 60
    assert _is_gone(int(started.read_text()))


def test_a_process_that_the_file_started_is_ended_with_the_check(said, part, tmp_path):
    started = tmp_path / "pid"
    text = (
        f"import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(started)!r}, 'w').write(str(child.pid))\n"
    )
    assert said(part.solution.read_text() + text).passed
    assert _is_gone(int(started.read_text()))


def test_a_process_in_a_session_of_its_own_is_ended_too(said, part, tmp_path):
    started = tmp_path / "pid"
    text = (
        f"import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        f"open({str(started)!r}, 'w').write(str(child.pid))\n"
    )
    assert said(part.solution.read_text() + text).passed
    assert _is_gone(int(started.read_text()))


NEVER = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass\n"


@pytest.mark.parametrize("how", ["close", "kill"])
def test_whoever_stops_waiting_leaves_no_check_behind(part, tmp_path, how):
    """After Ctrl-C, and after kill -9 of the warm process: a loop that swallows everything must not go on for ever."""
    started = tmp_path / "pid"
    file = tmp_path / part.file
    file.write_text(f"import os\nopen({str(started)!r}, 'w').write(str(os.getpid()))\n" + NEVER)
    own = Checker()
    own.start()
    asking = threading.Thread(target=_asked, args=(own, part, file), daemon=True)
    asking.start()
    for _ in range(400):
        if started.exists() and started.read_text():
            break
        time.sleep(0.05)
    if how == "kill":
        os.kill(own._process.pid, signal.SIGKILL)
    else:
        own._process.terminate()
    assert _is_gone(int(started.read_text()))
    asking.join(timeout=20)
    own.close()


def _asked(checker, exercise, file):
    checker.check(exercise, file)


def test_a_fork_of_the_learner_s_neither_spoils_nor_delays_the_verdict(said, part):
    text = "import os, time\nif os.fork() == 0:\n    time.sleep(600)\n"
    begun = time.monotonic()
    assert said(text + part.solution.read_text()).passed
    assert time.monotonic() - begun < 15


def test_words_that_no_file_takes_are_still_a_verdict(said, part):
    text = solution(part, word=("    quotes = await", "    raise ValueError('\\udcff')\n    quotes = await"))
    text = text.replace("    recipes", "    raise ValueError('\\udcff')\n    recipes", 1)
    assert finding(said(text)).id != "left-the-program"


def test_what_makes_another_pytest_of_pytest_is_not_heard(part, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-n 4 -k nothing")
    monkeypatch.setenv("PYTEST_PLUGINS", "nope")
    with Checker() as own:
        assert own.check(part, part.solution).passed


def test_a_checker_that_cannot_write_says_so(part, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "file" / "home"))
    with Checker() as own, pytest.raises(MachineProblem, match="cannot write"):
        own.check(part, part.solution)


def test_a_kafka_that_goes_away_in_mid_check_is_nobody_s_fault(course, part, kafka_address):
    verdict = Verdict(
        exercise="produce",
        outcome=Outcome.NOT_YET,
        finding=Finding(id="never-returned", task=1, expected="", saw="", why="", look=""),
    )
    produce = course.find("produce")
    away = {"LAB_KAFKA": f"127.0.0.1:{free_port()}"}
    assert _or_environment(verdict, produce, away).outcome is Outcome.ENVIRONMENT
    assert "resume kafka" in _or_environment(verdict, produce, away).mend
    assert _or_environment(verdict, produce, {"LAB_KAFKA": kafka_address}) == verdict
    assert _or_environment(verdict, part, away) == verdict


def test_a_frozen_kafka_does_not_answer(kafka_address):
    assert answers_now(kafka_address)
    with socket.create_server(("127.0.0.1", 0)) as frozen:  # it accepts, and says nothing
        assert not answers_now(f"127.0.0.1:{frozen.getsockname()[1]}", 0.3)


def _is_gone(pid):
    for _ in range(100):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


def test_a_blocking_sleep_in_async_code_is_named_and_not_waited_for(said, part):
    text = "import time\n" + solution(part, sleep=("    quotes = await", "    time.sleep(30)\n    quotes = await"))
    begun = time.monotonic()
    assert finding(said(text)).id == "blocks-the-loop"
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("ending", ["sys.exit()", "sys.exit(3)", "raise SystemExit", "raise KeyboardInterrupt"])
def test_a_function_that_ends_the_program_is_told_what_that_means(said, part, ending):
    text = "import sys\n" + solution(part, end=("    quotes = await", f"    {ending}\n    quotes = await"))
    assert finding(said(text)).id == "left-the-program"


def test_a_file_that_kills_its_own_process_is_still_a_verdict(said, part):
    text = "import os\n" + solution(part, end=("    quotes = await", "    os._exit(0)\n    quotes = await"))
    assert finding(said(text)).id == "left-the-program"
    text = "import os\n" + solution(part, end=("    quotes = await", "    os.kill(os.getpid(), 9)\n    quotes = await"))
    assert "signal 9" in finding(said(text)).saw


@pytest.mark.slow
def test_a_print_storm_of_100_mb_neither_hurts_nor_hides_the_verdict(said, part, checker):
    storm = "    for _ in range(25_000):\n        print('x' * 4095)\n    quotes = await"
    text = solution(part, storm=("    quotes = await", storm))
    text = text.replace("async def choose_carrier", "stormed = []\n\n\nasync def choose_carrier")
    text = text.replace("    for _ in range", "    for _ in [] if stormed else range").replace(
        "    quotes = await", "    stormed.append(1)\n    quotes = await", 1
    )
    verdict = said(text)
    assert verdict.passed, verdict
    assert "bytes left out" in verdict.raw
    assert len(verdict.raw) < 200_000
    assert said(part.solution.read_text()).passed


def test_a_deleted_or_renamed_file_is_told_with_the_way_back(checker, part, tmp_path):
    found = finding(checker.check(part, tmp_path / "gone.py"))
    assert found.id == "file-missing"
    assert "lab reset" in found.look


def test_without_a_broker_the_verdict_is_environment_with_the_mend(checker, course):
    produce = course.find("produce")
    verdict = checker.check(produce, produce.solution, LAB_KAFKA=f"127.0.0.1:{free_port()}")
    assert verdict.outcome is Outcome.ENVIRONMENT
    assert verdict.mend == "uv run lab up"
    assert not verdict.counts


def test_a_broken_check_is_the_lab_s_bug_and_never_the_learner_s(own_course, part):
    with Checker({"LAB_COURSE": str(own_course)}) as own:
        broken = read_course().find(part.id)
        text = broken.check.read_text()
        broken.check.write_text(text.replace("\n@pytest.mark.task(1)", "\n1 / 0\n\n\n@pytest.mark.task(1)"))
        verdict = own.check(broken, broken.solution)
        assert verdict.outcome is Outcome.LAB_BUG
        assert "ZeroDivisionError" in verdict.what
        assert f"lab use {part.id} solution" in verdict.mend
        broken.check.write_text("import pytest\n")
        assert own.check(broken, broken.solution).outcome is Outcome.LAB_BUG
        broken.check.write_text(text)
        assert own.check(broken, broken.solution).passed


def test_an_error_of_the_check_itself_is_no_finding(own_course, part):
    with Checker({"LAB_COURSE": str(own_course)}) as own:
        broken = read_course().find(part.id)
        with broken.check.open("a") as file:
            file.write("\n\n@pytest.mark.task(99)\ndef test_that_breaks():\n    raise ValueError('ours')\n")
        verdict = own.check(broken, broken.solution)
        assert verdict.outcome is Outcome.LAB_BUG
        assert "ValueError" in verdict.what


def test_two_saves_of_equal_size_in_one_second_are_two(checker, part, tmp_path):
    """Cached bytecode goes by time and size; a check must not."""
    file = tmp_path / part.file
    right = part.solution.read_text()
    wrong = right.replace("return min(", "return max(")
    assert len(right) == len(wrong)
    stamp = time.time()
    for text, passed in ((right, True), (wrong, False), (right, True), (wrong, False)):
        file.write_text(text)
        os.utime(file, (stamp, stamp))
        assert checker.check(part, file).passed is passed


def test_two_checkers_at_once_do_not_meet(kafka_address, course, part):
    produce = course.find("produce")
    with Checker() as one, Checker() as other:
        one.start()
        other.start()
        assert one.check(produce, produce.solution, LAB_KAFKA=kafka_address).passed
        assert other.check(produce, produce.solution, LAB_KAFKA=kafka_address).passed
        assert one.check(part, part.solution).passed


def test_after_a_death_of_the_warm_process_the_next_check_has_a_new_one(part):
    with Checker() as own:
        assert own.check(part, part.solution).passed
        process = own._process
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert own.check(part, part.solution).passed


def test_an_update_of_the_lab_is_noticed_by_a_checker_that_runs(own_course, part):
    with Checker({"LAB_COURSE": str(own_course)}) as own:
        exercise = read_course().find(part.id)
        assert own.check(exercise, exercise.solution).passed
        before = own._process.pid
        later = time.time() + 5
        os.utime(exercise.check, (later, later))
        assert own.check(exercise, exercise.solution).passed
        assert own._process.pid != before


def is_alive(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_check_leaves_no_topics_and_no_processes_behind(kafka_address, checker, course):
    import asyncio  # noqa: PLC0415

    from aiokafka.admin import AIOKafkaAdminClient  # noqa: PLC0415

    async def topics():
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka_address)
        await admin.start()
        try:
            return {name for name in await admin.list_topics() if name.startswith("check-")}
        finally:
            await admin.close()

    def processes():
        return set(psutil.Process(checker._process.pid).children(recursive=True))

    produce = course.find("produce")
    checker.start()
    topics_before, processes_before = asyncio.run(topics()), processes()  # a PostgreSQL for checks may be among them
    assert checker.check(produce, produce.solution, LAB_KAFKA=kafka_address).passed
    for _ in range(200):  # Kafka answers that it will delete a topic, and then does it
        if not (topics_left := asyncio.run(topics()) - topics_before):
            break
        time.sleep(0.05)
    assert topics_left == set()
    assert [child for child in processes() - processes_before if is_alive(child)] == []
    assert Path(produce.solution).is_file()


def test_the_lock_of_an_editor_is_no_change_of_the_course(own_course):
    before = checker._stamp()
    (own_course / "exercises" / ".#conftest.py").symlink_to("nobody@nowhere.1")
    assert checker._stamp() == before
