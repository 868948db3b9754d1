"""Thin widgets, one a file: they ask a renderer for rows, and hand on keys and clicks."""
