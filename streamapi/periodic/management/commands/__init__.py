"""Commands of `channels`."""
