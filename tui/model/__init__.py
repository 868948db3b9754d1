"""What the app knows: a bounded history of what was seen, and what follows from it at any moment of it. No Textual."""
