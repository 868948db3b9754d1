"""The client's ledger: what is in it survives the client, and what is not a ledger is refused."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from lab.chaos.ledger import Ledger, read_ledger
from lab.chaos.told import Answered, Duplicate, FaultDone, Outcome, Poison, Told
from lab.errors import NotFound, WrongUsage

MUG = {"customer_id": "cus-anna", "lines": [{"sku": "mug", "quantity": 1}]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


def test_what_was_written_is_read_again(path) -> None:
    with Ledger(path) as ledger:
        ledger.begun(7)
        first = ledger.sending("k1", MUG)
        ledger.answered("k1", first, 0)
        second = ledger.sending("k1", MUG)
        ledger.answered("k1", second, 202, "ord-A")
        ledger.fault("kill-order", "order", hits=1, at=12.5)
        ledger.poisoned("payment.commands", 2, 41, None, "null")
        ledger.duplicated("order.events", 0, 3, 9)
    told = read_ledger(path)
    assert [(one.key, one.attempt, one.body) for one in told.sent] == [("k1", 1, MUG), ("k1", 2, MUG)]
    assert told.sent[0].at <= told.sent[1].at <= time.time()
    assert replace(told, sent=()) == Told(
        seeds=(7,),
        answers=(Answered("k1", 1, 0, ""), Answered("k1", 2, 202, "ord-A")),
        faults=(FaultDone("kill-order", "order", 12.5, 1),),
        poison=(Poison("payment.commands", 2, 41, "", "null"),),
        duplicates=(Duplicate("order.events", 0, 3, 9),),
    )


def test_where_nothing_was_noted_there_is_no_ledger(path) -> None:
    with Ledger(path):
        pass
    assert not path.exists()


def test_poison_is_told_by_the_sha256_of_its_bytes(path) -> None:
    with Ledger(path) as ledger:
        ledger.poisoned("payment.commands", 0, 1, b"", "empty")
    assert read_ledger(path).poison[0].sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(202, Outcome.OK), (422, Outcome.FAIL), (404, Outcome.FAIL), (0, Outcome.UNKNOWN), (409, Outcome.UNKNOWN),
     (500, Outcome.UNKNOWN), (503, Outcome.UNKNOWN)],
)  # fmt: skip
def test_only_a_no_that_was_meant_is_a_no(status, outcome) -> None:
    assert Answered("k", 1, status, "").outcome is outcome


def test_a_key_is_refused_only_when_every_attempt_was(path) -> None:
    with Ledger(path) as ledger:
        for key, status in (("no", 422), ("no", 422), ("perhaps", 422), ("perhaps", 0), ("yes", 202)):
            ledger.answered(key, ledger.sending(key, MUG), status, "ord-A" if status == 202 else "")
        ledger.sending("under way", MUG)
    told = read_ledger(path)
    assert told.refused() == {"no"}
    assert told.acknowledged() == {"yes": {"ord-A"}}


CLIENT = """
import sys, threading
from pathlib import Path
from lab.chaos.ledger import Ledger
Ledger(Path(sys.argv[1])).sending("k1", {"lines": []})
print("sent", flush=True)
threading.Event().wait()
"""


def test_a_post_is_in_the_ledger_of_a_client_that_was_killed_right_after(path) -> None:
    with subprocess.Popen([sys.executable, "-c", CLIENT, path], stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == "sent\n"
        os.kill(client.pid, signal.SIGKILL)
    assert [one.key for one in read_ledger(path).sent] == ["k1"]


def test_a_torn_last_line_is_left_out_and_the_next_run_goes_on_behind_the_whole_ones(path) -> None:
    with Ledger(path) as ledger:
        ledger.sending("k1", MUG)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"line": "answered", "key": "k')
    assert read_ledger(path).answers == ()
    with Ledger(path) as ledger:
        assert ledger.sending("k1", MUG) == 2
    assert [one.attempt for one in read_ledger(path).sent] == [1, 2]


@pytest.mark.parametrize(
    "line",
    [b"", b"no JSON", b"[]", b"7", b"\xff", b'{"line": "hearsay"}', b'{"line": "begun"}', b'{"seed": 7}',
     b'{"line": "begun", "seed": "7"}', b'{"line": "begun", "seed": true}', b'{"line": "begun", "seed": 7, "more": 1}',
     b'{"line": "sending", "key": "k", "attempt": 1, "body": []}'],
)  # fmt: skip
def test_any_other_bad_line_is_an_error_that_names_it(path, line) -> None:
    with Ledger(path) as ledger:
        ledger.begun(1)
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(WrongUsage, match="Line 2 of"):
        read_ledger(path)
    with pytest.raises(WrongUsage, match="Line 2 of"):
        Ledger(path)


def test_a_ledger_that_is_not_there_is_not_an_empty_one(path) -> None:
    with pytest.raises(NotFound):
        read_ledger(path)
