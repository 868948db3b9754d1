"""Inventory: knows what is on the shelves, and sets it aside."""
