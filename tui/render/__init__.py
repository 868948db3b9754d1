"""Data in, text out. Nothing here knows Textual, a clock, or a file: the same data give the same frame, for ever."""
