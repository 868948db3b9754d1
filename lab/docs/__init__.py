"""For authors: writes the reference pages from the real tables, so that they cannot say anything else than the code.

`python -m lab.docs` writes them, `python -m lab.docs --check` names those that are stale and ends with 1.
This package knows everything in order to describe it; nothing of the lab imports it.
"""
