"""Starts a real PostgreSQL and a real Valkey, for `make run` and `make test`.

Runs before there is a database, so nothing below imports Django.
"""
