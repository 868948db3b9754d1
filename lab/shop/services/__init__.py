"""The six event processors. None knows another; they share contracts, ports and the runtime."""
