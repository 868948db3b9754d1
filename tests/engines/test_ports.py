"""Choosing ports, against real sockets."""

import os
import socket
from collections.abc import Iterator

import pytest

from lab.engines import ports
from lab.errors import PortTaken, WrongUsage
from tests.engines.conftest import free_port


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", free_port()))
        server.listen()
        yield server.getsockname()[1]


def test_a_free_port_is_taken_as_it_is():
    port = free_port()
    assert ports.choose(port, explicit=True) == port


def test_a_taken_port_that_was_asked_for_names_its_holder_and_the_mend(taken):
    with pytest.raises(PortTaken) as caught:
        ports.choose(taken, explicit=True, variable="LAB_POSTGRES_PORT")
    assert caught.value.what.startswith(f"Port {taken} is taken by ")
    assert f"(pid {os.getpid()})" in caught.value.what
    assert "LAB_POSTGRES_PORT" in caught.value.mend


def test_instead_of_a_taken_default_the_next_free_one_is_chosen(taken):
    assert taken < ports.choose(taken, explicit=False) < 32768


def test_a_port_of_ours_is_not_chosen_twice():
    port = free_port()
    assert ports.choose(port, explicit=False, apart_from={port}) > port


def test_a_port_taken_on_all_addresses_counts_as_taken():
    with socket.socket() as server:
        server.bind(("0.0.0.0", free_port()))
        server.listen()
        assert not ports.is_free(server.getsockname()[1])


@pytest.mark.parametrize("text", ["none", "0", "70000", "-1", "65535", "²"])
def test_a_setting_that_is_no_port_is_refused(monkeypatch, text):
    monkeypatch.setenv("LAB_KAFKA_PORT", text)
    with pytest.raises(WrongUsage, match="LAB_KAFKA_PORT"):
        ports.wanted("LAB_KAFKA_PORT", 9092)
