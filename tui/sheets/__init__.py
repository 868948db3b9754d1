"""Small windows over a screen: a question, a choice, an explanation. Esc always closes them and changes nothing."""
