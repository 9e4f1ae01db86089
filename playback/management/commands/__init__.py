"""Commands of `playback`."""
