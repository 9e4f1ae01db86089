"""Whole journeys through a running service, in a real browser."""
