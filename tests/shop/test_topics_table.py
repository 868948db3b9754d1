"""The table of topics: complete, without overlaps, and in the words of the field."""

import inspect
import re
from collections import Counter

from lab.shop.contracts import BODY_OF, TOPIC_OF, TOPICS, Body, Command, Event, Role, commands, events
from lab.shop.units import BY_NAME

PAST = re.compile(r"[a-z]*(ed|sent)")


def bodies_of(module) -> set[type[Body]]:
    """The message types that a module defines, not those it imports."""
    found = {item for item in vars(module).values() if inspect.isclass(item) and issubclass(item, Body)}
    return {item for item in found if item.__module__ == module.__name__}


def test_every_message_stands_in_exactly_one_topic() -> None:
    listed = Counter(body for topic in TOPICS for body in topic.messages)
    assert set(listed) == bodies_of(commands) | bodies_of(events)
    assert set(listed.values()) == {1}


def test_topic_names_message_names_and_types_are_unique() -> None:
    for names in (
        [topic.name for topic in TOPICS],
        [body.name for body in TOPIC_OF],
        [body.ce_type() for body in TOPIC_OF],
    ):
        assert len(names) == len(set(names))
    assert len(BODY_OF) == len(TOPIC_OF)


def test_every_type_name_carries_the_shop_the_name_and_the_version() -> None:
    for name, body in BODY_OF.items():
        assert name == f"shop.{body.name}.v{body.version}"
        assert re.fullmatch(r"shop\.[a-z]+\.[a-z_]+\.v[1-9]\d*", name), name


def test_a_channel_carries_only_commands_or_only_events() -> None:
    for topic in TOPICS:
        kind = Command if topic.role is Role.COMMAND_CHANNEL else Event
        assert all(issubclass(body, kind) for body in topic.messages), topic.name


def test_commands_go_from_the_mediator_to_one_owner_and_events_come_back() -> None:
    for topic in TOPICS:
        assert {topic.writer, topic.owner} <= set(BY_NAME), topic.name
        assert topic.writer != topic.owner
        if topic.role is Role.COMMAND_CHANNEL:
            assert topic.writer == "mediator"
        else:
            assert topic.owner == "mediator"
    owners = [topic.owner for topic in TOPICS if topic.role is Role.COMMAND_CHANNEL]
    assert len(owners) == len(set(owners))


def test_a_message_is_named_after_the_service_that_it_concerns() -> None:
    for topic in TOPICS:
        service = "order" if topic.role is Role.EVENT_QUEUE else topic.name.partition(".")[0]
        assert all(body.name.partition(".")[0] == service for body in topic.messages), topic.name


def test_events_are_told_in_the_past_tense_and_commands_are_not() -> None:
    for body in TOPIC_OF:
        words = body.name.partition(".")[2].split("_")  # order.mark_shipped: "mark" is what is to be done
        said = words[-1] if issubclass(body, Event) else words[0]
        assert bool(PAST.fullmatch(said)) is issubclass(body, Event), body.name


def test_commands_are_versioned_frozen_and_say_in_their_docstring_whom_they_ask() -> None:
    for body in bodies_of(commands):
        owner = TOPIC_OF[body].owner.capitalize()
        assert (body.__doc__ or "").startswith(f"To {owner}: "), body.name


def test_every_message_can_only_be_read_after_it_was_said() -> None:
    assert all(body.model_config["frozen"] and body.model_config["strict"] for body in TOPIC_OF)
