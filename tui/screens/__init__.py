"""One screen a file. A screen chooses panes and says what its keys do."""
