"""A compose file is read in whichever way it was written, and refused where compose would refuse it."""

import pytest

from lab.course.catalog import read_course
from lab.course.kit.answers import ConfigurationFile, read_answer
from lab.course.kit.composed import Mount, Published, named_volumes, plain, services
from lab.course.kit.faults import BadSheet, NotStarted


def kafka(**keys):
    return services({"services": {"kafka": keys}})["kafka"]


@pytest.mark.parametrize(
    ("written", "port"),
    [
        ("127.0.0.1:9092:9092", Published("127.0.0.1", 9092, 9092)),
        ("9092:9093", Published("", 9092, 9093)),
        ("9092", Published("", 0, 9092)),
        (9092, Published("", 0, 9092)),
        ("9092:9092/tcp", Published("", 9092, 9092)),
        ("[::1]:9092:9092", Published("::1", 9092, 9092)),
        ("127.0.0.1:${PORT:-9192}:9092", Published("127.0.0.1", 9192, 9092)),
        ({"target": 9092, "published": "9092", "host_ip": "127.0.0.1"}, Published("127.0.0.1", 9092, 9092)),
    ],
)
def test_a_port_is_understood_in_every_spelling(written, port):
    assert kafka(ports=[written]).ports == (port,)


@pytest.mark.parametrize(
    ("written", "mount"),
    [
        ("data:/var/lib/kafka/data", Mount("volume", "data", "/var/lib/kafka/data")),
        ("data:/var/lib/kafka/data/:ro", Mount("volume", "data", "/var/lib/kafka/data")),
        ("./data:/data", Mount("bind", "./data", "/data")),
        ("/srv:/data", Mount("bind", "/srv", "/data")),
        ("/data", Mount("nameless", "", "/data")),
        ({"type": "volume", "source": "data", "target": "/data"}, Mount("volume", "data", "/data")),
        ({"type": "bind", "source": ".", "target": "/data"}, Mount("bind", ".", "/data")),
    ],
)
def test_a_mount_is_understood_in_every_spelling(written, mount):
    assert kafka(volumes=[written]).mounts == (mount,)


def test_a_folder_in_memory_is_a_mount_too():
    assert kafka(tmpfs="/run").mounts == (Mount("tmpfs", "", "/run"),)
    assert kafka(tmpfs=["/run:size=1m"]).mounts == (Mount("tmpfs", "", "/run"),)


def test_settings_may_be_a_mapping_or_a_list_and_are_texts():
    as_list = kafka(environment=["A=1", "B=x=y"])
    as_mapping = kafka(environment={"A": 1, "B": "x=y", "C": True, "D": None})
    assert as_list.environment == {"A": "1", "B": "x=y"}
    assert as_mapping.environment == {"A": "1", "B": "x=y", "C": "true", "D": ""}


@pytest.mark.parametrize(
    ("written", "meant"),
    [("${A:-b}", "b"), ("${A-b}", "b"), ("${A}", ""), ("$A!", "!"), ("$$A", "$A"), ("a:$$", "a:$")],
)
def test_a_variable_stands_for_its_default(written, meant):
    assert plain(written) == meant


@pytest.mark.parametrize(
    "table",
    [
        {"services": ["kafka"]},
        {"services": {"kafka": "x"}},
        {"services": {"kafka": {"ports": "9092:9092"}}},
        {"services": {"kafka": {"ports": ["nine"]}}},
        {"services": {"kafka": {"volumes": "data:/data"}}},
        {"services": {"kafka": {"environment": "A=1"}}},
    ],
)
def test_what_compose_could_not_read_is_refused(table):
    with pytest.raises(BadSheet):
        services(table)


def test_volumes_are_those_at_the_left_edge():
    assert named_volumes({"volumes": {"data": None, "more": {}}}) == {"data", "more"}
    assert named_volumes({}) == frozenset()


def test_a_name_that_stands_twice_is_refused_with_its_line(tmp_path):
    file = tmp_path / "kafka.yaml"
    file.write_text("services:\n  kafka:\n    image: a\n    image: b\n")
    with pytest.raises(BadSheet, match="'image' stands twice") as refused:
        ConfigurationFile(file).table  # noqa: B018
    assert refused.value.line == 4


def test_the_starter_of_a_configuration_counts_as_not_started(tmp_path):
    kraft = read_course().find("kraft")
    mine = tmp_path / kraft.file
    mine.write_text(kraft.starter.read_text())
    with pytest.raises(NotStarted):
        read_answer(kraft, mine)
    mine.write_text(kraft.starter.read_text() + "# mine\n")
    assert read_answer(kraft, mine).services["kafka"].image == "apache/kafka:4.3.1"
