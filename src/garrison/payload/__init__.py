"""Payload inspection: whether a text, read as the language it would break into, leaves one place and says more."""
