"""What a message says: a frozen model per message type, with a name, a version and an order it belongs to."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """The inside of the envelope. Frozen: what was said cannot be changed, only followed by another message.

    A reader ignores fields it does not know, so a newer sender can add some. It never guesses a type: "2" is not 2.
    """

    # errors name the field and not its value: they reach logs, and a value may be a card or an address
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    name: ClassVar[str]  # "order.created": what people and the mediator's table call it
    version: ClassVar[int] = 1

    order_id: str

    @classmethod
    def ce_type(cls) -> str:
        """Return the name that travels in the `ce_type` header, with its version: `shop.order.created.v1`."""
        return f"shop.{cls.name}.v{cls.version}"


class Command(Body):
    """Asks one owner to do something. Imperative, and it may be answered with a refusal."""


class Event(Body):
    """Tells everyone that something has happened. Past tense: nobody can refuse it any more."""
