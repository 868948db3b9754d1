"""Every message of the table has its sentence, and no message can move the cursor."""

import pytest

from lab.shop import contracts as c
from lab.shop.contracts import BODY_OF, Command, OrderCreated
from lab.shop.sentences import SENTENCES, outcomes, sentence
from lab.shop.waiting import ANSWERS, ENDINGS, MOVES_THE_MEDIATOR
from lab.shop.wording import basket, clean, fit, money, pieces, the_pieces

LINES = [{"sku": "mug", "quantity": 2, "unit_cents": 1250, "left": 38}]
FIELDS = {
    "order_id": "ord-7F3KM2QA", "lines": LINES, "amount_cents": 2500, "total_cents": 2500, "currency": "EUR",
    "card": "card-ok", "reason": "card refused", "template": "confirmed", "customer_id": "cus-anna",
    "customer_name": "Anna", "email": "anna@mail.example", "ship_to": "Leeds", "carrier": "Swift", "tracking": "t",
}  # fmt: skip
EVERY = [(body, outcome) for body in BODY_OF.values() for outcome in outcomes(body)]


def make(body, outcome=None, **changes):
    values = {**FIELDS, "outcome": outcome, **changes}
    return body.model_validate({name: values[name] for name in body.model_fields}, strict=False)


ORDER = make(OrderCreated)


@pytest.mark.parametrize(("body", "outcome"), EVERY, ids=lambda value: getattr(value, "name", value))
def test_every_message_and_outcome_has_a_sentence(body, outcome):
    for order in (ORDER, None):
        for short in (True, False):
            told = sentence(make(body, outcome), order, short=short)
            assert told.isprintable()
            assert told == told.strip()
            assert len(told) > 8


def test_the_table_has_no_sentence_for_what_does_not_exist():
    assert set(SENTENCES) == set(EVERY)


def test_every_outcome_is_told_differently():
    told = [(body, sentence(make(body, outcome), ORDER)) for body, outcome in EVERY]
    assert len(set(told)) == len(told)


def test_a_command_says_who_is_asked_and_an_event_who_speaks():
    assert sentence(make(c.InventoryCheck), ORDER) == "Mediator asks Inventory to set 2 mugs aside"
    assert sentence(make(c.InventoryCheck), ORDER, short=True) == "asks Inventory to set 2 mugs aside"
    assert sentence(make(c.InventoryChecked, "reserved"), ORDER) == "Inventory: set aside, 38 left"
    assert sentence(make(c.InventoryCommit), ORDER) == "Mediator asks Inventory to book the mugs out"
    assert sentence(make(c.InventoryCommit), None) == "Mediator asks Inventory to book the pieces out"


def test_out_of_stock_says_how_many_were_left():
    line = {"sku": "poster", "quantity": 5, "left": 2}
    assert "2 of 5 posters left" in sentence(make(c.InventoryChecked, "out_of_stock", lines=[line]), None)
    two = [line, {"sku": "chair", "quantity": 9, "left": 1}]
    assert "1 product more" in sentence(make(c.InventoryChecked, "out_of_stock", lines=two), None)


def test_every_command_is_answered_by_an_event_of_its_owner():
    commands = {body for body in BODY_OF.values() if issubclass(body, Command)}
    assert commands <= set(ANSWERS)
    for asked in commands:
        for answer in ANSWERS[asked]:
            assert c.TOPIC_OF[answer].writer == c.TOPIC_OF[asked].owner
    assert not any(issubclass(body, Command) for body in MOVES_THE_MEDIATOR | set(ENDINGS))


@pytest.mark.parametrize("evil", ["\x1b[2Jgone", "a\rb", "a\nb", "\x9b31m", "\u202eabc", "a\x00b", "\u2028"])
def test_control_characters_never_leave(evil):
    for body, outcome in EVERY:
        changes = {"reason": evil, "customer_name": evil, "currency": evil}
        order = make(OrderCreated, lines=[{"sku": evil, "quantity": 1, "unit_cents": 1}], customer_name=evil)
        body_now = make(body, outcome, **changes, lines=[{"sku": evil, "quantity": 2, "unit_cents": 1, "left": 1}])
        assert sentence(body_now, order).isprintable()


def test_long_texts_are_cut_and_say_so():
    assert clean("x" * 500, 20) == "x" * 19 + "…"
    assert fit("日本語日本語", 7) == "日本語…"
    assert fit("short", 7) == "short"


def test_money_and_pieces_read_well():
    assert money(2500) == "25.00 EUR"
    assert money(5) == "0.05 EUR"
    one = ORDER.lines[0].model_copy(update={"quantity": 1, "sku": "lamp"})
    assert pieces([one]) == "1 desk lamp"
    assert the_pieces([one]) == "the desk lamp"
    assert pieces([one, *ORDER.lines]) == "3 pieces"
    assert the_pieces([]) == "the pieces"
    assert basket([one] * 4) == "1 \N{MULTIPLICATION SIGN} lamp, 1 \N{MULTIPLICATION SIGN} lamp, and 2 more"
