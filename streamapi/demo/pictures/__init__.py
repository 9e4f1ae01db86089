"""Posters, backdrops, logos and stills, drawn by code and always the same."""
