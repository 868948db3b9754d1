"""Orderlab: learn event-driven architecture by building a shop on a real Kafka."""

__version__ = "0.1.0"
