"""Order: takes orders, and keeps what the customer is told."""
