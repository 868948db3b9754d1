"""The mediator: it knows the steps of the flow, and no business rule."""
