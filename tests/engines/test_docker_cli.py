"""What docker says, in the lab's words: a stand-in for the docker command plays each case."""

import os
import time

import psutil
import pytest

from lab.engines import images
from lab.engines.base import Progress
from lab.engines.docker_cli import PROBE_SECONDS, DockerCli, DockerIs, probe, problem
from lab.errors import DiskFull, DockerSilent, DownloadFailed, MachineProblem, NoDocker, NotRunning, PortTaken


@pytest.fixture
def fake_docker(tmp_path, monkeypatch):
    """Put a `docker` of our own first on the PATH; its body is a shell script."""

    def make(body):
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        script = folder / "docker"
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        return DockerCli(tmp_path / "logs" / "docker.log", {})

    return make


def gone(pid, seconds=3.0):
    """Whether the process ends within that time; one that only waits to be collected has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


SAID = [
    ("Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?", DockerSilent),
    ("permission denied while trying to connect to the Docker daemon socket at unix:///x", DockerSilent),
    ("Bind for 127.0.0.1:9092 failed: port is already allocated", PortTaken),
    ("listen tcp4 127.0.0.1:9092: bind: address already in use", PortTaken),
    ("write /var/lib/docker/tmp/x: no space left on device", DiskFull),
    ("dial tcp: lookup registry.example on 10.0.0.1:53: no such host", DownloadFailed),
    ("manifest for apache/kafka:9 not found: manifest unknown", DownloadFailed),
    ("toomanyrequests: You have reached your pull rate limit", DownloadFailed),
    ("Container 123 is not running", NotRunning),
]


@pytest.mark.parametrize(("said", "error"), SAID, ids=[said[:30] for said, _ in SAID])
def test_a_refusal_of_docker_becomes_an_error_with_a_mend(fake_docker, said, error):
    cli = fake_docker(f"echo '{said}' >&2; exit 1")
    with pytest.raises(error) as refused:
        cli.run("compose", "up")
    assert type(refused.value) is error
    assert said not in str(refused.value)
    assert refused.value.mend
    assert said in cli.log.read_text()


def test_words_nobody_foresaw_are_quoted_in_one_line_and_kept_whole(fake_docker):
    cli = fake_docker("printf 'a\\nb\\nstrange things\\n' >&2; exit 1")
    with pytest.raises(MachineProblem, match="strange things") as refused:
        cli.run("version")
    assert "a\nb" not in str(refused.value)
    assert "a\nb\nstrange things" in cli.log.read_text()


def test_a_command_that_takes_too_long_is_ended(fake_docker, tmp_path):
    cli = fake_docker(f"sleep 60 & echo $! > {tmp_path}/child; wait")
    begun = time.monotonic()
    with pytest.raises(DockerSilent):
        cli.run("ps", timeout=0.5)
    assert time.monotonic() - begun < 5
    assert gone(int((tmp_path / "child").read_text()))


def test_a_watched_command_that_takes_too_long_is_ended(fake_docker):
    begun = time.monotonic()
    with pytest.raises(MachineProblem):
        fake_docker("echo begun; sleep 60").watch("compose", "pull", timeout=0.5, line=lambda _: None)
    assert time.monotonic() - begun < 5


def test_an_interrupt_ends_the_command(fake_docker, tmp_path):
    cli = fake_docker(f"echo $$ > {tmp_path}/pid; echo begun; sleep 60")

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cli.watch("compose", "up", timeout=30, line=interrupt)
    assert gone(int((tmp_path / "pid").read_text()))


# ── probe ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_docker_command_docker_is_absent(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert probe().state is DockerIs.ABSENT
    assert isinstance(problem(probe()), NoDocker)


def test_a_missing_compose_has_a_sentence_of_its_own(fake_docker):
    fake_docker(
        """[ "$1" = compose ] && { echo "docker: 'compose' is not a docker command." >&2; exit 1; }; echo 27.3"""
    )
    assert probe().state is DockerIs.WITHOUT_COMPOSE
    assert "docker compose" in problem(probe()).what


def test_the_first_generation_of_compose_does_not_count(fake_docker):
    fake_docker("""[ "$1" = compose ] && echo 1.29.2 || echo 20.10""")
    assert probe().state is DockerIs.WITHOUT_COMPOSE


@pytest.mark.parametrize("version", ["2.29.7", "v2.40.3", "5.0.1"])
def test_an_engine_that_answers_is_ready(fake_docker, version):
    fake_docker(f"""[ "$1" = compose ] && echo {version} || echo 27.3.1""")
    found = probe()
    assert (found.state, found.engine, found.compose) == (DockerIs.READY, "27.3.1", version.removeprefix("v"))
    assert problem(found) is None


def test_an_engine_that_hangs_is_silent_within_three_seconds(fake_docker):
    fake_docker("""[ "$1" = compose ] && echo 2.40.3 || sleep 60""")
    assert PROBE_SECONDS <= 3
    begun = time.monotonic()
    assert probe().state is DockerIs.SILENT
    assert time.monotonic() - begun < 10  # on a busy machine


def test_a_user_without_rights_is_told_how_to_get_them(fake_docker):
    fake_docker("""[ "$1" = compose ] && echo 2.40.3 && exit
        echo "permission denied while trying to connect to the Docker daemon socket" >&2; exit 1""")
    assert "usermod" in problem(probe()).mend


# ── images ───────────────────────────────────────────────────────────────────────────────────────────────────────────

NEW = [
    '{"id":"kafka","text":"Pulling"}',
    '{"id":"a1","parent_id":"kafka","text":"Downloading","current":1000,"total":4000,"percent":25}',
    '{"id":"b2","parent_id":"kafka","text":"Downloading","current":500,"total":1000,"percent":50}',
    '{"id":"a1","parent_id":"kafka","text":"Download complete"}',
    '{"id":"a1","parent_id":"kafka","text":"Extracting","current":12,"total":4000}',
    "not json at all",
]
OLD = [
    '{"id":"a1","text":"Downloading","status":"[=====>     ]  1kB/4kB"}',
    '{"id":"b2","text":"Downloading","status":"[=====>     ]  500B/1kB"}',
    '{"id":"a1","text":"Pull complete"}',
]


@pytest.mark.parametrize("lines", [NEW, OLD], ids=["with numbers", "with a drawn bar"])
def test_a_pull_is_added_up_over_its_layers(lines):
    layers = images.Layers()
    for line in lines:
        layers.told(line)
    assert layers.sum() == (4500, 5000)


def test_a_pull_reports_bytes_that_never_fall(fake_docker, tmp_path):
    (tmp_path / "said").write_text("\n".join(NEW) + "\n")
    told = []
    cli = fake_docker(f"cat {tmp_path}/said")
    images.pull(cli, ("compose",), "kafka", "apache/kafka:4.3.1", version="2.40.3", report=told.append)
    assert all(isinstance(step, Progress) and step.stage == images.STAGE for step in told)
    counted = [step.bytes_now for step in told if step.bytes_now is not None]
    assert counted == sorted(counted) == [1000, 1500, 4500]
    assert told[-1].done


def test_a_pull_without_a_network_names_the_image_and_the_way_out(fake_docker):
    cli = fake_docker('echo \'{"error":true,"message":"lookup x: no such host"}\' >&2; exit 1')
    with pytest.raises(DownloadFailed, match=r"apache/kafka:4\.3\.1") as refused:
        images.pull(cli, ("compose",), "kafka", "apache/kafka:4.3.1", version="2.40.3", report=lambda _: None)
    assert "--engine native" in refused.value.mend
