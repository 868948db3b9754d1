"""What `lab` says while nothing runs: help, wrong words, and where to begin."""

import shlex
import socket
import subprocess
import sys

import pytest

from lab.cli.main import main
from tests.cli.running import LAB, Said, lab


@pytest.fixture
def lab_inside(monkeypatch, capsys):
    """Run `lab` inside this process, which is faster: the same `main`, the same words, the same ending."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["lab", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Said(int(ended.value.code or 0), captured.out, captured.err)

    return run


COMMANDS = [
    "up", "down", "restart", "status", "start", "stop", "kill", "pause", "resume", "logs", "doctor", "cache", "phase",
    "events", "replay", "topics", "metrics", "catalogue", "order place", "order list", "order show", "order follow",
    "bench shop", "bench start", "chaos list", "chaos run", "dlq list", "dlq show", "dlq replay", "stress", "verify",
]  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_runs(home):
    return home


def test_lab_alone_says_where_to_begin():
    said = lab()
    assert said.code == 0
    assert "uv run lab phase 1" in said.out
    assert "\x1b" not in said.out


def test_the_version_is_told():
    assert lab("--version").out.startswith("orderlab ")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(command, lab_inside):
    said = lab_inside(*command.split(), "--help")
    assert said.code == 0
    assert f"uv run lab {command}" in " ".join(said.out.split())


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (["nonsense"], 2, "No such command"),
        (["phase"], 2, "Missing argument"),
        (["phase", "nine"], 2, "valid integer"),
        (["phase", "9"], 2, "There is no phase 9"),
        (["phase", "1", "--orders", "0"], 2, "--orders"),
        (["up", "--engine", "podman"], 2, "podman"),
        (["up", "nosuchunit"], 6, "There is no unit"),
        (["order", "place", "mug:0"], 2, "0"),
        (["status"], 5, "not running"),
        (["order", "place"], 5, "not running"),
        (["order", "follow", "last"], 5, "not running"),
        (["topics"], 5, "not running"),
        (["metrics"], 5, "not running"),
        (["stop", "payment"], 5, "uv run lab up"),
        (["logs", "payment"], 5, "uv run lab up"),
        (["replay", "no-such-file"], 6, "no-such-file"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_exit_code(words, code, what, lab_inside):
    said = lab_inside(*words)
    assert said.code == code, said
    assert what in " ".join(said.err.split())
    assert "Traceback" not in said.err
    assert said.out == ""


def test_an_explicit_port_that_is_taken_is_named_and_nothing_is_left(home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = lab("up", "--engine", "native", LAB_KAFKA_PORT=port)
    assert said.code == 3
    assert port in said.err
    assert "set LAB_KAFKA_PORT" in " ".join(said.err.split())


def test_the_catalogue_needs_no_shop():
    said = lab("catalogue", "--json")
    assert "mug" in said.out


def test_completion_can_be_installed():
    said = lab("--show-completion", "bash")
    assert "_LAB_COMPLETE" in said.out or "complete" in said.out


def test_the_doctor_looks_at_this_machine():
    said = lab("doctor", "--json")
    assert said.code in {0, 3}
    assert {finding["id"] for finding in said.object["findings"]}


def test_the_cache_says_where_it_is_and_how_big_and_takes_nothing_else_along(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "some.jar").write_bytes(b"x" * 2_000_000)
    said = lab("cache", LAB_CACHE=str(tmp_path))
    assert f"{tmp_path / 'v1'}\n2 MB" in said.out
    assert "is deleted" in lab("cache", "clear", LAB_CACHE=str(tmp_path)).out
    assert {path.name for path in tmp_path.iterdir()} == {"photos"}


def test_a_reader_that_has_read_enough_is_no_failure():
    command = f"set -o pipefail; {shlex.join(LAB)} words | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1
