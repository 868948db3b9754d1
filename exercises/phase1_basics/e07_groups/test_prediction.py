"""The check of exercise 7. Each test starts real consumers, does what one question asks, and then compares."""

import asyncio

import pytest
from aiokafka import ConsumerRebalanceListener

from lab.shop.contracts import PARTITIONS, TOPIC_OF, PaymentProcess, new_order_id

pytestmark = pytest.mark.anyio

FINDINGS = {
    "members-copy": {
        "why": "Two members that each read everything would both take the money. To read everything once more is what "
        "another group is for.",
        "look": "'The idea', the first picture: how many lines lead away from one partition inside a group?",
    },
    "members-take-turns": {
        "why": "If any member could get any message, two members could hold two messages of one order at the same "
        "time, and the sequence inside the partition would be worth nothing.",
        "look": "The numbers above: which partitions did each of them read?",
    },
    "reading-removes": {
        "why": "Reading takes nothing away: you saw it on the tour. What a group has done with the messages is known "
        "to that group alone.",
        "look": "'The idea': to whom does a committed offset belong?",
    },
    "groups-divide": {
        "why": "Then Analytics would miss whatever the mediator has read, and the mediator whatever Analytics has. "
        "Members of one group divide; groups know nothing of one another.",
        "look": "'The idea', the first picture: two groups, and the lines to each.",
    },
    "partition-divided": {
        "why": "A partition has one reader in a group; else nobody could keep its sequence. So three partitions keep "
        "three members busy, and no more. More members do not help; more partitions would.",
        "look": "'The idea': what is the smallest piece that a member can get?",
    },
    "partition-added": {
        "why": "Kafka never changes the number of partitions by itself. You have seen in exercise 5 what that does to "
        "the keys.",
        "look": "'The idea': what does Kafka divide when a member comes, and what stays as it is?",
    },
    "earliest-starts-over": {
        "why": "A service that starts over after every restart would take all money again. auto_offset_reset is asked "
        "only where the group has no committed offset.",
        "look": "'The idea', the second picture: where does a group go on?",
    },
    "missed-while-away": {
        "why": "A topic is not a live broadcast: what is written waits. The three come after the committed offset, "
        "and the group goes on exactly there.",
        "look": "'The idea', the second picture: where does a group go on?",
    },
    "reading-commits": {
        "why": "The broker cannot know what a member has done with a message. Only a commit tells it. If reading "
        "counted as done, a crash in between would lose three orders.",
        "look": "'The idea': which step moves the committed offset?",
    },
    "offset-of-the-member": {
        "why": "Members come and go. The committed offset is kept by the broker for the group, so that whoever takes "
        "over can go on at once. Nobody waits for a program that may never come back.",
        "look": "'The idea': to whom does a committed offset belong?",
    },
}

CHOICES = {
    "two_members": {
        "a": ("each reads all nine", "members-copy"),
        "b": ("they take turns, message by message", "members-take-turns"),
        "c": ("each partition belongs to one of them", ""),
    },
    "another_group": {
        "a": ("it gets nothing", "reading-removes"),
        "b": ("it gets all nine", ""),
        "c": ("the two groups divide the messages", "groups-divide"),
    },
    "fourth_member": {
        "a": ("each gets a quarter of the messages", "partition-divided"),
        "b": ("the fourth has no partition", ""),
        "c": ("Kafka adds a partition", "partition-added"),
    },
    "back_again": {
        "a": ("all twelve", "earliest-starts-over"),
        "b": ("only what is written from now on", "missed-while-away"),
        "c": ("the three", ""),
    },
    "not_committed": {
        "a": ("the same three", ""),
        "b": ("nothing: they have been read", "reading-commits"),
        "c": ("nothing: they wait for the member that had them", "offset-of-the-member"),
    },
}
TOPIC = TOPIC_OF[PaymentProcess].name
EACH = 3  # messages in each partition


@pytest.fixture
def compare(answer, expect, tell):
    """Compare a prediction with what was seen. All of them are made before the first thing is done."""
    answer.given(*CHOICES)
    predicted = {question: answer.choice(question, *letters) for question, letters in CHOICES.items()}

    def compare(question, really, saw):
        text, finding = CHOICES[question][predicted[question]]
        right = predicted[question] == really
        if not right and question != list(CHOICES)[-1]:
            tell("  (The questions after this one are compared once it is right.)")
        expect(right, finding, expected=f"as you predicted: {text}", saw=saw)

    return compare


@pytest.fixture
async def kafka(new_kafka):
    """A topic of this test's own, with three messages in each of its three partitions."""
    async with new_kafka(partitions=PARTITIONS) as kafka:
        await write(kafka, EACH)
        yield kafka


async def write(kafka, each):
    """Write so many commands into each partition, every one about a new order."""
    for partition in list(range(PARTITIONS)) * each:
        command = PaymentProcess(order_id=new_order_id(), amount_cents=2500, currency="EUR", card="card-ok")
        key, headers = command.order_id.encode(), [("ce_type", command.ce_type().encode())]
        await kafka.write(TOPIC, command.model_dump_json().encode(), key=key, headers=headers, partition=partition)


class Group:
    """A group and its members. Whoever joins takes part at once; `divided` waits until Kafka has said who has what."""

    def __init__(self, kafka, name):
        self.kafka, self.name, self.members, self.changed = kafka, name, [], asyncio.Condition()

    async def join(self):
        member = Member(self)
        member.consumer = await self.kafka.consumer(group=self.name, enable_auto_commit=False, heartbeat_interval_ms=30)
        member.consumer.subscribe([self.kafka.prefix + TOPIC], listener=member)
        self.members.append(member)
        return member

    async def leave(self, member):
        self.members.remove(member)
        await member.consumer.stop()

    async def divided(self):
        async with self.changed:
            await self.changed.wait_for(self._all_is_divided)

    def _all_is_divided(self):
        if any(member.partitions is None for member in self.members):
            return False
        return sorted(number for member in self.members for number in member.partitions) == list(range(PARTITIONS))


class Member(ConsumerRebalanceListener):
    """One consumer of a group. `partitions`: which ones it has; None while Kafka divides them anew."""

    def __init__(self, group):
        self.group, self.partitions = group, None

    async def on_partitions_revoked(self, _):
        self.partitions = None

    async def on_partitions_assigned(self, assigned):
        self.partitions = sorted(place.partition for place in assigned)
        async with self.group.changed:
            self.group.changed.notify_all()

    async def read(self):
        """Poll until nothing is left in this member's partitions; return what was read."""
        found, ends = [], await self.consumer.end_offsets(self.consumer.assignment())
        for place, end in ends.items():
            while await self.consumer.position(place) < end:
                for records in (await self.consumer.getmany(place, timeout_ms=1000)).values():
                    found += records
        return found


async def first_and_only(kafka, name):
    """Start the only member of a group; it has all partitions."""
    group = Group(kafka, name)
    member = await group.join()
    await group.divided()
    return group, member


def partitions_of(records):
    """`partitions 0, 2`."""
    numbers = sorted({record.partition for record in records})
    return f"partition{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"


@pytest.mark.task(1)
async def test_two_members_of_one_group(kafka, tell, compare):
    group = Group(kafka, "payment")
    one, other = await asyncio.gather(group.join(), group.join())
    await group.divided()
    read = await asyncio.gather(one.read(), other.read())
    tell("1 Two members of the group payment poll until nothing is left.")
    seen = [f"{len(records)} messages, those of {partitions_of(records)}" for records in read]
    tell(f"  one reads {seen[0]}; the other {seen[1]}")
    first, second = ({record.partition for record in records} for records in read)
    really = "c" if first and second and not first & second else "a" if len(read[0]) == len(read[1]) else "b"
    compare("two_members", really, f"{seen[0]}; {seen[1]}; none was read twice")


@pytest.mark.task(2)
async def test_a_member_of_another_group(kafka, tell, compare):
    _, payment = await first_and_only(kafka, "payment")
    read = await payment.read()
    await payment.consumer.commit()
    _, analytics = await first_and_only(kafka, "analytics")
    again = await analytics.read()
    tell(f"2 The group payment has read {len(read)} messages, and committed. A member of the group analytics starts.")
    tell(f"  It reads {len(again)} messages, those of {partitions_of(again)}.")
    really = "b" if len(again) == len(read) else "c" if again else "a"
    compare("another_group", really, f"the other group read {len(again)} messages, too")


@pytest.mark.task(3)
async def test_a_fourth_member(kafka, tell, compare):
    group = Group(kafka, "payment")
    await asyncio.gather(*(group.join() for _ in range(PARTITIONS + 1)))
    await group.divided()
    has = [len(member.partitions) for member in group.members]
    in_words = ", ".join(
        f"partition {member.partitions[0]}" if member.partitions else "none" for member in group.members
    )
    tell(f"3 Four members have: {in_words}.")
    idle = next(member for member in group.members if not member.partitions)
    await group.leave(next(member for member in group.members if member.partitions))
    await group.divided()
    tell(f"  One that has a partition stops. The one that had none now has partition {idle.partitions[0]}.")
    there = len(idle.consumer.partitions_for_topic(kafka.prefix + TOPIC))
    really = "c" if there > PARTITIONS else "b" if sorted(has) == [0, 1, 1, 1] else "a"
    compare("fourth_member", really, f"three members had one partition each, one had none; the topic has {there}")


@pytest.mark.task(4)
async def test_a_member_that_comes_back(kafka, tell, compare):
    group, member = await first_and_only(kafka, "payment")
    read = await member.read()
    await member.consumer.commit()
    await group.leave(member)
    await write(kafka, 1)
    _, back = await first_and_only(kafka, "payment")
    rest = await back.read()
    tell(f"4 A member reads {len(read)} messages, commits and stops. {PARTITIONS} more are written. It starts again.")
    at = ", ".join(f"partition {partition} offset {offset}" for partition, offset in places(rest))
    tell(f"  It reads {len(rest)} messages: {at or 'none'}.")
    really = {len(read) + PARTITIONS: "a", 0: "b", PARTITIONS: "c"}.get(len(rest), "")
    compare("back_again", really, f"it went on where the group had committed, and read {len(rest)} messages")


@pytest.mark.task(5)
async def test_a_member_that_stops_without_a_commit(kafka, tell, compare):
    group = Group(kafka, "payment")
    await asyncio.gather(group.join(), group.join())
    await group.divided()
    first, second = sorted(group.members, key=lambda member: len(member.partitions))
    read = places(await first.read())
    await group.leave(first)
    await group.divided()
    again = [place for place in places(await second.read()) if place[0] == read[0][0]]
    tell(f"5 One of two members reads {spoken(read)}, and stops without a commit.")
    tell(f"  The other takes over its partition, and reads {spoken(again) if again else 'nothing'}.")
    compare("not_committed", "a" if again == read else "b", f"the other member read {spoken(again or read)}, too")


def places(records):
    """Where these records lie: partition and offset."""
    return [(record.partition, record.offset) for record in records]


def spoken(places):
    """`partition 1, offsets 0, 1, 2`."""
    return f"partition {places[0][0]}, offsets {', '.join(str(offset) for _, offset in places)}"
