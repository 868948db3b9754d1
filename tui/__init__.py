"""The terminal app: pure renderers under thin widgets, on the same objects that the command line uses."""
