"""A PostgreSQL that lives as long as whoever asked for it: it answers, it meets no other, and nothing of it is left."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import psutil
import pytest
from sqlalchemy import make_url

from lab.engines import records
from lab.engines.holding import sweep
from lab.engines.throwaway import Throwaway
from lab.errors import MachineProblem

PATIENCE = 30.0


@pytest.fixture
def server():
    one = Throwaway()
    yield one
    one.close()


def folder_of(url):
    return Path(make_url(url).query["host"])


def postmaster(url):
    """The process of the server itself."""
    return psutil.Process(int((folder_of(url) / "data" / "postmaster.pid").read_text().split()[0]))


def asked(url, question="SELECT 1"):
    async def ask():
        connection = await asyncpg.connect(host=str(folder_of(url)), user="lab", database="postgres")
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return asyncio.run(ask())


def until(what, holds):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def is_gone(process, folder):
    return not records.await_end([process], 0) and not folder.exists()


def test_it_answers_and_when_it_is_closed_nothing_is_left(server):
    url = server.url()
    assert asked(url) == 1
    assert server.url() == url
    process, folder = postmaster(url), folder_of(url)
    server.close()
    assert is_gone(process, folder)
    assert not folder.with_name(f"{folder.name}.lock").exists()


def test_nobody_else_can_reach_it(server):
    url = server.url()
    assert folder_of(url).stat().st_mode & 0o077 == 0
    assert [one for one in postmaster(url).net_connections(kind="inet") if one.status == psutil.CONN_LISTEN] == []


def test_two_at_once_do_not_meet(server):
    other = Throwaway()
    try:
        asked(other.url(), "CREATE TABLE mine ()")
        assert asked(server.url(), "SELECT to_regclass('mine')::text") is None
    finally:
        other.close()
    assert asked(server.url()) == 1


def test_it_ends_when_whoever_asked_is_killed():
    ask = "import time; from lab.engines.throwaway import Throwaway; t = Throwaway(); print(t.url(), flush=True); "
    asker = subprocess.Popen([sys.executable, "-c", ask + "time.sleep(600)"], stdout=subprocess.PIPE, text=True)
    try:
        url = asker.stdout.readline().strip()
        process, folder = postmaster(url), folder_of(url)
    finally:
        asker.kill()
        asker.wait()
        asker.stdout.close()
    until("the server goes on without anybody", lambda: is_gone(process, folder))


def test_where_the_server_was_killed_the_next_question_starts_another(server):
    first = server.url()
    postmaster(first).kill()
    until("the holder does not notice", lambda: not folder_of(first).exists())
    assert asked(server.url()) == 1


def test_what_a_killed_holder_left_behind_the_next_one_deletes(server):
    url = server.url()
    process, folder = postmaster(url), folder_of(url)
    os.kill(process.ppid(), signal.SIGKILL)
    until("the holder's lock is not free", lambda: not server.alive())
    sweep()
    assert is_gone(process, folder)


def test_a_server_that_outlives_its_holder_is_ended_by_the_next_one(server):
    url = server.url()
    process, folder = postmaster(url), folder_of(url)
    holder = process.parent()
    process.suspend()  # so that it does not hear the system's goodbye, which there is on Linux alone
    holder.kill()
    holder.wait(PATIENCE)
    assert not is_gone(process, folder)
    sweep()
    assert is_gone(process, folder)


def test_a_holder_at_work_is_left_alone(server):
    url = server.url()
    sweep()
    assert asked(url) == 1


def test_where_it_cannot_start_it_says_why_and_what_to_do(server, monkeypatch):
    monkeypatch.setenv("PGSERVER_POSTGRES_VERSION", "17")  # the wheel has none of that version
    with pytest.raises(MachineProblem, match="17") as problem:
        server.url()
    assert "LAB_CHECK_POSTGRES" in problem.value.mend
    monkeypatch.undo()
    assert asked(server.url()) == 1
