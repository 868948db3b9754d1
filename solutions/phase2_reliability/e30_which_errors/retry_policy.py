"""Exercise 30 · Which errors: another try helps against some, and harms with the rest."""

import random

from aiokafka.errors import KafkaError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

ATTEMPTS_AT_MOST = 8
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 30.0

# Of all that a database refuses, these pass by themselves.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
# Two who write the same row at once: the one who comes second will find it there the next time.
IN_EACH_OTHERS_WAY = frozenset({"40001", "40P01", "55P03", "23505"})  # serialization, deadlock, lock, unique row
COMING_OR_GOING = frozenset({"57P01", "57P02", "57P03", "53300"})  # it shuts down, crashes, starts up, is full


def retry_policy(error: Exception, attempt: int) -> float | None:
    """Return how many seconds to wait before the next attempt, or None: another attempt cannot help.

    error:   what the last attempt raised.
    attempt: how many there have been; 1 after the first.

    Waits grow twofold, to 30 s at most, and each is drawn by lot below that. After the eighth attempt: None.
    """
    if attempt >= ATTEMPTS_AT_MOST or not _may_pass(error):
        return None
    # By lot from the whole span ("full jitter"): a hundred who failed together must not come back together.
    # https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    span = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (attempt - 1))
    return random.uniform(0, span)  # noqa: S311  no secret hangs on it


def _may_pass(error: Exception) -> bool:
    """Say whether the same message may succeed later. What is not known to pass is permanent: a mistake stays one."""
    if isinstance(error, KafkaError):
        return bool(error.retriable)  # the protocol says of each error whether it passes
    if isinstance(error, DBAPIError):
        gone = error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
        return gone or getattr(error.orig, "sqlstate", None) in IN_EACH_OTHERS_WAY | COMING_OR_GOING
    # Not OSError as a whole: a file that is not there will not be there in a second.
    return isinstance(error, TimeoutError | ConnectionError | NoConnectionFree)
