"""Notification: tells the customer."""
