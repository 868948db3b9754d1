"""What a check starts in Docker goes with it, also when it was killed; and nothing of anybody else's is touched."""

import asyncio
import secrets
import time

import pytest
import yaml

from lab.bundle import shipped
from lab.course.catalog import read_course
from lab.course.kit.docker import PREFIX, DockerHere, _cli, _nameless, _projects, docker_here, remove
from lab.course.lesson import read_lesson
from lab.course.verdict import Outcome, TaskState

IMAGE = "apache/kafka:4.3.1"
SLEEPER = {
    "services": {"one": {"image": IMAGE, "command": "sleep 600", "volumes": ["data:/data"]}},
    "volumes": {"data": None},
}
NO_DOCKER = {"DOCKER_HOST": "tcp://127.0.0.1:1"}


@pytest.fixture
def kraft():
    return read_course().find("kraft")


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))


@pytest.fixture
def run(checker, kraft):
    """Check a file of exercise kraft without Docker."""
    return lambda file: checker.check(kraft, file, **NO_DOCKER)


def test_without_docker_the_solution_passes_and_says_what_was_not_run(run, kraft):
    verdict = run(kraft.solution)
    assert verdict.passed
    assert not verdict.ran
    assert [task.state for task in verdict.tasks] == [TaskState.PASSED] * 5 + [TaskState.NOT_RUN]
    assert "was read, and not started" in " ".join(verdict.told)


def test_the_shop_s_own_file_would_pass_too(run):
    assert run(shipped() / "compose" / "kafka.yaml").passed


def test_every_wrong_file_is_told_apart_without_docker(run, kraft):
    for file in sorted(kraft.wrong_answers.glob("*.yaml")):
        verdict = run(file)
        assert verdict.outcome is Outcome.NOT_YET, file.name
        assert verdict.finding.id == file.read_text().splitlines()[0].removeprefix("# finding: "), file.name


def test_without_docker_nothing_is_started_and_the_reason_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "")
    with docker_here(tmp_path) as docker:
        assert "not installed" in docker.why_not
        assert asyncio.run(docker.missing(IMAGE)) == docker.why_not


@pytest.mark.docker
def test_an_image_that_is_not_here_is_named_and_not_fetched(tmp_path):
    docker = DockerHere(tmp_path)
    assert asyncio.run(docker.missing(IMAGE)) == ""
    assert "docker pull nobody/nothing:1" in asyncio.run(docker.missing(IMAGE, "nobody/nothing:1"))


@pytest.mark.docker
def test_whatever_was_started_is_removed_also_when_the_test_fails(tmp_path):
    begun, volumes = [], set()

    def failing():
        with docker_here(tmp_path) as docker:
            begun.append(docker.project(SLEEPER))
            assert asyncio.run(begun[0].up()) == ""
            assert asyncio.run(begun[0].up("--force-recreate")) == ""
            assert begun[0].name in _projects()
            volumes.update(_nameless(begun[0].name))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert begun[0].name not in _projects()
    assert volumes  # the image has some
    assert not volumes & set(_cli().run("volume", "ls", "--quiet").split())


@pytest.mark.docker
def test_what_a_killed_check_has_left_is_removed_by_a_later_one_and_nothing_else(tmp_path):
    names = {
        "stale": f"{PREFIX}{int(time.time()) - 10_000:x}-{secrets.token_hex(3)}",
        "young": f"{PREFIX}{int(time.time()):x}-{secrets.token_hex(3)}",
        "somebody's": f"somebody-{secrets.token_hex(3)}",
    }
    file = tmp_path / "compose.yaml"
    file.write_text(yaml.safe_dump(SLEEPER))
    try:
        for name in names.values():
            _cli().run("compose", "-p", name, "-f", str(file), "up", "--detach")
        with docker_here(tmp_path):
            left = _projects()
        assert names["stale"] not in left
        assert {names["young"], names["somebody's"]} <= left
    finally:
        for name in names.values():
            remove(name)


@pytest.mark.docker
def test_a_file_that_compose_refuses_is_the_learner_s(tmp_path):
    with docker_here(tmp_path) as docker:
        refusal = asyncio.run(docker.project({"services": {"one": {"image": IMAGE, "colour": "red"}}}).up())
    assert "colour" in refusal


@pytest.mark.docker
def test_a_container_that_ends_says_its_last_words(tmp_path):
    ends = {"services": {"one": {"image": IMAGE, "command": "bash -c 'echo java.lang.SomeException: why; exit 1'"}}}

    async def never():
        raise OSError

    async def words(docker):
        project = docker.project(ends)
        await project.up()
        return await project.answer(never, OSError)

    with docker_here(tmp_path) as docker:
        assert asyncio.run(words(docker)) == "java.lang.SomeException: why"


@pytest.mark.docker
@pytest.mark.slow
def test_with_docker_the_solution_really_runs(checker, kraft):
    verdict = checker.check(kraft, kraft.solution)
    assert verdict.passed, verdict
    assert verdict.ran
    assert "It has 1 message" in " ".join(verdict.told)


@pytest.mark.docker
@pytest.mark.slow
def test_the_lesson_s_example_of_two_containers_runs(kraft, tmp_path):
    table = yaml.safe_load(read_lesson(kraft.lesson).example.code)

    async def started(docker):
        project = docker.project(table)
        assert await project.up() == ""
        lines = ""
        while "Kafka Server started" not in lines:
            assert not await project.ended()
            await asyncio.sleep(0.5)
            lines = await project._compose("logs", "counter")

    with docker_here(tmp_path) as docker:
        table["services"]["counter"]["ports"] = [f"127.0.0.1:{docker.free_port()}:9092"]
        asyncio.run(started(docker))
