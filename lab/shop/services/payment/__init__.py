"""Payment: asks the bank for the money, and gives it back."""
