"""What devices and browsers talk to, one concern a module."""
