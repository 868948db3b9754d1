"""finding: new-id-per-retry

uuid4() is the id that everyone reaches for. Said a second time, after a crash, the message is a new one.
"""

import uuid

from lab.shop.contracts import Wire


def wrap(body, *, cause, source, time):
    message_id = str(uuid.uuid4())
    head = {
        "ce_specversion": "1.0",
        "ce_id": message_id,
        "ce_type": body.ce_type(),
        "ce_source": source,
        "ce_subject": body.order_id,
        "ce_time": time.isoformat(),
        "ce_correlationid": cause.correlation_id if cause else message_id,
        "content-type": "application/json",
    }
    if cause:
        head["ce_causationid"] = cause.id
    return Wire([(name, text.encode()) for name, text in head.items()], body.model_dump_json().encode())
