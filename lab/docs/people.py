"""Who reads and writes what: the table of topics, joined with what the units really subscribe to."""

import importlib
from functools import cache

from lab.shop.contracts import TOPICS, Topic
from lab.shop.runtime.blueprint import Blueprint
from lab.shop.units import UNITS


@cache
def blueprints() -> tuple[Blueprint, ...]:
    """Return the blueprint of every unit, in the sequence of the table of units."""
    return tuple(importlib.import_module(unit.blueprint).BLUEPRINT for unit in UNITS)


def readers(topic: Topic) -> tuple[str, ...]:
    """Return every unit that reads this topic."""
    return tuple(blueprint.name for blueprint in blueprints() if topic.name in blueprint.topics)


def listeners(topic: Topic) -> tuple[str, ...]:
    """Return those that read this topic without having to act on it."""
    return tuple(name for name in readers(topic) if name != topic.owner)


def title(unit: str) -> str:
    """Return a unit's name as people write it: `Order`."""
    return next(known.title for known in UNITS if known.name == unit)


def topics_read_by(unit: str) -> tuple[Topic, ...]:
    """Return the topics that this unit reads."""
    return tuple(topic for topic in TOPICS if unit in readers(topic))
