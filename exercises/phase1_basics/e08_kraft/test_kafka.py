"""The check of exercise 8. Tests 1 to 5 read the file as Kafka and Docker would; test 6 starts it, where Docker is."""

import copy
import re

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

FINDINGS = {
    "zookeeper": {
        "why": "In older Kafkas a second system, ZooKeeper, knew which broker has which partition. Kafka 4 cannot "
        "even speak with it: the container would run, and nobody would ever ask it.",
        "look": "'The idea': who decides in KRaft? Take out everything that is called ZooKeeper.",
    },
    "role-missing": {
        "why": "A broker without a controller waits for somebody who decides; a controller without a broker stores "
        "nothing. There is only this one process, so it must be both.",
        "look": "'The idea', the first picture: which roles does the one box play?",
    },
    "votes-for-another": {
        "why": "The voters decide together, so Kafka must find each of them. If the number is not this node's, it "
        "refuses to start. If host or port are wrong, it starts, and waits for itself for ever.",
        "look": "id@host:port. Whose id stands at KAFKA_NODE_ID? Where does the controller listen? Hint 2.",
    },
    "listener-missing": {
        "why": "A listener is an open door with a name and a port. Where there is none, nobody can come in: no client, "
        "or no controller.",
        "look": "Step 2 of the worked example, twice, with a comma between the two.",
    },
    "listens-to-itself": {
        "why": "Inside a container, localhost is the container. What comes through the published port comes from "
        "outside, and finds this door shut.",
        "look": "Leave the host out: CLIENT://:9092 listens on all addresses of the container.",
    },
    "controller-advertised": {
        "why": "What is advertised is told to those who must come from elsewhere. To this controller nobody comes but "
        "this process, by the address in the voters. (Kafka up to 3.8 refuses to start with it.)",
        "look": "'The idea', the second picture: which of the two doors has an address outside?",
    },
    "advertised-elsewhere": {
        "why": "A client connects twice. The second time it calls exactly what you advertise, from where it stands: a "
        "program on your machine, which knows no container by name.",
        "look": "'The idea', the second picture: the address in the answer. Hint 2.",
    },
    "no-volume": {
        "why": "A container's own files go with it. Only a volume with a name is found again by the next container.",
        "look": "The volume is declared at the end of the file; mount it by its name. Hint 3.",
    },
    "log-dirs-elsewhere": {
        "why": "Kafka writes to the folder in KAFKA_LOG_DIRS, by default under /tmp. If that is not the folder on the "
        "volume, the volume stays empty, and every message goes with the container.",
        "look": "Step 4 of the worked example: the same path in two places.",
    },
    "port-not-published": {
        "why": "A container's ports are shut to the outside. The door that is advertised must be the one that is open.",
        "look": "address:outside:inside. Outside: the port you advertise. Inside: the port CLIENT listens on.",
    },
    "another-port": {
        "why": "Programs have Kafka's address in their settings: 127.0.0.1:9092. At another port nobody looks for it, "
        "even if all the rest is right.",
        "look": "The task says 9092 outside and inside.",
    },
    "open-to-all": {
        "why": "This broker asks nobody for a password. Without an address before it, Docker opens the port to the "
        "whole network: everyone in the café can read the shop's orders, and delete them.",
        "look": "Three parts with colons between, and the first of them is 127.0.0.1.",
    },
    "given-line-changed": {
        "why": "The given lines hold the others together. Where they contradict each other Kafka ends at once; and "
        "where it needs more than one broker, it waits for brokers that are not there.",
        "look": "What the starter has given stays as it is: uv run lab reset kraft shows it (your file is kept).",
    },
    "compose-refuses": {
        "why": "Docker compose reads the whole file first, and starts nothing if it cannot make sense of it.",
        "look": "Every volume that a service mounts by its name is declared under `volumes:` at the left edge.",
    },
}

DATA = "/var/lib/kafka/data"
VOLUME = "kafka-data"
OUTER = 9092  # outside and inside; where the controller listens concerns nobody but itself
EXAMPLE = 29092
OURS = ("container_name", "depends_on", "environment", "ports", "restart")  # what the check sets or leaves out
HERE = ("127.0.0.1", "localhost", "::1")
PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
IMAGE = re.compile(r"(?:docker\.io/)?apache/kafka:4\.\d+\.\d+")
LISTENER = re.compile(r"(\w+)://\[?([^]/]*?)\]?:(\d+)")
VOTER = re.compile(r"(\d+)@(?:\w+://)?\[?([^]/@]+?)\]?:(\d+)")


def parts(text):
    return [part.strip() for part in text.split(",") if part.strip()]


class Node:
    """The Kafka of the learner's file, its settings taken apart as Kafka takes them apart."""

    def __init__(self, service, strays=()):
        self.service, self._settings, self._strays = service, service.environment, strays
        self.roles = parts(self["PROCESS_ROLES"])
        self.controllers = [name.upper() for name in parts(self["CONTROLLER_LISTENER_NAMES"])]
        self.listeners = self._doors("LISTENERS")
        self.advertised = self._doors("ADVERTISED_LISTENERS")

    def __getitem__(self, name):
        return self._settings.get(f"KAFKA_{name}", "")

    def said(self, name):
        """What the file says, as a card shows it."""
        stray = f"KAFKA_{name}" in self._strays
        return self[name] or ("nothing: it stands outside `environment:`" if stray else "nothing")

    def _doors(self, name):
        """{NAME: (host, port)}; what is not written like a listener is left out."""
        found = [LISTENER.fullmatch(part) for part in parts(self[name])]
        return {match[1].upper(): (match[2], int(match[3])) for match in found if match}

    @property
    def clients(self):
        """The doors that are not the controller's."""
        return {name: door for name, door in self.listeners.items() if name not in self.controllers}

    @property
    def outside(self):
        """The listener that is advertised to this machine: its name, and the address."""
        return next(one for one in self.advertised.items() if one[1][0] in HERE)

    def protocol(self, name):
        """How those who come through this door speak; nothing where Kafka would not know."""
        given = parts(self["LISTENER_SECURITY_PROTOCOL_MAP"].upper())
        if given:
            return dict(part.partition(":")[::2] for part in given).get(name, "")
        return name if name in PROTOCOLS else "PLAINTEXT" if name in self.controllers else ""


@pytest.fixture
def node(answer, expect):
    """The one service of the file that is a Kafka."""
    services = answer.services
    strange = next((one for one in services.values() if "zookeeper" in f"{one.name} {one.image}".lower()), None)
    expect(not strange, "zookeeper", expected="one service, Kafka", saw=strange and f"a service {strange.name}")
    found = [one for one in services.values() if IMAGE.fullmatch(one.image)]
    saw = ", ".join(f"{one.name} ({one.image or 'no image'})" for one in services.values()) or "no service"
    expect(len(found) == 1, "compose-refuses", expected="one service with the image apache/kafka:4.3.1", saw=saw)
    around = answer.table, answer.table["services"], answer.table["services"][found[0].name]
    return Node(found[0], {name for names in around for name in names})


@pytest.mark.task(1)
def test_one_process_stores_and_decides_and_votes_for_itself(node, expect):
    asks = next((name for name in node.service.environment if "ZOOKEEPER" in name), "")
    expect(not asks, "zookeeper", expected="no ZooKeeper", saw=asks)
    expect(
        set(node.roles) == {"broker", "controller"},
        "role-missing",
        expected="KAFKA_PROCESS_ROLES: broker and controller, with a comma between",
        saw=node.said("PROCESS_ROLES"),
    )
    number, said = node["NODE_ID"], node.said("CONTROLLER_QUORUM_VOTERS")
    voters = [VOTER.fullmatch(part) for part in parts(node["CONTROLLER_QUORUM_VOTERS"])]
    expect(number.isdigit(), "given-line-changed", expected="KAFKA_NODE_ID: a number", saw=number or "nothing")
    ids = [voter[1] for voter in voters if voter]
    itself = f"one voter, this process, such as {number}@localhost:<the controller's port>"
    expect(ids == [number] and all(voters), "votes-for-another", expected=itself, saw=said)
    copies = node["OFFSETS_TOPIC_REPLICATION_FACTOR"]
    one = "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: 1, for there is one broker"
    expect(copies == "1", "given-line-changed", expected=one, saw=copies or "nothing, which means 3")
    hosts = (*HERE, node.service.name)
    expect(voters[0][2] in hosts, "votes-for-another", expected=itself, saw=f"{said}: another machine")


@pytest.mark.task(2)
def test_it_listens_for_clients_and_for_the_controller(node, expect):
    said = node.said("LISTENERS")
    given = "KAFKA_CONTROLLER_LISTENER_NAMES: CONTROLLER"
    expect(node.controllers, "given-line-changed", expected=given, saw="nothing")
    doors, controllers = node.listeners, [name for name in node.controllers if name in node.listeners]
    expect(
        len(doors) == len(parts(node["LISTENERS"])) and controllers and node.clients,
        "listener-missing",
        expected="two listeners, NAME://:port each: CLIENT and CONTROLLER",
        saw=said,
    )
    ports = [port for _, port in doors.values()]
    expect(len(set(ports)) == len(ports), "listener-missing", expected="for each door a port of its own", saw=said)
    for name, (host, _) in node.clients.items():
        expect(host not in HERE, "listens-to-itself", expected=f"{name} heard from outside the container", saw=said)
    right = OUTER in [port for _, port in node.clients.values()]
    expect(right, "another-port", expected=f"a listener for clients on port {OUTER}", saw=said)
    voter, (host, port) = VOTER.fullmatch(node["CONTROLLER_QUORUM_VOTERS"]), doors[controllers[0]]
    expect(
        int(voter[3]) == port and (host not in HERE or voter[2] in HERE),
        "votes-for-another",
        expected=f"a voter that is found where {controllers[0]} listens: port {port}",
        saw=voter[0],
    )
    strange = next((name for name in doors if not node.protocol(name)), "")
    known = "a line for each listener in KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"
    expect(not strange, "given-line-changed", expected=known, saw=f"none for {strange}")


@pytest.mark.task(3)
def test_clients_are_told_an_address_that_is_right_from_your_machine(node, expect):
    said = node.said("ADVERTISED_LISTENERS")
    told = next((name for name in node.advertised if name in node.controllers), "")
    expect(not told, "controller-advertised", expected="an address for clients, and no other", saw=said)
    right = "CLIENT://127.0.0.1:<the port on your machine>"
    well = node.advertised and len(node.advertised) == len(parts(node["ADVERTISED_LISTENERS"]))
    here = [name for name, (host, _) in node.advertised.items() if host in HERE]
    nowhere = [host for host, _ in node.advertised.values() if host in ("", "0.0.0.0", "::")]
    expect(well and here and not nowhere, "advertised-elsewhere", expected=right, saw=said)
    strange = next((name for name in node.advertised if name not in node.clients), "")
    expect(not strange, "given-line-changed", expected="the name of a door of KAFKA_LISTENERS", saw=strange)
    between = node["INTER_BROKER_LISTENER_NAME"].upper() or "PLAINTEXT"
    same = f"KAFKA_INTER_BROKER_LISTENER_NAME: one that is advertised ({', '.join(node.advertised)})"
    expect(between in node.advertised, "given-line-changed", expected=same, saw=between)


@pytest.mark.task(4)
def test_its_data_lies_on_a_volume_with_a_name(node, answer, expect):
    mounts = {mount.target: mount for mount in node.service.mounts}
    named = [mount for mount in mounts.values() if mount.kind == "volume"]
    saw = ", ".join(f"{mount.source or 'without a name'}:{mount.target}" for mount in mounts.values())
    expect(named, "no-volume", expected=f"a volume with a name at {DATA}", saw=saw or "none")
    unknown = next((mount.source for mount in named if mount.source not in answer.named_volumes), "")
    declared = f"{unknown} declared under `volumes:` at the left edge"
    there = ", ".join(sorted(answer.named_volumes)) or "none"
    if unknown == "letters":
        declared, there = "a volume that is declared", f"{saw}: yours is named kafka-data; letters is the example's"
    expect(not unknown, "compose-refuses", expected=declared, saw=there)
    expect(VOLUME in [mount.source for mount in named], "no-volume", expected=f"{VOLUME}:{DATA}", saw=saw)
    folders = parts(node["LOG_DIRS"] or node["LOG_DIR"])
    on_it = [folder for folder in folders if f"{folder.rstrip('/')}/".startswith(f"{DATA}/")]
    expect(
        folders and len(on_it) == len(folders) and mounts.get(DATA) in named,
        "log-dirs-elsewhere",
        expected=f"KAFKA_LOG_DIRS and the volume, both at {DATA} (in this folder of the image Kafka may write)",
        saw=f"KAFKA_LOG_DIRS: {node.said('LOG_DIRS')}; {saw}",
    )


@pytest.mark.task(5)
def test_its_port_is_published_for_this_machine_alone(node, expect):
    published = node.service.ports
    saw = ", ".join(f"{one.address or 'all addresses'}:{one.port}:{one.inside}" for one in published) or "none"
    name, (_, outside) = node.outside
    inside = node.clients[name][1]
    right = f"127.0.0.1:{OUTER}:{OUTER}"
    short = next((one.short for one in published if one.short), "")
    expect(not short, "port-not-published", expected=right, saw=f"{short}: two parts; needed are three")
    open_ = [one for one in published if one.address not in HERE]
    expect(not open_, "open-to-all", expected=right, saw=saw)
    opened = [one.port for one in published]
    strange = next((port for port in (outside, *([] if OUTER in opened else opened)) if port != OUTER), 0)
    example = ": the example's number" if strange == EXAMPLE else ""
    told = f"{right}, and {OUTER} is advertised"
    expect(not strange, "another-port", expected=told, saw=f"{strange} outside{example}")
    found = any((one.port, one.inside) == (outside, inside) for one in published)
    expect(found, "port-not-published", expected=f"{right}: the port that {name} advertises and listens on", saw=saw)


@pytest.mark.anyio
@pytest.mark.timeout(170)
@pytest.mark.task(6)
async def test_it_runs_and_a_message_outlives_the_container(node, answer, docker, expect, tell, not_run):
    if missing := await docker.missing(node.service.image):
        not_run("no Docker")
        tell(f"6 Your file was read, and not started. {missing}")
        return
    port = docker.free_port()
    project = docker.project(on_port(answer.table, node, port))
    kafka = Client(f"127.0.0.1:{port}")
    tell(f"6 A copy of your file is started. Outside it has port {port}, so that it does not meet the shop's Kafka.")
    expect(not (refusal := await project.up()), "compose-refuses", expected="a container", saw=refusal)
    stored = await project.answer(kafka.write, KafkaError, OSError)
    expect(not isinstance(stored, str), "given-line-changed", expected="an answer from Kafka", saw=stored)
    tell(f"  A program on your machine has written a message: {stored.topic}, partition 0, offset {stored.offset}.")
    await project.up("--force-recreate")
    found = await project.answer(kafka.read, KafkaError, OSError)
    tell(f"  The container is thrown away, and a new one started. It has {found} message.")
    expect(
        found == stored.offset + 1,
        "log-dirs-elsewhere",
        expected="the message, in the new container, too",
        saw=f"{found}",
    )


def on_port(table, node, port):
    """A copy of the file: Kafka alone, with another port outside, and with no name that could be somebody else's."""
    name, (host, _) = node.outside
    others = [f"{other}://{there}:{at}" for other, (there, at) in node.advertised.items() if other != name]
    settings = node.service.environment | {"KAFKA_ADVERTISED_LISTENERS": ",".join([f"{name}://{host}:{port}", *others])}
    service = {key: value for key, value in table["services"][node.service.name].items() if key not in OURS}
    service["environment"] = {key: value.replace("$", "$$") for key, value in settings.items()}
    service["ports"] = [f"127.0.0.1:{port}:{node.clients[name][1]}"]
    return {"services": {node.service.name: service}, "volumes": dict.fromkeys(table["volumes"])}


class Client:
    """A program on this machine that knows one address."""

    def __init__(self, address):
        self._address, self._topic = address, "check"

    async def write(self):
        """Make a topic, write one message; return where it lies."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._address)
        try:
            await admin.start()
            await admin.create_topics([NewTopic(self._topic, num_partitions=1, replication_factor=1)])
        finally:
            await admin.close()
        async with AIOKafkaProducer(bootstrap_servers=self._address) as producer:
            return await producer.send_and_wait(self._topic, b"does it last?", partition=0)

    async def read(self):
        """Return how many messages lie in the topic."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._address)
        try:
            await consumer.start()
            place = TopicPartition(self._topic, 0)
            return (await consumer.end_offsets([place]))[place]
        finally:
            await consumer.stop()
