"""PostgreSQL data outlives a home folder that somebody deletes: without its password it is put aside."""

import pytest

from lab.engines.postgres import Server
from tests.engines.conftest import free_port


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path / "home", free_port())
    server.home.mkdir()
    yield server
    server.delete()


def prepare(server: Server) -> list[str]:
    said: list[str] = []
    server.prepare(lambda progress: said.append(progress.text))
    return [one for one in said if "running as root" not in one]


def test_data_whose_password_is_gone_is_put_aside_and_the_next_one_opens(server) -> None:
    assert prepare(server) == ["making an empty database"]
    mark = server.data() / "mark"
    mark.touch()
    assert prepare(server) == []
    assert mark.exists()

    (server.home / "postgres.password").unlink()
    first, second = prepare(server)
    assert "put aside" in first
    assert second == "making an empty database"
    assert not mark.exists()
    assert (server.data().with_name("data.left") / "mark").exists()
    assert (server.data() / "PG_VERSION").exists()
    assert prepare(server) == []
