"""The check of exercise 9. Each test is one numbered line of 'Your task', on the order service's real HTTP.

Orders come in by POST /orders as in the shop; only the desk behind the door is this check's own, and notes what it is
given. Until the last task the faults are described by the shop's own lines, so that the tasks can be done in turn.
"""

import inspect
import json
import random
import sys
import traceback
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import BaseModel

from lab.shop.contracts import (
    CUSTOMERS,
    LINES_AT_MOST,
    PIECES_AT_MOST,
    PRODUCTS,
    OrderCreated,
    OrderLine,
    new_order_id,
)

pytestmark = pytest.mark.anyio

FINDINGS = {
    "not-a-model": {
        "why": "FastAPI asks a pydantic model what may come in. From another class it learns no limits and no rules.",
        "look": "`class OrderRequest(BaseModel):`, and at the end `order_request = OrderRequest`, without brackets.",
    },
    "good-order-refused": {
        "why": "A customer who does everything right is sent away. That is the dearest mistake of all, and no log "
        "shows it.",
        "look": "Compare what was sent with your fields and limits: names as in the table of 'Your task'; `ge` and "
        "`le` let the limit itself pass, `gt` and `lt` do not. `= …` gives a default.",
    },
    "not-handed-on": {
        "why": "What your model makes of the request is all that the shop ever sees of it.",
        "look": "TODO 3: customer_id, card, and lines, which are of the class Line. A rule returns the value it got.",
    },
    "missing-accepted": {
        "why": "With a default, a forgotten field is no mistake any more, and the shop guesses what was meant. Only "
        "the card has one here.",
        "look": "TODO 3: a field without `= …` must be sent.",
    },
    "half-a-piece": {
        "why": "A float holds 1.5, and 0.1 + 0.2 as 0.30000000000000004. What is counted in wholes, pieces and cents, "
        "is an int.",
        "look": "TODO 3: the type of `quantity`.",
    },
    "turned-into-a-number": {
        "why": 'Pydantic helps where it can: "2" and true become numbers. Today that is right, tomorrow "1e2" is a '
        "hundred. Whoever sends a text for a number has made a mistake, and would like to hear of it.",
        "look": "TODO 1: `model_config = ConfigDict(strict=True, …)` in both models: pydantic looks for that name.",
    },
    "no-piece-accepted": {
        "why": "An order for nothing, or for less. Behind the door nobody is ready for that: the first message about "
        "it is refused by its own model, and the answer is 500, 'our fault'.",
        "look": "TODO 4: what is the least? Field(ge=…).",
    },
    "empty-accepted": {
        "why": "A field that is there and says nothing is as good as missing.",
        "look": "TODO 4: a list and a text have a least length: Field(min_length=…).",
    },
    "no-upper-limit": {
        "why": "What has no limit will be used without one, by a slip of the finger or on purpose: a billion mugs, a "
        "list so long that its faults fill a book.",
        "look": "TODO 4: the most, too. Field(le=…) for a number, Field(max_length=…) for a text or a list.",
    },
    "float-money": {
        "why": "A float cannot hold 0.10: it holds the nearest that it can. Ten of them are not 1.00. And the shop "
        "knows its prices: a customer has none to say.",
        "look": "Take the field out. Money is counted in whole cents, as in the catalogue, and not by the customer.",
    },
    "client-set-price": {
        "why": "What a customer may send, a customer will choose. The price of a mug is the shop's to say.",
        "look": "Take the field out. The table of 'Your task' has all that a request may hold.",
    },
    "silently-ignored": {
        "why": "Pydantic ignores what it does not know. Whoever wrote `quantitty`, or a price, is told that all is "
        "well, and gets something else than was asked for.",
        "look": 'TODO 1: `extra="forbid"`, in both models: the inner one does not get it from the outer one.',
    },
    "unknown-accepted": {
        "why": "The type is right, the thing does not exist. Behind the door nobody asks again: PRODUCTS[…] raises "
        "KeyError there, and the answer is 500, 'our fault'.",
        "look": "TODO 2: a rule of your own, and Annotated[str, AfterValidator(your_rule)].",
    },
    "not-a-value-error": {
        "why": "Pydantic takes a ValueError for 'this does not fit'. Any other error is a mistake of the service: the "
        "answer is 500, and a customer cannot mend that.",
        "look": "TODO 2: `raise ValueError(…)`, and ask with `in` before you look something up.",
    },
    "refused-otherwise": {
        "why": "A rule knows nothing of HTTP. All faults of a request are collected and told together, each with its "
        "field; whoever breaks off with a status of their own tells one, and not where.",
        "look": "TODO 2: `raise ValueError(…)`. The status is FastAPI's to choose.",
    },
    "product-twice": {
        "why": "Two lines for one product: is it a mistake, or the sum? And the book has one line per product.",
        "look": "TODO 2: a rule for the whole list: Annotated[list[Line], Field(…), AfterValidator(your_rule)].",
    },
    "not-field-and-detail": {
        "why": "The customer's program reads this. It needs one form, for every fault: a name for the field, a text.",
        "look": "TODO 5: a list, and in it for each error {'field': …, 'detail': …}, both texts.",
    },
    "not-all-faults": {
        "why": "Who is told one fault at a time has to ask as often as there are faults.",
        "look": "TODO 5: one for each error. Does a `return` stand inside your loop?",
    },
    "fastapis-word": {
        "why": "'body' is FastAPI's word for where it looked. The customer has sent no field of that name.",
        "look": "TODO 5: the first part of `loc` is not needed: loc[1:].",
    },
    "field-not-the-path": {
        "why": "The whole path leads to the one place that is wrong: 'quantity' alone does not say which line, and "
        "what stands deeper inside may be called 'body', too.",
        "look": "TODO 5: all parts of `loc` after the first, with dots between them; 'the whole body' if none is left.",
    },
    "repeats-what-was-sent": {
        "why": "An answer is logged and shown on screens. What was sent may be a card number, or five pages long.",
        "look": "TODO 5: `msg` says what is wrong. Leave `input` alone.",
    },
    "detail-wrong": {
        "why": "The detail is for a person who does not know which library you use.",
        "look": "TODO 5: the text of `msg`, without 'Value error, ' in front: text.removeprefix(…).",
    },
}

MONEY = ("price", "unit_price", "price_eur", "price_cents", "unit_cents", "total", "total_cents", "amount")


class Desk:
    """What stands behind the door in this check: it notes each order that has come through, and answers."""

    def __init__(self, model):
        self._model = model
        self.taken = []
        self.http = None

    async def place_order(self, request, customer, session):  # noqa: ARG002  each has its port's whole signature
        self.taken.append(request)
        line = OrderLine(sku="mug", quantity=1, unit_cents=1250)
        told = {"email": customer.email, "ship_to": customer.ship_to, "card": "card-ok"}
        who = {"customer_id": customer.customer_id, "customer_name": customer.name}
        return OrderCreated(order_id=new_order_id(), **who, **told, lines=(line,), total_cents=1250)

    async def hand_over(self, session, messages, publish):
        """Nothing is stored, nothing is told."""

    async def post(self, body):
        """Send an order in. What comes through the door and breaks the shop behind it is a 500, as in the shop."""
        try:
            return await self.http.post("/orders", json=body)
        except (LookupError, AttributeError) as error:
            if self._in_the_rules(error):
                raise
            return httpx.Response(500, json={"title": f"it came in, and then: {type(error).__name__}: {error}"})

    def _in_the_rules(self, error):
        theirs = sys.modules[self._model.__module__].__file__
        return any(frame.filename == theirs for frame in traceback.extract_tb(error.__traceback__))


@pytest.fixture
def model(answer, expect):
    """The learner's model."""
    found = answer.order_request
    right = inspect.isclass(found) and issubclass(found, BaseModel)
    what = f"the class {found.__name__}" if inspect.isclass(found) else f"a {type(found).__name__}"
    expect(right, "not-a-model", expected="a class made from BaseModel", saw=what)
    return found


@pytest.fixture
def open_desk(model, served):
    """Open the order service with the learner's model, and other pieces if they are named."""

    @asynccontextmanager
    async def open_it(**parts):
        desk = Desk(model)
        own = {"place_order": desk.place_order, "hand_over": desk.hand_over}
        async with served("order", order_request=model, **own, **parts) as desk.http:
            yield desk

    return open_it


@pytest.fixture
async def desk(open_desk):
    async with open_desk() as one:
        yield one


def order(rng, lines=2):
    """An order as it should be; other people, products and numbers for every seed."""
    return {
        "customer_id": rng.choice(list(CUSTOMERS)),
        "card": rng.choice(("card-ok", "card-refused", f"4929-{rng.randrange(10**8)}")),
        "lines": [{"sku": sku, "quantity": rng.randint(2, 9)} for sku in rng.sample(list(PRODUCTS), lines)],
    }


def with_line(**fields):
    """An order of one line, with these fields in it."""
    return {"customer_id": "cus-anna", "card": "card-ok", "lines": [{"sku": "mug", "quantity": 2, **fields}]}


def shown(body):
    text = json.dumps(body)
    return text if len(text) < 130 else f"{text[:100]} … {text[-20:]}"


def described(response):
    """An answer in words, with the first fault that it names."""
    told = response.json() if response.content else {}
    faults = [f"{fault['field']}: {fault['detail']}" for fault in told.get("errors", [])[:1]]
    return "; ".join([f"{response.status_code} {told.get('title') or response.reason_phrase}", *faults])


async def refused(desk, expect, body, finding, what):
    """Post what does not fit: it must be refused with 422 and its faults, and never reach the desk."""
    expected = f"422 for {what}: {shown(body)}"
    try:
        response = await desk.post(body)
    except (LookupError, AttributeError) as error:
        expect(False, "not-a-value-error", expected=expected, saw=f"500, for {type(error).__name__}: {error}")
    expect(response.status_code not in {202, 500}, finding, expected=expected, saw=described(response))
    by_the_model = response.status_code == 422 and response.json().get("errors")
    expect(by_the_model, "refused-otherwise", expected=expected, saw=described(response))
    return response


def understood(request):
    """What the desk was handed, in plain values; None stands for what is not there."""
    lines = getattr(request, "lines", None)
    pairs = [(getattr(line, "sku", None), getattr(line, "quantity", None)) for line in lines or []]
    return getattr(request, "customer_id", None), getattr(request, "card", None), pairs


@pytest.mark.task(1)
async def test_an_order_that_fits_comes_through_as_it_was_sent(desk, expect):
    rng = random.Random()
    usual, all_products, least = order(rng), order(rng, len(PRODUCTS)), order(rng, 1)
    without_card = {name: value for name, value in order(rng).items() if name != "card"}
    all_products["lines"][0]["quantity"] = PIECES_AT_MOST
    all_products["card"] = "c" * 40
    least["lines"][0]["quantity"], least["card"] = 1, "c"
    for body in (usual, without_card, all_products, least):
        response = await desk.post(body)
        expected, saw = f"202 Accepted for {shown(body)}", described(response)
        expect(response.status_code != 500, "not-handed-on", expected=expected, saw=saw)
        expect(response.status_code == 202, "good-order-refused", expected=expected, saw=saw)
        sent = (
            body["customer_id"],
            body.get("card", "card-ok"),
            [(one["sku"], one["quantity"]) for one in body["lines"]],
        )
        got = understood(desk.taken[-1])
        expect(got == sent, "not-handed-on", expected=f"customer_id, card, lines: {sent}", saw=f"{got}")


@pytest.mark.task(2)
async def test_what_is_missing_or_of_another_type_is_refused(desk, expect):
    good = with_line()
    for name in ("customer_id", "lines"):
        less = {key: value for key, value in good.items() if key != name}
        await refused(desk, expect, less, "missing-accepted", f"an order without {name}")
    for name in ("sku", "quantity"):
        (line,) = good["lines"]
        less = good | {"lines": [{key: value for key, value in line.items() if key != name}]}
        await refused(desk, expect, less, "missing-accepted", f"a line without {name}")
    await refused(desk, expect, with_line(quantity=1.5), "half-a-piece", "one piece and a half")
    for value in ("2", True, 2.0):
        await refused(desk, expect, with_line(quantity=value), "turned-into-a-number", f"the quantity {value!r}")


@pytest.mark.task(3)
async def test_too_little_and_too_much_are_refused(desk, expect):
    for pieces in (0, -random.randint(1, 9)):
        await refused(desk, expect, with_line(quantity=pieces), "no-piece-accepted", f"{pieces} pieces")
    good = with_line()
    await refused(desk, expect, good | {"lines": []}, "empty-accepted", "no line at all")
    await refused(desk, expect, good | {"card": ""}, "empty-accepted", "a card without a sign")
    most = f"more than {PIECES_AT_MOST} pieces"
    await refused(desk, expect, with_line(quantity=PIECES_AT_MOST + 1), "no-upper-limit", most)
    await refused(desk, expect, good | {"card": "c" * 41}, "no-upper-limit", "a card of 41 signs")
    many = good | {"lines": [{}] * (LINES_AT_MOST + 1)}
    response = await refused(desk, expect, many, "no-upper-limit", f"{LINES_AT_MOST + 1} lines")
    faults = response.json()["errors"]
    expect(
        len(faults) == 1,
        "no-upper-limit",
        expected=f"one fault for {LINES_AT_MOST + 1} bad lines: there are too many",
        saw=f"{len(faults)} faults, one after the other",
    )


@pytest.mark.task(4)
async def test_what_nobody_asked_for_is_refused_a_price_first_of_all(desk, model, expect):
    for name, kind in offered(await desk.http.get("/openapi.json")).items():
        finding = "float-money" if kind == "number" and name in MONEY else "client-set-price"
        saw = f"your API page offers `{name}`, a {kind}"
        expect(False, finding, expected="customer_id, card, lines; in a line sku and quantity", saw=saw)
    for name, value in (("price_cents", 1), ("price", 0.01), ("quantitty", 3)):
        await refused(desk, expect, with_line(**{name: value}), "silently-ignored", f"a line with `{name}`")
    for name, value in (("total_cents", 1), ("coupon", "all-for-free")):
        await refused(desk, expect, with_line() | {name: value}, "silently-ignored", f"an order with `{name}`")


def offered(response):
    """The fields that the service's own description offers, and nobody asked for: name and type."""
    wanted = {"customer_id", "card", "lines", "sku", "quantity"}
    schemas, found = response.json()["components"]["schemas"], {}
    pending = [schemas_of(response.json()["paths"]["/orders"]["post"]["requestBody"])]
    while pending:
        for ref in pending.pop():
            fields = schemas[ref].get("properties", {})
            found |= {name: kind_of(field) for name, field in fields.items() if name not in wanted}
            pending.append(schemas_of(fields))
    return found


def schemas_of(part):
    """The names of the models that a piece of the description points to."""
    if isinstance(part, dict):
        own = [part["$ref"].rpartition("/")[2]] if "$ref" in part else []
        return own + [name for value in part.values() for name in schemas_of(value)]
    return [name for value in part for name in schemas_of(value)] if isinstance(part, list) else []


def kind_of(field):
    kinds = [field.get("type"), *(one.get("type") for one in field.get("anyOf", []))]
    return "number" if "number" in kinds else next((kind for kind in kinds if kind), "value")


@pytest.mark.task(5)
async def test_the_rules_of_the_shop_hold(desk, expect):
    rng = random.Random()
    for sku in ("unicorn", "Mug", ""):
        body = order(rng)
        body["lines"][1]["sku"] = sku
        await refused(desk, expect, body, "unknown-accepted", "a product that the shop does not have")
    for customer in ("cus-nobody", "Anna", ""):
        body = order(rng) | {"customer_id": customer}
        await refused(desk, expect, body, "unknown-accepted", "a customer whom the shop does not know")
    body = order(rng, 3)
    body["lines"][2]["sku"] = body["lines"][0]["sku"]
    await refused(desk, expect, body, "product-twice", "a product in two lines")


@pytest.mark.task(6)
def test_every_fault_is_told_with_its_place_and_its_reason(answer, expect, seed):
    rng = random.Random(seed)
    number, secret = rng.randint(1, 19), f"4929-{rng.randrange(10**8)}"
    least = rng.randint(1, 5)
    told = [
        fault(("lines", number, "quantity"), f"Input should be greater than or equal to {least}", 0),
        fault(("card",), "String should have at most 40 characters", secret),
        fault(("lines", 0, "sku"), "Value error, there is no such product", "unicorn"),
        fault(("body",), "Extra inputs are not permitted", secret),
    ]
    rng.shuffle(told)
    told.append(fault((), "Input should be a valid dictionary", [secret]))
    faults = answer.describe_faults(told)
    right = isinstance(faults, list | tuple) and all(map(is_fault, faults))
    expected = '[{"field": "card", "detail": "…"}, …], all of them texts'
    expect(right, "not-field-and-detail", expected=expected, saw=f"{faults!r}")
    saw = f"{len(faults)}: {', '.join(one['field'] for one in faults)}"
    expect(len(faults) == len(told), "not-all-faults", expected=f"{len(told)} faults, for {len(told)} errors", saw=saw)
    saw = next((f'"{one["detail"]}"' for one in faults if secret in one["detail"]), "")
    expect(not saw, "repeats-what-was-sent", expected="what is wrong, without what was sent", saw=saw)
    for error, one in zip(told, faults, strict=True):
        place = ".".join(map(str, error["loc"][1:])) or "the whole body"
        wanted, saw = f'for {error["loc"]}: the field "{place}"', f'"{one["field"]}"'
        with_body = one["field"] == ".".join(map(str, error["loc"]))
        expect(not with_body, "fastapis-word", expected=wanted, saw=saw)
        expect(one["field"] == place, "field-not-the-path", expected=wanted, saw=saw)
        detail, saw = error["msg"].removeprefix("Value error, "), f'"{one["detail"]}"'
        expect(one["detail"] == detail, "detail-wrong", expected=f'the detail "{detail}"', saw=saw)


def fault(place, message, value):
    """One of pydantic's errors, as FastAPI hands them on."""
    return {"type": "of-this-check", "loc": ("body", *place), "msg": message, "input": value, "ctx": {"of": "pydantic"}}


def is_fault(one):
    return isinstance(one, dict) and one.keys() == {"field", "detail"} and all(isinstance(v, str) for v in one.values())


@pytest.mark.task(6)
async def test_the_answer_to_a_bad_order_names_its_faults_and_no_card(answer, open_desk, expect, tell):
    body = order(random.Random(), 2)
    body["card"] = "4929-0000-1111-2222 " * 3
    body["lines"][1] |= {"quantity": 0, "price_cents": 1}
    async with open_desk(describe_faults=answer.describe_faults) as desk:
        response = await refused(desk, expect, body, "not-all-faults", "a bad order")
    expect("4929" not in response.text, "repeats-what-was-sent", expected="no card in the answer", saw=response.text)
    places = sorted(one["field"] for one in response.json()["errors"])
    wanted = ["card", "lines.1.price_cents", "lines.1.quantity"]
    expect(places == wanted, "not-all-faults", expected=f"faults in {', '.join(wanted)}", saw=", ".join(places))
    tell(f"A bad order of this check was answered with {described(response)}")
    tell(f"It had three faults, all in one answer: {', '.join(wanted)}.")
