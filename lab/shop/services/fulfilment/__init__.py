"""Fulfilment: an event processor without an HTTP API of its own. It finds a carrier and hands the parcel over."""
