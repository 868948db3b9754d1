"""Analytics: listens to every event and counts orders."""
