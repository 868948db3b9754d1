"""A shop of its own for faults: the orders that they lose stay in a book, and other tests count every order."""

from collections.abc import Iterator

import pytest

from lab.engines.native import NativeEngine
from lab.stack import Running, Wanted
from lab.stack import up as bring_up
from tests.conftest import own_native, silent


@pytest.fixture(scope="module")
def native() -> Iterator[NativeEngine]:
    """The engine of these tests alone."""
    with own_native(postgres=False) as engine:
        yield engine


@pytest.fixture(scope="module")
def stack(native: NativeEngine) -> Running:
    """The shop of these tests alone."""
    return bring_up(native, Wanted(), report=silent).shop
