"""The check of capstone 1: twenty orders on the learner's parts, the same without a mediator, and the predictions."""

import pytest

ORDERS, SEED = 20, 7

FINDINGS = {
    "nobody-leads": {
        "why": "The mediator decides who works when. How to reserve, to charge, to pack, the services know. On which "
        "event its work begins, each service can know, too: it is only written in other places.",
        "look": "'The idea', the second picture: which step is missing in it?",
    },
    "more-told": {
        "why": "Most messages of a mediator are commands. Where nobody asks, none of them travels; what has been done "
        "is told in both, once.",
        "look": "'The idea': which of the two arrows of each pair is gone in the second picture?",
    },
    "order-knows-all": {
        "why": "Order writes what the customer is told. Whether the stock is booked out, what the bank has said, "
        "whether the letter came through: none of it is in Order's row, and with a mediator neither.",
        "look": "Exercise 14, 'The idea': what is a saga, and who keeps it? Who could, without a mediator?",
    },
    "last-message-knows-all": {
        "why": "It carries the order as it was placed. What the others have done meanwhile, its sender has never "
        "heard: it listens to one event or two.",
        "look": "'The idea', its last lines: what does every event carry along, and what does it not?",
    },
    "status-seen-as-wait": {
        "why": "Every order is `confirmed` for a moment. The same word stands there in an order that goes on and in "
        "one that never will: nothing in Order's book says what should come next, or since when it has not.",
        "look": "'The idea': what does a row of the mediator's table have that a line of LISTENS does not?",
    },
    "broker-sees": {
        "why": "Kafka counts how far a group has read. That Fulfilment is one message behind looks the same in a busy "
        "second; which order it is about, and that its customer waits, Kafka cannot know.",
        "look": "'The idea': which program knows of orders and steps, and which only of topics and offsets?",
    },
    "nobody-sees": {
        "why": "Fulfilment says nothing; but the mediator has asked it, and has written down that it waits. That is "
        "what a saga's state is: the name of the answer that is missing.",
        "look": "Exercise 14, 'The idea': what does AWAITING_SHIPPING say?",
    },
    "only-added": {
        "why": "Nobody would hear the new service's yes: Payment goes on listening to the goods, and takes the money "
        "at the same time. Only a step that nobody waits for can be added without a change, as Analytics was.",
        "look": "Who must not begin before the new step has said yes, and how does it know now?",
    },
    "undo-forgotten": {
        "why": "A no has consequences. Goods are set aside and must go back, and the order must be rejected. Those who "
        "do that listen to Payment's no today. Of the new one they have never heard.",
        "look": "uv run lab choreography --orders 1. In its table: who listens to `payment.processed [declined]`?",
    },
    "services-know-the-flow": {
        "why": "With a mediator no service knows what comes before or after its own step: it is asked, and answers. "
        "So a new neighbour is no news to it.",
        "look": "Exercise 14, 'The idea': who alone knows the steps?",
    },
}

CHOICES = {
    "twenty_orders": {
        "a": ("some end otherwise, or not at all", "nobody-leads"),
        "b": ("as before, with more messages", "more-told"),
        "c": ("as before, with fewer messages", ""),
    },
    "whole_story": {
        "a": ("in Order's book", "order-knows-all"),
        "b": ("in no single place", ""),
        "c": ("in the last message about it", "last-message-knows-all"),
    },
    "who_sees_it": {
        "a": ("the mediator's with it, nobody's without", ""),
        "b": ("Order's book, in both", "status-seen-as-wait"),
        "c": ("Kafka's, in both", "broker-sees"),
        "d": ("nobody's, in both", "nobody-sees"),
    },
    "new_step": {
        "a": ("none, in both", "only-added"),
        "b": ("rows of the mediator's table; without it only Payment's table", "undo-forgotten"),
        "c": ("rows of the mediator's table; without it the tables of several services", ""),
        "d": ("all services' with a mediator; none without", "services-know-the-flow"),
    },
}

MEDIATOR, WITHOUT = "with_mediator", "without"


@pytest.fixture
def compare(answer, expect, tell):
    """Compare a prediction with what was seen. All of them are made before the first order is placed."""
    answer.given(*CHOICES)
    predicted = {question: answer.choice(question, *letters) for question, letters in CHOICES.items()}

    def compare(question, really, saw):
        text, finding = CHOICES[question][predicted[question]]
        right = predicted[question] == really
        if not right and question != list(CHOICES)[-1]:
            tell("  (The questions after this one are compared once it is right.)")
        expect(right, finding, expected=f"as you predicted: {text}", saw=saw)

    return compare


@pytest.mark.task(1)
@pytest.mark.timeout(90)
@pytest.mark.usefixtures("compare")
def test_twenty_orders_on_parts_of_your_own(capstone, tell):
    skipped = capstone.skipped()
    shop = capstone.orders(ORDERS, SEED)[MEDIATOR]
    ended = list(shop["ended"].values())
    counts = ", ".join(f"{ended.count(word)} {word}" for word in sorted(set(ended), key=ended.count, reverse=True))
    own = len(capstone.parts) - len(skipped)
    tell(f"1 {ORDERS} mixed orders (seed {SEED}) through your {own} pieces: {counts}, all as planned.")
    tell(f"  Of {shop['messages']} messages {shop['handled_by']['mine']} say handled-by: mine.")
    if skipped:
        tell(f"  Skipped, so still the lab's own: {', '.join(skipped)}.")


@pytest.mark.task(2)
@pytest.mark.timeout(90)
def test_the_same_orders_without_a_mediator(compare, capstone, tell):
    seen = capstone.orders(ORDERS, SEED)
    shop, other = seen[MEDIATOR], seen[WITHOUT]
    alike = list(other["ended"].values()) == list(shop["ended"].values())
    how = "each ended as before" if alike else f"otherwise ended: {', '.join(other['otherwise'])}"
    tell(f"2 The same orders without a mediator: {how}.")
    tell(f"  With it {shop['messages']} messages, {shop['commands']} of them commands; without it {other['messages']}.")
    really = "a" if not alike else "c" if other["messages"] < shop["messages"] else "b"
    compare("twenty_orders", really, f"{how}, with {other['messages']} messages instead of {shop['messages']}")


@pytest.mark.task(3)
@pytest.mark.timeout(90)
def test_where_the_whole_story_stands(compare, capstone, tell):
    state = capstone.orders(ORDERS, SEED)["where_is_the_state"]
    books = state[WITHOUT]["books"]
    said = said_of(state[WITHOUT])
    tell(f"3 With a mediator one row says how far {state[MEDIATOR]['order']} has come: {said_of(state[MEDIATOR])}.")
    tell(f"  Without it {len(books)} books have {state[WITHOUT]['order']}: {said}.")
    compare("whole_story", "b" if len(books) > 1 else "a", f"{len(books)} books, each with its own part: {said}")


@pytest.mark.task(4)
@pytest.mark.timeout(90)
def test_who_sees_an_order_that_is_stuck(compare, capstone, tell):
    stuck = capstone.stuck()
    seers = {name: [one["book"] for one in stuck[name] if one["sees_it"]] for name in (MEDIATOR, WITHOUT)}
    tell("4 Fulfilment is stopped in both, and one order more is placed. What the books say, when all is still:")
    for name, title in ((MEDIATOR, "with a mediator"), (WITHOUT, "without")):
        tell(f"  {title}: {', '.join(one['book'] + ' ' + one['says'] for one in stuck[name])}.")
        for one in (one for one in stuck[name] if one["sees_it"]):
            waits_for = " or ".join(one["waits_for"])
            tell(f"  {one['book']} says more: still for {one['still_seconds']} s, and waits for {waits_for}.")
    tell(f"  Fulfilment runs again: the order is {stuck['ended'][0]} with a mediator, {stuck['ended'][1]} without.")
    really = {(True, False): "a", (False, False): "d"}.get((bool(seers[MEDIATOR]), bool(seers[WITHOUT])), "b")
    saw = f"{', '.join(seers[MEDIATOR]) or 'nobody'} with a mediator; {', '.join(seers[WITHOUT]) or 'nobody'} without"
    compare("who_sees_it", really, saw)


@pytest.mark.task(5)
@pytest.mark.timeout(30)
def test_what_changes_for_a_new_step(compare, capstone, tell):
    step = capstone.new_step()
    tell(f"5 A new step: {step['step']}. These files change:")
    for name, title in ((MEDIATOR, "with a mediator"), (WITHOUT, "without")):
        files = ", ".join(file.rpartition("/")[2] for file in step[name]["change"])
        tell(f"  {title}: {files}; read by {', '.join(step[name]['units'])}.")
    alone, others = step[MEDIATOR]["units"] == ["mediator"], step[WITHOUT]["units"]
    really = "d" if not alone else "a" if not others else "b" if others == ["payment"] else "c"
    compare("new_step", really, f"the mediator alone with it; {', '.join(others)} without")


def said_of(state):
    """`order.orders delivered, payment.payment captured`."""
    return ", ".join(f"{book} {says}" for book, says in state["books"].items())
