"""Measures the service beside its peers: same bytes, same core, same run."""
