"""The check of exercise 14. Each test is one numbered line of 'Your task'. No broker: a table is only data.

Tasks 1 and 2 read the learner's rows with the solution's `decide`; from task 3 on the learner's own `decide` reads
other tables. So each of the two is judged by itself.
"""

import inspect
import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from lab.shop.contracts import (
    TOPIC_OF,
    InventoryCheck,
    InventoryChecked,
    InventoryReleased,
    Item,
    Message,
    NotificationFailed,
    NotificationSend,
    OrderCancel,
    OrderCancelled,
    OrderCancelRequested,
    OrderConfirm,
    OrderConfirmed,
    OrderCreated,
    OrderLine,
    OrderReject,
    OrderRejected,
    PaymentCancelled,
    PaymentProcess,
    PaymentProcessed,
    ShelfLine,
    ShippingDelivered,
    ShippingFailed,
    ShippingInitiate,
    State,
    new_order_id,
)
from lab.shop.ports import Decision, On, Row, Saga

FINDINGS = {
    "row-missing": {
        "why": "Without this row the message is unexpected: the order stands still, and a person has to look at it.",
        "look": "'The idea', second picture: each arrow is one row, with the state in which it begins. TODO 2.",
    },
    "outcome-forgotten": {
        "why": "This message ends in more than one way, and each ending has a row of its own. A row that says only the "
        "name waits for a message without an outcome, and such a one never comes.",
        "look": 'The outcome comes second: On(InventoryChecked.name, "reserved"). TODO 2.',
    },
    "said-too-early": {
        "why": "A command asks for what is possible now. Money for mugs that nobody has set aside has to be given back "
        "when there are none; a parcel that leaves before the customer has a yes cannot be called back.",
        "look": "One step after the other: each answer leads to the next question. 'The idea', second picture.",
    },
    "wrong-state": {
        "why": "The state says what the mediator waits for. In another state the answer to its question finds no row.",
        "look": "The next state is named after what is awaited: after payment.process, AWAITING_PAYMENT. TODO 2.",
    },
    "wrong-commands": {
        "why": "Nobody else asks for the next step. A command that is not said is work that is never done, and the "
        "order waits for its answer for ever; one too many is work that nobody wanted.",
        "look": "'The idea', second picture: what is said at this arrow? It may be two. TODO 2.",
    },
    "row-of-others": {
        "why": "Each exercise brings rows of its own, and together they are one table. Yours are the four of the good "
        "ending. What follows when something goes wrong comes with exercise 16.",
        "look": "Take this row out: 'Your task', line 1.",
    },
    "knows-prices": {
        "why": "Order has worked out the total, with the prices and vouchers of that moment. A mediator that works it "
        "out again is a second place that knows prices, and some day the two differ: on the customer's card.",
        "look": "TODO 1: copy the order's own total. The worked example, step 1.",
    },
    "order-changed": {
        "why": "The mediator passes on what the customer ordered. Whoever reads the command knows nothing else.",
        "look": "Copy it from saga.order, field by field; the docstring of process_payment names them. TODO 1.",
    },
    "not-a-decision": {
        "why": "The mediator's engine goes by decision.kind, decision.to and decision.commands. It knows nothing else.",
        "look": "Whatever comes, return Decision(kind, to, commands); the last one is a tuple and may be left out.",
    },
    "table-not-read": {
        "why": "The table that is handed in holds the rows of all exercises. Your own ROWS are four of them; who "
        "reads only those finds no answer for an order whose payment is declined.",
        "look": "TODO 3: look in `table`, a dict; its keys are pairs: (saga.state, On.of(message.body)).",
    },
    "outcome-ignored": {
        "why": "The name alone does not say how it ended. Who goes by it takes a declined payment for an approved one: "
        "the order is confirmed and shipped, and nobody has paid.",
        "look": "TODO 3: the key is the state and the On, which has name and outcome: On.of(message.body).",
    },
    "state-ignored": {
        "why": "The same message means something else in another state. A parcel that cannot be sent is an order to "
        "cancel; a parcel lost on its way is a case for a person.",
        "look": "TODO 3: the key has two parts, saga.state and On.of(message.body).",
    },
    "commands-not-made": {
        "why": "A row holds functions. The messages that travel are what these functions return.",
        "look": "TODO 6: call each with (saga, message), and put the results into a tuple: tuple(… for … in …).",
    },
    "decision-wrong": {
        "why": "The engine does what the decision says and nothing beyond it: it goes to decision.to, and says "
        "decision.commands. A no-op neither goes nor says.",
        "look": "TODO 6: where to and what to say, both stand in the row. A no-op is only what stays and says nothing.",
    },
    "no-op-is-a-move": {
        "why": "A row that stays and says nothing is there on purpose: 'we know of it, and nothing follows'. Called a "
        "move, it looks in the order's history like a step that was taken.",
        "look": "TODO 5: the row's `to` is the present state, and it has no commands. Both together make a no-op.",
    },
    "repeat-is-unexpected": {
        "why": "Kafka may deliver a message twice; that is everyday life. If every repeat is shown to a person, nobody "
        "looks any more when something is really wrong.",
        "look": "TODO 4: saga.seen holds the On of everything that was told before.",
    },
    "falls-through": {
        "why": "There is no row, so nobody has thought of this. An order that moves on all the same goes where nobody "
        "wanted it; and with no answer at all the engine stops, and with it every other order.",
        "look": "TODO 4: `if row is None:` comes first, and both ways out return a Decision that stays.",
    },
    "no-row-is-an-error": {
        "why": "An error stops the mediator at this one message, and every order behind it. A message that nobody has "
        "thought of is not an error of the program; it is an answer: unexpected.",
        "look": "TODO 3: a dict's [key] raises where there is nothing; its method `get` gives None.",
    },
    "dropped-in-silence": {
        "why": "A no-op is what we know and may pass by. This is news: somebody says what no row has foreseen. Passed "
        "by in silence, the order stands still and nobody ever learns why.",
        "look": "TODO 4: only what is in saga.seen came before; name and outcome both count.",
    },
}

S = State
GOODS = (("mug", 1250), ("lamp", 4900), ("pen", 2400))


class Example:
    """An order, with all that can be told of it. Its total is no sum of its lines: a voucher was handed in."""

    def __init__(self, seed):
        rng = self.rng = random.Random(seed)
        self.order_id = new_order_id()
        goods = rng.sample(GOODS, 2)
        self.lines = tuple(OrderLine(sku=sku, quantity=rng.randint(1, 9), unit_cents=cents) for sku, cents in goods)
        full = sum(line.quantity * line.unit_cents for line in self.lines)
        who = rng.choice(("zoe", "yan", "xia"))
        self.order = OrderCreated(
            order_id=self.order_id,
            customer_id=f"cus-{who}",
            customer_name=who.title(),
            email=f"{who}@example.org",
            ship_to=rng.choice(("Leeds", "Ely", "Derby")),
            card=f"card-{rng.randint(100, 999)}",
            lines=self.lines,
            total_cents=full - rng.randint(101, 999),
            currency=rng.choice(("CHF", "SEK")),
        )
        self.items = tuple(Item(sku=line.sku, quantity=line.quantity) for line in self.lines)

    def checked(self, outcome="reserved"):
        left = ShelfLine(sku=self.lines[0].sku, quantity=1, left=self.rng.randint(1, 99))
        return InventoryChecked(order_id=self.order_id, outcome=outcome, lines=(left,))

    def paid(self, outcome="approved"):
        reason = "card refused" if outcome == "declined" else ""
        return PaymentProcessed(
            order_id=self.order_id, outcome=outcome, amount_cents=self.order.total_cents, reason=reason
        )

    def steps(self):
        """The good way: what is told, where it leads, and what is to be said."""
        me, order = self.order_id, self.order
        payment = PaymentProcess(order_id=me, amount_cents=order.total_cents, currency=order.currency, card=order.card)
        shipping = ShippingInitiate(order_id=me, lines=self.items, ship_to=order.ship_to)
        letter = NotificationSend(
            order_id=me, template="confirmed", customer_name=order.customer_name, email=order.email
        )
        return (
            (order, S.AWAITING_INVENTORY, (InventoryCheck(order_id=me, lines=self.items),)),
            (self.checked(), S.AWAITING_PAYMENT, (payment,)),
            (self.paid(), S.CONFIRMING, (OrderConfirm(order_id=me),)),
            (OrderConfirmed(order_id=me), S.AWAITING_SHIPPING, (shipping, letter)),
        )

    def saga(self, state, *told):
        return Saga(self.order_id, state, self.order, frozenset(map(On.of, told)))

    def others(self):
        """What else can be told of an order, some of it with several endings."""
        me = self.order_id
        return (
            OrderCancelRequested(order_id=me),
            OrderRejected(order_id=me, reason="?"),
            OrderCancelled(order_id=me, reason="?"),
            InventoryReleased(order_id=me),
            ShippingFailed(order_id=me, reason="?"),
            ShippingDelivered(order_id=me, carrier="?"),
            NotificationFailed(order_id=me, template="confirmed", reason="?"),
            *(PaymentCancelled(order_id=me, outcome=how, amount_cents=0) for how in ("none", "refunded")),
        )


@pytest.fixture
def example(seed):
    return Example(seed)


def names(bodies):
    return ", ".join(body.name for body in bodies) or "nothing"


def message_of(body):
    return Message(f"id-{body.order_id}-{body.name}", body, "/shop/check", datetime.now(UTC), f"id-{body.order_id}")


# --- tasks 1 and 2: the rows ---


def begun(answer, mediator, example):
    """Where there are no rows at all, it is `decide` that says whether the file was begun."""
    if not answer.ROWS:
        answer.decide(mediator.table, example.saga(S.NEW), message_of(example.order))


def no_row(rows, state, on):
    """Which finding it is that no row was found, and what was seen instead."""
    near = [row for row in rows if row.on.name == on.name]
    if any(row.on.outcome is None for row in near) and on.outcome:
        return "outcome-forgotten", f"a row that waits for {on.name} alone"
    elsewhere = [row for row in near if row.on == on]
    saw = f"your row for {on} begins in {elsewhere[0].state}" if elsewhere else f"no row for {on}"
    return "row-missing", f"{saw}; you have {len(rows)} rows"


@pytest.mark.task(1)
def test_four_rows_lead_an_order_to_its_parcel(answer, mediator, expect, on_paper, example):
    begun(answer, mediator, example)
    story, paper, heard = mediator.story(example.order, S.NEW), [], set()
    steps = example.steps()
    for number, (body, to, commands) in enumerate(steps):
        state, on, wanted = story.state, On.of(body), names(commands)
        decision = story.hear(body)
        heard.add((state, on))
        paper.append((TOPIC_OF[type(body)].name, str(on)))
        first = len(paper)
        paper += [(TOPIC_OF[type(one)].name, one.name) for one in decision.commands]
        said = f"{names(decision.commands)}, and goes to {decision.to}"
        card = {
            "expected": f"in {state}, on {on}: {wanted}, and on to {to}",
            "timeline": on_paper(paper, wrong={first - 1}),
        }
        if decision.kind == "unexpected":
            finding, saw = no_row(answer.ROWS, state, on)
            expect(False, finding, saw=saw, **card)
        later = {type(one) for _, _, more in steps[number + 1 :] for one in more}
        early = [one for one in decision.commands if type(one) in later]
        marked = on_paper(paper, wrong={first + decision.commands.index(one) for one in early})
        expect(not early, "said-too-early", saw=f"your row says {said}", **card | {"timeline": marked})
        right = Counter(map(type, decision.commands)) == Counter(map(type, commands))
        expect(right, "wrong-commands", saw=f"your row says {said}", **card)
        expect(decision.to == to, "wrong-state", saw=f"your row says {said}", **card)
    more = [row for row in answer.ROWS if (row.state, row.on) not in heard]
    saw = f"one more, for {more[0].on} in {more[0].state}" if more else ""
    expect(not more, "row-of-others", expected="the four rows of the good ending", saw=saw)


@pytest.mark.task(2)
def test_the_commands_say_what_the_order_says(mediator, expect, example):
    story = mediator.story(example.order, S.NEW)
    for body, _, commands in example.steps():
        said = {type(one): one for one in story.hear(body).commands}
        for wanted in commands:
            got = said[type(wanted)]
            wrong = [field for field in type(wanted).model_fields if getattr(got, field) != getattr(wanted, field)]
            money = "amount_cents" in wrong
            field = "amount_cents" if money else next(iter(wrong), "order_id")
            expect(
                not wrong,
                "knows-prices" if money else "order-changed",
                expected=f"in {wanted.name}, {field} as in the order: {getattr(wanted, field)!r}",
                saw=f"{field} {getattr(got, field)!r}",
            )


# --- tasks 3 to 6: decide ---


@pytest.fixture
def decide(answer, expect):
    """Call the learner's function; what comes back is a Decision, or a finding."""

    def decide(table, saga, body, nothing="not-a-decision"):
        decision = answer.decide(table, saga, message_of(body))
        expected, saw = f"in {saga.state}, on {On.of(body)}: a Decision", shape(decision)
        if decision is None:
            expect(False, nothing, expected=expected, saw="None: no line with `return` was reached")
        expect(isinstance(decision, Decision), "not-a-decision", expected=expected, saw=saw)
        made = decision.commands
        ready = isinstance(made, tuple | list) and not any(callable(one) for one in made)
        saw = "functions, not called" if isinstance(made, tuple | list) else shape(made)
        expect(ready, "commands-not-made", expected="a tuple of commands", saw=saw)
        return Decision(decision.kind, decision.to, tuple(made))

    return decide


def shape(thing):
    if inspect.iscoroutine(thing):
        thing.close()
        return "a coroutine; nothing has to be waited for here, so it is a plain `def`"
    return "a generator, of which nothing is made yet" if inspect.isgenerator(thing) else repr(thing)


def told(decision):
    what = f"{decision.kind!r}, {decision.to}"
    return f"{what}, {names(decision.commands)}" if decision.commands else what


def reject(saga, message):
    return OrderReject(order_id=saga.order.order_id, reason=message.body.reason)


def cancel(saga, message):
    return OrderCancel(order_id=saga.order.order_id, reason=f"after {message.body.name}")


ROWS_OF_THIS_CHECK = (
    Row(S.COMPENSATING, On(PaymentCancelled.name, "refunded"), S.CANCELLING, (cancel,)),
    Row(S.AWAITING_PAYMENT, On(PaymentProcessed.name, "approved"), S.IN_TRANSIT, (cancel,)),
    Row(S.AWAITING_PAYMENT, On(PaymentProcessed.name, "declined"), S.REJECTING, (reject, cancel)),
    Row(S.AWAITING_SHIPPING, On(ShippingFailed.name), S.COMPENSATING, (cancel,)),
    Row(S.IN_TRANSIT, On(ShippingFailed.name), S.NEEDS_ATTENTION),
    Row(S.CANCELLING, On(InventoryReleased.name), S.CANCELLING, (cancel,)),
    Row(S.REJECTED, On(InventoryReleased.name), S.REJECTED),
)
TABLE = {(row.state, row.on): row for row in ROWS_OF_THIS_CHECK}


@pytest.mark.task(3)
def test_where_there_is_a_row_it_is_followed(decide, expect, example):
    failed = ShippingFailed(order_id=example.order_id, reason="no carrier")
    back = InventoryReleased(order_id=example.order_id)
    cases = (
        (S.COMPENSATING, example.others()[-1]),
        (S.AWAITING_PAYMENT, example.paid()),
        (S.AWAITING_PAYMENT, example.paid("declined")),
        (S.AWAITING_SHIPPING, failed),
        (S.IN_TRANSIT, failed),
        (S.CANCELLING, back),
    )
    for state, body in cases:
        on, saga = On.of(body), example.saga(state)
        row = TABLE[state, on]
        wanted = Decision("move", row.to, tuple(command(saga, message_of(body)) for command in row.commands))
        expected = f"a row is there for {on} in {state}: {told(wanted)}"
        try:
            got = decide(TABLE, saga, body)
        except KeyError as error:
            expect(False, "table-not-read", expected=expected, saw=f"KeyError: {error}")
        expect(got == wanted, misread(got, row), expected=expected, saw=told(got))


def misread(got, row):
    """Which finding it is that this decision does not follow the row."""
    if got.kind == "unexpected":
        return "table-not-read"
    for other in ROWS_OF_THIS_CHECK:
        if other is not row and other.to == got.to:
            if other.on == row.on:
                return "state-ignored"
            if (other.state, other.on.name) == (row.state, row.on.name):
                return "outcome-ignored"
    return "decision-wrong"


@pytest.mark.task(4)
def test_a_row_that_stays_and_says_nothing_is_a_no_op(decide, expect, example):
    back = InventoryReleased(order_id=example.order_id)
    for saga in (example.saga(S.REJECTED), example.saga(S.REJECTED, back)):
        got = decide(TABLE, saga, back)
        expected = f"the row for {back.name} in REJECTED stays and says nothing: 'no-op', REJECTED"
        expect(got == Decision("no-op", S.REJECTED), "no-op-is-a-move", expected=expected, saw=told(got))


@pytest.mark.task(5)
def test_what_was_told_before_is_a_no_op(attempt, mediator, expect, example):
    history = []
    for body, to, _ in example.steps():
        history.append(body)
        for again in history:
            saga = example.saga(to, *history)
            got = attempt(mediator.table, saga, again)
            expected = f"{On.of(again)} once more, in {to}: 'no-op', {to}"
            moved = got.to != to or got.commands or got.kind == "move"
            finding = "falls-through" if moved else "repeat-is-unexpected"
            expect(got == Decision("no-op", to), finding, expected=expected, saw=told(got))


@pytest.mark.task(6)
def test_all_else_is_unexpected_and_no_error(answer, decide, attempt, mediator, expect, tell, example):
    news = (example.order, example.checked("out_of_stock"), example.paid("declined"), *example.others())
    before = (example.order, example.checked(), example.paid())
    four = {(row.state, row.on): row for row in answer.ROWS}
    cases = [(four, S.AWAITING_PAYMENT, before[:2], example.paid("declined"))]
    cases += [
        (mediator.table, state, [one for one in before if one is not body], body)
        for state in example.rng.sample(list(State), len(State))
        for body in news
        if (state, On.of(body)) not in mediator.table
    ]
    for table, state, history, body in cases:
        got = attempt(table, example.saga(state, *history), body)
        expected = f"no row for {On.of(body)} in {state}, and never told before: 'unexpected', {state}"
        moved = got.to != state or got.commands or got.kind == "move"
        finding = "falls-through" if moved else "dropped-in-silence"
        expect(got == Decision("unexpected", state), finding, expected=expected, saw=told(got))
    table, state, history, declined = cases[0]
    saga = example.saga(state, *history)
    tell(f"With your four rows alone, a declined payment: {told(decide(table, saga, declined))}.")
    tell(f"With exercise 16's rows beside them: {told(decide(mediator.table, saga, declined))}.")
    tell("Your `decide` read both tables, and did not have to know how an order can end.")


@pytest.fixture
def attempt(answer, decide, expect):
    """Let the learner's function decide on what has no row; an error that says so is a finding of its own."""

    def attempt(table, saga, body):
        try:
            answer.decide(table, saga, message_of(body))
        except (NotImplementedError, NameError, TypeError):
            raise  # a mistake in the lines, and no opinion
        except Exception as error:  # noqa: BLE001  whatever they raise on purpose, or by looking where nothing is
            expected = f"no row for {On.of(body)} in {saga.state}: a Decision, and no error"
            expect(False, "no-row-is-an-error", expected=expected, saw=f"{type(error).__name__}: {error}")
        return decide(table, saga, body, nothing="falls-through")

    return attempt
