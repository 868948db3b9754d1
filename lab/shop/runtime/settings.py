"""What a unit is told from outside, through its environment. Names begin with `LAB_`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

import lab.home


class Settings(BaseSettings):
    """One unit's settings. The stack sets them all; the defaults serve a unit that is started by hand."""

    model_config = SettingsConfigDict(env_prefix="LAB_", extra="ignore")

    phase: int = 1
    """Which profile fills the ports."""
    kafka: str = "127.0.0.1:9092"
    """Where Kafka answers, host:port."""
    database_url: str = "sqlite+aiosqlite:///:memory:"
    """The unit's own database, as SQLAlchemy spells it."""
    port: int = 0
    """Where the unit's HTTP answers on 127.0.0.1."""
    prefix: str = ""
    """Stands before every topic and group name, so that two shops can share one Kafka."""
    choices: Path = Field(default_factory=lab.home.choices)
    """Which parts are not the solution's."""
    transit_seconds: float = 2.0
    """How long the carriers take to deliver."""
    bank_url: str = "sqlite+aiosqlite:///:memory:"
    """The bank's own database, which is not Payment's."""
    bank_seconds: float = 0.02
    """How long the bank takes to answer."""
    crashes: Path | None = None
    """The folder in which crashes are asked for (crash.py); none: they cannot be."""
