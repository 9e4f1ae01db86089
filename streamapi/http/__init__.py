"""Middleware and answers that know nothing of the domain."""
