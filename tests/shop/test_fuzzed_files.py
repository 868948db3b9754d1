"""Journals that anybody may have written: each line is something, and what was kept is told as it was."""

import json

from hypothesis import example, given
from hypothesis import strategies as st

from lab.shop.contracts import Message, Record, Unreadable
from lab.shop.journal import BadLine, Note, read_journal, to_line
from lab.shop.narrate import Narrator
from lab.shop.seen import Seen

ANY_TEXT = st.text(st.characters(), max_size=12)  # halves of characters, too: JSON can write them
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("topic", "partition", "offset", "timestamp_ms", "key", "value", "headers", "note", "at_ms", "data")
GOOD = {
    "topic": "order.events",
    "partition": 0,
    "offset": 1,
    "timestamp_ms": 2,
    "key": "eA==",
    "value": None,
    "headers": [],
}
NOTE = {"note": "looked", "at_ms": 3, "data": {}}
ROWS = st.tuples(st.sampled_from([GOOD, NOTE, {}]), st.dictionaries(st.sampled_from(FIELDS), ANY_JSON)).map(
    lambda pair: {**pair[0], **pair[1]}
)
BYTES = st.none() | st.binary(max_size=20)
RECORDS = st.builds(
    Record,
    topic=ANY_TEXT,
    partition=st.integers(0, 2**31),
    offset=st.integers(0, 2**63),
    key=BYTES,
    value=BYTES,
    headers=st.lists(st.tuples(ANY_TEXT, BYTES), max_size=3).map(tuple),
    timestamp_ms=st.integers(0, 10**14),
)


@given(st.lists(st.binary(max_size=40) | (ROWS | ANY_JSON).map(lambda row: json.dumps(row).encode()), max_size=5))
@example([b"[" * 100_000])
@example([b'{"note": ' + b'{"a":' * 50_000])
@example([b"9" * 5_000])
@example([json.dumps({**GOOD, "headers": [["\ud800", "eA=="]]}).encode()])
def test_whatever_is_in_a_file_each_line_is_something_that_can_be_told(tmp_path_factory, lines) -> None:
    file = tmp_path_factory.mktemp("journal") / "j.olj"
    file.write_bytes(b"\n".join(lines) + b"\n")
    teller = Narrator()
    for entry in read_journal(file):
        assert isinstance(entry, Seen | Note | BadLine)
        if isinstance(entry, Seen):
            assert isinstance(entry.message, Message | Unreadable)
            for line in teller.see(entry, 1.0):
                assert line.text.isprintable() or not line.text


@given(RECORDS)
@example(Record("\ud800", 0, 0, None, b"", (("\udfff", b"x"), ("y", b"\xff")), 1))
def test_what_was_kept_is_read_again_as_it_was(tmp_path_factory, record) -> None:
    file = tmp_path_factory.mktemp("journal") / "j.olj"
    file.write_bytes(to_line(record))
    (entry,) = read_journal(file)
    assert isinstance(entry, Seen)
    assert entry.record == record
