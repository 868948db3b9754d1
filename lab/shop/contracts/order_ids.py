"""Order ids: short enough to read aloud, random so that nobody can walk from one to the next."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U


def new_order_id() -> str:
    """Return a fresh id such as `ord-7F3KM2QA`: one of 30⁸. Among 10,000 orders two are equal once in 13,000 runs."""
    return "ord-" + "".join(secrets.choice(ALPHABET) for _ in range(8))
