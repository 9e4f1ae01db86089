"""Live television: channels, programmes, the guide."""
