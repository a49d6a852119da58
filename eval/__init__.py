"""Measures the house. May import everything; nothing imports it."""
