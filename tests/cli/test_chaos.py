"""`lab chaos` and `lab verify` where no shop runs: the list, the help, what is refused."""

import pytest

from tests.cli.running import lab


@pytest.fixture(autouse=True)
def nothing_runs(home):
    return home


def test_the_faults_are_listed_and_the_next_step_is_named():
    said = lab("chaos", "list")
    assert said.code == 0
    assert "kill-order" in said.out
    assert "uv run lab chaos run kill-payment" in said.out
    assert all(len(line) <= 80 for line in said.out.splitlines())
    assert {fault["name"] for fault in lab("chaos", "list", "--json").object["faults"]} >= {
        "kill-order",
        "kill-mediator",
    }


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (["kill-order"], 5, "not running"),
        (["kill-orders"], 6, "Nearest: kill-order"),
        (["kill-order", "--orders", "0"], 2, "--orders"),
    ],
)
def test_what_cannot_be_tried_is_said_with_its_exit_code(words, code, what):
    said = lab("chaos", "run", *words)
    assert said.code == code
    assert what in " ".join(said.err.split())
    assert said.out == ""


def test_without_a_shop_there_is_nothing_to_audit():
    said = lab("verify", "--json")
    assert (said.code, said.out) == (5, "")
    assert "uv run lab up" in said.err
