"""The check of exercise 1. It knows no one right sequence, only what caused what: whatever keeps to that passes."""

import pytest

from lab.shop.contracts import (
    TOPIC_OF,
    Command,
    InventoryCheck,
    InventoryChecked,
    NotificationSend,
    OrderConfirm,
    OrderConfirmed,
    OrderCreated,
    PaymentProcess,
    PaymentProcessed,
    ShippingInitiate,
    ShippingInitiated,
)

MESSAGES = {
    "a": PaymentProcessed,
    "b": InventoryCheck,
    "d": OrderCreated,
    "e": ShippingInitiate,
    "g": OrderConfirm,
    "i": InventoryChecked,
    "j": NotificationSend,
    "k": OrderConfirmed,
    "l": PaymentProcess,
    "m": ShippingInitiated,
}
NEITHER = {"c": "order.handle", "f": "parcel.ship", "h": "stock.reserved"}
NAMES = {letter: message.name for letter, message in MESSAGES.items()} | NEITHER
LETTERS = "".join(sorted(NAMES))
COMMANDS = {letter for letter, message in MESSAGES.items() if issubclass(message, Command)}
CAUSE = {"b": "d", "i": "b", "l": "i", "a": "l", "g": "a", "k": "g", "e": "k", "j": "k", "m": "e"}
"""What each is said in answer to. Where two have the same cause, nobody waits for either of them."""

ANSWERS = (
    "d has no cause among the lines: a person ordered.",
    "e and j are both caused by k, and neither waits for the other. So j may stand before e, after it, or last.",
    "Left out: c has two owners, f asks nobody, h is a command in disguise.",
    "A command may be answered with a no, such as: no mugs left. An event has happened.",
)
"""What the lesson asks aloud, for those who have found it."""

FINDINGS = {
    "two-owners": {
        "why": "If both do it, it is done twice. If each leaves it to the other, it is not done at all. Then you "
        "cannot even say whose fault it was.",
        "look": "In the sheet, the column 'to whom': how many are there for a command?",
    },
    "event-in-the-imperative": {
        "why": "It asks, and asks nobody. If no parcel leaves the house, it was nobody's duty, and nobody notices. "
        "What has happened is named in the past tense; what is to be done is said to somebody.",
        "look": "'The idea', the table: read one column from top to bottom, then the other. Does the line fit one of "
        "them?",
    },
    "event-with-an-addressee": {
        "why": "It says 'this has happened' and means 'now it is your turn'. So Inventory has to know what comes "
        "next. Whoever puts a step in between has to change Inventory, and that is the mediator's knowledge.",
        "look": "'The idea', the table: read one column from top to bottom, then the other. Does the line fit one of "
        "them?",
    },
    "told-taken-for-asked": {
        "why": "It is named in the past tense: it has happened already. Nobody is asked for anything, and nobody can "
        "say no any more.",
        "look": "'Worked example', step 2; then ask each of your commands whether its answer could be a no.",
    },
    "asked-taken-for-told": {
        "why": "Its name is an imperative, and it is said to one. Somebody owes an answer to it. If it were only "
        "told, nobody would have to do it, and the story could end there.",
        "look": "'Worked example', step 2; then look at the column 'to whom' again.",
    },
    "message-missing": {
        "why": "Every message has a cause, and without this one the story breaks off in the middle.",
        "look": "Go backwards from the end: who said what before, so that this could be said?",
    },
    "message-twice": {
        "why": "In this story everything is said once. Said twice, it may be done twice.",
        "look": "Count the letters: there are ten.",
    },
    "order-comes-late": {
        "why": "In one big function, an order may be what comes out at the end. Here it is where all begins: nobody "
        "looks for mugs, or takes money, for an order that nobody has placed.",
        "look": "Hint 2: which line was caused by no other line, only by a person?",
    },
    "told-before-asked": {
        "why": "That is an answer before its question. It tells what somebody has done, and nobody had asked for it "
        "yet.",
        "look": "'The idea', the last picture: what stands above an event that somebody was asked for?",
    },
    "asked-too-early": {
        "why": "The mediator asks for a step when it has heard that the step before it has happened. Asked earlier, "
        "money is taken for mugs that are not there, or a parcel leaves that nobody has paid for.",
        "look": "Hint 2: before each command stands the event that the mediator heard.",
    },
}


@pytest.fixture
def kept(answer):
    """The letters of the sequence; those of the commands must be there, too."""
    answer.given("commands", "sequence")
    return answer.letters("sequence", LETTERS)


@pytest.fixture
def commands(answer):
    return answer.letters("commands", LETTERS)


@pytest.fixture
def rows(on_paper):
    """The lines of the sheet as rows of a card."""

    def make(letters, *, wrong=""):
        lines = [(topic(letter), said(letter)) for letter in letters]
        return on_paper(lines, wrong={number for number, letter in enumerate(letters) if letter in wrong})

    return make


@pytest.mark.task(1)
def test_no_command_has_two_owners(kept, commands, expect, rows):
    expect(
        "c" not in kept + commands,
        "two-owners",
        expected="one owner for every command",
        saw=f"{said('c')}: addressed to Inventory and Payment",
        timeline=rows(kept if "c" in kept else commands, wrong="c"),
    )


@pytest.mark.task(2)
def test_every_event_tells_and_is_addressed_to_nobody(kept, commands, expect, rows):
    expect(
        "f" not in kept + commands,
        "event-in-the-imperative",
        expected="events that tell what has happened",
        saw=f"{said('f')}: an imperative, said to anyone",
        timeline=rows(kept if "f" in kept else commands, wrong="f"),
    )
    expect(
        "h" not in kept + commands,
        "event-with-an-addressee",
        expected="events for whoever wants to know",
        saw=f"{said('h')}: it has happened, and is said to Payment alone",
        timeline=rows(kept if "h" in kept else commands, wrong="h"),
    )


@pytest.mark.task(3)
def test_the_commands_are_those_that_ask(commands, expect, rows):
    for letter in commands:
        expect(
            letter in COMMANDS,
            "told-taken-for-asked",
            expected="only messages that ask somebody",
            saw=f"{said(letter)} among the commands",
            timeline=rows(commands, wrong=letter),
        )
    for letter in sorted(COMMANDS):
        expect(
            letter in commands,
            "asked-taken-for-told",
            expected="all messages that ask somebody",
            saw=f"{said(letter)} is not among the commands",
            timeline=rows(commands),
        )


@pytest.mark.task(4)
def test_all_ten_messages_are_there_once(kept, expect, rows):
    twice = next((letter for letter in kept if kept.count(letter) > 1), "")
    expect(
        not twice,
        "message-twice",
        expected="each message once",
        saw=f"{twice and said(twice)} stands there {kept.count(twice)} times",
        timeline=rows(kept, wrong=twice),
    )
    missing = next((letter for letter in MESSAGES if letter not in kept), "")
    expect(
        not missing,
        "message-missing",
        expected=f"{len(MESSAGES)} messages",
        saw=f"{len(kept)}; there is no {missing and said(missing)}",
        timeline=rows(kept),
    )


@pytest.mark.task(5)
def test_each_stands_after_what_caused_it(kept, expect, rows, tell):
    early = first_too_early(kept)
    cause = CAUSE.get(early, "")
    expect(
        not early,
        "told-before-asked" if early not in COMMANDS else "order-comes-late" if cause == "d" else "asked-too-early",
        expected=f"{said(cause)} before {said(early)}" if early else "",
        saw=f"{said(early)} comes first" if early else "",
        timeline=rows(kept, wrong=early),
        difference=f"{said(cause)} causes it, and comes later" if early else "",
    )
    for letter in kept:
        tell(f"{'→' if letter in COMMANDS else '·'} {said(letter)}")
    for line in ANSWERS:
        tell(line)


def first_too_early(letters):
    """The first letter that stands before its cause; an empty text where there is none."""
    heard = set()
    for letter in letters:
        if letter in CAUSE and CAUSE[letter] not in heard:
            return letter
        heard.add(letter)
    return ""


def topic(letter):
    return TOPIC_OF[MESSAGES[letter]].name if letter in MESSAGES else "(the shop has none)"


def said(letter):
    return f"{letter} {NAMES[letter]}"
