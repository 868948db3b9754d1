"""The home folders of tests/engines, for commands, too."""

from tests.engines.conftest import home  # noqa: F401  a fixture
