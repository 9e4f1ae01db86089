"""Titles from files: read as a stream, checked, written in batches, resumable."""
