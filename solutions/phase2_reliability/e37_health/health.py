"""Exercise 37 · Health: alive or ready."""

# The consume loop comes round five times a second when there is nothing to do. A minute without a round is no work,
# however slow: it is stuck, as a consumer can be after its broker was restarted.
POLL_AGE_SECONDS = 60.0


def alive(poll_age: float) -> bool:
    """Say whether this process is well; no means that a restart would help.

    poll_age: seconds since the consume loop last came round.

    Nobody else is asked. A database that is away is not cured by restarting us, and all of us at once even less.
    """
    return poll_age < POLL_AGE_SECONDS


def ready(*, database: bool, assigned: int) -> bool:
    """Say whether work should be sent here.

    database: a round trip to our own database has just succeeded.
    assigned: how many partitions we hold.

    A process that exists proves neither.
    """
    return database and assigned > 0
