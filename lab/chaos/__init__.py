"""Faults on purpose, on the running shop: what is promised, who waits for whom, what is lost."""
