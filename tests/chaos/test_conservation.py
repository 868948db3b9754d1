"""The same orders and the same faults, on the shop of phase 2 and on that of phase 1. The one loses nothing.

The long runs, with ten seeds, are kept under docs/conservation/.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from lab.chaos.faults import Act, fault_named
from lab.chaos.plan import plan
from lab.errors import ExitCode
from tests.cli.running import Said, lab
from tests.conftest import free_port, fresh_home

ORDERS, KILLS, SEED = 120, 14, 7
HIT_AT_LEAST = KILLS - 4  # a unit may not come to its crash point in time; the ledger tells which did

pytestmark = [pytest.mark.slow, pytest.mark.timeout(700)]


@pytest.fixture(autouse=True)
def own_home(monkeypatch) -> Iterator[None]:
    """No shop, on ports of its own; in the end nothing is left."""
    with fresh_home() as home:
        monkeypatch.setenv("LAB_SERVICE_PORT", str(free_port()))
        monkeypatch.setenv("LAB_TRANSIT_SECONDS", "0.2")
        monkeypatch.setenv("LAB_CHOICES", str(home / "choices.json"))
        yield
        assert lab("down", "--volumes").code == 0


def stress(*more: str, phase: int, database: str) -> Said:
    return lab(
        "stress", "--json", *more, "--engine", "native", "--phase", str(phase), "--database", database,
        "--orders", str(ORDERS), "--kills", str(KILLS), "--seed", str(SEED), seconds=500,
    )  # fmt: skip


def test_phase_2_loses_nothing_and_says_what_was_done_to_it() -> None:
    said = stress("--keep", phase=2, database="postgres")
    assert said.code == 0, said.out + said.err
    found = said.object
    assert (found["ok"], found["settled"], found["moving"], found["gone"]) == (True, True, [], {})
    assert (found["seed"], found["acknowledged"], found["orders"]) == (SEED, ORDERS, ORDERS)
    assert all(found["invariants"].values())
    assert found["kills"] >= HIT_AT_LEAST
    hit = {fault_named(name) for name, fault in found["faults"].items() if fault["hits"]}
    died = {fault.unit for fault in hit if fault.act in {Act.KILL, Act.CRASH}}
    assert died >= killed_from_outside()
    assert min(found["redelivered"], found["poisoned"], found["requests_again"]) > 0
    assert {"I1", "I2", "I3", "I4", "I5", "I7", "I8", "I9", "I14"} <= {
        name for name, times in found["attacked"].items() if times
    }
    what_is_done_by_hand_afterwards_is_known(found)


def killed_from_outside() -> set[str]:
    """The units whose death does not depend on whether they come to a point in time."""
    faults = [wave.fault for wave in plan(ORDERS, KILLS, SEED, postgres=True).waves if wave.fault]
    killed = {fault.unit for fault in faults if fault.act is Act.KILL}
    assert killed >= {"kafka", "postgres", "order", "payment", "inventory"}
    return killed


def what_is_done_by_hand_afterwards_is_known(before: dict[str, Any]) -> None:
    """The audit knows the poison of `lab chaos run`, and that it was parked again by one who crashed after it."""
    assert lab("chaos", "run", "crash-notification-after-park", "--orders", "1").code == 0
    assert lab("order", "place", "mug:1").code == 0
    assert lab("order", "follow", "last").code == 0
    said = lab("verify", "--json")
    assert said.code == 0, said.out + said.err
    assert said.object["orders"] == before["orders"] + 2
    assert said.object["poisoned"] > before["poisoned"]


def test_phase_1_loses_orders_to_the_same_seed() -> None:
    said = stress(phase=1, database="postgres")
    assert said.code == 1, said.out + said.err
    found = said.object
    assert (found["ok"], found["seed"]) == (False, SEED)
    lost = [one for one in found["found"]["I1"] if "never heard of it" in one or "has not ended" in one]
    assert lost  # what else goes wrong with them is chance
    assert found["invariants"]["I1"] is False

    refused = stress(phase=2, database="postgres")
    assert refused.code == ExitCode.CONFLICT
    assert "were begun in phase 1, which loses messages" in refused.err
