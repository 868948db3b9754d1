"""What Analytics does with what it hears: one part, for every event there is."""

from collections.abc import Mapping

from lab.shop.contracts import TOPIC_OF, Event
from lab.shop.parts import Parts
from lab.shop.ports import RECORD_EVENT
from lab.shop.runtime.steps import Step, step
from lab.shop.services.analytics.many import record_many


def steps(parts: Parts) -> Mapping[str, Step]:
    """Return the same step for every event of the table."""
    twin = parts.twin(RECORD_EVENT, "record", record_many)
    record = step(parts[RECORD_EVENT], parts.credit(RECORD_EVENT), RECORD_EVENT.name, twin)
    return {body.name: record for body in TOPIC_OF if issubclass(body, Event)}
