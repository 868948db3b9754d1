"""Exercise 22 · Logs: one id through every hop."""

import re
import secrets
from collections.abc import Mapping

from lab.shop.contracts import Body, Message

# https://www.w3.org/TR/trace-context/#traceparent-header-field-values: version, trace id, parent id, flags.
TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})")


def next_trace(incoming: str | None) -> str | None:
    """Return the traceparent of what we send on, given the one that came in; None: a story begins here.

    The trace id stays for the whole story, the parent id is new at each hop. What is no traceparent begins a new one.
    """
    known = TRACEPARENT.fullmatch(incoming or "")
    trace_id = known[1] if known else secrets.token_hex(16)
    flags = known[2] if known else "01"  # 01: it is recorded
    return f"00-{trace_id}-{secrets.token_hex(8)}-{flags}"


def log_fields(message: Message[Body]) -> Mapping[str, str]:
    """Return what every log line about this message carries: fields, which can be searched for, and no sentences.

    Never a card, an address, a name or the body: logs are read by many, and kept for long.
    """
    fields = {"message": message.name, "order": message.order_id, "correlation": message.correlation_id}
    known = TRACEPARENT.fullmatch(message.traceparent or "")
    if known:
        fields["trace"] = known[1]
    return fields
